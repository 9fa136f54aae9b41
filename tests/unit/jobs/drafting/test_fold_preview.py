"""The preview shows the folds that training makes, to the row."""

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.data.store import load_frame
from nbml.jobs.drafting.fold_preview import preview_folds, split
from nbml.jobs.launch import make_spec
from nbml.jobs.training_data import prepare
from nbml.jobs.writing import write_job
from nbml.settings import Settings
from nbml.spec.columns import ColumnSheet


def odd_frame(n=60):
    rng = np.random.default_rng(1)
    made = pd.DataFrame({"x": rng.normal(size=n), "y": rng.normal(size=n), "w": rng.normal(size=n)})
    made["number"] = rng.integers(1, 8, n)
    made["code"] = [f"{i % 7:03d}" for i in range(n)]
    made["yes"] = rng.random(n) > 0.5
    made["real"] = (rng.integers(0, 4, n) / 3).round(4)
    made["name"] = [["ロット", "<b>", "a,b", "1", "1.0"][i % 5] for i in range(n)]
    made["day"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 6, n), unit="D")
    made.loc[[3, 9], ["y", "w"]] = np.nan
    made.loc[12, "w"] = np.nan
    return made


@pytest.mark.parametrize("group", ["number", "code", "yes", "real", "name", "day", None])
@pytest.mark.parametrize("folds", [None, 2, "logo"])
def test_the_preview_is_what_training_does(group, folds, nbml_home):
    """Rows, folds and names equal those of the job as it is written down and read back."""
    if group is None and folds == "logo":
        pytest.skip("no groups to leave out")
    del nbml_home
    table = nbml.read(odd_frame())
    spec = make_spec(None, ["y", "w"], ["x"], group=group, folds=folds, missing_target="drop", seed=5)
    written = write_job(spec, table, Settings())
    sheet = ColumnSheet.model_validate_json((written.folder.data / "columns.json").read_text("utf-8"))
    frame = load_frame(written.folder.data, written.spec.resolved.columns_sha256)
    prepared = prepare(written.spec, frame, sheet, ())
    rows, Y, made = split(spec, table.frame)
    np.testing.assert_array_equal(rows, prepared.rows)
    np.testing.assert_array_equal(Y, prepared.data.Y)
    np.testing.assert_array_equal(made.assignment, prepared.data.folds.assignment)
    assert made.names == prepared.data.folds.names
    preview = preview_folds(spec, table.frame)
    assert [bar.rows for bar in preview.folds] == prepared.data.folds.sizes.tolist()
    assert preview.scheme == prepared.data.folds.scheme
    assert preview.n_without_target == 2


def test_counts_add_up():
    frame = odd_frame()
    preview = preview_folds(make_spec(None, ["y", "w"], ["x"], group="code", missing_target="drop"), frame)
    assert preview.n_groups == 7
    for place, name in enumerate(preview.targets):
        told = sum(sum(bar.targets[place].counts) for bar in preview.folds)
        assert told == frame[name].notna().sum()
        assert len(preview.edges[place]) == len(preview.folds[0].targets[place].counts) + 1
    assert sum(bar.groups for bar in preview.folds) == 7


@pytest.mark.parametrize("value", [5.0, 0.0, 1e300, -1e-300])
def test_a_constant_target_has_a_distribution_too(value):
    frame = pd.DataFrame({"x": np.arange(20.0), "y": np.full(20, value)})
    preview = preview_folds(make_spec(None, "y", ["x"]), frame)
    assert sum(sum(bar.targets[0].counts) for bar in preview.folds) == 20
