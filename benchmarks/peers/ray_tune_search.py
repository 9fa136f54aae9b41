"""The search of `against_ray_tune.py` as a Ray Tune user writes it.

Needs "ray[tune]", optuna and lightgbm. Run as ``python ray_tune_search.py TABLE.npz ORDER``; the order, JSON,
has the search space, the first point, the fixed parameters of a fit, the seed, the number of trials, the
cores, and whether trial processes are reused. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

os.environ |= {
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "RAY_AIR_NEW_OUTPUT": "0",
}
import lightgbm as lgb
import numpy as np
import optuna
import ray
from ray import tune
from ray.tune.search.optuna import OptunaSearch


def objective(config: dict[str, Any], data: dict[str, Any], fixed: dict[str, Any]) -> dict[str, float]:
    """Fit the folds one after the other and score all out-of-fold rows together."""
    X, y, fold = data["X"], data["y"], data["fold"]
    predicted = np.empty(len(y))
    for k in range(fold.max() + 1):
        train = fold != k
        rounds = config["num_iterations"]
        settings = {**fixed, **{name: value for name, value in config.items() if name != "num_iterations"}}
        model = lgb.train(settings, lgb.Dataset(X[train], y[train], params=fixed), rounds)
        predicted[~train] = model.predict(X[~train], num_threads=1)
    return {"rmse": float(np.sqrt(np.mean((predicted - y) ** 2)))}


class Space:
    """The search space, define-by-run; a class, since Tune pickles it."""

    def __init__(self, ranges: dict[str, tuple[str, float, float, bool]]) -> None:
        self._ranges = ranges

    def __call__(self, trial: optuna.Trial) -> None:
        """Draw a point."""
        for name, (kind, low, high, log) in self._ranges.items():
            suggest = trial.suggest_int if kind == "int" else trial.suggest_float
            suggest(name, low, high, log=log)


class FirstResult(tune.Callback):
    """When the first trial had answered."""

    at: float | None = None

    def on_trial_result(self, *_: Any, **__: Any) -> None:
        """Called by Tune."""
        self.at = self.at or time.perf_counter()


def main(table: str, order: dict[str, Any]) -> None:
    """Start a cluster, then search against the clock."""
    saved = np.load(table)
    data = {name: saved[name] for name in ("X", "y", "fold")}
    ray.init(num_cpus=order["cores"], include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.get([ray.remote(lambda: None).remote() for _ in range(order["cores"])])

    first, begun = FirstResult(), time.perf_counter()
    search = OptunaSearch(
        Space(order["space"]),
        metric="rmse",
        mode="min",
        points_to_evaluate=[order["start"]],
        sampler=optuna.samplers.TPESampler(seed=order["seed"]),
    )
    with tempfile.TemporaryDirectory() as folder:
        results = tune.Tuner(
            tune.with_parameters(objective, data=data, fixed=order["fixed"]),
            tune_config=tune.TuneConfig(
                search_alg=search, num_samples=order["trials"], reuse_actors=order["reuse_actors"]
            ),
            run_config=tune.RunConfig(storage_path=folder, verbose=0, callbacks=[first]),
        ).fit()
        wall = time.perf_counter() - begun
    ray.shutdown()
    print(
        json.dumps(
            {
                "wall_s": round(wall, 3),
                "first_trial_s": round(first.at - begun, 3) if first.at else None,
                "rmse": results.get_best_result("rmse", "min").metrics["rmse"],
                "errors": results.num_errors,
                "trials": len(results),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
