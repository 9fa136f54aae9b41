"""A table predicted as a run: mapped by name, in pieces, written down beside its models, read, taken away."""

import json

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.errors import PredictError
from nbml.jobs.export import ExportError
from nbml.jobs.history.lineage import lineage
from nbml.jobs.predicting import running
from nbml.jobs.predicting.downloads import PIECE_BYTES, Downloads
from nbml.jobs.predicting.mapping import check, match, refuse
from nbml.jobs.predicting.predicted_table import PredictedTable
from nbml.jobs.predicting.records import (
    drop_record,
    list_records,
    predictions_folder,
    read_record,
    table_path,
)

from .conftest import GRADE, W, X, Y, frame


def new(n=50, **columns):
    made = frame(n, seed=5).drop(columns=[Y, W]).assign(**columns)
    return nbml.read(made)


def predicted(models, table=None, **options):
    table = table or new()
    columns = match(models, list(table.frame.columns))
    return running.predict_table(models, table, columns, name="new.csv", **options)


@pytest.fixture(autouse=True)
def _clean(models):
    yield
    for record in list_records(models.written.folder):
        drop_record(models.written.folder, record.id)


def test_exact_names_only_and_all_that_is_missing_at_once(models):
    """P1, P2, P3, P4"""
    table = nbml.read(
        frame(20).rename(columns={X: "A,B\\;x", "wet": "Ｗet"})[["Ｗet", GRADE, "A,B\\;x", "age [d]"]]
    )
    names = list(table.frame.columns)
    columns = match(models, names)
    assert columns == (None, 3, 1, None)
    inputs = check(models, table.frame, columns)
    assert [one.suggestion for one in inputs] == [2, None, None, 0]
    assert inputs[0].fault.code == "NBML-P32"
    assert inputs[0].fault.field == "inputs.0"
    refused = refuse(models, inputs, names)
    assert refused.code == "NBML-P01"
    assert refused.fields["columns"] == [X, "wet"]
    taken = tuple(one.suggestion if one.column is None else one.column for one in inputs)
    assert refuse(models, check(models, table.frame, taken), names) is None


def test_cells_that_cannot_be_read_are_named_and_odd_rows_counted(models):
    """P5, P6, P7"""
    made = frame(20, seed=2)
    made[X] = made[X].astype(object)
    made.loc[3, X] = "1,5"
    made.loc[4, X] = np.inf
    made["age [d]"] = pd.Timestamp("2024-01-01")
    made.loc[:4, GRADE] = "new"
    made["wet"] = 7
    inputs = check(models, made, match(models, list(made.columns)))
    assert [one.fault and one.fault.code for one in inputs] == ["NBML-P05", "NBML-P06", None, "NBML-P05"]
    assert "4" in inputs[0].fault.message
    assert inputs[2].unseen == 5
    assert refuse(models, inputs, list(made.columns)).code == "NBML-P33"
    made[X] = 1e6
    assert check(models, made, match(models, list(made.columns)))[0].outside == 20


@pytest.mark.parametrize("families", [(), ("mlp", "lightgbm")])
def test_pieces_answer_as_one_call(models, monkeypatch, families):
    """P15: pieces change nothing; told of each."""
    monkeypatch.setattr(running, "PIECE_ROWS", 16)
    monkeypatch.setattr("nbml.ml.answer.BLOCK_ROWS", 16)
    table, seen = new(), []
    record = predicted(models, table, families=families, on_piece=lambda batch: seen.append(batch.rows))
    assert seen == [16, 32, 48, 50]
    kept = pd.read_parquet(table_path(models.written.folder, record.id))
    for place, target in enumerate(models.targets):
        family = families[place] if families else None
        told = nbml.predict(models.job_id, table.frame, target=target, family=family)
        for word in ("predicted", "lower", "upper", "spread"):
            np.testing.assert_allclose(kept[f"{word}_{target}"], told[f"{word}_{target}"], rtol=1e-9)
        assert kept["distance"].tolist() == told["distance"].tolist()
        assert kept["flags"].tolist() == told["flags"].tolist()
    assert list(kept.columns)[: table.frame.shape[1]] == list(table.frame.columns)
    assert record.rows == 50
    assert record.flagged == (kept["flags"] != "").sum()
    assert record.models_sha256 == models.predictor.bundle.digest


def test_a_run_is_written_down_and_shown_in_lineage(models):
    record = predicted(models)
    assert read_record(models.written.folder, record.id) == record
    graph = lineage(models.job_id)
    node = next(node for node in graph.nodes if node.kind == "prediction")
    assert node.label == "new.csv"
    used = {edge.used for edge in graph.edges if edge.made == node.id}
    assert used == {one.id for one in graph.nodes if one.kind == "model"}
    drop_record(models.written.folder, record.id)
    assert list(predictions_folder(models.written.folder).iterdir()) == []
    with pytest.raises(PredictError, match="NBML-P34"):
        read_record(models.written.folder, record.id)


def test_what_is_stopped_leaves_nothing(models):
    def stop(batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predicted(models, on_piece=stop)
    assert list_records(models.written.folder) == []
    assert list(predictions_folder(models.written.folder).iterdir()) == []


def test_a_column_of_an_answers_name_is_refused_at_its_field(models):
    with pytest.raises(ExportError) as caught:
        predicted(models, new(distance=1.0))
    assert (caught.value.code, caught.value.fields["field"]) == ("NBML-C05", "beside")
    assert predicted(models, new(distance=1.0), beside=False).rows == 50


def test_no_rows_are_a_run_too(models):
    """P9"""
    record = predicted(models, nbml.read(frame(30).iloc[:0]))
    table = PredictedTable(table_path(models.written.folder, record.id), record)
    assert (record.rows, table.window(0, 10, 0, 50).cells) == (0, ())


def test_ids_never_become_paths(models):
    for bad in ("../../spec", "x", "01ARZ3NDEKTSV4RRFFQ69G5FA/"):
        with pytest.raises(PredictError, match="NBML-P34"):
            table_path(models.written.folder, bad)


def test_windows_sorted_and_chosen(models, monkeypatch):
    monkeypatch.setattr(running, "PIECE_ROWS", 16)
    monkeypatch.setattr("nbml.ml.answer.BLOCK_ROWS", 16)
    made = frame(50, seed=5).drop(columns=[Y, W])
    made.loc[[7, 40], GRADE] = "new"
    made.loc[[3, 20], X] = np.nan
    record = predicted(models, nbml.read(made))
    table = PredictedTable(table_path(models.written.folder, record.id), record)
    assert [one.name for one in table.columns if one.is_answer] == list(record.answers)
    for descending in (False, True):
        window = table.window(0, 50, 0, 1, sort=0, descending=descending)
        expected = made[X].sort_values(ascending=not descending, kind="stable").index.tolist()
        assert list(window.rows) == expected
        assert window.cells[-1] == (None,)
        cells = [cell for (cell,) in window.cells[:-2]]
        assert cells == sorted(cells, reverse=descending)
    flagged = table.window(0, 50, 0, 20, only="flagged")
    assert {7, 40, 3, 20} <= set(flagged.rows)
    assert flagged.total == record.flagged
    usual = table.window(0, 50, 0, 20, only="usual")
    far = table.window(0, 50, 0, 20, only="far")
    assert far.total == record.far
    assert not set(usual.rows) & (set(flagged.rows) | set(far.rows))
    assert table.window(45, 50, 2, 1).cells == tuple((level,) for level in made[GRADE][45:])
    assert len(table.window(0, 200, 0, 200).rows) == 50


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_downloads_come_in_pieces_and_run_nothing(models, form, monkeypatch):
    """S15"""
    monkeypatch.setattr("nbml.jobs.predicting.downloads.PIECE_BYTES", 1000)
    record = predicted(models)
    downloads = Downloads()
    table = PredictedTable(table_path(models.written.folder, record.id), record)
    made = downloads.prepare(table, form, byte_order_mark=True)
    whole = b"".join(downloads.find(made.id).piece(k) for k in range(made.pieces))
    assert len(whole) == made.size
    assert whole == made.path.read_bytes()
    if form == "csv":
        assert whole.startswith(b"\xef\xbb\xbf")
        back = pd.read_csv(made.path, dtype={"'" + GRADE: str})
        assert set(back["'" + GRADE]) == {"'=1+1", "B", "<b>C</b>"}
    else:
        back = pd.read_excel(made.path)
        assert set(back[GRADE]) == {"=1+1", "B", "<b>C</b>"}
    assert back[f"predicted_{Y}"].notna().all()
    for wrong in (-1, made.pieces):
        with pytest.raises(PredictError, match="NBML-P35"):
            made.piece(wrong)
    folder = made.path.parent
    downloads.close()
    assert not folder.exists()
    with pytest.raises(PredictError, match="NBML-P35"):
        downloads.find(made.id)
    assert PIECE_BYTES * 4 / 3 < 4_000_000


def test_a_sheet_that_is_too_long_is_refused_before_it_is_written(models, monkeypatch):
    record = predicted(models)
    monkeypatch.setattr("nbml.jobs.predicting.downloads.EXCEL_ROWS", 50)
    table = PredictedTable(table_path(models.written.folder, record.id), record)
    with pytest.raises(ExportError) as caught:
        Downloads().prepare(table, "xlsx")
    assert caught.value.fields["field"] == "format"


def test_damaged_records_are_left_out(models):
    record = predicted(models)
    path = table_path(models.written.folder, record.id).with_suffix(".json")
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {"rows": "many"}), encoding="utf-8")
    assert list_records(models.written.folder) == []
    path.unlink()
    table_path(models.written.folder, record.id).unlink()
