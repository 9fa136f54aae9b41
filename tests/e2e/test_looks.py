"""How every room looks and can be used: light and dark, both languages, wide and narrow, by axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import INLINE, ROOT, TABLE, _missing
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
ROOMS = ("Data", "Train", "Explain", "Predict", "Optimize", "Runs")
PARTS = ("Table", "Columns", "Charts")
JAPANESE = {
    "Data": "データ", "Train": "学習", "Explain": "解釈", "Predict": "予測", "Optimize": "逆解析",
    "Runs": "実行履歴", "Table": "表", "Columns": "列", "Charts": "グラフ",
    "Measured vs predicted": "実測値と予測値",
}  # fmt: skip
ENGLISH = {name: name for name in JAPANESE}
CUT = """root => [...root.querySelectorAll(".nbml-segment span, .nbml-button, .nbml-chip, .nbml-tab")]
    .filter(el => el.checkVisibility() && el.scrollWidth > el.clientWidth + 1).map(el => el.textContent)"""
SPILLS = """root => [root, ...root.querySelectorAll(".nbml-room, .nbml-head, .nbml-foot")]
    .filter(el => el.scrollWidth > el.clientWidth + 1).map(el => el.className)"""
GRAVE = """async root => {
    const told = await axe.run(root);
    if (told.passes.length < 10) throw new Error("axe has not looked");
    return told.violations.filter(found => ["serious", "critical"].includes(found.impact))
        .map(found => [found.id, found.nodes[0].html.slice(0, 200), found.nodes[0].failureSummary]);
}"""
LEFT = "window.jupyterapp.shell.leftCollapsed"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def job_id(lab):
    """A finished job of two families, with all its figures."""
    import pandas as pd
    from sklearn.datasets import load_diabetes

    import nbml

    frame = load_diabetes(as_frame=True, scaled=False).frame
    frame["centre"] = pd.Series([f"centre {n % 12}" for n in range(len(frame))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(lab.home))
        asked = {"model": ["lightgbm", "xgboost"], "group": "centre", "trials": 6, "shap": False}
        job = nbml.train(frame, "target", executor="inline", name="diabetes by centre", **asked)
        job.result()
        nbml.train(frame, "target", executor="inline", trials=2, shap=False, name="diabetes").result()
    return job.id


@pytest.fixture
def shown(notebook, bench, job_id):
    """The workbench with a table and a finished job, and the room for it."""
    notebook.open([f"{TABLE}\npanel = nbml.workbench(frame, job={job_id!r})\npanel"]).run()
    if not notebook.page.evaluate(LEFT):
        notebook.command("application:toggle-left-area")
    return bench


def settle(bench, room, part=None, words=ENGLISH):
    """Bring a room to the front and wait until it has drawn what it has."""
    bench.room(words[room])
    if room == "Data" and part:
        bench.tab(words[part]).click()
    if room == "Data" and part == "Charts":
        bench.wait_figure(re.compile("Chart of|のグラフ"))
    if room == "Train":
        expect(bench.verdict).to_be_visible(timeout=PATIENCE_MS)
        bench.wait_figure(words["Measured vs predicted"])
    if room in ("Explain", "Predict", "Optimize"):
        body = bench.root.locator(".nbml-room-body:not([hidden])")
        expect(body).to_contain_text("bmi", timeout=PATIENCE_MS)
        expect(body.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
    if room == "Runs":
        row = bench.root.get_by_role("row").filter(has_text="diabetes by centre")
        row.click(timeout=PATIENCE_MS)
        expect(bench.root.locator(".nbml-lineage")).to_be_visible(timeout=PATIENCE_MS)


def grave(bench):
    """What axe calls serious or critical inside the panel."""
    if not AXE.exists():
        _missing("axe-core is not installed: npm ci in js")
    if not bench.page.evaluate("'axe' in window"):
        bench.page.add_script_tag(path=AXE)
    return bench.root.evaluate(GRAVE)


def resize(page, root, width):
    """Make the window so wide that the panel has this width; what stands beside it changes with it."""
    for _ in range(4):
        now = page.viewport_size["width"] + width - root.bounding_box()["width"]
        page.set_viewport_size({"width": round(now), "height": 1000})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 300)))")
        if abs(root.bounding_box()["width"] - width) < 8:
            return
    raise AssertionError(f"the panel is {root.bounding_box()['width']} px wide, not {width}")


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_every_room_in_this_theme(notebook, shown, theme, shoot):
    """Nothing serious for axe, nothing cut, in either theme."""
    notebook.page.evaluate(
        f"window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: 'JupyterLab {theme}' }})"
    )
    expect(shown.root).to_have_attribute("data-theme", theme.lower(), timeout=PATIENCE_MS)
    found = {}
    for room in ROOMS:
        for part in PARTS if room == "Data" else (None,):
            settle(shown, room, part)
            name = "_".join(filter(None, (room, part))).lower()
            shoot(shown.root, f"{theme.lower()}_{name}")
            found[name] = (grave(shown), shown.root.evaluate(CUT), shown.root.evaluate(SPILLS))
    shown.room("Train").unfold("Advanced").unfold("Best parameters").unfold("Search ranges")
    shoot(shown.root, f"{theme.lower()}_train_unfolded")
    found["unfolded"] = (grave(shown), shown.root.evaluate(CUT), [])
    shown.button("Help").click()
    shoot(notebook.page, f"{theme.lower()}_help")
    found["help"] = (grave(shown), [], [])
    assert found == {name: ([], [], []) for name in found}


@pytest.mark.parametrize("locale", ["ja-JP"])
def test_a_japanese_browser_is_spoken_to_in_japanese(notebook, shown, shoot):
    """The browser's language without being asked for; and English again at a click."""
    expect(shown.root).to_have_attribute("lang", "ja", timeout=PATIENCE_MS)
    left = {}
    for room in ROOMS:
        for part in PARTS if room == "Data" else (None,):
            settle(shown, room, part, JAPANESE)
            name = "_".join(filter(None, (room, part))).lower()
            shoot(shown.root, f"japanese_{name}")
            left[name] = shown.root.evaluate(CUT)
    assert left == {name: [] for name in left}
    shown.room("学習")
    expect(shown.verdict).to_contain_text("±")
    assert re.search(r"[ぁ-ん]", shown.verdict.inner_text())
    assert not re.search(r"\b(train|room|panel)_?\w*\.\w+", shown.root.inner_text()), "a key without words"
    assert grave(shown) == []
    shown.button("Show in English").click()
    expect(shown.tab("Train")).to_be_visible(timeout=PATIENCE_MS)
    expect(shown.verdict).to_contain_text("Errors of about", timeout=PATIENCE_MS)


@pytest.mark.parametrize("width", [480, 700, 1000, 1600])
def test_every_room_at_this_width(notebook, shown, width, shoot):
    """Nothing is cut, nothing spills, whatever the width."""
    resize(notebook.page, shown.root, width)
    found = {}
    for room in ROOMS:
        for part in PARTS if room == "Data" else (None,):
            settle(shown, room, part)
            name = "_".join(filter(None, (room, part))).lower()
            shoot(shown.root, f"width_{width}_{name}")
            found[name] = (shown.root.evaluate(CUT), shown.root.evaluate(SPILLS))
    assert found == {name: ([], []) for name in found}
