"""A panel as a notebook holds it: what a strict page sees, what is kept, what an unbuilt checkout shows."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from importlib import import_module

import pandas as pd
import pytest

import nbml
from nbml.i18n import catalogue
from nbml.spec.messages import ANSWERS, BY_ROOM, OUTGOING, REQUESTS, kind_of, schema
from nbml.spec.messages.base import MAX_MESSAGE_BYTES, USUAL_BYTES
from nbml.spec.messages.session import PanelSnapshot
from nbml.widgets import modules
from nbml.widgets.modules import bundle
from nbml.widgets.pump import PUMP
from nbml.widgets.rooms import handlers, present
from nbml.widgets.warming import WARMING, Warming

from .pages import Recorded, trial

SECRET = "geheim-4711"


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Bundles of the size they may have."""
    (tmp_path / "panel.js").write_text("export default {};\n" + "/" * 400_000, encoding="utf-8")
    (tmp_path / "panel.css").write_text(".nbml {}" + " " * 20_000, encoding="utf-8")
    plots = bytes(range(256)) * 4_000
    (tmp_path / "plots.js.gz").write_bytes(gzip.compress(plots, mtime=0) + bytes(900_000))
    monkeypatch.setattr(modules, "STATIC", tmp_path)
    bundle.cache_clear()
    yield tmp_path
    bundle.cache_clear()


@pytest.fixture
def unbuilt(tmp_path, monkeypatch):
    monkeypatch.setattr(modules, "STATIC", tmp_path / "absent")


def secret_table():
    return nbml.read(pd.DataFrame({"who": [SECRET, "b"] * 10, "x [kg]": range(20), "温度": [0.5] * 20}))


def test_a_strict_page_understands_all_it_is_sent(show):
    """1.3, 1.10: JSON without buffers, small, heard on a control thread; every message is as it is typed."""
    job = Recorded(trials=3)
    page = show(secret_table(), language="ja")
    page.ask("hello", have={}, language="en-US")
    page.ask("open_job", job_id=job.id)
    page.ask("figure_module")
    page.ask("close_job", extra=1)
    job.tell(*trial(3))
    page.ask("open_job", job_id=job.id)
    page.ask("cancel", target_request_id="v-1")
    kinds = set()
    for message in page.messages():
        kinds.add(OUTGOING.validate_json(json.dumps(message)).kind)
    assert {"reply", "answer", "snapshot", "state"} <= kinds
    assert {data["method"] for _, data, *_ in page.comm.sent if "method" in data} <= {"custom", "update"}


def test_a_page_cannot_write_the_panels_state(show):
    """S2, S3, and two writers of one trait."""
    page = show()
    before = page.panel.get_state()
    state = {"snapshot": {"x": 1}, "_esm": "alert(1)", "_css": "x" * 1_000}
    page.comm.handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})
    assert page.panel.get_state() == before
    assert page.panel._property_lock == {}


def test_no_rows_are_synced_or_kept(show):
    """S4: neither the trait nor the static views hold a cell; they name columns, types and counts."""
    page = show(secret_table())
    kept = json.dumps(
        [page.panel.get_state(["snapshot"]), page.panel._repr_mimebundle_()[0]], ensure_ascii=False
    )
    assert SECRET not in kept
    assert "温度" in kept
    assert "20" in kept


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_checkout_without_bundles_says_how_to_build_them(show, unbuilt, language):
    page = show(language=language)
    words = catalogue(language)["widgets.not_built"]
    assert json.dumps(words) in page.panel._esm
    assert page.ask("figure_module")["fault"]["code"] == "NBML-W58"
    assert page.ask("hello", have={})["fault"] is None


def test_one_panel_carries_the_module_the_others_ask_for_it(show, built):
    """1.9: the module goes out once, not with every panel."""
    pages = [show() for _ in range(10)]
    sizes = [len(page.panel._esm) + len(page.panel._css) for page in pages]
    assert sizes[0] > 400_000
    assert max(sizes[1:]) < 4_000
    answer = pages[1].ask("panel_module")
    text = joined(pages[1], answer)
    assert json.loads(text) == dict(zip(("js", "css"), bundle(), strict=True))
    pages[0].panel.close()
    assert len(show().panel._esm) > 400_000


def test_the_figure_module_comes_in_chunks(show, built):
    page = show()
    answer = page.ask("figure_module")
    packed = base64.b64decode(joined(page, answer), validate=True)
    assert packed == (built / "plots.js.gz").read_bytes()
    assert answer["value"]["chunks"] > 1
    assert max(size for size, *_ in page.entries("chunk")) < USUAL_BYTES
    again = page.ask("figure_module")
    assert again["value"] == answer["value"]


def joined(page, answer):
    """The text of the chunks before an answer, checked as a page checks it."""
    pieces = [c for c in page.messages("chunk") if c["request_id"] == answer["request_id"]]
    assert [c["index"] for c in pieces] == list(range(answer["value"]["chunks"]))
    assert page.messages().index(pieces[-1]) < page.messages().index(answer)
    text = "".join(c["text"] for c in pieces)
    assert len(text) == answer["value"]["characters"]
    assert hashlib.sha256(text.encode()).hexdigest() == answer["value"]["sha256"]
    return text


def test_the_language_is_the_panels_then_the_settings_then_the_browsers(show, monkeypatch):
    monkeypatch.delenv("NBML_LANGUAGE")
    browsers = show()
    assert browsers.ask("hello", have={}, language="ja-JP")["value"]["language"] == "ja"
    assert browsers.ask("hello", have={}, language="en-GB")["value"]["language"] == "ja", "the first stays"
    assert browsers.ask("set_language", language="en")["value"]["state"]["language"] == "en"
    own = show(language="en")
    assert own.ask("hello", have={}, language="ja")["value"]["language"] == "en"
    monkeypatch.setenv("NBML_LANGUAGE", "ja")
    assert show().ask("hello", have={}, language="en")["value"]["language"] == "ja"
    assert show().ask("stop_job", job_id="absent")["fault"]["message"] == catalogue("ja")[
        "NBML-J02.message"
    ].format(job_id="absent")


def test_a_hello_in_another_language_does_not_change_other_threads(show):
    page = show(language="ja")
    page.ask("stop_job", job_id="absent")
    from nbml.i18n import language

    assert language() == "en"


def cluster_of(message):
    return message["state"].get("cluster", {}).get("state")


@pytest.mark.parametrize("fails", [False, True])
def test_the_cluster_is_warmed_up_and_says_so(show, monkeypatch, fails):
    """F15: the state in words, in the panel's language; never twice at once."""
    gate, calls = threading.Event(), []

    def connect(*, wait):
        calls.append(threading.current_thread().name)
        gate.wait(30)
        if fails:
            from nbml.errors import EngineError

            raise EngineError("NBML-E15", reason="no ports", log="x")

    monkeypatch.setenv("NBML_EXECUTOR", "ray")
    monkeypatch.setattr("nbml.jobs.launch.connect", connect)
    monkeypatch.setattr("nbml.widgets.warming.DELAY_S", 0)
    warming = Warming()
    one, two = show(language="en"), show(language="ja")
    warming.begin(one.panel.session)
    warming.begin(two.panel.session)
    one.wait(lambda m: m["kind"] == "state" and cluster_of(m) == "starting")
    gate.set()
    state = "failed" if fails else "ready"
    for page, word in (
        (one, "could not be started" if fails else "ready"),
        (two, "ワーカー" if not fails else "Ray"),
    ):
        line = page.wait(lambda m: m["kind"] == "state" and cluster_of(m) == state)
        assert word in line["state"]["cluster"]["text"]
    assert calls == ["nbml-warm-up"]


@pytest.mark.parametrize(("name", "value"), [("NBML_EXECUTOR", "inline"), ("NBML_WARM_UP", "0")])
def test_no_cluster_is_started_inline_or_when_switched_off(show, monkeypatch, name, value):
    monkeypatch.setenv("NBML_EXECUTOR", "ray")
    monkeypatch.setenv(name, value)
    page = show()
    WARMING.begin(page.panel.session)
    assert not [t for t in threading.enumerate() if t.name == "nbml-warm-up"]
    assert page.panel.snapshot["state"]["cluster"]["state"] == "off"


def test_each_room_alone(show):
    for name in present():
        page = show()
        page.panel.close()
        if name in ("data", "train", "runs"):
            panel = getattr(nbml.panels, name.capitalize())()
            assert (panel.snapshot["rooms"], panel.snapshot["room"]) == ([name], name)
            panel.close()


def test_a_room_that_is_not_open_is_refused(show):
    page = show(rooms=())
    for request in REQUESTS:
        if request in handlers(present()):
            asked = page.request(kind_of(request))
            page.send(asked)
            reply = page.wait(
                lambda m, asked=asked: m["kind"] == "reply" and m["request_id"] == asked["request_id"]
            )
            assert reply["accepted"] is False


def test_the_room_in_front_is_remembered(show):
    page = show()
    assert page.ask("set_room", room="runs")["fault"] is None
    assert page.ask("hello", have={})["value"]["room"] == "runs"


def test_every_request_of_a_room_that_is_there_is_handled():
    for name in present():
        room = import_module(f"nbml.widgets.rooms.{name}")
        assert name == room.NAME
        assert {*map(kind_of, room.HANDLERS)} == {*map(kind_of, BY_ROOM[name])}


def test_the_wire_is_a_schema():
    """What the TypeScript types are made from."""
    wire = schema()
    assert {kind_of(request) for request in ANSWERS} == set(wire["properties"]["answers"]["properties"])
    assert len({kind_of(request) for request in REQUESTS}) == len(REQUESTS)
    assert "kind" in wire["$defs"]["Hello"]["required"]
    assert MAX_MESSAGE_BYTES < 5_000_000


def test_a_panel_without_a_page_is_only_text():
    panel = nbml.workbench()
    assert repr(panel) == "nbml"
    panel.close()
    panel.close()
    assert PanelSnapshot.model_validate(panel.snapshot)
    PUMP.stop()
