"""The main path without a mouse: Data, target, Train, watch, Stop; the notebook's own keys stay away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import INLINE, TABLE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
NAME = """() => {
    const at = document.activeElement;
    const by = (at.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id));
    const words = [...by, ...(at.labels ?? []), at].map(el => el?.textContent);
    return [at.getAttribute("aria-label"), ...words].find(Boolean)?.trim() ?? "";
}"""
SEEN = """() => {
    const at = document.activeElement, style = el => getComputedStyle(el);
    const near = [at, at.parentElement, at.closest(".nbml-segmented"), at.nextElementSibling];
    return near.some(el => el && (style(el).outlineStyle !== "none" || style(el).boxShadow !== "none"));
}"""

pytestmark = pytest.mark.timeout(600)


class Keys:
    """Fingers on a keyboard: where the focus is, and on to where it should be."""

    def __init__(self, page):
        self.page = page
        self.unseen = []

    def name(self):
        return self.page.evaluate(NAME)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def to(self, name, by="Tab", most=60):
        """Press a key until what has the focus is called so; every stop on the way is seen."""
        for _ in range(most):
            if self.name().startswith(name):
                return self
            self.press(by)
            if not self.page.evaluate(SEEN):
                self.unseen.append(self.name())
        raise AssertionError(f"{name} is not reached; at {self.name()!r}")


def test_the_main_path_by_keyboard(notebook, bench, shoot):
    notebook.open([TABLE, "nbml.workbench()"]).run()
    cells = notebook.page.locator(".jp-Cell")
    expect(bench.button("Refresh")).to_be_visible(timeout=PATIENCE_MS)
    bench.tab("Data").focus()
    keys = Keys(notebook.page)
    keys.to("frame").press("Enter")
    expect(bench.tab("Columns")).to_be_visible(timeout=PATIENCE_MS)
    bench.tab("Data").focus()
    keys.to("Choose the target").press("Enter")
    grid = bench.root.get_by_role("grid")
    expect(grid).to_contain_text("target", timeout=PATIENCE_MS)
    keys.to("Columns of the table").press("Control+End", *["ArrowLeft"] * 6, "Enter")
    assert keys.name() == "Role of target"
    keys.press("t")
    expect(bench.root.get_by_label("Role of target")).to_have_value("target", timeout=PATIENCE_MS)
    expect(bench.root).not_to_contain_text("Say which column is the target", timeout=PATIENCE_MS)
    shoot(bench.root, "keyboard_columns")
    keys.press("Escape")
    keys.to("Data", by="Shift+Tab").to("Train", by="ArrowRight")
    expect(bench.button("Train")).to_be_enabled(timeout=PATIENCE_MS)
    keys.to("Targets").to("LightGBM").to("Normal").to("Train").press("Shift+Tab")
    assert keys.name() == "Normal"
    keys.press("ArrowRight")
    expect(bench.root).to_contain_text("100 trials each", timeout=PATIENCE_MS)
    shoot(bench.root, "keyboard_train")
    keys.to("Train").press("Enter")
    expect(bench.state).to_have_text("Running", timeout=PATIENCE_MS)
    bench.wait_trials(2)
    keys.to("Stop").press("Enter")
    bench.wait_state("Stopped")
    expect(bench.verdict).to_be_visible(timeout=PATIENCE_MS)
    bench.tab("Train").focus()
    keys.to("Runs", by="ArrowRight").to("Search name").press(*"dd", *"ab")
    assert notebook.page.evaluate("document.activeElement.value") == "ddab"
    assert cells.count() == 2, "a key went to the notebook"
    keys.press(*["Backspace"] * 4)
    expect(bench.root.get_by_role("row").filter(has_text="stopped")).to_be_visible(timeout=PATIENCE_MS)
    keys.to("Runs").press(" ")
    expect(bench.root.get_by_text("Lineage")).to_be_visible(timeout=PATIENCE_MS)
    keys.to("Open").press("Enter")
    expect(bench.verdict).to_be_visible(timeout=PATIENCE_MS)
    bench.tab("Train").focus()
    keys.to("Explain", by="ArrowRight")
    chosen = bench.root.locator(".nbml-explain-sentence")
    expect(chosen).to_contain_text("predicted", timeout=PATIENCE_MS)
    before = chosen.inner_text()
    keys.to("Worst").to("Rows").press("ArrowDown", "ArrowDown", " ")
    expect(chosen).not_to_have_text(before, timeout=PATIENCE_MS)
    keys.to("Dependence").to("Residuals", by="ArrowRight")
    bench.tab("Explain").focus()
    keys.to("Predict", by="ArrowRight")
    expect(bench.button("Start from a row…")).to_be_visible(timeout=PATIENCE_MS)
    value = bench.root.locator("output.nbml-predict-value")
    before = value.inner_text()
    keys.to("bmi").press("Control+a", *"40", "Enter")
    expect(value).not_to_have_text(before, timeout=PATIENCE_MS)
    keys.to("Start from a row", by="Shift+Tab").press("Enter")
    expect(notebook.page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE_MS)
    keys.press("Escape")
    expect(notebook.page.get_by_role("dialog")).to_have_count(0)
    shoot(bench.root, "keyboard_predict")
    assert keys.unseen == [], "focus that is not seen"
