"""``nbml optimize``: goals and inputs in words, the words of a search while it runs, the page at its end."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from nbml.cli.faults import CommandError, exit_code
from nbml.cli.optimize import goal_of, input_of
from nbml.cli.progress import Progress, Teller, stage_line
from nbml.cli.show import show_result
from nbml.data.store import save_frame
from nbml.spec.events import AnyEvent, FrontChanged, JobQueued, JobStarted, Notice, StageStarted
from nbml.spec.front import GoalScale, InputRange, OptimizeRecord, ProofRecord
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.parse import load_job
from nbml.spec.snapshot import Snapshot, fold

NASTY = "[bold]y[/]\x1b[31m"


@pytest.mark.parametrize(
    ("words", "goal"),
    [
        ("strength=maximize", {"target": "strength", "goal": "maximize"}),
        ("a=b=minimize", {"target": "a=b", "goal": "minimize"}),
        ("x=reach:5:0.5", {"target": "x", "goal": "reach", "value": 5.0, "tolerance": 0.5}),
        ("x=between:15:21", {"target": "x", "goal": "between", "low": 15.0, "high": 21.0}),
        ("x=at_least:-3", {"target": "x", "goal": "at_least", "value": -3.0}),
        ("input:cement=minimize", {"input": "cement", "goal": "minimize"}),
        ("formula:2 * a + b=minimize", {"formula": "2 * a + b", "goal": "minimize"}),
        ("a:b=maximize", {"target": "a:b", "goal": "maximize"}),
    ],
)
def test_goals_in_words(words, goal):
    assert goal_of(words) == goal


@pytest.mark.parametrize(
    "words",
    [
        "strength",
        "=maximize",
        "x=best",
        "x=reach",
        "x=between:1",
        "x=maximize:3",
        "x=at_most:1:2",
        "x=reach:nan",
    ],
)
def test_what_is_no_goal(words):
    with pytest.raises(CommandError) as told:
        goal_of(words)
    assert (told.value.code, exit_code(told.value.code)) == ("NBML-C11", 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cement=100:540:5", {"name": "cement", "low": 100.0, "high": 540.0, "step": 5.0}),
        ("cement=:540", {"name": "cement", "high": 540.0}),
        ("age=28", {"name": "age", "fixed": 28.0}),
        ("kind=A", {"name": "kind", "fixed": "A"}),
        ("kind=A,B:1", {"name": "kind", "levels": ["A", "B:1"]}),
        ("age=3,7,28", {"name": "age", "levels": [3.0, 7.0, 28.0]}),
    ],
)
def test_inputs_in_words(words, said):
    assert input_of(words) == said


@pytest.mark.parametrize("words", ["cement", "=3", "cement="])
def test_what_is_no_input(words):
    with pytest.raises(CommandError) as told:
        input_of(words)
    assert told.value.code == "NBML-C12"


def test_every_option_reaches_the_spec(nbml_cli, tmp_path):
    file = tmp_path / "search.yaml"
    asked = ["--goal", "y=maximize", "-g", "input:a=minimize", "-i", "a=1:9:2", "-c", "a / b <= 0.6"]
    more = {
        "--distance": "0.9", "--evaluations": "500", "--timeout": "60", "--exact": "5", "--seed": "7",
        "--engine": "optuna-tpe", "--after": "job-0", "--workers": "2", "--project": "p", "--name": "n",
        "--write-spec": str(file),
    }  # fmt: skip
    words = [word for pair in more.items() for word in pair]
    assert nbml_cli("optimize", "j1", "j2", *asked, *words, "--dry-run").code == 0
    spec = load_job(file)
    assert isinstance(spec, OptimizeSpec)
    assert (spec.models, spec.targets) == (("j1", "j2"), ("y",))
    assert [rule.kind for rule in spec.constraints] == ["formula", "distance"]
    assert (spec.evaluations, spec.timeout_s, spec.seed, spec.engine) == (500, 60, 7, "optuna-tpe")
    assert spec.exact is not None
    assert (spec.exact.seconds, spec.after, spec.resources.workers) == (5, "job-0", 2)
    said = nbml_cli("optimize", "j1", *asked, "--dry-run", "--json")
    assert json.loads(said.out)["inputs"] == [
        {"name": "a", "low": 1.0, "high": 9.0, "step": 2.0} | json.loads(said.out)["inputs"][0]
    ]
    assert nbml_cli("optimize", "j1", "-g", "y=best", "--dry-run").code == 2


def front(evaluations: int, size: int = 5, *, feasible: bool = True, elapsed_s: float = 1.0) -> FrontChanged:
    return FrontChanged(
        evaluations=evaluations,
        planned=10_000,
        size=size,
        is_feasible=feasible,
        hypervolume=0.61234 if feasible else None,
        names=("y",),
        elapsed_s=elapsed_s,
    )


def told(*events: AnyEvent) -> tuple[Snapshot, list[str]]:
    teller, job, lines = Teller(), Snapshot(), []
    for event in events:
        job = fold(job, event)
        lines += teller.lines(event, job)
    return job, lines


def test_a_search_has_words_of_its_own():
    """Not those of a training, from the first line on."""
    began = (
        JobQueued(task="optimize", title="t"),
        JobStarted(attempt=1, executor="ray"),
        StageStarted(stage="prepare"),
        StageStarted(stage="search"),
    )
    _, lines = told(*began, front(0, 0), front(500, feasible=False), front(2_000))
    text = "\n".join(lines)
    assert "Opening the models" in text
    assert "Searching\n" in text
    assert "hyperparameters" not in text
    assert "0 of 10,000 rows tried   nothing to show yet" in text
    assert "no row keeps all limits yet" in text
    assert "2,000 of 10,000 rows tried   5 on the front   hypervolume 0.612" in text
    began = JobQueued(task="train", title="t"), JobStarted(attempt=1, executor="ray")
    training, words = told(*began, StageStarted(stage="search"))
    assert "Searching hyperparameters" in words[-1]
    assert stage_line(training, "optimize") == "Searching"


def test_a_long_search_is_told_in_about_twenty_lines():
    _, lines = told(*(front(n) for n in range(0, 10_001, 20)))
    assert 15 <= len(lines) <= 25
    assert "10,000 of 10,000" in lines[-1]


def test_the_live_picture_shows_the_growing_front():
    job, _ = told(JobQueued(task="optimize", title=NASTY), StageStarted(stage="search"), front(2_500))
    job = job.model_copy(update={"state": "running", "elapsed_s": 10.0})
    shown = io.StringIO()
    Console(file=shown, width=100, markup=False).print(Progress(job, 10.0))
    picture = shown.getvalue()
    assert "2,500 of 10,000 rows tried" in picture
    assert "about 30 s left" in picture
    assert "\x1b" not in picture


def record(folder: Path, **changes: object) -> OptimizeRecord:
    pareto = pd.DataFrame(
        {
            NASTY: [1.0, 2.0],
            "fixed": [7.0, 7.0],
            "predicted_y": [3.25, 4.5],
            "desirability": [0.2, 0.9],
            "pass_rate": [1.0, 0.5],
            "distance": [0.1, 0.2],
        }
    )
    (folder / "data").mkdir()
    said = {
        "job_id": "j1",
        "state": "succeeded",
        "title": "t",
        "targets": ("y",),
        "runs": ("j0",),
        "inputs": (
            InputRange(name=NASTY, kind="number", low=0, high=9, step=1),
            InputRange(name="fixed", kind="number", low=7, high=7),
        ),
        "goals": (GoalScale(label="y", on="target", kind="maximize", seen_low=0, seen_high=9),),
        "evaluations": 10_000,
        "front_size": 2,
        "is_feasible": True,
        "knee": 0,
        "notices": (Notice(level="warning", code="NBML-O05", message="Steps do not end."),),
        "pareto_sha256": save_frame(pareto, folder / "data"),
        "evaluated_sha256": "0" * 64,
        "run_id": "r1",
        "tracking_uri": "sqlite:///x.db",
    }
    return OptimizeRecord.model_validate(said | changes)


def page(made: OptimizeRecord, folder: Path) -> str:
    shown = io.StringIO()
    show_result(Console(file=shown, width=160, markup=False, highlight=False), made, folder)
    return shown.getvalue()


def test_the_page_at_the_end(tmp_path):
    proof = ProofRecord(
        objective="y",
        direction="maximize",
        found=4.0,
        value=4.5,
        bound=4.5,
        gap=0.0,
        seconds=1.2,
        is_proven=True,
    )
    said = page(record(tmp_path, proof=proof), tmp_path)
    assert "2 rows on the front after 10,000 evaluations" in said
    rows = [line.split() for line in said.splitlines()]
    assert ["2", "4.500", "0.9000", "0.5000", "0.2000"] in rows
    assert ["*", "1", "3.250", "0.2000", "1.000", "0.1000"] in rows
    assert "fixed" not in said
    assert "Proven: no row is better than 4.500 for y" in said
    assert "NBML-O05" in said
    assert str(tmp_path / "pareto.csv") in said.replace("\n", "")
    for words in ("r1", 'nbml.open("j1").result().propose(5)', "go_on(inputs=[...])", "nbml.panels.Optimize"):
        assert words in said
    assert "\x1b" not in said


def test_the_page_of_a_front_that_misses_limits(tmp_path):
    said = page(record(tmp_path, is_feasible=False, is_partial=True, knee=None), tmp_path)
    assert "No row of 10,000 keeps all limits" in said
    assert "go_on(evaluations=40000)" in said


@pytest.mark.parametrize(("code", "expected"), [("NBML-O31", 2), ("NBML-O18", 2), ("NBML-O13", 1)])
def test_exit_codes_of_searches(code, expected):
    """What cannot be searched is the question's fault; a search that found nothing is a failed job."""
    assert exit_code(code) == expected
