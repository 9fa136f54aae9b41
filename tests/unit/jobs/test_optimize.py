"""Inverse search from trained models to a result: the spec, mistakes at their fields, the job, the tables."""

import json

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.errors import NbmlError, SpecError
from nbml.jobs.opening import handle_of
from nbml.jobs.optimize.launching import make_optimize_spec, write_search
from nbml.jobs.supervise import supervise_inline
from nbml.settings import Settings
from nbml.spec.events import FrontChanged
from nbml.spec.optimize import Goal, Input
from nbml.spec.parse import parse_job, spec_to_dict

A, B, C = "水[%]", "<b>sand</b>", "a,b"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("optimize")
        patch.setenv("NBML_HOME", str(folder))
        patch.setenv("NBML_EXECUTOR", "inline")
        yield folder


@pytest.fixture(scope="module")
def run(home):
    """A recipe of three parts that sum to 100, a category and a whole number; two targets."""
    rng = np.random.default_rng(0)
    shares = np.round(rng.dirichlet([1, 1, 1], size=90) * 100, 1)
    shares[:, 2] = np.round(100 - shares[:, 0] - shares[:, 1], 1)
    kind = rng.choice(["X", "Y"], 90)
    days = rng.integers(1, 29, 90)
    strength = shares[:, 1] + 2 * (kind == "X") + 0.3 * days - 0.01 * (shares[:, 0] - 30) ** 2
    table = pd.DataFrame({A: shares[:, 0], B: shares[:, 1], C: shares[:, 2], "kind": kind, "days": days})
    table["strength"] = strength + rng.normal(0, 0.5, 90)
    table["cost"] = shares[:, 1] * 0.5 + days + rng.normal(0, 0.5, 90)
    job = nbml.train(table, targets=["strength", "cost"], trials=1, folds=2, shap=False, executor="inline")
    job.result(timeout_s=120)
    return job.id


PARTS = [{"name": name, "low": 0, "high": 100, "step": 0.5, "extrapolate": True} for name in (A, B, C)]
GOALS = [{"target": "strength", "goal": "maximize"}, {"target": "cost", "goal": "minimize"}]
SUM = {"kind": "mixture", "parts": [A, B, C], "total": 100}


def search(run, *arguments, **options):
    options = {"evaluations": 300, "executor": "inline"} | options
    return nbml.optimize(run, *arguments, **options)


def refused(run, code, place, *arguments, **options):
    with pytest.raises(NbmlError) as caught:
        search(run, *arguments, **options)
    assert (caught.value.code, caught.value.fields["place"]) == (code, place)
    assert "?" not in caught.value.message.replace("\uff1f", "")
    assert caught.value.next_step
    return caught.value


@pytest.fixture(scope="module")
def done(run):
    rules = [
        SUM,
        {"kind": "when", "when": {"kind": "Y"}, "then": {"days": {"high": 7}}},
        {"kind": "distance", "most": 0.99},
        f"`{A}` / (`{B}` + 1) <= 5",
    ]
    job = search(run, [*PARTS, {"name": "days", "tolerance": 1}], GOALS, rules, name="配合 <1>")
    return job, job.result(timeout_s=120)


def test_the_table_is_feasible_and_complete(done):
    _, result = done
    pareto = result.pareto
    assert len(pareto)
    assert ((pareto[A] + pareto[B] + pareto[C]) == 100).all()
    assert (pareto[A] / (pareto[B] + 1) <= 5).all()
    assert (pareto.loc[pareto["kind"] == "Y", "days"] <= 7).all()
    assert (pareto["distance"] <= 0.99).all()
    assert pareto["days"].dtype.kind == "i"
    assert {
        "predicted_strength",
        "lower_cost",
        "desirability",
        "probability",
        "pass_rate",
        "nearest_1",
        "knee",
    } <= set(pareto)
    assert pareto["knee"].sum() <= 1
    everything = result.evaluated
    assert ((everything[A] + everything[B] + everything[C]) == 100).all()
    assert len(everything) <= 300


def test_a_search_goes_on_from_an_earlier_front(done, run):
    """A widened bound begins where the last search ended; what is not feasible any more is left out."""
    job, result = done
    wider = [*PARTS, {"name": "days", "high": 40, "extrapolate": True}]
    after = search(run, wider, GOALS, [SUM], evaluations=50, after=job)
    first = after.result(timeout_s=120).evaluated.head(40)
    known = set(zip(*(result.pareto[name] for name in (A, B, C, "kind", "days")), strict=True))
    begun = list(zip(*(first[name] for name in (A, B, C, "kind", "days")), strict=True))
    assert sum(row in known for row in begun) >= 10
    narrow = search(run, [*PARTS, {"name": "kind", "fixed": "Y"}], GOALS, [SUM], after=job.id).result(
        timeout_s=60
    )
    assert set(narrow.pareto["kind"]) == {"Y"}
    with pytest.raises(NbmlError) as caught:
        search(run, goals={"cost": "minimize"}, after="nothing")
    assert caught.value.code == "NBML-J02"


def test_the_job_is_like_any_job(done, run):
    job, result = done
    events = job.events()
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    fronts = [e for e in events if isinstance(e, FrontChanged)]
    assert fronts[-1].evaluations == len(result.evaluated)
    assert events[-1].type == "job.finished"
    assert job.snapshot().front.size == result.record.front_size
    assert nbml.open(job.id).result().record == result.record
    line = next(line for line in nbml.jobs() if line.id == job.id)
    assert (line.task, line.state, line.models, line.title) == ("optimize", "succeeded", (run,), "配合 <1>")


def test_figures_study_and_files(done, tmp_path):
    _, result = done
    figure = result.figure()
    assert [trace.name for trace in figure.data] == ["training data", "Pareto front"]
    assert "<b>sand" not in result.figure(x=B, y="cost", colour="days").layout.xaxis.title.text
    axes = [axis.label for axis in result.parallel_coordinates().data[0].dimensions]
    assert len(axes) == 7
    study = result.study
    assert [d.name for d in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    assert {t.params["days"] for t in study.best_trials} <= set(result.evaluated["days"]) | set(
        result.pareto["days"]
    )
    result.to_csv(tmp_path / "front.csv")
    back = pd.read_csv(tmp_path / "front.csv")
    assert back[A].tolist() == result.pareto[A].tolist()


def test_next_experiments_and_what_became_of_them(done):
    _, result = done
    chosen = result.propose(3, candidates="evaluated")
    assert set(chosen["reason"]) == {"exploit", "explore", "fill"}
    measured = (
        result.pareto[list(result.inputs)]
        .head(2)
        .assign(strength=[1.0, result.pareto["predicted_strength"].iloc[1]])
    )
    told = result.compare(measured)
    assert told["error_strength"].iloc[1] == 0
    assert told["inside_strength"].tolist() == [False, True]


def test_same_seed_same_table(run):
    """O25: also with threads; another seed gives another search."""
    first, again = (search(run, PARTS, GOALS, [SUM], seed=3).result(timeout_s=60).pareto for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize(
    ("code", "place", "inputs"),
    [
        pytest.param("NBML-O01", "inputs.0.low", [{"name": "days", "low": 9, "high": 3}], id="O1"),
        pytest.param("NBML-O03", "inputs.0.step", [{"name": A, "step": 0}], id="O3"),
        pytest.param("NBML-O06", "inputs.0.low", [{"name": A, "low": float("nan")}], id="O6"),
        pytest.param("NBML-O07", "inputs.0", [{"name": "days", "low": 1, "high": 90}], id="O7"),
        pytest.param(
            "NBML-O08", "inputs.0.low", [{"name": A, "low": 0, "log": True, "extrapolate": True}], id="O8"
        ),
        pytest.param("NBML-O09", "inputs.0.levels", [{"name": "kind", "levels": ["X", "Z"]}], id="O9"),
        pytest.param("NBML-O09", "inputs.0.levels", [{"name": "kind", "levels": []}], id="O9-empty"),
        pytest.param("NBML-O10", "inputs.0.high", [{"name": "days", "high": 3.5}], id="O10"),
        pytest.param("NBML-O19", "inputs.1.name", [{"name": A, "fixed": 3}, {"name": A}], id="O19"),
        pytest.param("NBML-O19", "inputs.0.fixed", [{"name": A, "fixed": 3, "low": 1}], id="O19-both"),
        pytest.param("NBML-O30", "inputs.0.name", [{"name": "dais"}], id="unknown"),
        pytest.param("NBML-O48", "inputs.0.low", [{"name": "kind", "low": 3}], id="range-of-levels"),
    ],
)
def test_mistakes_of_inputs(run, code, place, inputs):
    refused(run, code, place, inputs, GOALS)


@pytest.mark.parametrize(
    ("code", "place", "goals"),
    [
        pytest.param(
            "NBML-O31", "goals.0.target", [{"target": "strenght", "goal": "maximize"}], id="unknown"
        ),
        pytest.param("NBML-O32", "goals.0", [{"target": "cost", "goal": "reach"}], id="O11"),
        pytest.param("NBML-O33", "goals.0", [{"goal": "maximize"}], id="on-nothing"),
        pytest.param("NBML-O14", "goals.0.formula", [{"formula": "cost + x", "goal": "minimize"}], id="O14"),
        pytest.param("NBML-O15", "goals.0.formula", [{"formula": "cost +", "goal": "minimize"}], id="O15"),
        pytest.param("NBML-O45", "goals.0", [{"formula": "log(0 - days)", "goal": "minimize"}], id="O16"),
    ],
)
def test_mistakes_of_goals(run, code, place, goals):
    refused(run, code, place, (), goals)


@pytest.mark.parametrize(
    ("code", "place", "rules"),
    [
        pytest.param("NBML-O18", "constraints.0", ["days >= 20", "days <= 5"], id="O18"),
        pytest.param("NBML-O17", "constraints.0", [{**SUM, "total": 500}], id="O17"),
        pytest.param(
            "NBML-O15", "constraints.0.formula", ["__import__('os').system('x') <= 1"], id="O15-S16"
        ),
        pytest.param("NBML-O14", "constraints.0.formula", ["nothing <= 1"], id="O14"),
        pytest.param("NBML-O45", "constraints.0", ["cost / (days - days) <= 1"], id="O16"),
        pytest.param("NBML-O35", "constraints.0.formula", ["days + 1"], id="no-comparison"),
        pytest.param(
            "NBML-O30", "constraints.0", [{"kind": "mixture", "parts": ["dais"], "total": 1}], id="unknown"
        ),
        pytest.param(
            "NBML-O31", "constraints.0.target", [{"kind": "interval", "target": "x", "most": 1}], id="target"
        ),
    ],
)
def test_mistakes_of_constraints(run, code, place, rules):
    refused(run, code, place, (), GOALS, rules)


@pytest.mark.parametrize("evaluations", [0, -5, 10**9])
def test_budgets_beyond_reason(run, evaluations):
    """O23."""
    refused(run, "NBML-O23", "evaluations", (), GOALS, evaluations=evaluations)


def test_what_is_said_beside_the_answer(run):
    """O2, O5, O7, O11, O22: not refused, but told."""
    inputs = [
        {"name": "days", "low": 5, "high": 5, "step": 1},
        {"name": A, "low": 0, "high": 110, "step": 20, "extrapolate": True},
    ]
    goals = [{"target": "strength", "goal": "at_least", "value": 1e6}, GOALS[1]]
    result = search(run, inputs, goals).result(timeout_s=60)
    codes = {notice.code for notice in result.notices}
    assert {"NBML-O02", "NBML-O05", "NBML-O11", "NBML-O22", "NBML-O49", "NBML-O43"} <= codes
    assert not result.record.is_feasible
    assert not result.pareto["meets"].any()


def test_only_combinations_that_were_seen(run):
    rule = {"kind": "combinations", "of": ["kind", "days"], "only": "seen"}
    result = search(run, (), GOALS, [rule]).result(timeout_s=60)
    table = nbml.open(run).result()
    seen = set(zip(result.measured["kind"], result.measured["days"].astype(int), strict=True))
    assert set(zip(result.evaluated["kind"], result.evaluated["days"], strict=True)) <= seen
    assert table is not None


def test_a_job_that_is_stopped_keeps_its_front(run):
    """O24: asked to stop before it starts to search, it ends with what it has."""
    settings = Settings()
    written = write_search(make_optimize_spec(run, (), GOALS, evaluations=200_000), settings)
    job = handle_of(written.folder.job_id, settings)
    written.folder.ask_to_stop()
    supervise_inline(job.id, settings)
    assert job.status == "cancelled"
    result = job.result()
    assert result.record.is_partial
    assert "NBML-O24" in {notice.code for notice in result.notices}
    assert len(result.pareto)


def test_models_that_changed_are_refused_by_a_job_made_before(run):
    """O25: the same seed would give another front."""
    settings = Settings()
    written = write_search(make_optimize_spec(run, (), GOALS, evaluations=100), settings)
    said = json.loads(written.folder.spec.read_text())
    said["resolved"]["used"][0]["bundle_sha256"] = "0" * 64
    written.folder.spec.write_text(json.dumps(said))
    supervise_inline(written.folder.job_id, settings)
    assert handle_of(written.folder.job_id, settings).snapshot().error.code == "NBML-O25"


def test_two_runs_of_one_target_must_be_told_apart(run):
    refused(run := [run, run], "NBML-O47", "runs.1", (), GOALS)
    shared = [{"run": run[0], "targets": ["strength"]}, {"run": run[1], "targets": ["cost"]}]
    assert len(search(shared, PARTS, GOALS, [SUM]).result(timeout_s=60).pareto)


def test_a_spec_says_the_same_by_call_class_and_file(run, tmp_path):
    by_dict = make_optimize_spec(run, [{"name": "days", "fixed": 3}], {"cost": "minimize"}, ["days <= 9"])
    by_class = make_optimize_spec(
        [run], [Input(name="days", fixed=3)], [Goal(target="cost", goal="minimize")], ["days <= 9"]
    )
    assert by_dict == by_class == parse_job(spec_to_dict(by_dict))
    file = tmp_path / "optimize.json"
    file.write_text(json.dumps(spec_to_dict(by_dict)))
    assert isinstance(nbml.run(file, executor="inline").result(timeout_s=60), nbml.OptimizeResult)


def test_unknown_fields_and_kinds_name_their_place(run):
    for options in ({"inputs": [{"name": "days", "hight": 3}]}, {"constraints": [{"kind": "sum"}]}):
        with pytest.raises(SpecError) as caught:
            make_optimize_spec(run, goals=GOALS, **options)
        assert caught.value.code == "NBML-S01"


def test_a_search_is_no_training(done, run):
    job, _ = done
    for make, wrong in ((nbml.Job, job.id), (nbml.OptimizeJob, run)):
        with pytest.raises(NbmlError) as caught:
            make(wrong)
        assert caught.value.code == "NBML-J40"
