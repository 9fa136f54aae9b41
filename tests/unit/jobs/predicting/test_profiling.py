"""The profiler's answers: those of the predictor, at every point, for any mix of families."""

import numpy as np
import pytest

import nbml
from nbml.errors import JobError, NbmlError, PredictError
from nbml.jobs.predicting.as_code import row_as_cells, row_as_code
from nbml.jobs.predicting.describing import describe, list_models
from nbml.jobs.predicting.opened import open_models
from nbml.jobs.predicting.profiling import profile_row
from nbml.jobs.predicting.row_picker import pick_rows

from .conftest import GRADE, W, X, Y, frame


def test_describes_inputs_as_training_saw_them(models):
    view = describe(models)
    assert [one.name for one in view.inputs] == [X, "age [d]", GRADE, "wet"]
    number, age, grade, wet = view.inputs
    assert (number.kind, age.kind, grade.kind, wet.kind) == ("number", "integer", "category", "boolean")
    assert (age.label, age.unit, age.step) == ("age", "d", 1.0)
    assert number.step == 0.1
    assert number.low == pytest.approx(frame()[X].min())
    assert sum(grade.rug) == pytest.approx(1, abs=1e-3)
    assert len(wet.rug) == 2
    assert view.targets[0].families[0].family == models.predictor.families[Y][0]
    assert view.targets[0].families[0].coverage["0.9"] > 0.5
    assert sorted(view.order) == [0, 1, 2, 3]
    assert view.order[0] in (0, 1)
    rows = frame()[[X, "age [d]", GRADE]].astype(object).to_numpy().tolist()
    assert [view.start[0], int(view.start[1]), view.start[2]] in rows
    assert [line.job_id for line in list_models().models] == [models.job_id]


@pytest.mark.parametrize("families", [(), ("mlp", "lightgbm")])
def test_curves_are_predictions(models, families):
    row = describe(models).start
    view = profile_row(models, row, [1, 2], families=families, interval=0.8, points=5)
    for target, name in enumerate(models.targets):
        family = families[target] if families else models.predictor.families[name][0]
        for curve in view.curves:
            asked = [dict(models.named(row), **{models.encoder.names[curve.input]: v}) for v in curve.values]
            told = nbml.predict(models.job_id, asked, target=name, family=family, interval=0.8)
            np.testing.assert_allclose(
                curve.lines[target].predicted, told[f"predicted_{name}"], rtol=1e-4, atol=1e-3
            )
            here = view.here[target]
            assert here.predicted == pytest.approx(told[f"predicted_{name}"].iloc[curve.at], rel=1e-9)
            assert here.lower == pytest.approx(told[f"lower_{name}"].iloc[curve.at], rel=1e-9)
            assert view.distance == pytest.approx(told["distance"].iloc[curve.at])


def test_flags_what_is_odd_and_faults_name_their_input(models):
    """P5, P7, P10, P11, P12"""
    row = list(describe(models).start)
    view = profile_row(models, [99.0, row[1], "nope", None], [0])
    assert {(flag.word, flag.input) for flag in view.flags} == {("outside", 0), ("unseen", 2), ("missing", 3)}
    for values, options, code, field in [
        (["1,5", *row[1:]], {}, "NBML-P05", "inputs.0"),
        ([float("inf"), *row[1:]], {}, "NBML-P07", "inputs.0"),
        (row, {"interval": 1.5}, "NBML-P12", "interval"),
        (row, {"families": ("", "catboost")}, "NBML-P10", "families.1"),
    ]:
        with pytest.raises(PredictError) as caught:
            profile_row(models, values, [0], **options)
        assert (caught.value.code, caught.value.fields["field"]) == (code, field)
    with pytest.raises(PredictError, match="NBML-P30"):
        profile_row(models, row[:2], [0])


def test_picks_rows_of_the_training_table(models):
    made = frame()
    top = pick_rows(models, "highest", target=1, count=3)
    assert [one.row for one in top.rows] == made[W].sort_values(ascending=False).index[:3].tolist()
    assert top.rows[0].measured[1] == made[W].max()
    assert top.rows[0].values[2] == made[GRADE].iloc[top.rows[0].row]
    found = pick_rows(models, "search", words="<B> zz", count=5)
    assert found.found == 0
    found = pick_rows(models, "search", words="<B>C", count=100)
    assert [one.row for one in found.rows] == np.flatnonzero(made[GRADE] == "<b>C</b>").tolist()
    assert [one.row for one in pick_rows(models, "search", words="#12").rows] == [11]
    assert pick_rows(models, "random", seed=3) == pick_rows(models, "random", seed=3)
    assert pick_rows(models, "random", seed=3) != pick_rows(models, "random", seed=4)


def test_a_row_as_code_runs_and_as_cells_runs_nothing(models, monkeypatch):
    """S15"""
    row = (1.25, 30.0, "=1+1", None)
    told = {}
    monkeypatch.setattr(nbml, "predict", lambda *given, **options: told.update(given=given, options=options))
    exec(compile(row_as_code(models, row), "row", "exec"), {})
    assert told["given"] == (models.job_id, {X: 1.25, "age [d]": 30, GRADE: "=1+1", "wet": None})
    assert told["options"] == {"interval": 0.9}
    mixed = row_as_code(models, row, families=["mlp", "lightgbm"], interval=None)
    assert mixed.count("interval=None") == 2 or models.families(()) == models.families(["mlp", "lightgbm"])
    head, cells = row_as_cells(models, row).split("\n")
    assert head.split("\t")[2] == "'" + GRADE
    assert cells.split("\t") == ["1.25", "30", "'=1+1", ""]


def test_refuses_what_has_no_models(nbml_home):
    with pytest.raises(JobError, match="NBML-J02"):
        open_models("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    with pytest.raises(NbmlError, match="NBML-J01"):
        open_models("../x")
