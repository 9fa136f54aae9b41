"""What Ray reports that is no death of a worker is named as what it is. Ray itself is a stand-in here."""

from types import SimpleNamespace

import pytest
from ray.exceptions import OutOfDiskError

from nbml.engine import ray_executor
from nbml.engine.executor import Task
from nbml.engine.ray_executor import RayExecutor


class Actor:
    """A worker whose calls are named by what was called."""

    def __getattr__(self, method):
        return SimpleNamespace(remote=lambda *_: (method, id(self)))


class Lender:
    expected = None

    def take(self, n):
        return [Actor() for _ in range(n)]

    def replace(self, dead):
        return Actor()

    def more(self):
        return []

    def give_back(self, alive):
        pass


@pytest.fixture
def executor(monkeypatch):
    """Two workers that open, and whose every task ends as Ray says when its disk is full."""

    def get(ref, timeout=None):
        if ref[0] == "run":
            raise OutOfDiskError

    stand_in = SimpleNamespace(put=lambda _: "shared", get=get, wait=lambda refs, **_: (list(refs), []))
    monkeypatch.setattr(ray_executor, "ray", stand_in)
    return RayExecutor("job-1", 2, lender=Lender())


def test_ray_s_full_disk_is_no_dead_worker(executor):
    """F22: spilling has filled the disk: the task fails at once, in Ray's words, not tried for ever."""
    executor.open(lambda shared: None, None)
    executor.next(0)
    executor.submit(Task("a", {}))
    outcomes = []
    for _ in range(5):
        outcomes += executor.next(0)
    assert [(one.key, one.error.code, one.attempts) for one in outcomes] == [("a", "NBML-E12", 1)]
    assert outcomes[0].error.fields["kind"] == "OutOfDiskError"
    assert "disk" in outcomes[0].error.message
    assert executor.free() == 4
