"""What a large table costs each worker: the arrays lie in Ray's object store once and are mapped, not copied.

Two workers of nbml's own open a training bench on a table of random numbers, then fit one fold of LightGBM
each, of a few trees. Private is memory that belongs to one process alone (USS); what all map is counted once,
as the table. The peak is that of preparing the fold: its rows are gathered before they are binned.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from measuring import arguments, run, say

WORKERS, FEATURES, TREES = 2, 20, 5
MB = 2**20


def private_mb(pids: list[int]) -> list[float]:
    """Memory that is each process's alone."""
    return [psutil.Process(pid).memory_full_info().uss / MB for pid in pids]


@contextlib.contextmanager
def watched(pids: list[int]) -> Iterator[list[float]]:
    """The most private memory of each process within the block."""
    most, over = private_mb(pids), threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[:] = [max(pair) for pair in zip(most, private_mb(pids), strict=True)]

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def share(rows: int) -> dict[str, Any]:
    """One table, opened and worked at by fresh workers."""
    import ray

    from nbml.engine.executor import Task
    from nbml.engine.job_files import FolderFiles
    from nbml.engine.worker import Worker
    from nbml.jobs.train_bench import WARM_MODULES, Shared, TrainBench
    from nbml.jobs.training_data import TrainingData
    from nbml.ml.folds import plan_folds
    from nbml.ml.models.base import Layout

    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, FEATURES))
    Y = X[:, :1] + rng.standard_normal((rows, 1))
    data = TrainingData(X, Y, Layout((0,) * FEATURES), plan_folds(rows, 5))
    actor = ray.remote(num_cpus=1, concurrency_groups={"control": 1})(Worker)
    workers = [actor.remote(WARM_MODULES) for _ in range(WORKERS)]
    pids = ray.get([worker.ping.remote() for worker in workers])
    before = private_mb(pids)
    with tempfile.TemporaryDirectory(prefix="nbml-bench-") as made:
        trials = Path(made)
        begun = time.perf_counter()
        shared = ray.put(Shared(data, str(trials), FolderFiles(trials), 0, 1, 100))
        put_s, begun = time.perf_counter() - begun, time.perf_counter()
        ray.get([worker.open.remote(TrainBench, shared) for worker in workers])
        open_s, opened = time.perf_counter() - begun, private_mb(pids)
        work = {
            **{"do": "fold", "study": "t0-lightgbm", "family": "lightgbm", "target": 0, "trial": 0},
            **{"beaten": 0, "params": {"num_iterations": TREES, "learning_rate": 0.1, "num_leaves": 31}},
        }
        begun = time.perf_counter()
        with watched(pids) as most:
            tasks = [[Task(f"t0-lightgbm/0/{k}", {**work, "fold": k})] for k in range(WORKERS)]
            done = ray.get([worker.run.remote(task) for worker, task in zip(workers, tasks, strict=True)])
        fold_s, fitted = time.perf_counter() - begun, private_mb(pids)
    for worker in workers:
        ray.kill(worker)
    if failed := [outcome.error for outcomes in done for outcome in outcomes if outcome.error]:
        raise failed[0]

    def grown(now: list[float]) -> float:
        return round(max(a - b for a, b in zip(now, before, strict=True)), 1)

    return {
        "rows": rows,
        "table_mb": round((X.nbytes + Y.nbytes) / MB, 1),
        "put_s": round(put_s, 3),
        "open_s": round(open_s, 3),
        "fold_s": round(fold_s, 2),
        "worker_before_mb": round(max(before), 1),
        "private_after_open_mb": grown(opened),
        "private_after_fold_mb": grown(fitted),
        "private_peak_mb": grown(most),
    }


def measure(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Each number of rows on a Ray of its own."""
    import ray

    results = []
    for rows in chosen.rows:
        size = int(rows * (FEATURES + 2) * 8 * 1.3) + 200 * MB
        ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, object_store_memory=size)
        try:
            results.append(share(rows))
        finally:
            ray.shutdown()
        last = results[-1]
        say(
            f"{rows:,} rows, {last['table_mb']:.0f} MB: {last['private_after_open_mb']} MB a worker once open"
        )
    return results


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", help="100,000, 1,000,000 and 10,000,000; quick: the first"
    )
    chosen = parser.parse_args()
    chosen.rows = chosen.rows or ([100_000] if chosen.quick else [100_000, 1_000_000, 10_000_000])
    run("sharded_data", chosen, measure)


if __name__ == "__main__":
    main()
