"""The Optimize room over the wire: a form looked at, a search started, watched, and its front read."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import NoTracking

import nbml
from nbml.spec.messages.optimize_form import OptimizeDraft
from nbml.spec.messages.optimize_room import FrontTable

Y = "<img src=x onerror=alert(1)> 強度[MPa]"
HARD = "=a,b {x} 🙂"


@pytest.fixture
def run(monkeypatch):
    """A training with hostile names in this test's home."""
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
    rng = np.random.default_rng(0)
    made = pd.DataFrame({HARD: rng.uniform(0, 1, 48).round(2), "z": rng.uniform(0, 1, 48).round(2)})
    made["kind"] = [f"=L{i % 3}" for i in range(48)]
    made[Y] = 3 * made[HARD] - made["z"] + rng.normal(size=48) * 0.05
    job = nbml.train(made, targets=[Y], trials=1, folds=2, shap=False)
    job.result(timeout_s=120)
    return job


def asked(page, kind, **body):
    """A request's value; a fault fails the test."""
    answer = page.ask(kind, **body)
    assert answer.get("fault") is None, answer
    return answer["value"]


def drafted(page, form=None):
    return OptimizeDraft.model_validate(asked(page, "optimize.draft", form=form))


def short(form, **changes):
    return form.model_copy(update={"evaluations": 200} | changes).model_dump(mode="json")


def test_from_a_training_to_the_next_experiments(show, run):
    """A person's whole way through the room, with names that are anything."""
    page = show(job=run, language="en")
    draft = drafted(page)
    assert draft.form.runs == (run.id,)
    assert [target.name for target in draft.targets] == [Y]
    assert draft.feasibility.state == "feasible"
    form = draft.form.model_dump(mode="json") | {"evaluations": 200}
    form["goals"].append({"on": "input", "of": "z", "goal": "minimize"})
    job_id = asked(page, "optimize.start", form=form)["job_id"]
    page.wait(lambda m: any(e["type"] == "job.finished" for e in m.get("events", ())) or
              m.get("snapshot", {}).get("state") == "succeeded")  # fmt: skip
    assert page.panel.job.id == job_id
    assert page.panel.session.state.job.task == "optimize"
    front = FrontTable.model_validate(asked(page, "optimize.result", job_id=job_id))
    roles = {column.key: column.role for column in front.columns}
    assert roles[HARD] == "input"
    assert roles[f"predicted_{Y}"] == "predicted"
    assert front.goal_columns == (f"predicted_{Y}", "z")
    assert all(len(column.cells) == front.n_rows for column in front.columns)
    measured = asked(page, "optimize.measured", runs=[run.id])
    assert {column["name"] for column in measured["columns"]} == {HARD, "z", Y}
    near = asked(page, "optimize.nearest", job_id=job_id, row=0)
    assert len(near["rows"]) == 3
    assert set(near["names"]) == {HARD, "z", "kind", Y}
    proposed = asked(page, "optimize.propose", job_id=job_id, count=2)["rows"]
    assert all(row["row"] < front.n_rows for row in proposed)
    asked(page, "optimize.choose", job_id=job_id, rows=[0])
    assert len(page.panel.selected) == 1
    again = asked(page, "optimize.again", job_id=job_id)["form"]
    assert again["goals"] == OptimizeDraft.model_validate(
        draft.model_dump() | {"form": form}
    ).model_dump(mode="json")["form"]["goals"]  # fmt: skip
    code = asked(page, "optimize.code", job_id=job_id)
    assert repr(run.id) in code["call"]


def test_experiments_are_planned_measured_and_learnt_from(show, run):
    """The way round: a row is planned, its result entered, and the table to train again on has it."""
    page = show(job=run, language="en")
    job = nbml.optimize(run, goals={Y: "maximize"}, evaluations=100)
    front = job.result(timeout_s=60).pareto
    planned = asked(page, "optimize.plan", job_id=job.id, rows=[{"row": 0, "why": "exploit"}])
    assert [line["row"] for line in planned["rows"]] == [0]
    assert planned["inputs"] == [HARD, "z", "kind"]
    told = asked(page, "optimize.measure", job_id=job.id, number=1, target=Y, value=2.5)
    assert told["can_extend"]
    assert [figure["target"] for figure in told["figures"]] == [Y]
    assert asked(page, "optimize.experiments", job_id=job.id) == told
    table = asked(page, "optimize.extend", job_id=job.id)
    assert (table["n_rows"], table["added"]) == (49, 1)
    last = page.panel.table.frame.iloc[-1]
    assert (last[HARD], last["kind"], last[Y]) == (front[HARD].iloc[0], front["kind"].iloc[0], 2.5)
    assert asked(page, "optimize.unplan", job_id=job.id, number=1)["rows"] == []
    answer = page.ask("optimize.unplan", job_id=job.id, number=1)
    assert answer["fault"]["code"] == "NBML-O64"


def test_a_row_of_the_front_is_taken_apart(show, run):
    """A row that no table has, by the final model; its parts add up to what the front says of it."""
    page = show(job=run, language="en")
    job = nbml.optimize(run, goals={Y: "maximize"}, evaluations=100)
    best = job.result(timeout_s=60).pareto.iloc[0]
    cells = {HARD: float(best[HARD]), "z": float(best["z"]), "kind": best["kind"], "not known": 1}
    told = asked(page, "explain.new_row", job_id=run.id, cells=cells)
    assert told["row"] == 0
    assert told["measured"] is None
    assert told["predicted"] == pytest.approx(best[f"predicted_{Y}"], rel=1e-6)
    assert told["base"] + sum(cell["effect"] for cell in told["cells"]) == pytest.approx(told["predicted"])
    assert "new row" in told["figure"]["layout"]["title"]["text"]


def test_models_that_do_not_go_together_are_told_at_their_field(show, run):
    """O21: what is chosen stands, with the fault at the models."""
    page = show(job=run, language="en")
    answer = page.ask("optimize.draft", form=None, runs=[run.id, run.id])
    assert (answer["fault"]["code"], answer["fault"]["field"]) == ("NBML-O47", "runs")


def test_a_table_that_leaves_runs_nothing(show, run):
    """S: cells and names that a spreadsheet would take for formulas stay text, in CSV and Excel."""
    page = show(job=run, language="en")
    job = nbml.optimize(run, goals={Y: "maximize"}, evaluations=100)
    job.result(timeout_s=60)
    for form in ("csv", "xlsx"):
        answer = asked(page, "optimize.export", job_id=job.id, format=form, rows=[0])
        assert answer["name"] == f"pareto.{form}"
        pieces = [m["text"] for m in page.messages("chunk")][-answer["chunks"] :]
        content = base64.b64decode("".join(pieces))
        if form == "csv":
            text = content.decode("utf-8-sig")
            assert f"'{HARD}" in text.replace('"', "")
            assert "'=L" in text
            assert len(text.strip().splitlines()) == 2
        else:
            assert HARD in pd.read_excel(io.BytesIO(content)).columns


def test_a_refused_search_names_its_field(show, run):
    page = show(job=run, language="ja")
    draft = drafted(page)
    rows = tuple(row.model_copy(update={"low": 9, "high": 1}) for row in draft.form.inputs[:1])
    answer = page.ask("optimize.start", form=short(draft.form, inputs=(*rows, *draft.form.inputs[1:])))
    assert answer["fault"]["field"] == "inputs.0.low"
    assert answer["fault"]["code"] == "NBML-O01"


def test_a_reloaded_page_goes_on_with_its_form(show, run):
    page = show(job=run, language="en")
    draft = drafted(page)
    form = short(draft.form, seed=7)
    drafted(page, form)
    assert drafted(page).form.seed == 7


def test_a_panel_opens_in_the_room_of_its_job(show, run):
    job = nbml.optimize(run, goals={Y: "minimize"}, evaluations=100, seed=5)
    job.result(timeout_s=60)
    page = show(job=job, language="en")
    assert page.panel.session.state.room == "optimize"
    draft = drafted(page)
    assert draft.form.runs == (run.id,)
    assert [goal.goal for goal in draft.form.goals] == ["minimize"]
    assert draft.form.seed == 5


def test_without_a_training_there_is_an_empty_form(show):
    page = show(language="en")
    assert drafted(page).form.runs == ()
    answer = page.ask("optimize.start", form=short(drafted(page).form))
    assert answer["fault"]["code"] == "NBML-O62"
