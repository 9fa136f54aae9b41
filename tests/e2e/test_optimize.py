"""The Optimize room as a person goes through it in JupyterLab: from goals to measured experiments."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import INLINE
from .notebook import PATIENCE_MS
from .test_looks import CUT, SPILLS, grave, resize
from .workbench import Workbench

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
TRAIN = """import nbml, numpy as np, pandas as pd
rng = np.random.default_rng(0)
frame = pd.DataFrame((rng.dirichlet([2, 2, 2], 90) * 100).round(), columns=["cement", "水[%]", "<b>sand</b>"])
frame["<b>sand</b>"] = 100 - frame["cement"] - frame["水[%]"]
frame["kind"] = rng.choice(["A", "B", "=C"], 90)
frame["強度"] = frame["cement"] - 0.01 * (frame["水[%]"] - 30) ** 2 + 5 * (frame["kind"] == "A")
frame["cost"] = 0.2 * frame["cement"] + 0.05 * frame["<b>sand</b>"]
frame["流動"] = frame["水[%]"] - 0.3 * frame["cement"] + rng.normal(0, 1, 90)
asked = {"model": ["lightgbm", "xgboost"], "trials": 1, "folds": 3, "shap": False}
job = nbml.train(frame, ["強度", "cost", "流動"], **asked)
job.wait()"""
POINT = """figure => {
    const front = figure._fullData.find(trace => trace.customdata?.[0] >= 0);
    const { xaxis, yaxis } = figure._fullLayout;
    const { left, top } = figure.getBoundingClientRect();
    const at = front.customdata.map((row, n) => ({ row, x: left + xaxis._offset + xaxis.l2p(front.x[n]),
                                                   y: top + yaxis._offset + yaxis.l2p(front.y[n]) }));
    const end = at.reduce((one, other) => (other.x > one.x ? other : one));
    const near = at.filter(one => Math.hypot(one.x - end.x, one.y - end.y) < 12);
    return { x: end.x, y: end.y, rows: near.map(one => one.row + 1) };
}"""
LONG = 5_000_000
"""More rows than are predicted before somebody stops."""

pytestmark = pytest.mark.timeout(600)


def field(root, name):
    """A row of the form."""
    return root.locator(f'[data-field="{name}"]')


def add_rule(root, name):
    """Add a constraint and give its row."""
    root.get_by_role("button", name="Add a constraint").click()
    root.get_by_role("menuitem", name=name).click()
    return root.locator("[data-field^=constraints]").last


def choose(row, box, *names):
    """Choose in a box of a row, by typing."""
    for name in names:
        row.get_by_role("combobox", name=box).last.fill(name)
        row.page.get_by_role("listbox").get_by_role("option", name=name, exact=True).click()
    row.get_by_role("combobox", name=box).last.press("Escape")


def click_last(page, figure, chosen):
    """Click the point that is farthest to the right; its row, or one that lies under it, is chosen then."""
    figure.scroll_into_view_if_needed()
    at = figure.evaluate(POINT)
    page.mouse.move(at["x"], at["y"])
    page.wait_for_timeout(300)
    page.mouse.click(at["x"], at["y"])
    expect(chosen).to_have_text(re.compile(rf"^Row ({'|'.join(map(str, at['rows']))})\b"))


def rows_of_front(root):
    """How many rows the verdict speaks of."""
    words = root.locator(".nbml-optimize-verdict").inner_text()
    return int(re.match(r"([\d,]+) best", words)[1].replace(",", ""))


def test_from_goals_to_measured_experiments(notebook, shoot):
    """O1, O15, O17, O24: form, faults, live front, stop, one row in all views, onwards, measured."""
    notebook.open([TRAIN, "panel = nbml.workbench(frame, job=job, room='optimize')\npanel"]).run()
    bench, root, page = Workbench(notebook.panel), notebook.panel, notebook.page
    search = root.get_by_role("button", name=re.compile("^Search( again)?$"))
    expect(search).to_be_enabled(timeout=PATIENCE_MS)
    shoot(root, "optimize_form")

    # faults stand at their fields and go away again
    root.get_by_label("Least cement", exact=True).fill("40")
    root.get_by_label("Greatest cement", exact=True).fill("20")
    expect(field(root, "inputs.0")).to_contain_text("wrong way round", timeout=PATIENCE_MS)
    expect(root.get_by_label("Least cement", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(search).to_be_disabled()
    formula = add_rule(root, "Formula")
    formula.get_by_role("combobox", name="Formula").fill("import os")
    expect(formula).to_contain_text("cannot be read", timeout=PATIENCE_MS)
    shoot(root, "optimize_faults")
    formula.get_by_role("button", name="Remove: Formula").click()
    root.get_by_role("button", name="Swap the bounds").click()
    expect(search).to_be_enabled(timeout=PATIENCE_MS)
    for _ in range(20):
        if not root.get_by_role("button", name="Undo").is_enabled():
            break
        root.get_by_role("button", name="Undo").click()
    expect(root.get_by_label("Least cement", exact=True)).to_have_value("")

    # what cannot be kept together is said before the search
    root.get_by_label("Goal for cost", exact=True).select_option("minimize")
    mixture = add_rule(root, "Mixture: parts sum to a total")
    choose(mixture, "Parts", "cement", "水[%]", "<b>sand</b>")
    total = mixture.get_by_label("Total", exact=True)
    total.fill("400")
    expect(root).to_contain_text("These cannot be kept together", timeout=PATIENCE_MS)
    expect(search).to_be_disabled()
    shoot(root, "optimize_clash")
    total.fill("100")
    never = add_rule(root, "Never these combinations")
    choose(never, "Inputs", "kind")
    never.get_by_label("kind in combination 1", exact=True).select_option("=C")
    expect(root).to_contain_text("Feasible", timeout=PATIENCE_MS)
    expect(search).to_be_enabled(timeout=PATIENCE_MS)

    # the front grows; Stop keeps it
    bench.unfold("Advanced")
    root.get_by_label("Rows to predict", exact=True).fill(str(LONG))
    search.click()
    expect(root).to_contain_text(re.compile(r"[\d,]+ rows on the front after"), timeout=PATIENCE_MS)
    bench.wait_figure(re.compile("^Front"))
    shoot(root, "optimize_running")
    root.locator(".nbml-optimize-standing").get_by_role("button", name="Stop").click()
    verdict = root.locator(".nbml-optimize-verdict")
    expect(verdict).to_contain_text("best bargains", timeout=PATIENCE_MS)
    expect(root).to_contain_text("Stopped early")
    assert rows_of_front(root) > 3

    # select in one, see in all
    chosen = root.locator("h3", has_text=re.compile(r"^Row \d+"))
    figure = bench.wait_figure(re.compile("^Front"))
    click_last(page, figure, chosen)
    grid = root.get_by_role("grid", name="Pareto rows")
    line = grid.get_by_role("row").nth(2)
    line.click()
    number = re.match(r"\d+", line.get_by_role("gridcell").first.inner_text())[0]
    expect(chosen).to_contain_text(f"Row {number}")
    expect(grid.locator("[aria-selected=true]")).to_have_count(1)
    expect(root.locator(".nbml-optimize-line-chosen")).to_have_count(1)
    expect(root).to_contain_text("Chance of meeting all goals")
    expect(root).to_contain_text("Other families say")
    root.get_by_label("Depth (3-D)", exact=True).select_option(label="流動 (predicted)")
    space = root.get_by_role("img", name=re.compile("^Front in space"))
    drawn = space.locator(".textpoint text")
    expect(drawn).to_have_count(9, timeout=PATIENCE_MS)
    place = drawn.nth(4).get_attribute("transform")
    root.get_by_role("slider", name="Turn").press("ArrowRight")
    expect(drawn.nth(4)).not_to_have_attribute("transform", place)
    shoot(root, "optimize_result")
    shoot(space, "optimize_space")

    # onwards: profiler, waterfall, experiments
    strength = root.locator("dt", has_text="強度").last.locator("xpath=../dd/strong").inner_text()
    root.get_by_role("button", name="Open in the profiler").click()
    value = root.locator(".nbml-predict-value").first
    expect(value).to_have_text(re.compile(r"\d"), timeout=PATIENCE_MS)
    assert float(value.inner_text()) == pytest.approx(float(strength), abs=1.01)
    shoot(root, "optimize_to_profiler")
    bench.room("Optimize")
    root.get_by_role("button", name="Take apart (waterfall)").click()
    expect(root.locator(".nbml-explain-sentence").first).to_contain_text(
        f"Row {number} of", timeout=PATIENCE_MS
    )
    expect(
        root.get_by_role("img", name="How the prediction of the row comes about").locator(".main-svg").first
    ).to_be_attached(timeout=PATIENCE_MS)
    shoot(root, "optimize_to_waterfall")
    bench.room("Optimize")
    root.get_by_label("Rows to predict", exact=True).fill("400")
    root.get_by_label("Greatest 水[%]", exact=True).fill("60")
    root.get_by_role("checkbox", name="Go on from this front").check()
    expect(search).to_be_enabled(timeout=PATIENCE_MS)
    search.click()
    expect(verdict).to_contain_text("best bargains", timeout=PATIENCE_MS)
    expect(root).not_to_contain_text("Stopped early", timeout=PATIENCE_MS)
    root.get_by_label("How many", exact=True).fill("2")
    root.get_by_role("button", name="Propose").click()
    root.get_by_role("button", name=re.compile("^Plan these 2")).click()
    plan = root.get_by_role("region", name="Planned experiments")
    for name, result in (("強度", "999"), ("cost", "9"), ("流動", "9")):
        box = plan.get_by_label(f"Measured {name} of experiment 1", exact=True)
        box.fill(result)
        box.press("Enter")
    expect(plan).to_contain_text("3 of 6 results measured", timeout=PATIENCE_MS)
    expect(plan).to_contain_text("outside")
    bench.wait_figure(re.compile("^Measured over predicted"))
    shoot(root, "optimize_experiments")

    # every width, the dark theme, Japanese
    for width in (480, 1600):
        resize(page, root, width)
        assert root.evaluate(SPILLS) == []
        root.locator(".nbml-room").evaluate("room => { room.scrollTop = 0; }")
        shoot(root, f"optimize_{width}")
    resize(page, root, 1200)
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    expect(root).to_have_attribute("data-theme", "dark", timeout=PATIENCE_MS)
    root.get_by_role("button", name="日本語").click()
    expect(root).to_contain_text("計画した実験", timeout=PATIENCE_MS)
    expect(root).to_contain_text("最良の妥協点", timeout=PATIENCE_MS)
    assert root.evaluate(CUT) == []
    assert grave(bench) == []
    assert not re.search(r"\boptimize_room\.\w+", root.inner_text()), "a key without words"
    shoot(root, "optimize_dark_japanese")

    # what is in sight is in the kernel's hands
    notebook.add("print('rows', len(panel.selected), len(panel.job.result().pareto) > 3)")
    expect(page.locator(".jp-OutputArea").last).to_contain_text("rows 1 True", timeout=PATIENCE_MS)
