"""The Train room over the wire: a form looked at, a job started, watched, and its result read."""

import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import QUICK, NoTracking

import nbml
from nbml.jobs.launch import make_spec
from nbml.spec.messages import ANSWERS
from nbml.spec.messages.train_form import Draft
from nbml.spec.messages.train_room import (
    AsCode,
    FormOfJob,
    ReadLog,
    ResultView,
    ShowFigure,
    ShowResult,
    ShowTrial,
)

from .pages import Recorded

Y = "<img src=x onerror=alert(1)> 強度[MPa]"
HARD = "a,b {x} 🙂"


@pytest.fixture(autouse=True)
def _no_tracking(monkeypatch):
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)


def frame(n=48):
    rng = np.random.default_rng(0)
    made = pd.DataFrame({HARD: rng.normal(size=n), "z": rng.normal(size=n)})
    made["lot"] = [f"L{i % 6}" for i in range(n)]
    made[Y] = 3 * made[HARD] + rng.normal(size=n) * 0.2
    return made


def asked(page, kind, **body):
    """A request's value; a fault fails the test."""
    answer = page.ask(kind, **body)
    assert answer.get("fault") is None, answer
    return answer["value"]


def drafted(page, form=None):
    return Draft.model_validate(asked(page, "train.draft", form=form))


def quick(form, **changes):
    space = {"lightgbm": QUICK["lightgbm"]}
    return form.model_copy(update={"trials": 3, "folds": 3, "space": space, **changes}).model_dump(
        mode="json"
    )


def test_from_form_to_result(show):
    """A person's whole way through the room, with names that are anything."""
    page = show(frame(), language="en")
    draft = drafted(page)
    assert draft.form.targets == (Y,)
    assert draft.estimate is not None
    started = asked(page, "train.start", form=quick(draft.form, group="lot"))
    job_id = started["job_id"]
    page.wait(lambda m: any(e["type"] == "job.finished" for e in m.get("events", ())) or
              m.get("snapshot", {}).get("state") == "succeeded")  # fmt: skip
    view = ResultView.model_validate(asked(page, "train.result", job_id=job_id))
    assert view.targets[0].target == Y
    assert "± " in view.targets[0].verdict
    for name in ("parity", "residuals", "fold_scores", "search_history"):
        figure = asked(page, "train.figure", job_id=job_id, name=name, target=Y)["figure"]
        assert figure["data"]
        assert "<img" not in str(figure)
    few = asked(page, "train.figure", job_id=job_id, name="parameter_importance", target=Y)
    assert few["figure"] is None
    assert "10" in few["note"]
    trial = asked(page, "train.trial", job_id=job_id, study="t0-lightgbm", trial=1)
    assert len(trial["folds"]) == 3
    assert trial["params"]["num_iterations"] == 8
    assert asked(page, "train.trial", job_id=job_id, study="t9-none", trial=1) is None
    log = asked(page, "train.log", job_id=job_id)
    assert log["lines"][-1]["text"].startswith("Finished")
    assert asked(page, "train.log", job_id=job_id, after=log["seq"])["lines"] == []
    again = asked(page, "train.again", job_id=job_id)
    assert again["is_same_table"]
    assert again["form"] == quick(draft.form, group="lot")
    page.panel.language = "ja"
    japanese = asked(page, "set_language", language="ja")
    assert japanese["language"] == "ja"
    assert "予測誤差" in asked(page, "train.result", job_id=job_id)["targets"][0]["verdict"]


def test_what_cannot_be_trained_is_told_at_its_field(show, nbml_home):
    page = show(frame(), language="ja")
    form = drafted(page).form
    faults = [
        ({"targets": ("lot",)}, "targets"),
        ({"targets": ()}, "targets"),
        ({"folds": 99}, "folds"),
        ({"seed": -1}, "seed"),
        ({"group": "nope"}, "group"),
    ]
    for changes, field in faults:
        wrong = form.model_copy(update=changes).model_dump(mode="json")
        fault = page.ask("train.start", form=wrong)["fault"]
        assert fault["field"] == field
        assert max(fault["message"]) > "\u3000"
        notes = [n for n in drafted(page, wrong).notes if n.severity == "error"]
        assert notes[0].field == field
    assert not list((nbml_home / "jobs").glob("*"))


def test_the_form_is_kept_for_another_view(show):
    """A reloaded page finds the form as it was left; another table begins anew."""
    page = show(frame(), language="en")
    form = drafted(page).form.model_copy(update={"models": ("mlp",), "trials": 77})
    drafted(page, form.model_dump(mode="json"))
    assert drafted(page).form == form
    page.panel.session.use_table(nbml.read(pd.DataFrame({"p": range(9), "q": range(9, 18)})))
    assert drafted(page).form.targets == ("q",)


def test_a_press_counts_once(show, nbml_home):
    """Sent again under the same id, as after a lost reply, it is one job."""
    page = show(frame(), language="en")
    request = page.request("train.start", form=quick(drafted(page).form))
    for _ in range(3):
        page.send(request)
    page.wait(lambda m: m["kind"] == "answer" and m["request_id"] == request["request_id"])
    assert len(list((nbml_home / "jobs").iterdir())) == 1


def test_without_a_table(show):
    page = show(language="en")
    fault = page.ask("train.draft", form=None)["fault"]
    assert (fault["code"], fault["field"]) == ("NBML-S23", "data")


def test_a_job_opened_from_elsewhere_needs_no_table(show):
    """An interrupted job is shown, offered as code, and resumed from its folder."""
    job = Recorded(trials=4)
    page = show(language="en")
    asked(page, "open_job", job_id=job.id)
    assert asked(page, "train.code", job_id=job.id)["call"].startswith("import nbml\n\njob = nbml.train(")
    assert len(asked(page, "train.log", job_id=job.id)["lines"]) > 4
    fault = page.ask("train.result", job_id=job.id)["fault"]
    assert fault["code"] == "NBML-J05"
    assert page.ask("train.again", job_id=job.id)["fault"]["code"] == "NBML-S23"
    resumed = page.ask("train.resume", job_id="../" + job.id)
    assert resumed["fault"]["code"].startswith("NBML-")


@pytest.mark.parametrize("prepared", [False, True])
def test_the_code_trains_on_the_same_rows(show, tmp_path, prepared):
    """The copied code, run, makes the same spec for a table with the same content."""
    path = tmp_path / "混合.csv"
    made = frame()
    if prepared:
        made = pd.concat([made, made.iloc[:3]])
    made.to_csv(path, index=False, encoding="cp932", errors="replace")
    page = show(str(path), language="en", roots=[tmp_path])
    if prepared:
        from nbml.widgets.rooms.data_room import room_of

        session = page.panel.session
        room_of(session).adopt(session)
        room_of(session).change_rows(session, copies="drop")
    draft = drafted(page)
    code = asked(page, "train.code", form=draft.form.model_dump(mode="json"))
    seen = []

    def train(source, **said):
        table = source if isinstance(source, nbml.Table) else nbml.read(source, said.get("read"))
        seen.append((table.sha256, make_spec(None, **{k: v for k, v in said.items() if k != "read"})))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbml, "train", train)
        exec(compile(code["call"], "copied", "exec"), {})
    table = page.panel.session.table
    assert seen[0][0] == table.sha256
    from nbml.jobs.drafting.faults import spec_of

    assert seen[0][1] == spec_of(draft.form, table.columns)
    assert ("path:" in code["yaml"]) is not prepared
    assert bool(code["note"]) is prepared


def test_every_request_has_an_answer_type():
    for request in (ShowResult, ShowFigure, ShowTrial, ReadLog, FormOfJob, AsCode):
        assert request in ANSWERS
