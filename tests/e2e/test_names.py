"""Names from users are text: in tables, forms, plots and on hover, in the saved notebook (S1)."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from .conftest import INLINE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
ATTACK = "<img src=x onerror=alert(1)>"
NAMES = {
    "target": f"y {ATTACK}",
    "x": '"><script>alert(2)</script> {{7*7}} ${8*8}',
    "z": "[link](javascript:alert(3)) <a href='javascript:alert(4)'>bold</a> <b>b</b>",
    "group": "`code` **lot** <svg onload=alert(5)>",
}
LEVEL = "<b>level</b> <iframe src='javascript:alert(6)'>"
MAKE = f"""import nbml, numpy as np, pandas as pd
names = {NAMES!r}
rng = np.random.default_rng(0)
x, z = rng.normal(size=(2, 120))
frame = pd.DataFrame({{
    names["x"]: x, names["z"]: z,
    names["group"]: np.where(np.arange(120) % 12 < 6, {LEVEL!r}, "plain") + (np.arange(120) % 12).astype("U"),
    names["target"]: x + z ** 2,
}})"""
MADE = """() => [...document.querySelectorAll(".nbml *, .nbml-static *")]
    .filter(el => el.matches("img, script, iframe, object, embed, a[href^=javascript], [onerror], [onload]"))
    .map(el => el.outerHTML.slice(0, 200))"""

pytestmark = pytest.mark.timeout(600)


def is_text(bench):
    """No name has become an element, in the panel or what it laid over the page."""
    assert bench.page.evaluate(MADE) == []
    words = bench.root.inner_text()
    assert " 49 " not in words
    assert " 64 " not in words


def hover(figure):
    """What stands beside a mark of a named level when the pointer is on it."""
    mark = figure.locator(".scatterlayer .trace").nth(1).locator(".point").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    label = figure.locator(".hoverlayer .hovertext").first
    expect(label).to_be_visible(timeout=PATIENCE_MS)
    return label


def test_hostile_names_are_text_everywhere(notebook, bench, lab, shoot):
    notebook.open([MAKE, "panel = nbml.workbench(frame)\npanel"]).run()
    grid = bench.room("Data").root.get_by_role("grid")
    expect(grid).to_contain_text(NAMES["x"], timeout=PATIENCE_MS)
    expect(grid).to_contain_text(LEVEL)
    is_text(bench)
    shoot(bench.root, "names_table")
    bench.say_role(NAMES["target"], "target").say_role(NAMES["group"], "group")
    expect(bench.root).to_contain_text(NAMES["z"])
    is_text(bench)
    shoot(bench.root, "names_columns")

    bench.tab("Charts").click()
    for name, column in (("Column", "x"), ("Against", "target"), ("Colour by", "group")):
        bench.root.get_by_role("combobox", name=name, exact=True).click()
        bench.root.get_by_role("option").filter(has_text=NAMES[column]).click()
    expect(
        bench.root.locator(".nbml-data-chart .legendtext, .nbml-data-chart .cbtitle").first
    ).to_be_attached(timeout=PATIENCE_MS)
    figure = bench.wait_figure("Chart of")
    expect(figure.locator(".ytitle, .xtitle").first).to_contain_text("<")
    expect(hover(figure)).to_contain_text("<")
    is_text(bench)
    shoot(bench.root, "names_chart")

    bench.room("Train")
    expect(bench.root.locator(".nbml-train-form")).to_contain_text(NAMES["target"], timeout=PATIENCE_MS)
    bench.trials(10).train()
    bench.wait_state("Done")
    expect(bench.foot).to_contain_text(ATTACK)
    figure = bench.wait_figure()
    expect(figure.locator(".legendtext").filter(has_text="<").first).to_be_attached()
    expect(hover(figure)).to_contain_text("<")
    is_text(bench)
    shoot(bench.root, "names_result")
    for name in ("Residuals", "Folds", "Search history", "Parameter importance"):
        bench.tab(name).click()
        bench.wait_figure(name)
        is_text(bench)
    bench.unfold("Copy as code").unfold("Log")
    expect(bench.root.locator(".nbml-train-log li").first).to_be_visible(timeout=PATIENCE_MS)
    expect(bench.root.locator("pre", has_text="nbml.train(")).to_contain_text(ATTACK)
    is_text(bench)

    for name in ("Explain", "Predict", "Optimize"):
        bench.room(name)
        room = bench.root.locator(".nbml-room-body:not([hidden])")
        expect(room).to_contain_text(ATTACK, timeout=PATIENCE_MS)
        expect(room).to_contain_text("<script", timeout=PATIENCE_MS)
        is_text(bench)
        shoot(bench.root, f"names_{name.lower()}")
    bench.room("Runs")
    bench.root.get_by_role("row").filter(has_text=ATTACK).click(timeout=PATIENCE_MS)
    expect(bench.root.locator(".nbml-lineage")).to_contain_text(ATTACK, timeout=PATIENCE_MS)
    is_text(bench)
    shoot(bench.root, "names_runs")

    notebook.save()
    book = json.loads((lab.notebooks / notebook.file).read_text(encoding="utf-8"))
    static = "".join(
        "".join(output["data"]["text/html"])
        for cell in book["cells"]
        for output in cell["outputs"]
        if "text/html" in output.get("data", {})
    )
    assert "onerror" in static
    assert ATTACK not in static
    assert "<script" not in static
