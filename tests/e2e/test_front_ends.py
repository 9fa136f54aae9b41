"""The same panel in other front ends: Notebook 7, and Voila, which has no cells and no menus."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import INLINE, TABLE
from .lab import Lab
from .notebook import PATIENCE_MS, Notebook
from .workbench import Workbench

CELL = TABLE + "\nnbml.workbench(frame, language='en')"
OUTSIDE = re.compile(r"^https?://(?!127\.0\.0\.1)")

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=["notebook", "voila"])
def front_end(request, tmp_path_factory, wheel_python):
    folder = tmp_path_factory.mktemp(request.param)
    with Lab(folder, kernel_python=wheel_python, app=request.param, environment=INLINE) as server:
        yield request.param, server


@pytest.fixture
def page(browser):
    """A page without a network, which Voila's template asks for; a fault in our module fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB")
    context.route(OUTSIDE, lambda route: route.abort())
    page = context.new_page()
    ours = []
    page.on("pageerror", lambda error: ours.append(error.stack) if "blob:" in (error.stack or "") else None)
    yield page
    context.close()
    assert ours == []


def test_a_search_in_another_front_end(front_end, page, shoot):
    """Choose the target, train, see the result with its plot."""
    name, server = front_end
    if name == "notebook":
        Notebook(server, page, "panel").open([CELL]).run(wait=False)
    else:
        server.write("panel.ipynb", [CELL])
        page.goto(server.address("panel.ipynb"))
    bench = Workbench(page.locator(".nbml").first)
    expect(bench.root).to_be_visible(timeout=PATIENCE_MS)
    bench.room("Data").say_role("target", "target")
    bench.button("Go to Train").click()
    bench.trials(3).train()
    bench.wait_state("Done")
    expect(bench.verdict).to_contain_text("±", timeout=PATIENCE_MS)
    bench.wait_figure()
    expect(page.locator(".nbml-static").first).to_be_hidden()
    shoot(page, f"front_end_{name}")
    server.end_kernel("panel.ipynb")
