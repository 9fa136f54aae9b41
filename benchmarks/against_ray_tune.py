"""nbml against Ray Tune with OptunaSearch: the same table, folds, space, first point and number of trials.

A trial fits the five LightGBM folds of concrete with one thread. Both clusters are up before the clock
starts. Tune runs twice: as it comes, and with reuse_actors, its own remedy for the start of a process per
trial. nbml's time is that of the whole job, from nbml.train to job.result(), which also fits a final model,
keeps all in MLflow and writes everything down; Tune's is that of Tuner.fit(), the search alone.

Tune needs "ray[tune]": --tune-python says where it is, else the same versions of ray, optuna, lightgbm and
numpy are installed with it into the user's cache folder.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import (
    arguments,
    compile_libraries,
    dataset,
    environment,
    last_json,
    median,
    run,
    say,
    versions,
    warm_cluster,
)
from timeline import first, moment

SCRIPT = Path(__file__).parent / "peers" / "ray_tune_search.py"
FIXED = {
    "objective": "regression",
    "bagging_freq": 1,
    "max_bin": 63,
    "force_col_wise": True,
    "deterministic": True,
    "feature_pre_filter": False,
    "num_threads": 1,
    "verbosity": -1,
    "seed": 42,
}
AT_LEAST = 10.0


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Nbml, then Tune in both ways."""
    import numpy as np
    import pandas as pd

    from nbml.engine.budget import cpu_budget
    from nbml.ml.folds import plan_folds
    from nbml.ml.models import family
    from nbml.ml.models.base import Shape

    entry = dataset(chosen.data, "concrete")
    frame = pd.read_csv(entry["path"]).drop(columns=[entry["group"]])
    target = entry["target"][0]
    X, y, folds = (
        frame.drop(columns=[target]).to_numpy(float),
        frame[target].to_numpy(float),
        plan_folds(len(frame)),
    )
    shape, learner = Shape(*X.shape, round(len(X) * 0.8)), family("lightgbm")
    order = {
        "space": {name: (p.kind, p.low, p.high, p.log) for name, p in learner.space(shape).items()},
        "start": learner.start(shape),
        "fixed": FIXED,
        "seed": 42,
        "trials": chosen.trials,
        "cores": cpu_budget(),
    }
    ours = _nbml(frame, target, chosen)
    python = chosen.tune_python or _make_environment()
    compile_libraries(python)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.npz"
        np.savez(table, X=X, y=y, fold=folds.assignment)
        tune = {}
        for name, reuse in (("as it comes", False), ("reuse_actors", True)):
            say(f"Ray Tune, {name}")
            tune[name] = last_json(
                [python, SCRIPT, table, json.dumps({**order, "reuse_actors": reuse})], cwd=folder
            )
    ratios = {name: round(one["wall_s"] / ours["wall_s"], 1) for name, one in tune.items()}
    return {
        "trials": chosen.trials,
        "folds": folds.n_folds,
        "nbml": ours,
        "ray_tune": tune,
        "times_faster": ratios,
        "times_faster_search_alone": {
            name: round(one["wall_s"] / ours["search_s"], 1) for name, one in tune.items()
        },
        "enough": ratios["as it comes"] >= AT_LEAST,
    }


def _nbml(frame: Any, target: str, chosen: argparse.Namespace) -> dict[str, Any]:
    import nbml

    runs = []
    with warm_cluster():
        for number in range(chosen.repeats):
            say(f"nbml, {number + 1} of {chosen.repeats}")
            nbml.connect()
            called, begun = time.time(), time.perf_counter()
            job = nbml.train(frame, target, model="lightgbm", trials=chosen.trials, shap=False)
            result = job.result()
            wall = time.perf_counter() - begun
            events = job.events()
            runs.append(
                {
                    "wall_s": round(wall, 3),
                    "search_s": result.record.search_s,
                    "rmse": result.score,
                    "first_fold_s": round(moment(first(events, "fold.finished")) - called, 3),
                    "first_trial_s": round(moment(first(events, "trial.finished")) - called, 3),
                    "fit_and_predict_s": next(row.seconds for row in result.record.leaderboard if row.study),
                }
            )
    middle = {key: median([one[key] for one in runs]) for key in runs[0]}
    return middle | {"runs": runs}


def _make_environment() -> Path:
    same = [
        f"{name}=={number}" for name, number in versions(("optuna", "lightgbm", "numpy", "pandas")).items()
    ]
    return environment("ray_tune", [f"ray[tune]=={versions(['ray'])['ray']}", *same])


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--tune-python", type=Path, help="interpreter that has ray[tune], optuna and lightgbm"
    )
    parser.add_argument("--trials", type=int, help="30; quick: 4")
    parser.add_argument("--repeats", type=int, default=3, help="runs of nbml; the median counts")
    chosen = parser.parse_args()
    chosen.trials = chosen.trials or (4 if chosen.quick else 30)
    run("against_ray_tune", chosen, measure)


if __name__ == "__main__":
    main()
