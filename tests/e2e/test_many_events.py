"""Long histories and bursts: complete, in order, and the panel can be used meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..unit.widgets.pages import trial
from .conftest import INLINE
from .notebook import PATIENCE_MS

SURROUNDINGS = INLINE | {"NBML_LANGUAGE": "en"}
TRIALS = 1_000
BESIDE = """list => [...list.querySelectorAll("dt")].every(term => {
    const [left, right] = [term, term.nextElementSibling].map(el => {
        const words = document.createRange();
        words.selectNodeContents(el);
        return words.getBoundingClientRect();
    });
    return left.right <= right.left;
})"""
BURST = 1_450
"""Trials whose events are a little over ten thousand."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def job(recorded):
    return recorded(trials=TRIALS, title="long")


def plot(bench, count):
    """The search plot, once it shows so many trials."""
    drawn = bench.root.get_by_role("img", name=f"{count} trials of the search")
    expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    return drawn


def test_a_job_of_a_thousand_trials_is_shown_whole(notebook, bench, job, shoot):
    """And a trial of long ago, asked for by keyboard, tells its parameters: they are not in the snapshot."""
    notebook.open([f"import nbml\nnbml.open({job.id!r}).panel()"]).run()
    expect(bench.foot).to_contain_text("trial 1,000 / 1,000", timeout=PATIENCE_MS)
    drawn = plot(bench, TRIALS)
    drawn.focus()
    notebook.page.keyboard.press("ArrowRight")
    card = bench.root.locator(".nbml-train-card")
    expect(card).to_contain_text("trial 0")
    expect(card).to_contain_text("parameter_8", timeout=PATIENCE_MS)
    assert card.locator("dl").evaluate(BESIDE)
    shoot(bench.root, "train_1000_trials")
    bench.unfold("Log")
    expect(bench.root.locator(".nbml-train-log li").first).to_be_visible(timeout=PATIENCE_MS)


def test_ten_thousand_events_at_once_are_all_shown(notebook, bench, job, shoot):
    """The panel goes on to be used while they come; what is drawn at the end is all there was."""
    notebook.open([f"import nbml\npanel = nbml.open({job.id!r}).panel()\npanel"]).run()
    bench.wait_trials(TRIALS)
    before = job.seq
    job.tell(*(event for number in range(TRIALS, TRIALS + BURST) for event in trial(number)))
    assert job.seq - before > 10_000
    bench.room("Runs")
    expect(bench.root.get_by_role("row").filter(has_text="long").first).to_be_visible(timeout=PATIENCE_MS)
    bench.button("Help").click()
    bench.button("Close").click()
    bench.room("Train")
    bench.wait_trials(TRIALS + BURST)
    shoot(bench.root, "train_burst")
    job.tell(*trial(TRIALS + BURST))
    bench.wait_trials(TRIALS + BURST + 1)
    notebook.add(
        "job = panel.session.snapshot()['job']\nprint(job['seq'], job['snapshot']['studies'][0]['complete'])"
    )
    expect(notebook.page.locator(".jp-OutputArea-output").last).to_contain_text(
        f"{job.seq} {TRIALS + BURST + 1}"
    )
