"""What trials leave on disk: whole or not there, and the first result of a fold is the one that counts."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from nbml.errors import EngineError
from nbml.jobs.trial_store import FoldRecord, TrialRecord, TrialStore

FILES = {"model.txt": b"trees", "extra.json": b"{}"}


def record(value=1.0):
    return FoldRecord(
        np.array([value, np.nan, -0.0], dtype=np.float32), 0.5, {"depth": 3, "rate": 0.1, "kind": "a"}, 0.75
    )


@pytest.fixture
def store(tmp_path):
    return TrialStore(tmp_path / "trials")


def test_a_fold_reads_back_to_the_bit(store):
    assert store.load_fold("t0-x", 0, 2) is None
    store.save_fold("t0-x", 0, 2, record())
    back = store.load_fold("t0-x", 0, 2)
    assert back.predictions.tobytes() == record().predictions.tobytes()
    assert back.predictions.dtype == np.float32
    assert (back.seconds, back.clock_s, back.params) == (0.5, 0.75, record().params)


def test_a_model_reads_back_to_the_bit(store):
    assert not store.has_model("t0-x", 0, 2)
    store.save_model("t0-x", 0, 2, FILES)
    store.save_model("t0-x", 0, 2, {"m": b"of a second worker"})
    assert store.has_model("t0-x", 0, 2)
    assert store.load_model_files("t0-x", 0, 2) == FILES
    assert [path.name for path in store.model_file("t0-x", 0, 2).parent.iterdir()] == ["000000.fold-2.model"]


def test_the_second_result_of_a_fold_is_dropped(store):
    """F2: a worker that was thought dead answers after its successor."""
    store.save_fold("t0-x", 0, 0, record(1.0))
    store.save_fold("t0-x", 0, 0, record(2.0))
    assert store.load_fold("t0-x", 0, 0).predictions[0] == 1.0
    assert list(store.fold_file("t0-x", 0, 0).parent.iterdir()) == [store.fold_file("t0-x", 0, 0)]


def test_of_many_writers_at_once_one_wins_whole(store):
    """F2: nothing of one writer is mixed with another's, and no draft is left."""
    gate = threading.Barrier(6)

    def write(k):
        gate.wait()
        store.save_fold("t0-x", 3, 1, FoldRecord(np.full(3, k, dtype=np.float32), float(k), {"k": k}))

    threads = [threading.Thread(target=write, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = store.load_fold("t0-x", 3, 1)
    assert winner.predictions.tolist() == [winner.params["k"]] * 3
    assert winner.seconds == winner.params["k"]
    assert list(store.fold_file("t0-x", 3, 1).parent.iterdir()) == [store.fold_file("t0-x", 3, 1)]


def test_a_draft_of_a_killed_worker_is_no_result(store):
    """F1: killed before the rename."""
    draft = store.fold_file("t0-x", 0, 0).with_name(".000000.fold-0.abcd1234")
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    assert store.load_fold("t0-x", 0, 0) is None
    store.save_fold("t0-x", 0, 0, record())
    assert store.load_fold("t0-x", 0, 0) is not None


@pytest.mark.parametrize("left", [None, 0, 1, 40, 0.5, -1], ids=str)
def test_a_torn_fold_is_ignored_and_replaced(store, left):
    """F23: a power loss left the folder without its content."""
    store.save_fold("t0-x", 0, 0, record(1.0))
    outcome = store.fold_file("t0-x", 0, 0)
    content = outcome.read_bytes()
    if left is None:
        outcome.unlink()
    else:
        outcome.write_bytes(content[: int(left * len(content)) if isinstance(left, float) else left])
    assert store.load_fold("t0-x", 0, 0) is None
    store.save_fold("t0-x", 0, 0, record(2.0))
    assert store.load_fold("t0-x", 0, 0).predictions[0] == 2.0


@pytest.mark.parametrize("place", [0, 9, 30, -1])
def test_a_changed_byte_is_no_result(store, place):
    store.save_fold("t0-x", 0, 0, record(1.0))
    outcome = store.fold_file("t0-x", 0, 0)
    content = bytearray(outcome.read_bytes())
    content[place] ^= 1
    outcome.write_bytes(content)
    assert store.load_fold("t0-x", 0, 0) is None


def test_a_trial_reads_back_to_the_bit(store):
    trial = TrialRecord(
        {"depth": 3, "rate": 1e-05, "kind": "a"},
        np.array([0.1, np.nan], dtype=np.float32),
        0.1 + 0.2,
        [0.3, None],
        [1.0, 0.0],
        {"code": "NBML-E12", "fields": {}},
    )
    store.save_trial("t0-x", 7, trial)
    back = store.load_trial("t0-x", 7)
    assert back.predictions.tobytes() == trial.predictions.tobytes()
    assert (back.params, back.value, back.folds, back.seconds, back.error) == (
        trial.params,
        trial.value,
        trial.folds,
        trial.seconds,
        trial.error,
    )
    assert store.load_trial("t0-x", 8) is None


def test_a_torn_trial_is_no_trial(store, tmp_path):
    store.save_trial("t0-x", 0, TrialRecord({}, np.zeros(3, dtype=np.float32), 1.0, [1.0], [0.1]))
    path = tmp_path / "trials/t0-x/000000.npz"
    path.write_bytes(path.read_bytes()[:-30])
    assert store.load_trial("t0-x", 0) is None


def test_nothing_on_disk_is_unpickled(store, tmp_path):
    """S10."""
    store.save_trial("t0-x", 0, TrialRecord({}, np.zeros(3, dtype=np.float32), 1.0, [1.0], [0.1]))
    with (tmp_path / "trials/t0-x/000000.npz").open("wb") as file:
        np.savez(file, predictions=np.array([print], dtype=object), about=np.array("{}"))
    assert store.load_trial("t0-x", 0) is None
    with store.model_file("t0-x", 0, 0).open("wb") as file:
        np.savez(file, model=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        store.load_model_files("t0-x", 0, 0)


def test_dropping_folds_keeps_the_trial(store):
    store.save_fold("t0-x", 0, 0, record())
    store.save_model("t0-x", 0, 0, FILES)
    store.save_trial("t0-x", 0, TrialRecord({}, np.zeros(3, dtype=np.float32), 1.0, [1.0], [0.1]))
    store.drop_folds("t0-x", 0, 1)
    store.drop_folds("t0-x", 0, 1)
    assert store.load_fold("t0-x", 0, 0) is None
    assert not store.has_model("t0-x", 0, 0)
    assert store.load_trial("t0-x", 0).value == 1.0


def test_sweeping_keeps_only_what_is_named(store):
    for trial in (0, 1, 12):
        store.save_fold("t0-x", trial, 0, record())
        store.save_model("t0-x", trial, 0, FILES)
    store.sweep(keep=[("t0-x", 1)])
    assert [store.load_fold("t0-x", trial, 0) is not None for trial in (0, 1, 12)] == [False, True, False]
    assert [store.has_model("t0-x", trial, 0) for trial in (0, 1, 12)] == [False, True, False]


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path):
    """F20: in a process that may write small files only."""
    code = """
import resource, sys
import numpy as np
from pathlib import Path
from nbml.errors import EngineError
from nbml.jobs.trial_store import TrialStore
store = TrialStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    store.save_model("t0-x", 0, 0, {"m": b"x" * 10_000})
except EngineError as error:
    print(error.code, error.fields["path"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["NBML-E01", str(tmp_path / "t0-x/000000.fold-0.model")]
    assert list((tmp_path / "t0-x").iterdir()) == []


def test_a_place_that_is_a_file_is_named(tmp_path):
    """F30."""
    (tmp_path / "t0-x").write_text("a file where a folder should be")
    with pytest.raises(EngineError) as refused:
        TrialStore(tmp_path).save_trial(
            "t0-x", 0, TrialRecord({}, np.zeros(1, dtype=np.float32), None, [], [])
        )
    assert refused.value.code == "NBML-E02"
