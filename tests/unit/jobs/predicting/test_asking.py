"""``nbml.predict`` leaves a run beside its models, of more than one row, and never fails because of it."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import nbml
from nbml.errors import EngineError
from nbml.jobs.history.lineage import lineage
from nbml.jobs.predicting import keeping
from nbml.jobs.predicting.predicted_table import PredictedTable
from nbml.jobs.predicting.records import drop_record, list_records, predictions_folder, table_path

from .conftest import GRADE, W, X, Y, frame

NEW = frame(40, seed=9).drop(columns=[Y, W])


@pytest.fixture(autouse=True)
def _clean(models):
    yield
    for record in list_records(models.written.folder):
        drop_record(models.written.folder, record.id)


def test_a_table_from_code_is_a_run_in_the_lineage(models):
    told = []
    out = nbml.predict(models.job_id, NEW, interval=0.8, on_rows=lambda done, n: told.append((done, n)))
    (record,) = list_records(models.written.folder)
    assert (record.rows, record.interval, record.source) == (40, 0.8, "DataFrame")
    assert record.models_sha256 == models.predictor.bundle.digest
    assert {one.target: one.family for one in record.models} == models.families(())
    assert record.flagged == (out["flags"] != "").sum()
    assert told == [(40, 40)]
    kept = pd.read_parquet(table_path(models.written.folder, record.id))
    assert_frame_equal(kept[list(out.columns)], out.reset_index(drop=True), check_exact=True)
    assert kept[X].tolist() == NEW[X].tolist()
    graph = lineage(models.job_id)
    node = next(node for node in graph.nodes if node.kind == "prediction")
    assert {edge.used for edge in graph.edges if edge.made == node.id} == {
        one.id for one in graph.nodes if one.kind == "model"
    }
    PredictedTable(table_path(models.written.folder, record.id), record).window(0, 5, 0, 50)


def test_a_table_that_was_read_keeps_its_name_and_hash(models, tmp_path):
    NEW.to_csv(tmp_path / "新しい.csv", index=False)
    table = nbml.read(tmp_path / "新しい.csv")
    nbml.predict(models.job_id, table)
    (record,) = list_records(models.written.folder)
    assert (record.source, record.source_sha256) == ("新しい.csv", table.sha256)


def test_single_rows_and_what_is_not_wanted_are_not_written_down(models):
    nbml.predict(models.job_id, NEW.iloc[0].to_dict())
    nbml.predict(models.job_id, NEW[:1])
    nbml.predict(models.job_id, NEW, record=False)
    nbml.load(models.job_id).predict(NEW)
    assert list_records(models.written.folder) == []
    nbml.predict(models.job_id, NEW[:1], record=True)
    nbml.open(models.job_id).result().predict(NEW)
    assert [record.rows for record in list_records(models.written.folder)] == [40, 1]


def test_cells_of_any_kind_are_kept_as_text_and_twice_the_same_name_once(models):
    odd = NEW.assign(when=pd.Timedelta(1, "s"), mixed=[1, "a"] * 20, flags="mine")
    odd["half"] = pd.Series(["\ud800"] * 40, dtype=object)
    odd[GRADE] = odd[GRADE].astype("category")
    odd = pd.concat([odd, odd[["mixed"]]], axis=1)
    out = nbml.predict(models.job_id, odd)
    assert_frame_equal(out, nbml.predict(models.job_id, NEW, record=False), check_exact=True)
    (record,) = list_records(models.written.folder)
    kept = pd.read_parquet(table_path(models.written.folder, record.id))
    assert list(kept.columns) == list(
        out.columns
    )  # beside a column "flags" there is no room for the answers'
    nbml.predict(models.job_id, odd.drop(columns="flags"))
    latest = list_records(models.written.folder)[0]
    kept = pd.read_parquet(table_path(models.written.folder, latest.id))
    assert kept["mixed"].tolist() == ["1", "a"] * 20
    assert kept["half"].tolist() == ["\\ud800"] * 40
    assert kept[GRADE].tolist() == NEW[GRADE].tolist()


@pytest.mark.parametrize("at", ["table_writer", "write_record"])
def test_a_full_disk_costs_the_run_not_the_answers(models, monkeypatch, at):
    def full(*_args, **_options):
        raise EngineError("NBML-E01", path="x", free_mb=0)

    monkeypatch.setattr(keeping, at, full)
    out = nbml.predict(models.job_id, NEW)
    assert "NBML-P29" in [note["code"] for note in out.attrs["notes"]]
    monkeypatch.undo()
    monkeypatch.setenv("NBML_HOME", str(models.written.folder.root.parent.parent))
    assert_frame_equal(out, nbml.predict(models.job_id, NEW, record=False), check_exact=True)
    assert list_records(models.written.folder) == []


def test_an_interrupt_leaves_nothing(models):
    def stop(_done, _rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nbml.predict(models.job_id, NEW, on_rows=stop)
    folder = predictions_folder(models.written.folder)
    assert not folder.exists() or list(folder.iterdir()) == []
