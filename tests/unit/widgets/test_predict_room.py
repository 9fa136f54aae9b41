"""The Predict room over the wire: curves of a point; a dropped CP932 file predicted, looked at, fetched."""

import base64
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import NoTracking

import nbml
from nbml.spec.messages import ANSWERS
from nbml.spec.messages import predict_room as wire
from nbml.spec.messages.base import USUAL_BYTES

Y = "強度[MPa]"
ODD = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _no_tracking(monkeypatch):
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)


def frame(n=60, seed=0):
    rng = np.random.default_rng(seed)
    made = pd.DataFrame({"温度": rng.normal(20, 5, n), ODD: rng.choice(["A", "=B"], n)})
    made[Y] = 2 * made["温度"] + (made[ODD] == "A") + rng.normal(0, 0.2, n)
    return made


def asked(page, kind, **body):
    """A request's value, which its type accepts; a fault fails the test."""
    answer = page.ask(kind, **body)
    assert answer.get("fault") is None, answer
    model = next((m for request, m in ANSWERS.items() if request.model_fields["kind"].default == kind), None)
    if model is not None:
        model.model_validate_json(json.dumps(answer["value"]))
    return answer["value"]


@pytest.fixture
def job():
    space = {"lightgbm": {"num_iterations": 20}}
    made = nbml.train(frame(), Y, model="lightgbm", trials=1, folds=3, space=space, executor="inline")
    made.result(timeout_s=120)
    return made


def dropped(page, content, name):
    plan = asked(page, "data.upload", name=name, size=len(content))
    piece = base64.b64encode(content).decode()
    state = asked(page, "data.upload_chunk", upload_id=plan["upload_id"], index=0, data=piece)
    assert state["sha256"] == hashlib.sha256(content).hexdigest()
    return {"kind": "upload", "upload_id": plan["upload_id"]}


def test_the_room_alone_predicts_a_dropped_file(show, job):
    """P1-P8, S1, S15: by the requests of this room only, Japanese file and words."""
    page = show(rooms=("predict",), job=job, language="ja")
    assert [one["job_id"] for one in asked(page, "predict.models")["models"]] == [job.id]
    opened = asked(page, "predict.open", job_id=job.id)
    about = {"job_id": job.id}
    view = asked(page, "predict.profile", **about, row=opened["start"], inputs=[0, 1])
    assert view["here"][0]["lower"] < view["here"][0]["predicted"] < view["here"][0]["upper"]
    assert view["curves"][1]["values"] == opened["inputs"][1]["levels"]
    new = frame(40, seed=4).drop(columns=Y)
    new["温度"] = new["温度"].clip(15, 25)
    new.loc[0, "温度"] = 999
    new.loc[1, ODD] = "新しい"
    source = dropped(page, new.to_csv(index=False).encode("cp932"), "配合 <b>.csv")
    chosen = asked(page, "predict.choose", **about, source=source)
    assert chosen["fault"] is None
    assert [one["outside"] + one["unseen"] for one in chosen["inputs"]] == [1, 1]
    assert any("CP932" in words for words in chosen["warnings"]) or chosen["warnings"] == []
    wrong = asked(page, "predict.map", **about, batch=chosen["batch"], columns=[None, 1])
    assert wrong["fault"]["code"] == "NBML-P01"
    assert max(wrong["fault"]["message"]) > "\u3000"
    refused = page.ask("predict.start", **about, batch=chosen["batch"])["fault"]
    assert (refused["code"], refused["field"]) == ("NBML-P01", "columns")
    asked(page, "predict.map", **about, batch=chosen["batch"], columns=[0, 1])
    run = asked(page, "predict.start", **about, batch=chosen["batch"], interval=0.8)
    record = run["record"]
    assert {(flag["word"], flag["rows"]) for flag in record["flags"]} == {("outside", 1), ("unseen", 1)}
    which = about | {"prediction_id": record["id"]}
    rows = asked(page, "predict.table", **which, start=0, count=10, columns=20, only="flagged")
    assert rows["rows"] == [0, 1]
    plan = asked(page, "predict.download", **which, format="csv", excel=True)
    piece = asked(page, "predict.piece", download=plan["download"], index=0)
    content = base64.b64decode(piece["data"])
    assert len(content) == plan["size"]
    assert b",'=B," in content
    assert [one["id"] for one in asked(page, "predict.runs", **about)["predictions"]] == [record["id"]]
    asked(page, "predict.drop", **which)
    assert page.ask("predict.show", **which)["fault"]["code"] == "NBML-P34"


def test_another_table_makes_an_old_mapping_void(show, job):
    page = show(frame(), job=job, language="en")
    about = {"job_id": job.id}
    first = asked(page, "predict.choose", **about, source={"kind": "table"})
    asked(page, "predict.choose", **about, source={"kind": "table"})
    assert page.ask("predict.start", **about, batch=first["batch"])["fault"]["code"] == "NBML-P36"
    bare = show(job=job, rooms=("predict",), view="w")
    assert bare.ask("predict.choose", **about, source={"kind": "table"})["fault"]["code"] == "NBML-W67"


def test_messages_of_a_wide_model_stay_small(show):
    """Sixty inputs drawn at once fit in one usual message."""
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(size=(60, 60))).rename(columns="x{}".format)
    wide["y"] = wide["x0"] + rng.normal(size=60) * 0.1
    space = {"lightgbm": {"num_iterations": 5}}
    job = nbml.train(wide, "y", model="lightgbm", trials=1, folds=3, space=space, executor="inline")
    job.result(timeout_s=120)
    page = show(job=job)
    opened = asked(page, "predict.open", job_id=job.id)
    view = page.ask("predict.profile", job_id=job.id, row=opened["start"], inputs=list(range(60)))
    assert len(view["value"]["curves"]) == 60
    assert max(size for size, *_ in page.entries("answer")) < USUAL_BYTES
    more = page.ask("predict.profile", job_id=job.id, row=opened["start"], inputs=[0] * (wire.CURVE_PAGE + 1))
    assert more["accepted"] is False
