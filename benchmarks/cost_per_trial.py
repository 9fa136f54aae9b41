"""What a trial costs beside its fits: cheap trials (60 rows, five rounds), more and more of them.

For each number of trials: wall and supervisor seconds per trial, early and late in the search; size of the
job's log; how long a new process takes to have the full picture of the job back; memory. And the cost of a
question to the search alone, without a cluster. --full adds 10,000 trials.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from measuring import arguments, last_json, median, run, say, warm_cluster
from processor_time import ProcessorTime
from timeline import moment, span, supervisor_pid

ROWS, FEATURES, ROUNDS = 60, 6, 5
SNAPSHOT_WITHIN_S, SNAPSHOT_TRIALS = 2.0, 1000
SNAPSHOT = """
import json, resource, sys, time
begun = time.perf_counter()
import nbml
imported = time.perf_counter()
snapshot = nbml.open(sys.argv[1]).snapshot()
ended = time.perf_counter()
print(json.dumps({"import_s": imported - begun, "open_and_snapshot_s": ended - imported,
                  "trials": snapshot.trials_done, "bytes": len(snapshot.model_dump_json())}))
"""


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every number of trials, in one cluster; then the search alone."""
    with warm_cluster():
        jobs = {str(trials): _job(trials) for trials in chosen.trials}
    return {
        "jobs": jobs,
        "ask_and_tell_alone": {str(trials): _search_alone(trials) for trials in chosen.trials},
    }


def _table() -> Any:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, FEATURES))
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(FEATURES)])
    return frame.assign(y=X[:, 0] * 3 + X[:, 1] ** 2 + rng.normal(scale=0.1, size=ROWS))


def _job(trials: int) -> dict[str, Any]:
    import nbml
    from nbml.engine.cluster import find_head
    from nbml.settings import Settings

    say(f"{trials} trials")
    nbml.connect()
    head = find_head(Settings())
    assert head is not None
    with ProcessorTime(head.pid) as processors:
        begun = time.perf_counter()
        job = nbml.train(
            _table(),
            "y",
            model="lightgbm",
            trials=trials,
            shap=False,
            space={"lightgbm": {"num_iterations": ROUNDS}},
        )
        result = job.result()
        wall = time.perf_counter() - begun
    events = job.events()
    pid = supervisor_pid(job)
    used = processors.by_role(*span(events, "search"), job_pid=pid)
    told = [moment(event) for event in events if event.type == "trial.finished"]
    tenth = max(len(told) // 10, 1)
    seen = [last_json([sys.executable, "-c", SNAPSHOT, job.id]) for _ in range(3)]
    snapshot = median([one["import_s"] + one["open_and_snapshot_s"] for one in seen])
    fit_s = sum(row.seconds for row in result.record.leaderboard if row.study)
    return {
        "wall_s": round(wall, 3),
        "search_s": result.record.search_s,
        "busy_share": result.record.busy_share,
        "per_trial_ms": _ms(result.record.search_s / trials),
        "fits_per_trial_ms": _ms(fit_s / trials),
        "per_trial_ms_early": _ms((told[tenth] - told[0]) / tenth) if len(told) > tenth else None,
        "per_trial_ms_late": _ms((told[-1] - told[-1 - tenth]) / tenth) if len(told) > tenth else None,
        "processor_ms_per_trial": {role: _ms(seconds / trials) for role, seconds in used.items()},
        "after_search_s": round(wall - result.record.search_s, 3),
        "events": len(events),
        "events_bytes": job.paths.events.stat().st_size,
        "job_bytes": _size(job.folder),
        "snapshot_s": snapshot,
        "snapshot": seen[0],
        "snapshot_in_time": snapshot <= SNAPSHOT_WITHIN_S if trials <= SNAPSHOT_TRIALS else None,
        "largest_memory_mb": processors.memory_mb(job_pid=pid),
    }


def _search_alone(trials: int) -> dict[str, Any]:
    """Ask and tell with four trials open and a made-up score."""
    from nbml.ml.models import family
    from nbml.ml.models.base import Shape
    from nbml.ml.search import Search, quiet

    learner, shape = family("lightgbm"), Shape(ROWS, FEATURES, ROWS * 4 // 5)
    search = Search(learner.space(shape), learner.start(shape), seed=1)
    each, waiting = [], []
    with quiet():
        for _ in range(trials):
            begun = time.process_time()
            waiting.append(search.ask())
            if len(waiting) == 4:
                number, params = waiting.pop(0)
                search.tell(number, (params["learning_rate"] - 0.1) ** 2 + params["feature_fraction"])
            each.append(time.process_time() - begun)
    tenth = max(trials // 10, 1)
    return {
        "mean_ms": _ms(sum(each) / trials),
        "early_ms": _ms(median(each[:tenth])),
        "late_ms": _ms(median(each[-tenth:])),
    }


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)


def _size(folder: Path) -> int:
    return (
        int(subprocess.run(["du", "-sk", str(folder)], check=True, capture_output=True).stdout.split()[0])
        * 1024
    )


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 trials as well")
    parser.add_argument("--trials", type=int, nargs="+", help="other numbers of trials")
    chosen = parser.parse_args()
    chosen.trials = chosen.trials or ([50] if chosen.quick else [100, 1000] + [10_000] * chosen.full)
    run("cost_per_trial", chosen, measure)


if __name__ == "__main__":
    main()
