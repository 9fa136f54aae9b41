"""A notebook that is saved, sent on, and opened where there is no kernel and no network (S4, F13)."""

from __future__ import annotations

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from .conftest import INLINE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
ROWS = ("Geheimrezept-17", "8675309.125")
"""A level and a number of the table, written so that the cells do not hold them."""
MAKE = """import nbml, numpy as np, pandas as pd
n = np.arange(80)
frame = pd.DataFrame({
    "lot": np.where(n == 17, "Geheim" + "rezept-17", "lot"), "x": np.where(n == 5, 8675309 + 1 / 8, n * 0.5),
    "z": n % 7, "strength [MPa]": 30 + n % 7,
})
panel = nbml.workbench(frame)
panel"""
SPINNER = ".jp-Spinner, .jupyter-widgets-spinner, .lds-spinner, [class*=spinner]"

pytestmark = pytest.mark.timeout(600)


def test_a_saved_notebook_has_the_result_and_no_rows(notebook, bench, lab, browser, shoot):
    """With widget state or without: a static result, nothing that spins, no row of the table."""
    notebook.open([MAKE]).run()
    expect(bench.root.get_by_role("grid")).to_contain_text(ROWS[0], timeout=PATIENCE_MS)
    bench.say_role("strength [MPa]", "target").room("Train").trials(3).train()
    bench.wait_state("Done")
    bench.wait_figure()
    static = notebook.page.locator(".nbml-static")
    expect(static).to_contain_text("RMSE", timeout=PATIENCE_MS)
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    notebook.save()
    saved = (lab.notebooks / notebook.file).read_text(encoding="utf-8")
    book = nbformat.reads(saved, as_version=4)
    assert "widgets" in book.metadata, "the state of widgets is not in the file"
    assert [row for row in ROWS if row in saved] == []

    for name in ("with_state", "without_state"):
        if name == "without_state":
            book.metadata.pop("widgets")
        html, _ = HTMLExporter().from_notebook_node(book)
        assert [row for row in ROWS if row in html] == []
        offline = browser.new_context(viewport={"width": 1000, "height": 900})
        offline.route(
            lambda url: not url.startswith(("data:", "blob:", "about:")), lambda route: route.abort()
        )
        page = offline.new_page()
        page.set_content(html, wait_until="domcontentloaded")
        expect(page.locator(".nbml-static")).to_be_visible()
        expect(page.locator(".nbml-static")).to_contain_text("strength [MPa]")
        expect(page.locator(".nbml-static")).to_contain_text("±")
        assert page.locator(SPINNER).count() == 0
        shoot(page, f"nbconvert_{name}")
        offline.close()

    lab.end_kernel(notebook.file)
    for path in (lab.folder / "data" / "kernels").rglob("kernel.json"):
        path.unlink()  # and none can be started
    notebook.page.goto("about:blank")
    notebook.page.goto(lab.address(notebook.file))
    expect(static).to_be_visible(timeout=PATIENCE_MS)
    expect(static).to_contain_text("±")
    expect(notebook.page.get_by_text("Loading widget")).to_have_count(0, timeout=PATIENCE_MS)
    shoot(notebook.page, "reopened_without_kernel")
