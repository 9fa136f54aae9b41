"""A head of our own that ends while it starts is started once more; then the reason is told."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from nbml.engine import cluster
from nbml.engine.cluster import COLD, Head, head_folder
from nbml.engine.process_tree import started_at
from nbml.errors import EngineError
from nbml.settings import Settings


@pytest.fixture
def heads(monkeypatch, nbml_home):
    """Gives out heads in turn; those that ended do not answer."""
    import ray

    ended = subprocess.Popen([sys.executable, "-c", ""])
    dead = Head("127.0.0.1:1", ended.pid, started_at(ended.pid), 2)
    ended.wait()
    alive = Head("127.0.0.1:2", os.getpid(), started_at(os.getpid()), 2)
    started = []

    def start(_settings, _warm):
        head = turns.pop(0)
        started.append(head)
        folder = head_folder(Settings())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "token").write_text("0" * 64)
        (folder / "head.log").write_text("the raylet failed to start up")
        return head

    def init(address, **_options):
        if address == dead.address:
            raise ConnectionError(f"Failed to connect to Ray cluster at {address}")

    turns = []
    monkeypatch.setattr(cluster, "start_head", start)
    monkeypatch.setattr(cluster, "_token_environment", lambda _folder: {})
    fake = SimpleNamespace(init=init, exceptions=ray.exceptions)
    return SimpleNamespace(ray=fake, dead=dead, alive=alive, turns=turns, started=started)


def test_a_head_that_ends_while_it_starts_is_started_again(heads):
    """F15: Ray listens before all of it stands."""
    heads.turns += [heads.dead, heads.alive]
    assert cluster._join_own(heads.ray, Settings(), COLD) is heads.alive
    assert heads.started == [heads.dead, heads.alive]


def test_a_second_head_that_ends_is_told_with_its_log(heads):
    """F15: not as an address that the user should check."""
    heads.turns += [heads.dead, heads.dead]
    with pytest.raises(EngineError) as raised:
        cluster._join_own(heads.ray, Settings(), COLD)
    assert raised.value.code == "NBML-E15"
    assert "the raylet failed" in raised.value.fields["reason"]
    assert raised.value.fields["log"].endswith("head.log")


def test_a_living_head_that_does_not_answer_is_left_alone(heads):
    def refuses(address, **_options):
        raise ConnectionError("wrong token")

    heads.ray.init = refuses
    heads.turns += [heads.alive]
    with pytest.raises(EngineError) as raised:
        cluster._join_own(heads.ray, Settings(), COLD)
    assert raised.value.code == "NBML-E16"
    assert heads.started == [heads.alive]
