"""The Predict room as a person uses it in JupyterLab: a slider moved, a file dropped, answers saved."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import expect

from .conftest import INLINE, TABLE
from .notebook import PATIENCE_MS
from .test_data_room import drop
from .workbench import Workbench

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
TRAIN = """frame["病院 <b>"] = ["東", "西"] * 221
job = nbml.train(frame.rename(columns={"target": "進行"}), "進行", model="lightgbm", trials=1, folds=3)
job.wait()"""
NEW = "bmi,age,sex,bp,s1,s2,s3,s4,s5,s6,病院 <b>\n" + "".join(
    f"{bmi},50,1,90,180,110,45,4,4.6,90,{place}\n" for bmi, place in [(25, "東"), (99, "西"), (30, "北")]
)

pytestmark = pytest.mark.timeout(600)


def test_curves_follow_and_a_dropped_file_is_predicted(notebook, shoot, tmp_path):
    """P3, P7, S1, S15"""
    notebook.open([TABLE, TRAIN, "panel = nbml.panels.Predict(job)\npanel"]).run()
    root = notebook.panel
    value = root.locator(".nbml-predict-value").first
    curve = root.locator(".nbml-predict-curve").first
    expect(curve).to_be_attached(timeout=PATIENCE_MS)
    told, line = (
        value.inner_text(),
        root.get_by_role("img", name="進行 along s5").locator(".nbml-predict-curve"),
    )
    before = line.get_attribute("d")
    slider = root.get_by_role("slider", name="bmi, slider")
    slider.focus()
    slider.press("End")
    expect(value).not_to_have_text(told, timeout=PATIENCE_MS)
    expect(line).not_to_have_attribute("d", before, timeout=PATIENCE_MS)
    root.get_by_role("button", name="Pin this point").click()
    box = root.get_by_role("img", name="進行 along bmi").bounding_box()
    notebook.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 30)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 30, steps=5)
    notebook.page.mouse.up()
    expect(root.get_by_role("row", name="bmi")).to_be_visible(timeout=PATIENCE_MS)
    shoot(root, "predict_profiler")
    root.get_by_role("tab", name="Table").click()
    drop(Workbench(root), "新しい.csv", NEW.encode("cp932"))
    expect(root).to_contain_text("1 row outside the range", timeout=PATIENCE_MS)
    expect(root).to_contain_text("1 row with a level not seen")
    root.get_by_role("button", name="Predict 3 rows").click()
    table = root.get_by_role("grid", name="Predictions")
    expect(table).to_contain_text("bmi: outside the training range", timeout=PATIENCE_MS)
    shoot(root, "predict_table")
    root.get_by_role("button", name="Download").click()
    with notebook.page.expect_download() as saved:
        root.get_by_role("menuitem", name="CSV (UTF-8)").click()
    saved.value.save_as(tmp_path / "saved.csv")
    answers = pd.read_csv(tmp_path / "saved.csv")
    assert list(answers["flags"].fillna("")) == ["", "outside:bmi", "unseen:病院 <b>"]
    assert answers["predicted_進行"].notna().all()
    dark = "window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    notebook.page.evaluate(dark)
    expect(root).to_have_attribute("data-theme", "dark", timeout=PATIENCE_MS)
    root.get_by_role("button", name="日本語").click()
    table = root.get_by_role("grid", name="予測結果の表")
    expect(table).to_contain_text("bmi: 学習範囲の外", timeout=PATIENCE_MS)
    shoot(root, "predict_table_dark_japanese")
    root.get_by_role("tab", name="プロファイラー").click()
    expect(root.locator(".nbml-predict-curve").first).to_be_visible(timeout=PATIENCE_MS)
    shoot(root, "predict_profiler_dark_japanese")
