"""The Explain room over the wire: a model opened, its figures, a row picked, long work stopped."""

import threading

import numpy as np
import pytest
from tests.integration.tables import NoTracking, table, train

from nbml.spec.messages import ANSWERS
from nbml.spec.messages.explain_room import (
    AskCost,
    ExplainAsCode,
    OpenExplanation,
    PickRows,
    ShowExplainFigure,
    ShowRow,
)

from .pages import Recorded

Y = "<img src=x onerror=alert(1)> 強度[MPa]"


@pytest.fixture
def job(monkeypatch, nbml_home):
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
    done = train(table(60).rename(columns={"y": Y}), Y, model=["lightgbm", "mlp"], trials=1, group="lot")
    done.result(timeout_s=120)
    return done


def asked(page, kind, **body):
    """A request's value; a fault fails the test."""
    answer = page.ask(kind, **body)
    assert answer.get("fault") is None, answer
    return answer["value"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_persons_way_through_the_room(show, job, lang):
    page = show(job=job, language=lang)
    of = {"job_id": job.id}
    view = ANSWERS[OpenExplanation].model_validate(asked(page, "explain.open", **of))
    assert (view.target, view.of, view.n_rows, view.group) == (Y, "held_out", 60, "lot")
    assert {line.family for line in view.targets[0].models} == {"lightgbm", "mlp"}
    sizes = [line.importance for line in view.features]
    assert sizes == sorted(sizes, reverse=True)
    of |= {"target": Y, "family": "lightgbm"}
    names = [line.name for line in view.features]
    calls = [
        {"name": "bar"}, {"name": "beeswarm", "features": names[:2]}, {"name": "residuals"},
        {"name": "dependence", "feature": "z"}, {"name": "dependence", "feature": "z", "colour": "none"},
        {"name": "dependence", "feature": "z", "second": "kind", "colour": "second"},
        {"name": "partial", "feature": "kind", "by": "lot"}, {"name": "permutation"},
    ]  # fmt: skip
    for call in calls:
        made = ANSWERS[ShowExplainFigure].model_validate(asked(page, "explain.figure", **of, **call))
        assert made.figure["data"]
        assert "<img" not in str(made.figure)
    cost = ANSWERS[AskCost].model_validate(asked(page, "explain.cost", **of))
    assert cost.seconds > 0
    assert not cost.at_hand
    pairs = asked(page, "explain.figure", name="interactions", **of)["pairs"]
    first = {"feature": pairs[0]["first"], "second": pairs[0]["second"]}
    assert asked(page, "explain.figure", name="pair", **first, **of)["figure"]["data"]
    assert asked(page, "explain.cost", **of)["at_hand"]
    lines = ANSWERS[PickRows].model_validate(asked(page, "explain.rows", pick="worst", **of))
    worst = lines.rows[0]
    assert abs(worst.residual) == max(abs(line.residual) for line in lines.rows)
    row = ANSWERS[ShowRow].model_validate(asked(page, "explain.row", row=worst.row, **of))
    np.testing.assert_allclose(row.base + sum(cell.effect for cell in row.cells), row.predicted)
    assert row.measured - row.predicted == pytest.approx(row.residual)
    assert page.panel.selected[Y].tolist() == [row.measured]  # picked here, in hand there
    code = ANSWERS[ExplainAsCode].model_validate(
        asked(page, "explain.code", feature="z", row=worst.row, **of)
    )
    compile(code.call, "<code>", "exec")
    assert f"why.waterfall({worst.row - 1})" in code.call


def test_code_gives_what_is_seen(show, job):
    import nbml

    page = show(job=job, language="en")
    call = asked(
        page, "explain.code", job_id=job.id, target=Y, family="lightgbm", feature="z", second="kind",
        colour="second", by="lot", row=4, pair=["z", "kind"],
    )["call"]  # fmt: skip
    known = {"nbml": nbml}
    exec(compile(call, "<code>", "exec"), known)
    assert known["why"].target == Y


def test_a_stranger_is_refused_in_the_panels_language(show, job):
    page = show(job=job, language="ja")
    cases = [
        ("explain.open", {"family": "catboost"}, "NBML-J06"),
        ("explain.row", {"row": 999}, "NBML-V01"),
        ("explain.figure", {"name": "dependence", "feature": "nope"}, "NBML-V02"),
        ("explain.figure", {"name": "dependence"}, "NBML-V02"),
        ("explain.figure", {"name": "permutation", "of": "final"}, "NBML-V05"),
        ("explain.figure", {"name": "interactions", "family": "mlp"}, "NBML-M62"),
    ]
    for kind, body, code in cases:
        fault = page.ask(kind, job_id=job.id, **body)["fault"]
        assert fault["code"] == code
        assert max(fault["message"]) > "\u3000"


def test_a_job_without_a_result_says_so(show):
    page = show(language="en")
    assert page.ask("explain.open", job_id=Recorded(1).id)["fault"]["code"] == "NBML-J05"


def test_long_work_can_be_given_up(show, job, monkeypatch):
    """A view that goes away stops the shuffling between two features."""
    import nbml.jobs.explaining.explanation as explanation

    begun, told = threading.Event(), []
    real = explanation.permutation_importance

    def slow(rows, y, *, check, **options):
        def heard(done, total):
            told.append(done)
            begun.set()
            threading.Event().wait(0.05)
            check(done, total)

        return real(rows, y, check=heard, **options)

    monkeypatch.setattr(explanation, "permutation_importance", slow)
    page = show(job=job, language="en")
    request = page.request("explain.figure", job_id=job.id, name="permutation")
    page.send(request)
    assert begun.wait(60)
    page.ask("cancel", target_request_id=request["request_id"])
    page.wait(lambda m: m["kind"] == "answer" and m["request_id"] == request["request_id"])
    assert len(told) < 9  # three features in three folds


def test_two_requests_for_one_model_open_it_once(show, job, monkeypatch):
    import nbml.jobs.explaining.kept as kept

    made = []
    real = kept.make_explanation
    monkeypatch.setattr(kept, "make_explanation", lambda *a, **k: made.append(1) or real(*a, **k))
    page = show(job=job, language="en")
    requests = [page.request("explain.figure", job_id=job.id, name=name) for name in ("bar", "beeswarm")]
    for request in requests:
        page.send(request)
    for request in requests:
        answer = page.wait(lambda m, r=request: m["kind"] == "answer" and m["request_id"] == r["request_id"])
        assert answer["fault"] is None
    assert made == [1]
