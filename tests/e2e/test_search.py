"""A search as a person sees it through, on a real cluster: started, watched, reloaded, restarted, stopped."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from playwright.sync_api import expect

from .conftest import ROOT, TABLE
from .notebook import PATIENCE_MS
from .workbench import SEARCH_MS, Workbench

LONG = 100_000
"""More trials than any test sees the end of."""

pytestmark = [pytest.mark.ray, pytest.mark.timeout(900)]


def first_cells(name):
    """The cells of a notebook of ours, up to its first panel."""
    book = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    cells = [cell.source for cell in book.cells if cell.cell_type == "code"]
    return cells[: 1 + next(n for n, cell in enumerate(cells) if "workbench(" in cell)]


def long_search(notebook):
    """A search that goes on until it is stopped, begun by clicks; with two trials done."""
    notebook.open([TABLE, "panel = nbml.workbench(frame)\npanel"]).run()
    bench = Workbench(notebook.panel)
    bench.room("Data").say_role("target", "target").room("Train").trials(LONG).train()
    bench.wait_trials(2)
    return bench


def test_quickstart_by_clicks_alone(notebook, shoot):
    """Data, target, Train, watch, result, Runs, open: as the quickstart says, no code but its own."""
    notebook.open(first_cells("01_quickstart.ipynb")).run()
    bench = Workbench(notebook.panel)
    shoot(notebook.page, "data_empty")
    bench.room("Train")
    shoot(bench.root, "train_empty")
    bench.room("Runs")
    expect(bench.root).to_contain_text("No runs yet", timeout=PATIENCE_MS)
    shoot(bench.root, "runs_empty")
    bench.choose("diabetes")
    expect(bench.root.get_by_role("grid")).to_contain_text("bmi")
    shoot(bench.root, "data_table")
    bench.say_role("progression", "target")
    shoot(bench.root, "data_columns")
    bench.button("Go to Train").click()
    bench.effort("Quick")
    expect(bench.root).to_contain_text(
        re.compile(r"Learn progression from 10 features with LightGBM: 10 trials")
    )
    shoot(bench.root, "train_form")
    bench.train()
    shoot(bench.root, "train_waiting")
    bench.wait_trials(3)
    shoot(bench.root, "train_live")
    bench.wait_state("Done")
    expect(bench.verdict).to_contain_text("±", timeout=PATIENCE_MS)
    bench.wait_figure()
    shoot(bench.root, "train_result")
    for name in ("Residuals", "Folds", "Search history", "Parameter importance"):
        bench.tab(name).click()
        bench.wait_figure(name)
        shoot(bench.root, f"train_result_{name.lower().replace(' ', '_')}")
    bench.room("Runs")
    line = bench.root.get_by_role("row").filter(has_text="progression")
    expect(line).to_contain_text("Done")
    expect(line).to_contain_text(re.compile(r"\d+ ± \d"))
    line.click()
    expect(bench.root).to_contain_text("Lineage")
    expect(bench.root.locator(".nbml-runs-graph, svg").last).to_be_visible()
    shoot(bench.root, "runs_chosen")
    bench.button("Open").click()
    expect(bench.verdict).to_be_visible(timeout=PATIENCE_MS)
    bench.unfold("Copy as code")
    expect(bench.root.locator("pre", has_text="nbml.train(")).to_be_visible(timeout=PATIENCE_MS)


def test_stop_keeps_what_is_finished(notebook, shoot):
    bench = long_search(notebook)
    done = bench.trials_done()
    bench.stop()
    shoot(bench.root, "train_stopping")
    bench.wait_state("Stopped")
    expect(bench.verdict).to_contain_text("±", timeout=PATIENCE_MS)
    expect(bench.root).to_contain_text("Stopped before its end")
    bench.wait_figure()
    assert bench.trials_done() >= done
    shoot(bench.root, "train_stopped")


def test_a_search_outlives_page_and_kernel(notebook, lab, context, shoot):
    """Reload, browser closed and opened, kernel restarted, all in one search: nothing of it is lost."""
    bench = long_search(notebook)
    notebook.save()  # what is not saved is lost in a reload, the panel's cell too
    seen = bench.trials_done()
    notebook.reload()
    bench = Workbench(notebook.panel)
    expect(bench.state).to_have_text("Running", timeout=PATIENCE_MS)
    bench.wait_trials(seen + 1)
    assert bench.tab("Train").get_attribute("aria-selected") == "true"
    shoot(bench.root, "train_reloaded")

    notebook.page.goto("about:blank")
    notebook.page.goto(lab.address(notebook.file))
    expect(bench.state).to_have_text("Running", timeout=PATIENCE_MS)
    seen = bench.trials_done()
    bench.wait_trials(seen + 1)

    notebook.restart()
    expect(bench.root).to_contain_text("This panel has lost its kernel.", timeout=PATIENCE_MS)
    expect(bench.root).to_contain_text("nbml.open(")
    shoot(bench.root, "train_lost")
    seen = bench.trials_done()
    code = re.search(r'nbml\.open\("(\w+)"\)\.panel\(\)', bench.root.inner_text())
    notebook.add(f"import nbml\n{code[0]}")
    back = Workbench(notebook.page.locator(".nbml").last)
    expect(back.state).to_have_text("Running", timeout=PATIENCE_MS)
    back.wait_trials(seen + 1)
    events = [
        json.loads(line) for line in (lab.home / "jobs" / code[1] / "events.jsonl").read_text().splitlines()
    ]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    back.room("Runs")
    line = back.root.get_by_role("row").filter(has_text="running")
    expect(line).to_be_visible(timeout=PATIENCE_MS)
    shoot(back.root, "runs_running")
    back.room("Train")
    back.stop()
    back.wait_state("Stopped")
    expect(back.verdict).to_be_visible(timeout=SEARCH_MS)
