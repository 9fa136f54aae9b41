"""What a saved notebook shows without a kernel: a result, escaped, in its language, without rows."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nbformat
import pandas as pd
import pytest
from nbconvert import HTMLExporter

import nbml
from nbml.errors import JobError
from nbml.spec.events import Fault

from .pages import HOSTILE, Recorded, finished

LEVEL = "geheim-4711"


class Elements(HTMLParser):
    """Names of all elements and attributes of a text."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes, self.open = set(), set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def views(page):
    bundle = page.panel._repr_mimebundle_()[0]
    return bundle["text/html"], bundle["text/plain"]


def test_a_finished_job_shows_its_result(show):
    """F13: scores with spread, models compared, warnings, best parameters."""
    html, plain = views(show(job=finished("強度[MPa]").id))
    words = re.sub(r"<[^>]+>", "|", html)
    for said in (
        "強度[MPa]",
        "3.9 ± 0.3",
        "0.930 ± 0.012",
        "16.7 ± 0.4",
        "lightgbm",
        "mlp",
        "x is odd. Look at it.",
        "num_leaves=31",
        "learning_rate=0.05123",
        "mean of the data",
        "(finished)",
    ):
        assert said in words, said
    assert "3.9 ± 0.3" in plain
    assert "nbml.open(" in plain


def test_hostile_names_are_text(show):
    """S1, S5: nothing but plain elements, whatever things are called."""
    job = finished(HOSTILE, HOSTILE + "2")
    frame = pd.DataFrame({HOSTILE: [1.0, 2.0], "‮abc": ["a", "b"]})
    html, plain = views(show(nbml.read(frame), job=job.id))
    seen = Elements(html)
    assert seen.names <= {
        "div",
        "p",
        "b",
        "span",
        "bdi",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
    }
    assert seen.attributes <= {"class", "style", "lang"}
    assert seen.open == []
    assert "&lt;img src=x" in html
    assert "‮" not in html + plain


def test_no_values_of_the_data_are_kept(show):
    """S4: neither cells nor levels nor ranges."""
    frame = pd.DataFrame({"who": [LEVEL, "b"] * 20, "x": [1234567.5, 2.0] * 20})
    html, plain = views(show(nbml.read(frame), job=finished(level=LEVEL).id))
    assert LEVEL not in html + plain
    assert "1234567" not in html + plain
    assert "category" in html


def test_it_speaks_the_panels_language(show):
    html, plain = views(show(nbml.read(pd.DataFrame({"x": [1.0, 2.0]})), job=finished().id, language="ja"))
    assert 'lang="ja"' in html
    for said in ("目的変数", "データの平均", "警告", "2 行 1 列", "完了"):
        assert said in html + plain, said


@pytest.mark.parametrize("state", ["running", "failed", "damaged result"])
def test_a_job_without_result_shows_what_there_is(show, state):
    job = Recorded(trials=3)
    if state == "failed":
        job.finish("failed", error=Fault(**JobError("NBML-J11").to_dict()))
    if state == "damaged result":
        job.folder.result.write_text("{")
    html, _ = views(show(job=job.id))
    assert ("NBML-J11" in html) == (state == "failed")
    assert "3/3" in html


def test_an_empty_panel_says_so(show):
    html, plain = views(show())
    assert "No table and no job yet." in html
    assert plain == "nbml"


def test_a_wide_table_and_many_models_stay_short(show):
    frame = pd.DataFrame({f"c{n}": [1.0, 2.0] for n in range(2_000)})
    html, _ = views(show(nbml.read(frame)))
    assert len(html) < 60_000
    assert "+1940" in html


@pytest.mark.parametrize("has_two_outputs", [True, False])
def test_a_saved_notebook_shows_it_everywhere(show, has_two_outputs):
    """F13: nbconvert of a notebook without widget state: the result once, no script of ours, no spinner."""
    page = show(job=finished(HOSTILE).id)
    bundle, _ = page.panel._repr_mimebundle_()
    whole = nbformat.v4.new_output("display_data", data=bundle)
    outputs = [whole]
    if has_two_outputs:
        live = {key: value for key, value in bundle.items() if key != "text/html"}
        kept = {
            key: value for key, value in bundle.items() if key != "application/vnd.jupyter.widget-view+json"
        }
        outputs = [nbformat.v4.new_output("display_data", data=data) for data in (live, kept)]
    cell = nbformat.v4.new_code_cell("nbml.workbench()", outputs=outputs)
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert html.count("nbml-static nbml-static-") == 1
    assert "&lt;img src=x" in html
    assert "<img src=x" not in html
    body = html[html.index("<main") :]
    assert "widget-view" not in body
