"""One process writes a job: a living owner is respected, a dead one replaced, a replaced one fenced."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from nbml.engine.lease import GRACE_S, Lease, is_alive, read_lease
from nbml.errors import EngineError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lease.json"


def rewrite(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_second_owner_is_refused_with_the_first_ones_name(path):
    """F31."""
    Lease(path)
    with pytest.raises(EngineError) as refused:
        Lease(path)
    error = refused.value
    assert error.code == "NBML-E05"
    assert error.fields["pid"] == os.getpid()
    assert error.fields["host"]
    assert time.strptime(error.fields["since"], "%Y-%m-%dT%H:%M:%SZ")
    assert all(str(value) in error.message for value in error.fields.values())


def test_taking_over_fences_the_old_owner(path):
    """F31: what the old one still tries to write is refused."""
    old = Lease(path)
    new = Lease(path, take_over=True)
    assert new.epoch == old.epoch + 1
    for act in (old.check, old.beat, old.release):
        with pytest.raises(EngineError) as refused:
            act()
        assert refused.value.code == "NBML-E06"
    new.check()
    new.beat()
    assert read_lease(path)["epoch"] == new.epoch


def test_a_released_lease_is_free_and_the_epoch_grows(path):
    first = Lease(path)
    first.release()
    assert not is_alive(read_lease(path))
    assert Lease(path).epoch == first.epoch + 1


def test_an_owner_that_died_is_replaced(path):
    """F33: killed without a word."""
    code = (
        "import sys; from pathlib import Path; from nbml.engine.lease import Lease; Lease(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert not is_alive(read_lease(path))
    assert Lease(path).epoch == 2


def test_an_owner_that_is_killed_is_replaced_at_once(path):
    """F33: no grace period on the same host; a zombie is dead."""
    code = (
        "import sys, time; from pathlib import Path; from nbml.engine.lease import Lease;"
        "Lease(Path(sys.argv[1]));"
        "print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        assert is_alive(read_lease(path))
        with pytest.raises(EngineError):
            Lease(path)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert not is_alive(read_lease(path))
        Lease(path)


def test_a_reused_pid_is_not_the_owner(path):
    """F33: a process of the same pid that started at another time."""
    Lease(path)
    rewrite(path, process_started=read_lease(path)["process_started"] - 100.0)
    assert not is_alive(read_lease(path))
    Lease(path)


def test_another_host_lives_while_its_heart_beats(path):
    """F33: its processes cannot be looked at, so its heartbeat counts."""
    Lease(path)
    rewrite(path, host="another", pid=1, beat=time.time() - GRACE_S / 2)
    with pytest.raises(EngineError) as refused:
        Lease(path)
    assert refused.value.fields["host"] == "another"
    rewrite(path, beat=time.time() - 2 * GRACE_S)
    Lease(path)


@pytest.mark.parametrize("jump_s", [-86_400.0, -3600.0, 3600.0, 86_400.0])
def test_a_clock_that_jumps_kills_nobody(path, monkeypatch, jump_s):
    """F34: set by hand, by NTP, or after a sleep; boot time as computed from the wall clock moves with it."""
    lease = Lease(path)
    boot, now = psutil.boot_time(), time.time
    for place in (psutil, psutil._psplatform):
        monkeypatch.setattr(place, "boot_time", lambda: boot + jump_s)
    monkeypatch.setattr("nbml.engine.lease.time.time", lambda: now() + jump_s)
    assert is_alive(read_lease(path))
    with pytest.raises(EngineError):
        Lease(path)
    lease.beat()


def test_a_beat_keeps_the_epoch_and_moves(path):
    lease = Lease(path)
    rewrite(path, beat=0.0)
    lease.beat()
    assert read_lease(path)["beat"] == pytest.approx(time.time(), abs=60)
    assert read_lease(path)["epoch"] == lease.epoch


@pytest.mark.parametrize("content", ["", "{", "\x00\x00"])
def test_a_torn_lease_is_no_lease(path, content):
    """F23: after a power loss anybody may take the job, and the one who had it is fenced."""
    path.write_text(content)
    assert read_lease(path) is None
    lease = Lease(path)
    path.write_text(content)
    with pytest.raises(EngineError):
        lease.check()


def test_of_many_at_once_one_gets_it(path):
    """F31: two notebooks that resume in the same moment."""
    code = """
import sys, time
from pathlib import Path
from nbml.engine.lease import Lease
from nbml.errors import EngineError
try:
    Lease(Path(sys.argv[1])); print("mine", flush=True)
except EngineError as error:
    print(error.code, flush=True)
sys.stdin.readline()
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [process.stdout.readline().decode().strip() for process in processes]
    for process in processes:
        process.communicate(b"\n")
    assert sorted(said) == ["NBML-E05", "NBML-E05", "mine"]
