"""Inverse search from trained models to a result: the spec, mistakes at their fields, the job, the tables."""

import json
import time

import numpy as np
import optuna
import pandas as pd
import pytest

import nbml
from nbml.errors import NbmlError, SpecError
from nbml.jobs.history.lineage import MOST_SEARCHES, lineage
from nbml.jobs.opening import handle_of
from nbml.jobs.optimize import island_bench, islands, tracked
from nbml.jobs.optimize.launching import make_optimize_spec, write_search
from nbml.jobs.optimize.setting import set_up
from nbml.jobs.optimize.sources import open_sources
from nbml.jobs.supervise import supervise_inline
from nbml.settings import Settings
from nbml.spec.events import FrontChanged
from nbml.spec.optimize import Goal, Input
from nbml.spec.parse import parse_job, spec_to_dict
from nbml.tracking.kept import Kept
from nbml.tracking.store import connect, resolve
from nbml.tracking.writer import TrackingWriter

A, B, C = "水[%]", "<b>sand</b>", "a,b"


class NoWriter:
    """In place of the tracking writer where MLflow is not the subject."""

    error = None

    def __init__(self, *_):
        self.told = []

    def event(self, event):
        self.told.append(event)

    def finish(self, record, timeout_s):
        pass

    def wait_while_it_answers(self, timeout_s):
        return Kept("no-run", "0", "nowhere")

    def notices(self):
        return []

    def close(self, timeout_s):
        pass


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("optimize")
        patch.setenv("NBML_HOME", str(folder))
        patch.setenv("NBML_EXECUTOR", "inline")
        patch.setattr(tracked, "TrackingWriter", NoWriter)
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
    on_front = [trial for trial in study.trials if trial.user_attrs["front"]]
    assert [trial.params for trial in on_front] == result.pareto[list(result.inputs)].to_dict("records")
    assert [trial.values[0] for trial in on_front] == result.pareto["predicted_strength"].tolist()
    drawn = optuna.visualization.plot_pareto_front(study)
    assert sum(len(trace.x) for trace in drawn.data) == len(study.trials)
    optuna.visualization.plot_slice(study, target=lambda trial: trial.values[1], target_name="cost")
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
    first = result.propose(1)
    key = list(result.inputs)
    row = next(
        k for k in range(len(result.pareto)) if (result.pareto[key].iloc[k] == first[key].iloc[0]).all()
    )
    result.plan([row], "exploit")
    away = result.propose(3)
    fill = away[away["reason"] == "fill"]
    assert not (fill[key] == first[key].iloc[0]).all(axis=1).any()
    measured = (
        result.pareto[list(result.inputs)]
        .head(2)
        .assign(strength=[1.0, result.pareto["predicted_strength"].iloc[1]])
    )
    told = result.compare(measured)
    assert told["error_strength"].iloc[1] == 0
    assert told["inside_strength"].tolist() == [False, True]
    tried = result.evaluated.iloc[[0, 1]]
    assert (result.compare(tried.assign(cost=tried["predicted_cost"]))["error_cost"] == 0).all()


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
    written = write_search(make_optimize_spec(run, (), GOALS, evaluations=50_000), settings)
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


def test_a_search_is_kept_in_mlflow_beside_its_models(run, monkeypatch):
    """A run of its own, linked to the run, the model and the data of the training; opened by its id."""
    monkeypatch.setattr(tracked, "TrackingWriter", TrackingWriter)
    job = search(run, PARTS, GOALS, [SUM], name="kept")
    result = job.result(timeout_s=120)
    assert result.run_id is not None
    assert result.record.tracking_uri.startswith("sqlite:///")
    assert nbml.open(result.run_id).id == job.id
    used = handle_of(job.id, Settings()).spec.resolved.used[0]
    trained = nbml.open(run).result()
    assert used.run_id == trained.run_id
    assert used.data_sha256 == trained.record.data_sha256
    client = connect(resolve(Settings()))
    kept = client.get_run(result.run_id)
    assert [one.model_id for one in kept.inputs.model_inputs] == [used.model_id]
    assert [one.dataset.digest for one in kept.inputs.dataset_inputs] == [used.data_sha256[:36]]
    assert kept.info.experiment_id == client.get_run(trained.run_id).info.experiment_id
    assert kept.data.metrics["hypervolume"] == result.record.hypervolume
    names = {file.path for file in client.list_artifacts(result.run_id)}
    assert {"front.json", "front.parquet", "pareto.csv", "figure_front.json", "spec.json"} <= names
    line = next(line for line in nbml.jobs() if line.id == job.id)
    assert (line.run_id, line.data_sha256) == (result.run_id, used.data_sha256)
    assert line.front_size == result.record.front_size
    assert [event.stage for event in job.events() if event.type == "stage.started"] == [
        "prepare",
        "search",
        "keep",
    ]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "relative/path"])
def test_f39_mlflow_that_is_away_loses_no_search(run, monkeypatch, uri):
    """Nor one that cannot be: the result is there at once, and says so."""
    monkeypatch.setattr(tracked, "TrackingWriter", TrackingWriter)
    monkeypatch.setattr("nbml.jobs.supervise.TRACKING_CLOSE_S", 1.0)
    monkeypatch.setenv("NBML_TRACKING_URI", uri)
    result = search(run, PARTS, GOALS, [SUM]).result(timeout_s=60)
    assert len(result.pareto)
    assert result.run_id is None
    codes = {
        event.code for event in handle_of(result.record.job_id, Settings()).events() if event.type == "notice"
    }
    assert codes & {"NBML-J22", "NBML-T02"}


def test_lineage_from_the_data_to_the_front(done, run):
    job, _ = done
    graph = lineage(job.id)
    kinds = {node.id: node.kind for node in graph.nodes}
    made = {(kinds[edge.used], kinds[edge.made]) for edge in graph.edges}
    assert {("data", "job"), ("job", "model"), ("model", "optimisation")} <= made
    assert graph.focus == f"job:{job.id}"
    around = lineage(run)
    searches = {edge.made for edge in around.edges if edge.used.startswith("model:")}
    assert searches <= {node.id for node in around.nodes if node.kind == "optimisation"}
    assert 0 < len(searches) <= MOST_SEARCHES


def test_going_on_with_a_bound_widened(done):
    job, result = done
    wider = job.go_on(
        inputs=[{"name": "days", "high": 40, "extrapolate": True}], evaluations=60, executor="inline"
    )
    assert wider.spec.after == job.id
    days = next(one for one in wider.spec.inputs if one.name == "days")
    assert (days.high, days.tolerance) == (40, 1)
    assert wider.spec.goals == job.spec.goals
    assert wider.spec.constraints == job.spec.constraints
    begun = wider.result(timeout_s=60).evaluated
    known = set(zip(*(result.pareto[name] for name in result.inputs), strict=True))
    assert known & set(zip(*(begun[name] for name in result.inputs), strict=True))
    fixed = job.go_on(inputs=[{"name": "days", "fixed": 3}], evaluations=60, executor="inline")
    assert set(fixed.result(timeout_s=60).pareto["days"]) == {3}


def test_a_big_search_is_split_into_islands(run, monkeypatch):
    """O25, F47: the same front with one worker and with two."""
    monkeypatch.setattr(islands, "ISLANDS_FROM", 1_000)
    monkeypatch.setattr(islands, "EACH", 250)
    monkeypatch.setattr(island_bench, "STRETCH_ROWS", 100)
    first, second = (
        search(run, PARTS, GOALS, [SUM, {"kind": "distance", "most": 0.99}], evaluations=1_000, workers=n)
        for n in (1, 2)
    )
    pd.testing.assert_frame_equal(first.result(timeout_s=120).pareto, second.result(timeout_s=120).pareto)
    record = second.result().record
    assert record.islands == 4
    assert record.evaluations >= 900
    stages = [event.stage for event in second.events() if event.type == "stage.started"]
    assert stages == ["prepare", "workers", "search", "keep"]
    assert len([event for event in second.events() if isinstance(event, FrontChanged)]) >= 1
    assert ((second.result().evaluated[[A, B, C]].sum(axis=1)) == 100).all()


def test_exact_mode_says_how_good_a_row_could_be(run):
    """One goal: a bound for all rows; the proof where it closes; what the program does not know is named."""
    inputs = [*PARTS, {"name": "kind", "fixed": "X"}, {"name": "days", "fixed": 7}]
    job = search(run, inputs, GOALS[:1], [SUM], exact=5)
    result = job.result(timeout_s=120)
    proof = result.proof
    best = result.pareto["predicted_strength"].max()
    assert proof.objective == "strength"
    assert proof.value == pytest.approx(best)
    assert proof.found <= proof.value + 1e-9 <= proof.bound + 2e-9
    assert (result.evaluated["predicted_strength"] <= proof.bound + 1e-6).all()
    assert proof.left_out == ()
    told = [notice for notice in result.notices if notice.code in ("NBML-O54", "NBML-O55")]
    assert [notice.code for notice in told] == ["NBML-O54" if proof.is_proven else "NBML-O55"]
    assert job.spec == parse_job(spec_to_dict(job.spec))


def test_exact_mode_can_be_stopped(run):
    """F6: the solver cannot be interrupted, so it is left alone; the front stays."""
    job = search(run, PARTS, GOALS, [SUM], exact=10)
    end = time.monotonic() + 60
    while not any(event.type == "stage.started" and event.detail for event in job.events()):
        assert time.monotonic() < end
        time.sleep(0.05)
    job.cancel()
    result = job.result(timeout_s=30)
    assert (job.status, result.proof) == ("cancelled", None)
    assert len(result.pareto)


def test_exact_mode_weighs_directions(run):
    goals = [GOALS[0] | {"weight": 2}, {"input": "days", "goal": "minimize"}]
    rules = [SUM, {"kind": "distance", "most": 0.99}]
    inputs = [*(part | {"step": 20} for part in PARTS), {"name": "kind", "fixed": "X"}]
    result = search(run, inputs, goals, rules, exact={"seconds": 1}).result(timeout_s=120)
    proof, record = result.proof, result.record
    scale = [goal.seen_high - goal.seen_low for goal in record.goals]
    rows = result.evaluated[result.evaluated["violation"] <= 0]
    score = 2 * rows["goal_1"] / scale[0] - rows["goal_2"] / scale[1]
    assert proof.value == pytest.approx(score.max(), abs=1e-9)
    assert proof.value <= proof.bound + 1e-9
    assert proof.left_out == ("distance <= 0.99",)
    assert proof.objective.startswith("2 strength / ")


@pytest.mark.parametrize(
    ("code", "goals"),
    [
        ("NBML-O53", [{"target": "strength", "goal": "reach", "value": 20}]),
        ("NBML-O53", [{"target": "strength", "goal": "at_least", "value": 20}]),
        ("NBML-O53", [{"formula": "strength * days", "goal": "maximize"}]),
    ],
)
def test_what_exact_mode_cannot_do_is_refused_before(run, code, goals):
    refused(run, code, "exact", (), goals, exact=True)


def test_what_is_said_of_settings_before_the_search(run):
    """O4, O26: told at their fields when the search is made."""
    five = [*GOALS, *({"formula": f"days * {k} + cost", "goal": "minimize"} for k in (1, 2, 3))]
    spec = make_optimize_spec(run, [{"name": "days", "low": 1, "high": 20, "step": 30}], five)
    notes = {note.code: note.fields for note in set_up(spec, open_sources(spec, Settings())).notes}
    assert notes["NBML-O04"]["column"] == "days"
    assert notes["NBML-O26"]["count"] == 5


def test_what_no_row_keeps_is_named_with_how_far_it_is(run):
    """O13: limits that bind, by their names, and by how much."""
    rules = [{"kind": "interval", "target": "cost", "most": 1e-6}]
    result = search(run, PARTS, GOALS, [SUM, *rules]).result(timeout_s=60)
    told = next(notice for notice in result.notices if notice.code == "NBML-O43")
    assert any("interval of cost" in missed for missed in told.fields["missed"])
    assert not result.record.is_feasible
    assert result.record.hypervolume is None


def test_rows_without_a_finite_formula_are_counted(run):
    """O12, O16: a goal that decides nothing, a divisor that becomes zero."""
    goals = [*GOALS, {"formula": "1 / (days - 7) - 1 / (days - 7)", "goal": "minimize"}]
    result = search(run, [{"name": "days", "low": 5, "high": 9}], goals, [SUM]).result(timeout_s=60)
    codes = {notice.code: notice.fields for notice in result.notices}
    assert codes["NBML-O16"]["count"] == result.record.undefined > 0
    assert codes["NBML-O12"]["value"] == 0


def test_o21_runs_that_do_not_agree_on_an_input(run):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"days": rng.choice(["few", "many"], 40), "x": rng.normal(size=40)})
    table["gloss"] = table["x"] + (table["days"] == "many")
    other = nbml.train(table, targets="gloss", trials=1, folds=2, shap=False, executor="inline")
    other.result(timeout_s=120)
    told = refused([run, other.id], "NBML-O21", "runs", (), [*GOALS, {"target": "gloss", "goal": "maximize"}])
    assert told.fields["column"] == "days"
