"""Do limits on distance and interval width help? A known function, models of noisy rows from a part of it.

The true strength falls steeply outside a region that the data covers only thinly at its edge; models cannot
know that. For each seed: train, search with the limits off and on, and take the true values of the ten rows
of each front with the highest predicted strength. Reported: mean true value and how far it lies below what
was predicted.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from measuring import arguments, own_home, run, say

INPUTS = [f"x{i}" for i in range(5)]


def truth(X: np.ndarray) -> np.ndarray:
    """Strength: a ridge that rises with each input, and a cliff where two of them are high together."""
    rise = X @ np.array([3.0, 2.0, 1.5, 1.0, 0.5]) + 1.5 * np.sin(4 * X[:, 0])
    cliff = 14.0 / (1 + np.exp(-18 * (X[:, 0] + X[:, 1] - 1.05)))
    return rise - cliff


def table(seed: int, rows: int) -> pd.DataFrame:
    """Recipes as people try them: around a usual one, seldom at the edge."""
    rng = np.random.default_rng(seed)
    usual = rng.multivariate_normal([0.45, 0.4, 0.5, 0.5, 0.5], np.diag([0.03, 0.03, 0.05, 0.05, 0.05]), rows)
    X = np.clip(usual, 0, 1)
    X = X[X[:, 0] + X[:, 1] < 1.0]
    frame = pd.DataFrame(X.round(3), columns=INPUTS)
    frame["strength"] = truth(frame.to_numpy()) + rng.normal(0, 0.3, len(frame))
    frame["cost"] = frame[INPUTS].to_numpy() @ np.array([1.0, 0.5, 2.0, 1.0, 1.0]) + rng.normal(
        0, 0.1, len(frame)
    )
    return frame


def best_rows(result: Any) -> dict[str, float]:
    front = result.pareto.sort_values("predicted_strength", ascending=False, kind="stable").head(10)
    true, told = truth(front[INPUTS].to_numpy(dtype=float)), front["predicted_strength"].to_numpy()
    return {
        "true": float(true.mean()),
        "told": float(told.mean()),
        "distance": float(front["distance"].mean()),
    }


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    import nbml

    seeds = 1 if chosen.quick else chosen.seeds
    found: dict[str, list[dict[str, float]]] = {"off": [], "on": []}
    with own_home():
        for seed in range(seeds):
            rows = table(seed, 220)
            job = nbml.train(
                rows, targets=["strength", "cost"], trials=3, shap=False, seed=seed, executor="inline"
            )
            job.result()
            width = float(rows["strength"].std())
            limits = [
                {"kind": "distance", "most": 0.9},
                {"kind": "interval", "target": "strength", "most": 2 * width},
            ]
            goals = [
                {"target": "strength", "goal": "maximize", "weight": 3},
                {"target": "cost", "goal": "minimize"},
            ]
            for label, rules in (("off", []), ("on", limits)):
                job_ = nbml.optimize(
                    job.id, (), goals, rules, evaluations=3_000, seed=seed, executor="inline"
                )
                found[label].append(best_rows(job_.result()))
                say(f"seed {seed} {label:4} {found[label][-1]}")
    return {
        label: {key: round(float(np.mean([one[key] for one in cells])), 3) for key in cells[0]}
        | {"true_by_seed": [round(one["true"], 3) for one in cells]}
        for label, cells in found.items()
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    run("inverse_trust", parser.parse_args(), measure)


if __name__ == "__main__":
    main()
