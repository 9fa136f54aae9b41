"""P15: pieces answered by workers are those answered here, in their order, whatever becomes of workers."""

import os
import threading

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import nbml
from nbml.engine.cluster import head_folder
from nbml.engine.executor import Outcome, Task
from nbml.engine.inline import InlineExecutor
from nbml.errors import EngineError, PredictError
from nbml.jobs.batch import predict_to_file
from nbml.jobs.predicting import pieces, running
from nbml.jobs.predicting.mapping import match
from nbml.jobs.predicting.pieces import answer_pieces, in_order, warm_workers
from nbml.jobs.predicting.question import PredictBench, Question, Shared
from nbml.jobs.predicting.records import drop_record, table_path
from nbml.ml.predictor import gathered
from nbml.settings import Settings

from .conftest import W, X, Y, frame

NEW = frame(200, seed=4)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr("nbml.ml.answer.BLOCK_ROWS", 16)
    monkeypatch.setattr(pieces, "PAYS_S", 0.0)


def asked(models, rows=NEW, **options):
    """The answers, by workers where an executor is given."""
    options = {"threads": 1, "piece_rows": 16, "settings": Settings()} | options
    question = options.pop("question", Question())
    return list(answer_pieces(models.predictor, rows, question, **options))


def test_workers_give_the_same_bits_in_the_same_order(models, monkeypatch):
    seen, run = [], PredictBench.run

    def counted(self, work, should_stop):
        seen.append(work["first_row"])
        return run(self, work, should_stop)

    monkeypatch.setattr(PredictBench, "run", counted)
    both = models.families(())
    for question in (
        Question(nearest=2),
        Question(interval=None, distance=False, spread=False),
        Question(groups=(("mlp", tuple(both)[:1]), ("lightgbm", tuple(both)[1:])), targets=tuple(both)),
    ):
        here = asked(models, question=question, settings=None)
        there = asked(models, question=question, find_workers=lambda _: InlineExecutor(2))
        assert len(here) == len(there) == 13
        for one, other in zip(here, there, strict=True):
            assert_frame_equal(one, other, check_exact=True)
            assert one.attrs == other.attrs
    assert sorted(seen) == sorted([*range(32, 200, 16)] * 3)


def test_a_bad_cell_is_named_alike_wherever_it_is_met(models):
    bad = NEW.astype({X: object})
    bad.iloc[150, bad.columns.get_loc(X)] = "1,5"
    told = []
    for find in (None, lambda _: InlineExecutor(2)):
        with pytest.raises(PredictError) as caught:
            asked(models, bad, find_workers=find, **({} if find else {"settings": None}))
        told.append((caught.value.code, caught.value.fields))
    assert told[0] == told[1]
    assert told[0][1]["rows"] == [151]


class Failing(InlineExecutor):
    """Gives a few outcomes, then the cluster is gone."""

    def __init__(self, after):
        super().__init__(1)
        self.left = after

    def next(self, timeout_s):
        self.left -= 1
        if self.left < 0:
            raise EngineError("NBML-E22", times=3, reason="gone")
        return super().next(timeout_s)


@pytest.mark.parametrize("after", [0, 3])
def test_where_the_cluster_fails_the_rest_is_answered_here_and_said(models, after):
    found = gathered(asked(models, find_workers=lambda _: Failing(after)), NEW.index)
    whole = gathered(asked(models, settings=None), NEW.index)
    assert_frame_equal(found, whole, check_exact=True)
    (note,) = [note for note in found.attrs["notes"] if note["code"] == "NBML-P28"]
    assert "gone" in note["message"] or "NBML-E22" in note["message"]


def test_what_stops_the_work_stops_the_workers(models, tmp_path):
    executor, beats = InlineExecutor(2), []

    def stop(batch):
        beats.append(batch.rows)
        if batch.rows >= 48:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "warm_workers", lambda _: executor)
        with pytest.raises(KeyboardInterrupt):
            predict_to_file(
                models.predictor, NEW, tmp_path / "x.csv", piece_rows=16, settings=Settings(), on_piece=stop
            )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EngineError, match="NBML-E13"):
        executor.submit(Task("late", {}))
    assert not any(thread.is_alive() for thread in executor._threads)
    assert beats[-1] >= 48


def test_few_rows_ask_for_no_workers(models):
    def never(_settings):
        pytest.fail("asked for workers")

    assert sum(map(len, asked(models, NEW[:32], find_workers=never))) == 32
    pieces.PAYS_S = 3600.0
    assert sum(map(len, asked(models, find_workers=never))) == 200


def test_no_cluster_is_started_for_a_prediction(nbml_home, monkeypatch):
    monkeypatch.setenv("NBML_CPUS", "2")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    for executor in ("inline", "ray"):
        monkeypatch.setenv("NBML_EXECUTOR", executor)
        assert warm_workers(Settings()) is None
    assert not (nbml_home / "engine").exists()


def test_a_head_at_work_for_a_prediction_does_not_count_as_idle(models):
    mark = head_folder(Settings()) / "last-used"
    asked(models, find_workers=lambda _: InlineExecutor(1))
    assert not mark.exists()
    mark.parent.mkdir(parents=True)
    mark.touch()
    os.utime(mark, (0, 0))
    asked(models, find_workers=lambda _: InlineExecutor(1))
    assert mark.stat().st_mtime > 1e9
    mark.unlink()


def test_models_that_were_changed_meanwhile_are_refused_by_workers(models):
    shared = Shared.of(models.predictor, Question(), NEW)
    other = Shared(shared.question, shared.files, "0" * 64, shared.no_rows)
    PredictBench(shared)
    with pytest.raises(nbml.NbmlError, match="NBML-M52"):
        PredictBench(other)


class Backwards:
    """An executor that answers the latest task first."""

    def __init__(self):
        self.open, self.most = [], 0

    def submit(self, task):
        self.open.append(task)
        self.most = max(self.most, len(self.open))

    def next(self, timeout_s):
        return [Outcome(self.open.pop().key)]


@pytest.mark.parametrize("ahead", [1, 3, 50])
def test_outcomes_come_in_order_and_few_are_held(ahead):
    executor = Backwards()
    tasks = (Task(str(k), {}) for k in range(20))
    keys = [told.key for told in in_order(executor, tasks, ahead=ahead) if told is not None]
    assert keys == [str(k) for k in range(20)]
    assert executor.most <= ahead


def test_a_person_is_told_while_workers_are_busy(models):
    """Progress and a request to stop get through although no piece has come."""
    gate, told = threading.Event(), []

    class Slow(InlineExecutor):
        def submit(self, task):
            super().submit(task)
            gate.set()

    def meanwhile():
        told.append(gate.is_set())

    rows = np.concatenate(
        [
            part["predicted_強度 [MPa]"].to_numpy()
            for part in asked(models, find_workers=lambda _: Slow(1), meanwhile=meanwhile)
        ]
    )
    assert len(rows) == 200
    assert told
    assert all(told)


def test_work_goes_on_here_until_workers_are_found(models, monkeypatch):
    """A cluster that takes long to answer holds nobody up."""
    monkeypatch.setattr(pieces, "SOON_S", 0.01)
    enough, answered = threading.Event(), []

    def late(_settings):
        assert enough.wait(30)
        return InlineExecutor(1)

    for part in answer_pieces(
        models.predictor, NEW, Question(), threads=1, piece_rows=16, settings=Settings(), find_workers=late
    ):
        answered.append(part)
        if len(answered) == 6:
            enough.set()
    assert_frame_equal(
        gathered(answered, NEW.index), gathered(asked(models, settings=None), NEW.index), check_exact=True
    )


@pytest.mark.parametrize("way", ["room", "code", "file"])
def test_every_way_of_predicting_a_table_asks_the_workers(models, monkeypatch, tmp_path, way):
    taken = []
    monkeypatch.setattr(pieces, "warm_workers", lambda _: taken.append(InlineExecutor(2)) or taken[-1])
    monkeypatch.setattr(running, "PIECE_ROWS", 16)
    table = nbml.read(NEW.drop(columns=[Y, W]))
    here = models.predictor.predict(table.frame)
    if way == "room":
        columns = match(models, list(table.frame.columns))
        record = running.predict_table(models, table, columns, name="x", settings=Settings())
        found = pd.read_parquet(table_path(models.written.folder, record.id))[list(here.columns)]
        drop_record(models.written.folder, record.id)
    elif way == "code":
        found = nbml.predict(models.job_id, table, chunk_rows=16, record=False)
    else:
        file = tmp_path / "x.parquet"
        predict_to_file(models.predictor, table.frame, file, piece_rows=16, beside=False, settings=Settings())
        found = pd.read_parquet(file)
    assert len(taken) == 1
    assert_frame_equal(found, here, check_exact=True)
