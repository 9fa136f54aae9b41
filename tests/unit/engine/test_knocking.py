"""A cluster that is not there is told of in seconds, not after the minutes that Ray would try."""

import socket

import pytest

from nbml.engine.cluster import connect, knock
from nbml.errors import EngineError
from nbml.settings import Settings


@pytest.fixture
def port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_somebody_who_listens_is_enough(port):
    knock(f"127.0.0.1:{port}", within_s=0.0)


@pytest.mark.parametrize("address", ["127.0.0.1:9", "127.0.0.1:99999", "no such host:1"])
def test_nobody_there_is_named(address):
    with pytest.raises(EngineError) as raised:
        knock(address, within_s=0.0)
    assert raised.value.code == "NBML-E16"
    assert raised.value.fields["address"] == address


@pytest.mark.parametrize("address", ["auto", "ray://head:10001", "local"])
def test_what_is_no_place_is_left_to_ray(address):
    knock(address, within_s=0.0)


def test_an_address_of_the_settings_is_tried_first(monkeypatch):
    """F15: without it ray.init would hold the first job, and `nbml doctor`, for minutes."""
    import ray

    monkeypatch.setattr("nbml.engine.cluster.knock", lambda address: (_ for _ in ()).throw(KeyError(address)))
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(KeyError, match=r"127\.0\.0\.1:9"):
        connect(Settings(ray_address="127.0.0.1:9"))
