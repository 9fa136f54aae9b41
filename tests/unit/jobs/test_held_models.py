"""A worker's models: written when their trial is the best, forgotten when it is beaten, never too many."""

import threading

import pytest

from nbml.jobs.held_models import HeldModels
from nbml.jobs.trial_store import TrialStore


class Model:
    def __init__(self, name):
        self.name, self.asked = name, 0

    def files(self):
        self.asked += 1
        return {"m": self.name.encode()}


@pytest.fixture
def store(tmp_path):
    return TrialStore(tmp_path)


def kept(store):
    return sorted(path.name for path in store.model_file("s", 0, 0).parent.glob("*"))


def test_only_the_best_trial_is_written(store):
    held = HeldModels(store)
    models = {(t, k): Model(f"{t}/{k}") for t in range(3) for k in range(2)}
    for (t, k), model in models.items():
        held.hold(("s", t, k), model)
    held.keep("s", 1)
    assert kept(store) == ["000001.fold-0.model", "000001.fold-1.model"]
    assert store.load_model_files("s", 1, 1) == {"m": b"1/1"}
    assert [models[0, k].asked for k in range(2)] == [0, 0]
    held.keep("s", 0)  # forgotten: a later trial was better
    held.keep("s", 2)
    assert kept(store) == [f"00000{t}.fold-{k}.model" for t in (1, 2) for k in range(2)]


def test_studies_do_not_touch_each_other(store):
    held = HeldModels(store)
    held.hold(("s", 0, 0), Model("s"))
    held.hold(("other", 5, 0), Model("other"))
    held.forget("other", before=9)
    held.keep("other", 5)
    held.keep("s", 0)
    assert kept(store) == ["000000.fold-0.model"]
    assert not store.has_model("other", 5, 0)


def test_where_there_is_no_room_the_oldest_is_written(store):
    held = HeldModels(store, most=2)
    for t in range(4):
        held.hold(("s", t, 0), Model(str(t)))
    assert kept(store) == ["000000.fold-0.model", "000001.fold-0.model"]
    held.keep("s", 3)
    assert store.load_model_files("s", 3, 0) == {"m": b"3"}


def test_keeping_while_others_are_held(store):
    """The listening thread writes while the fitting thread holds more; nothing is lost or written twice."""
    held = HeldModels(store, most=10_000)
    models = [[Model(f"{t}/{k}") for k in range(40)] for t in range(2)]
    for k, model in enumerate(models[0]):
        held.hold(("s", 0, k), model)
    listening = threading.Thread(target=held.keep, args=("s", 0))
    listening.start()
    for k, model in enumerate(models[1]):
        held.hold(("s", 1, k), model)
    listening.join()
    held.keep("s", 1)
    assert len(kept(store)) == 80
    assert all(model.asked == 1 for row in models for model in row)
