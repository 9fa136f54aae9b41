"""The stand-in for the panel's module: asks once a page, waits for one that is there, says what fails."""

from __future__ import annotations

import json

import pytest

from .conftest import ROOT

RELAY = (ROOT / "src" / "nbml" / "widgets" / "relay.js").read_text("utf-8")
MODULE = """
export default () => ({
  initialize({ model }) { model.log.push("begun"); return () => model.log.push("closed"); },
  render({ el, model }) { el.textContent = "drawn"; return () => model.log.push("removed"); },
});
"""
STAGE = """
async ([relay, text]) => {
  const url = URL.createObjectURL(new Blob([relay], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  window.asked = [];
  window.refuse = false;
  window.open = () => {
    const heard = new Set();
    const model = {
      log: [],
      on: (name, act) => heard.add(act),
      off: (name, act) => heard.delete(act),
      send: ({ request_id, kind, v, view_id }) => {
        window.asked.push({ request_id, kind, v, view_id });
        const tell = (kind, more) => [...heard].forEach((act) => act({ v: 1, kind, request_id, ...more }));
        const half = Math.floor(text.length / 2);
        tell("reply", { accepted: !window.refuse, fault: window.refuse ? { message: "not built" } : null });
        if (window.refuse) return;
        tell("chunk", { index: 0, count: 2, text: text.slice(0, half) });
        tell("chunk", { index: 1, count: 2, text: text.slice(half) });
        tell("answer", { value: {}, fault: null });
      },
    };
    const el = document.body.appendChild(document.createElement("div"));
    const view = { model, el, heard };
    view.end = widget.render({ model, el });
    (window.views ??= []).push(view);
  };
}
"""


@pytest.fixture
def stage(page):
    page.goto("about:blank")
    page.evaluate(STAGE, [RELAY, json.dumps({"js": MODULE, "css": ".x {}"})])
    return page


def drawn(page, count, words="drawn"):
    page.wait_for_function(f"document.body.innerText.split({json.dumps(words)}).length === {count + 1}")


def test_many_panels_ask_once(stage):
    stage.evaluate("() => { for (let n = 0; n < 5; n++) window.open(); }")
    drawn(stage, 5)
    (asked,) = stage.evaluate("window.asked")
    assert (asked["v"], asked["kind"]) == (1, "panel_module")
    stage.evaluate("window.open()")
    drawn(stage, 6)
    assert stage.evaluate("window.asked.length") == 1
    assert stage.evaluate("window.views.map(view => view.heard.size)") == [0] * 6


def test_a_module_that_the_page_has_is_taken(stage):
    stage.evaluate("""() => { window.open(); globalThis.nbmlPage.panel = Promise.resolve({
      render({ el }) { el.textContent = "own"; } }); }""")
    drawn(stage, 1, "own")
    assert stage.evaluate("window.asked.length") == 0


def test_a_view_that_goes_is_closed(stage):
    stage.evaluate("window.open()")
    drawn(stage, 1)
    stage.evaluate("window.views[0].end.then(end => end())")
    assert stage.evaluate("window.views[0].model.log") == ["begun", "removed", "closed"]


def test_a_refusal_is_shown_and_the_next_panel_asks_again(stage):
    stage.evaluate("() => { window.refuse = true; window.open(); }")
    drawn(stage, 1, "not built")
    stage.evaluate("() => { window.refuse = false; window.open(); }")
    drawn(stage, 1)


def test_the_relay_is_small():
    assert len(RELAY) < 4_000
