"""What a panel costs and how quick it is, in JupyterLab and Chromium as a person has them.

First paint after a cell is run; from an event's line in the job's log to the screen; frames, bytes and
messages while trials stream in; a long job opened; ten thousand events at once; sizes of the bundles.
Events are written by hand, so that no cluster competes for the processors. Needs Chromium and Playwright.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measuring import arguments, run

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
STATIC = ROOT / "src" / "nbml" / "widgets" / "static"
PACE_S = 0.23
"""Between events whose way is timed; no multiple of the pump's tick."""
PER_SECOND = 100
BURST = 1_450
"""Trials whose events are a little over ten thousand."""
WATCH = """() => {
    const said = () => {
        const found = /trial ([\\d,]+) \\//.exec(document.querySelector(".nbml-foot")?.innerText ?? "");
        return found ? Number(found[1].replaceAll(",", "")) : 0;
    };
    const watch = window.watch = { seen: [], frames: [], painted: 0, drawn: 0, said };
    let last = 0, before = 0;
    const painted = act => requestAnimationFrame(() => setTimeout(() => act(Date.now())));
    new MutationObserver(() => {
        if (!watch.painted && document.querySelector(".nbml .nbml-head")) {
            watch.painted = -1;
            painted(now => { watch.painted = now; });
        }
        const count = said();
        if (count <= last) return;
        last = count;
        painted(now => watch.seen.push([count, now]));
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    const frame = now => {
        if (before) watch.frames.push(now - before);
        before = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""
RUN = "() => { window.began = Date.now(); window.jupyterapp.commands.execute('notebook:run-cell'); }"


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """All of it, one after the other, in one server."""
    if not (STATIC / "panel.js").exists():
        raise SystemExit("the panels are not built: make js")
    repeats, paced, streamed = (2, 20, 200) if chosen.quick else (7, 200, 1_000)
    with _surroundings() as (lab, context):
        return {
            "bundles_kb": _bundles(),
            "first_paint_s": _first_paint(lab, context, repeats),
            "event_to_screen_ms": _latency(lab, context, paced),
            "stream": _stream(lab, context, streamed),
            "open_1000_trials_s": _opening(lab, context, repeats),
            "burst_of_10000_events": _burst(lab, context),
        }


@contextmanager
def _surroundings() -> Iterator[tuple[Any, Any]]:
    """A server with a home of its own, and a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("Playwright is needed: pip install playwright") from None
    from tests.e2e.conftest import FLAGS
    from tests.e2e.lab import Lab

    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if found is None:
        raise SystemExit("no Chromium on this machine: apt install chromium")
    folder = Path(tempfile.mkdtemp(prefix="nbml-bench-"))
    quiet = {"NBML_EXECUTOR": "inline", "NBML_WARM_UP": "0", "NBML_LANGUAGE": "en"}
    os.environ["NBML_HOME"] = str(folder / "nbml_home")
    try:
        with Lab(folder, environment=quiet) as lab, sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=found, args=list(FLAGS))
            yield lab, chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB")
            chromium.close()
    finally:
        del os.environ["NBML_HOME"]
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _notebook(lab: Any, context: Any, cells: list[str], *, ran: int = 0) -> Iterator[Any]:
    """A notebook whose first cells have run, with the next one chosen and the page watched."""
    from tests.e2e.notebook import Notebook

    book = Notebook(lab, context.new_page(), f"bench {time.monotonic_ns()}")
    book.open(cells)
    cell = book.page.locator(".jp-CodeCell")
    for n in range(ran):
        cell.nth(n).locator(".jp-InputPrompt").click()
        book.command("notebook:run-cell")
        book.wait_idle()
    cell.nth(ran).locator(".jp-InputPrompt").click()
    book.page.evaluate(WATCH)
    yield book
    book.close()


def _job(trials: int = 0, **keys: Any) -> Any:
    from tests.unit.widgets.pages import Recorded

    from nbml.engine.lease import Lease

    job = Recorded(trials, **keys)
    Lease(job.folder.lease)
    return job


def _wait(book: Any, what: str, argument: Any = None) -> None:
    book.page.wait_for_function(what, arg=argument, timeout=120_000)


def _first_paint(lab: Any, context: Any, repeats: int) -> dict[str, Any]:
    """From the cell's start to a drawn panel, with nbml imported by it and before it."""
    said: dict[str, Any] = {}
    for name, cells in {
        "imported_before": ["import nbml, pandas as pd", "nbml.workbench()"],
        "with_import": ["import pandas as pd", "import nbml\nnbml.workbench()"],
    }.items():
        took = []
        for _ in range(repeats):
            with _notebook(lab, context, cells, ran=1) as book:
                book.page.evaluate(RUN)
                _wait(book, "() => window.watch.painted > 0")
                took.append(book.page.evaluate("() => window.watch.painted - window.began") / 1000)
        said[name] = _told(took)
    return said


def _latency(lab: Any, context: Any, events: int) -> dict[str, Any]:
    """From a trial's line in the log to its number on the screen, one at a time."""
    from tests.unit.widgets.pages import trial

    job = _job(1)
    with _notebook(lab, context, [f"import nbml\nnbml.open({job.id!r}).panel()"]) as book:
        book.page.evaluate(RUN)
        _wait(book, "() => window.watch.said() >= 1")
        written = {}
        for number in range(1, events + 1):
            time.sleep(PACE_S)
            written[number + 1] = time.time()
            job.tell(*trial(number))
        _wait(book, "count => window.watch.said() >= count", events + 1)
        book.page.wait_for_timeout(200)
        seen = dict(book.page.evaluate("() => window.watch.seen"))
    took = [seen[count] - moment * 1000 for count, moment in written.items() if count in seen]
    return _told(took) | {"p95": round(statistics.quantiles(took, n=20)[-1], 1), "events": len(took)}


def _stream(lab: Any, context: Any, trials: int) -> dict[str, Any]:
    """Trials as fast as a large cluster tells them: frames of the page, bytes and messages on its socket."""
    from tests.unit.widgets.pages import trial

    job = _job(1)
    sizes: list[int] = []
    with _notebook(lab, context, [f"import nbml\nnbml.open({job.id!r}).panel()"]) as book:
        book.page.evaluate(RUN)
        _wait(book, "() => window.watch.said() >= 1")
        network = context.new_cdp_session(book.page)
        network.send("Network.enable")
        network.on("Network.webSocketFrameReceived", lambda told: sizes.append(_size(told)))
        book.page.evaluate("() => { window.watch.frames.length = 0; }")
        begun = time.monotonic()
        for number in range(1, trials + 1):
            job.tell(*trial(number))
            time.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        _wait(book, "count => window.watch.said() >= count", trials + 1)
        frames = book.page.evaluate("() => window.watch.frames")
    told = [size for size in sizes if size]
    return {
        "trials": trials,
        "trials_per_s": round(trials / (time.monotonic() - begun), 1),
        "bytes_per_100_trials": round(sum(told) / trials * 100),
        "messages": len(told),
        "largest_message_bytes": max(told),
    } | _frames(frames)


def _opening(lab: Any, context: Any, repeats: int) -> dict[str, Any]:
    """A job of a thousand trials: from the cell's start until all of it is drawn, in a new kernel."""
    job = _job(1_000)
    took = []
    for _ in range(repeats):
        with _notebook(lab, context, ["import nbml", f"nbml.open({job.id!r}).panel()"], ran=1) as book:
            book.page.evaluate(RUN)
            _wait(book, """() => document.querySelector(".nbml-train-plot svg[aria-label^='1000 trials']")""")
            took.append(book.page.evaluate("() => Date.now() - window.began") / 1000)
    return _told(took)


def _burst(lab: Any, context: Any) -> dict[str, Any]:
    """Ten thousand events in one write: until the last is on the screen, and how the page moved meanwhile."""
    from tests.unit.widgets.pages import trial

    job = _job(1)
    with _notebook(lab, context, [f"import nbml\nnbml.open({job.id!r}).panel()"]) as book:
        book.page.evaluate(RUN)
        _wait(book, "() => window.watch.said() >= 1")
        events = [event for number in range(1, BURST + 1) for event in trial(number)]
        book.page.evaluate("() => { window.watch.frames.length = 0; }")
        job.tell(*events)
        begun = time.monotonic()
        _wait(book, "count => window.watch.said() >= count", BURST + 1)
        took = time.monotonic() - begun
        frames = book.page.evaluate("() => window.watch.frames")
    return {"events": len(events), "shown_after_s": round(took, 2)} | _frames(frames)


def _size(told: dict[str, Any]) -> int:
    """Bytes of a socket's frame that carries a message of a widget; 0 for others."""
    frame = told["response"]
    payload = frame["payloadData"].encode()
    content = base64.b64decode(payload) if frame["opcode"] == 2 else payload
    return len(content) if b"comm_msg" in content else 0


def _frames(frames: list[float]) -> dict[str, float]:
    """How smoothly a page was drawn, from milliseconds between its frames."""
    return {
        "frames_per_s": round(1000 * len(frames) / sum(frames), 1),
        "frame_p95_ms": round(statistics.quantiles(frames, n=20)[-1], 1),
        "longest_frame_ms": round(max(frames), 1),
    }


def _bundles() -> dict[str, float]:
    """Kilobytes of what is sent to a page."""
    module, style = (STATIC / "panel.js").read_bytes(), (STATIC / "panel.css").read_bytes()
    plots = (STATIC / "plots.js.gz").read_bytes()
    return {
        "panel_js": round(len(module) / 1000, 1),
        "panel_js_gzip": round(len(gzip.compress(module, 9)) / 1000, 1),
        "panel_css": round(len(style) / 1000, 1),
        "as_json_in_comm_open": round(len(json.dumps([module.decode(), style.decode()])) / 1000, 1),
        "plots_js_gz": round(len(plots) / 1000, 1),
        "plots_js": round(len(gzip.decompress(plots)) / 1000, 1),
    }


def _told(values: list[float]) -> dict[str, Any]:
    return {"median": round(statistics.median(values), 3), "runs": [round(value, 3) for value in values]}


def main() -> None:
    """Read the command line and measure."""
    run("panel", arguments(__doc__).parse_args(), measure)


if __name__ == "__main__":
    main()
