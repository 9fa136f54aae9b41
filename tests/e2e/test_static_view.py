"""What a notebook keeps of a panel, in a real JupyterLab: hidden while the panel works, shown without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..unit.widgets.pages import Recorded, trial

PATIENCE_MS = 30_000
QUIET = "import os; os.environ.update(NBML_WARM_UP='0', NBML_EXECUTOR='inline', NBML_LANGUAGE='en')"
CONNECTED = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus"


@pytest.fixture
def job(lab, monkeypatch):
    monkeypatch.setenv("NBML_HOME", str(lab.home))
    return Recorded(trials=3)


def test_static_views_of_two_panels(notebook, job, lab, shoot):
    """F10, F11, F13: the second panel carries only a relay; a reload brings both back; its end is kept."""
    notebook.open([f"{QUIET}\nimport nbml\nnbml.workbench(job={job.id!r})", "nbml.workbench()"])
    page = notebook.page
    page.wait_for_function(f"{CONNECTED} === 'connected'", timeout=PATIENCE_MS)
    notebook.run(wait=False)
    panels, statics = page.locator(".nbml"), page.locator(".nbml-static")

    def expect_live():
        expect(panels).to_have_count(2, timeout=PATIENCE_MS)
        expect(statics).to_have_count(2, timeout=PATIENCE_MS)
        for n in range(2):
            expect(panels.nth(n)).to_be_visible()
            expect(statics.nth(n)).to_be_hidden()

    expect_live()
    notebook.command("docmanager:save", wait=False)
    expect(page.locator(".jp-mod-dirty")).to_have_count(0, timeout=PATIENCE_MS)
    page.reload()
    expect_live()
    job.tell(*trial(3))
    job.finish("cancelled")
    expect(statics.first).to_contain_text("(stopped)", timeout=PATIENCE_MS)
    notebook.command("docmanager:save", wait=False)
    expect(page.locator(".jp-mod-dirty")).to_have_count(0, timeout=PATIENCE_MS)
    shoot(page, "two_panels")
    lab.end_kernel(notebook.file)
    page.goto("about:blank")
    page.goto(lab.address(notebook.file))
    expect(statics).to_have_count(2, timeout=PATIENCE_MS)
    for n in range(2):
        expect(statics.nth(n)).to_be_visible(timeout=PATIENCE_MS)
    expect(statics.first).to_contain_text("(stopped)")
    expect(statics.last).to_contain_text("No table and no job yet.")
    shoot(page, "saved_notebook")
