"""The Explain room as a person uses it in JupyterLab: a point is clicked, its row is taken apart."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from .conftest import INLINE, TABLE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
TRAIN = """job = nbml.train(frame, "target", model=["lightgbm", "xgboost"], trials=1, folds=3)
job.wait()"""
POINT = """(figure, nth) => {
    const n = figure._fullData.findIndex(trace => trace.customdata);
    const { x, y, customdata } = figure._fullData[n];
    const { xaxis, yaxis } = figure._fullLayout;
    const { left, top } = figure.getBoundingClientRect();
    return { row: customdata[nth], x: left + xaxis._offset + xaxis.l2p(x[nth]),
             y: top + yaxis._offset + yaxis.l2p(y[nth]) };
}"""
RINGED = """([figure, row]) => {
    const points = figure._fullData.find(trace => trace.customdata);
    const ring = figure._fullData.find(trace => trace.marker?.symbol === "circle-open");
    if (!ring) return false;
    const { x, y, customdata } = points;
    const away = k => Math.hypot(x[k] - ring.x[0], y[k] - ring.y[0]);
    const nearest = [...x.keys()].reduce((best, k) => (away(k) < away(best) ? k : best), 0);
    return customdata[nearest] === row;
}"""
WORST = """figure => {
    const { y } = figure._fullData.find(trace => trace.customdata);
    return [...y.keys()].reduce((best, k) => (Math.abs(y[k]) > Math.abs(y[best]) ? k : best), 0);
}"""

pytestmark = pytest.mark.timeout(600)


def click_point(page, figure, nth):
    """Click a point as a person does: move there, wait for its hover, press."""
    figure.scroll_into_view_if_needed()
    at = figure.evaluate(POINT, nth)
    page.mouse.move(at["x"], at["y"])
    page.wait_for_timeout(300)
    page.mouse.click(at["x"], at["y"])
    return at["row"]


def wait_ringed(figure, row):
    """Wait until the ring is around the point of this row."""
    figure.page.wait_for_function(RINGED, arg=[figure.element_handle(), row], timeout=PATIENCE_MS)


def test_a_click_on_a_point_takes_its_row_apart_and_the_result_goes_with_one(notebook, shoot, tmp_path):
    notebook.open([TABLE, TRAIN, "panel = nbml.panels.Explain(job)\npanel"]).run()
    root = notebook.panel
    sentence = root.locator(".nbml-explain-sentence").first
    expect(sentence).to_contain_text(re.compile(r"Row [\d,]+: predicted"), timeout=PATIENCE_MS)
    figures = root.locator(".nbml-explain .nbml-figure-place")
    expect(figures.nth(3).locator(".main-svg").first).to_be_attached(timeout=PATIENCE_MS)
    shoot(root, "explain_result")
    before = sentence.inner_text()
    click_point(notebook.page, figures.nth(3), 7)
    expect(sentence).not_to_have_text(before, timeout=PATIENCE_MS)
    picked = re.search(r"Row ([\d,]+)", sentence.inner_text()).group(1)
    expect(figures.nth(2)).to_contain_text(f"row {picked}", timeout=PATIENCE_MS)
    root.get_by_role("searchbox", name="Search: a row number, a value or a level").fill(picked)
    listed = root.get_by_role("row", selected=True).get_by_role("gridcell").first
    expect(listed).to_have_text(picked, timeout=PATIENCE_MS)
    root.get_by_role("tab", name="Residuals").click()
    residuals = root.get_by_role("img", name="Residuals")
    expect(residuals.locator(".main-svg").first).to_be_attached(timeout=PATIENCE_MS)
    wait_ringed(residuals, int(picked.replace(",", "")))
    there = click_point(notebook.page, residuals, residuals.evaluate(WORST))
    expect(sentence).to_contain_text(f"Row {there:,}:", timeout=PATIENCE_MS)
    expect(figures.nth(2)).to_contain_text(f"row {there:,}", timeout=PATIENCE_MS)
    wait_ringed(residuals, there)
    picked = f"{there:,}"
    notebook.add("print('picked', panel.selected.index[0] + 1, len(panel.selected))")
    expect(notebook.page.locator(".jp-OutputArea").last).to_contain_text(
        f"picked {picked.replace(',', '')} 1", timeout=PATIENCE_MS
    )
    root.get_by_role("button", name="XGBoost").click()
    expect(root.locator(".nbml-explain-model").first).to_be_visible(timeout=PATIENCE_MS)
    root.get_by_role("tab", name="Interactions").click()
    root.get_by_role("button", name="Measure pairs").click()
    expect(root.get_by_text("Pair", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    shoot(root, "explain_beside")
    root.get_by_role("button", name="日本語").click()
    expect(root).to_contain_text("全行の寄与", timeout=PATIENCE_MS)
    with notebook.page.expect_download(timeout=PATIENCE_MS) as coming:
        root.get_by_role("button", name="レポートを保存").click()
    kept = tmp_path / "report.html"
    coming.value.save_as(kept)
    alone = notebook.page.context.browser.new_context(offline=True).new_page()
    alone.goto(kept.as_uri())
    expect(alone.locator("[data-figure] .main-svg").first).to_be_attached(timeout=PATIENCE_MS)
    expect(alone.locator("h1")).to_have_text("target")
    expect(alone.locator("body")).to_contain_text("適用範囲(データからの距離)")
    alone.context.close()
    with notebook.page.expect_download(timeout=PATIENCE_MS) as coming:
        root.get_by_role("button", name="ノートブックを保存").click()
    coming.value.save_as(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as held:
        assert held.testzip() is None
        made = next(name for name in held.namelist() if name.endswith(".ipynb"))
        cells = json.loads(held.read(made))["cells"]
    assert any("## 交差検証" in "".join(cell["source"]) for cell in cells)
