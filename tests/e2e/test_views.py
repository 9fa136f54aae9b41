"""Several views, a kernel that is busy, an interrupt: every view is right, a click counts once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..unit.widgets.pages import trial
from .conftest import INLINE, TABLE
from .notebook import PATIENCE_MS
from .workbench import Workbench

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
TRAIN = "nbml.train(frame, 'target', trials=100_000, executor='inline')"
BLOCK = """import pathlib, time
print("begun", flush=True)
while not pathlib.Path({flag!r}).exists():
    time.sleep(0.02)"""

pytestmark = pytest.mark.timeout(600)


def views(notebook, count):
    """All panels of the page."""
    panels = notebook.page.locator(".nbml")
    expect(panels).to_have_count(count, timeout=PATIENCE_MS)
    return [Workbench(panels.nth(n)) for n in range(count)]


def test_a_double_click_starts_one_job_and_both_views_show_it(notebook, lab, shoot):
    """F11: two views of one panel."""
    notebook.open([TABLE, "panel = nbml.panels.Train(frame)\npanel", "panel"]).run()
    one, other = views(notebook, 2)
    for view in (one, other):
        view.root.get_by_role("combobox", name="Targets").wait_for(timeout=PATIENCE_MS)
    before = {path.name for path in (lab.home / "jobs").glob("*")}
    one.target("target").trials(100_000)
    one.button("Train").dblclick()
    for view in (one, other):
        expect(view.state).to_have_text("Running", timeout=PATIENCE_MS)
    other.wait_trials(1)
    shoot(notebook.page, "two_views")
    one.stop()
    for view in (one, other):
        view.wait_state("Stopped")
        expect(view.verdict).to_be_visible(timeout=PATIENCE_MS)
    assert one.trials_done() == other.trials_done()
    made = {path.name for path in (lab.home / "jobs").glob("*")} - before
    assert len(made) == 1
    notebook.add("print('one job:', panel.job.id)")
    expect(notebook.page.locator(".jp-OutputArea-output").last).to_contain_text(*made)


def test_two_panels_on_one_job_are_both_right(notebook, recorded):
    job = recorded(trials=3)
    notebook.open([f"import nbml\njob = nbml.open({job.id!r})\njob.panel()", "job.panel()"]).run()
    one, other = views(notebook, 2)
    for view in (one, other):
        expect(view.foot).to_contain_text("trial 3 / 3", timeout=PATIENCE_MS)
    job.tell(*trial(3), *trial(4))
    for view in (one, other):
        view.wait_trials(5)
    one.root.locator(".nbml-foot").get_by_role("button", name="Stop").dblclick()
    expect(one.foot).to_contain_text("Stopping")
    job.finish("cancelled")
    for view in (one, other):
        expect(view.state).to_have_text("Stopped", timeout=PATIENCE_MS)
        assert view.trials_done() == 5


def test_stop_is_heard_while_a_cell_blocks_the_kernel(notebook, bench, tmp_path, shoot):
    """The click goes through at once; the cell goes on, and the search has ended before it."""
    flag = tmp_path / "flag"
    notebook.open([TABLE, f"job = {TRAIN}\njob.panel()", BLOCK.format(flag=str(flag))]).run(wait=False)
    last = notebook.page.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(last).to_have_text("[*]:", timeout=PATIENCE_MS)
    expect(notebook.page.locator(".jp-CodeCell").last).to_contain_text("begun", timeout=PATIENCE_MS)
    bench.wait_trials(2)
    bench.stop()
    bench.wait_state("Stopped")
    expect(bench.verdict).to_contain_text("±", timeout=PATIENCE_MS)
    bench.room("Runs")
    expect(bench.root.get_by_role("row").filter(has_text="stopped").first).to_be_visible(timeout=PATIENCE_MS)
    shoot(bench.root, "runs_while_a_cell_runs")
    expect(last).to_have_text("[*]:")
    flag.touch()
    expect(last).to_have_text("[3]:", timeout=PATIENCE_MS)


def test_an_interrupt_ends_the_cell_and_not_the_search(notebook, bench):
    notebook.open([TABLE, f"job = {TRAIN}\njob.panel()"]).run()
    bench.wait_trials(1)
    notebook.add("print('at', 'it', flush=True)\nwhile True: pass", wait=False)
    cell = notebook.page.locator(".jp-CodeCell").last
    expect(cell).to_contain_text("at it", timeout=PATIENCE_MS)
    notebook.interrupt()
    expect(cell).to_contain_text("KeyboardInterrupt", timeout=PATIENCE_MS)
    notebook.command("kernelmenu:interrupt")  # and once more, with nothing to interrupt
    notebook.wait_idle()
    bench.wait_trials(bench.trials_done() + 1)
    bench.stop()
    bench.wait_state("Stopped")
    expect(bench.verdict).to_be_visible(timeout=PATIENCE_MS)


def test_a_job_that_lost_its_process_can_be_taken_up_again(notebook, lab, shoot):
    """An inline job dies with its kernel: it is called interrupted, and Resume goes on with it."""
    notebook.open([TABLE, f"job = {TRAIN}\njob.panel()"]).run()
    bench = Workbench(notebook.panel)
    bench.wait_trials(2)
    notebook.restart()
    expect(bench.root).to_contain_text("This panel has lost its kernel.", timeout=PATIENCE_MS)
    notebook.add("import nbml\nnbml.workbench(room='runs')")
    back = views(notebook, 2)[1]
    line = back.root.get_by_role("row").filter(has_text="interrupted")
    line.first.click(timeout=PATIENCE_MS)
    back.button("Open").click()
    expect(back.root).to_contain_text("Nobody runs this job any more", timeout=PATIENCE_MS)
    shoot(back.root, "train_interrupted")
    done = back.trials_done()
    back.button("Resume").click()
    expect(back.state).to_have_text("Running", timeout=PATIENCE_MS)
    back.wait_trials(done + 1)
    back.stop()
    back.wait_state("Stopped")
