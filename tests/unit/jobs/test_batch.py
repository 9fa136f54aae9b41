"""P15: a table predicted into a file piece by piece is the table predicted at once."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.ml.predicting import make, rows

from nbml.jobs.batch import predict_to_file
from nbml.jobs.export import ExportError, write_table

NEW = rows(200, seed=3)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return make(tmp_path_factory.mktemp("job") / "models")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("beside", [True, False])
def test_pieces_write_what_predict_answers(predictor, tmp_path, monkeypatch, suffix, beside):
    monkeypatch.setattr("nbml.ml.answer.BLOCK_ROWS", 32)
    seen = []
    file = tmp_path / f"out{suffix}"
    batch = predict_to_file(
        predictor, NEW, file, beside=beside, piece_rows=70, nearest=1, on_piece=lambda b: seen.append(b.rows)
    )
    whole = predictor.predict(NEW, nearest=1)
    write_table(pd.concat([NEW, whole], axis=1) if beside else whole, tmp_path / f"whole{suffix}")
    if suffix == ".csv":
        assert file.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    else:
        pd.testing.assert_frame_equal(pd.read_parquet(file), pd.read_parquet(tmp_path / "whole.parquet"))
    assert seen == [64, 128, 192, 200]
    assert batch.flagged == (whole["flags"] != "").sum()
    assert batch.far == (whole["distance"] >= 0.95).sum()


def test_no_rows_make_a_file_with_names(predictor, tmp_path):
    """P9"""
    assert predict_to_file(predictor, NEW[:0], tmp_path / "out.csv").rows == 0
    assert list(pd.read_csv(tmp_path / "out.csv").columns)[-2:] == ["distance", "flags"]


def test_a_column_of_an_answers_name_is_never_taken_over(predictor, tmp_path):
    with pytest.raises(ExportError, match="NBML-C05") as caught:
        predict_to_file(predictor, NEW.assign(distance=1), tmp_path / "out.csv")
    assert caught.value.fields["columns"] == ["distance"]
    assert predict_to_file(predictor, NEW.assign(distance=1), tmp_path / "out.csv", beside=False).rows == 200


def test_stopping_leaves_no_file(predictor, tmp_path):
    def stop(batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_to_file(predictor, NEW, tmp_path / "out.csv", on_piece=stop)
    assert list(tmp_path.iterdir()) == []
