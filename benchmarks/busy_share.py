"""How much of the cores' time a search spends on fitting and predicting, and where the rest goes.

Busy share = seconds inside fits and predictions, each by one thread, / (workers x wall seconds of the search)
as the job itself records it: by the clock, and of the processor, which is less where a fit waits for a core
that something else has. The number of trials is set from a short search, so that a search takes --seconds or
more. Processor seconds by role (workers, supervisor, Ray's own processes, ...) are sampled from outside.
"""

from __future__ import annotations

import argparse
import math
from typing import Any

from measuring import arguments, dataset, run, say, warm_cluster
from processor_time import ProcessorTime
from timeline import span, supervisor_pid

CASES: dict[str, dict[str, Any]] = {
    "lightgbm, concrete": {"table": "concrete", "model": ["lightgbm"]},
    "catboost, concrete": {"table": "concrete", "model": ["catboost"]},
    "lightgbm and catboost, concrete": {"table": "concrete", "model": ["lightgbm", "catboost"]},
    "lightgbm, 20,000 diamonds": {"table": "diamonds", "rows": 20_000, "model": ["lightgbm"]},
}
PILOT_TRIALS = 10
AT_LEAST = 0.90


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every case in one cluster."""
    cases = list(CASES.items())[:1] if chosen.quick else list(CASES.items())
    with warm_cluster():
        return {name: _case(chosen, **case) for name, case in cases}


def _case(
    chosen: argparse.Namespace, *, table: str, model: list[str], rows: int | None = None
) -> dict[str, Any]:
    import pandas as pd

    import nbml
    from nbml.engine.cluster import find_head
    from nbml.settings import Settings

    entry = dataset(chosen.data, table)
    frame = pd.read_csv(entry["path"]).drop(columns=[c for c in [entry["group"]] if c])
    if rows:
        frame = frame.sample(rows, random_state=0).reset_index(drop=True)
    target = entry["target"][0]
    trials = chosen.trials or _enough_trials(frame, target, model, chosen.seconds)
    say(f"{', '.join(model)} on {table}: {trials} trials each")
    nbml.connect()
    head = find_head(Settings())
    assert head is not None
    with ProcessorTime(head.pid) as processors:
        job = nbml.train(frame, target, model=model, trials=trials)
        next(event for event in job.follow() if event.type == "trial.finished")
        pid = supervisor_pid(job)
        record = job.result().record
    begun, ended = span(job.events(), "search")
    seconds = {row.family: row.seconds for row in record.leaderboard if row.study}
    return {
        "rows": len(frame),
        "features": frame.shape[1] - 1,
        "trials_each": trials,
        "workers": head.cpus,
        "search_s": record.search_s,
        "busy_share": record.clock_share,
        "enough": record.clock_share >= AT_LEAST,
        "of_processor": record.busy_share,
        "long_enough": record.search_s >= chosen.seconds,
        "fit_and_predict_s": seconds,
        "processor_s_in_search": processors.by_role(begun, ended, job_pid=pid),
        "processor_s_in_all": processors.by_role(job_pid=pid),
        "supervisor_s_per_trial": round(
            processors.by_role(begun, ended, job_pid=pid).get("supervisor", 0.0) / (trials * len(model)), 5
        ),
        "largest_memory_mb": processors.memory_mb(job_pid=pid),
    }


def _enough_trials(frame: Any, target: str, model: list[str], seconds: float) -> int:
    import nbml

    pilot = nbml.train(frame, target, model=model, trials=PILOT_TRIALS, shap=False).result()
    return max(PILOT_TRIALS, math.ceil(1.2 * seconds / pilot.record.search_s * PILOT_TRIALS))


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, help="least wall time of a search (30; quick: 3)")
    parser.add_argument(
        "--trials", type=int, help="trials of each search, instead of finding out how many it takes"
    )
    chosen = parser.parse_args()
    chosen.seconds = chosen.seconds or (3.0 if chosen.quick else 30.0)
    run("busy_share", chosen, measure)


if __name__ == "__main__":
    main()
