"""How long a job takes to stop: until cancel() answers, the processors are idle, the job has ended.

A search that would go on for hours is stopped after its third trial, several times. Idle means that no
worker that was there when it was stopped has used the processor over a twentieth of a second.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import psutil
from measuring import arguments, dataset, median, run, warm_cluster

TRIALS_BEFORE = 3
LOOK_EVERY_S = 0.05


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Stop one job after another on a warm cluster."""
    import pandas as pd

    entry = dataset(chosen.data, "concrete")
    frame = pd.read_csv(entry["path"]).drop(columns=[entry["group"]])
    with warm_cluster():
        runs = [_stop_one(frame, entry["target"][0]) for _ in range(chosen.repeats)]
    return {"runs": runs} | {key: median([one[key] for one in runs]) for key in runs[0]}


def _stop_one(frame: Any, target: str) -> dict[str, float]:
    import nbml

    job = nbml.train(frame, target, trials=100_000)
    while sum(event.type == "trial.finished" for event in job.events()) < TRIALS_BEFORE:
        time.sleep(LOOK_EVERY_S)
    before, asked = _worker_seconds(), time.perf_counter()
    job.cancel()
    answered = time.perf_counter() - asked
    while True:
        time.sleep(LOOK_EVERY_S)
        now = _worker_seconds()
        if all(now[pid] - spent < LOOK_EVERY_S / 10 for pid, spent in before.items() if pid in now):
            break
        before = {pid: now[pid] for pid in before if pid in now}
    idle = time.perf_counter() - asked
    job.result(timeout_s=60)
    ended = time.perf_counter() - asked
    return {"answered_s": round(answered, 4), "idle_s": round(idle, 3), "ended_s": round(ended, 3)}


def _worker_seconds() -> dict[int, float]:
    """Processor seconds of each living worker process."""
    from nbml.engine.cluster import find_head
    from nbml.settings import Settings

    head = find_head(Settings())
    spent: dict[int, float] = {}
    for process in [] if head is None else psutil.Process(head.pid).children(recursive=True):
        try:
            if "Worker" in " ".join(process.cmdline()[:1]):
                spent[process.pid] = sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return spent


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--repeats", type=int, help="5; quick: 2")
    chosen = parser.parse_args()
    chosen.repeats = chosen.repeats or (2 if chosen.quick else 5)
    run("stopping", chosen, measure)


if __name__ == "__main__":
    main()
