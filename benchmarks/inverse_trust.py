"""Do limits on distance and interval width help? Known functions, models of noisy rows from part of a range.

Two traps. "band": recipes in which two inputs always went together, so that no model can know what happens
when they do not. "cliff": strength falls steeply just beyond the data. For each seed: train, search with the
limits off and on, and judge the fronts by their true values: the hypervolume that is really reached (in seen
ranges, from the worse ends of the data), the mean true strength, and how much was promised beyond it.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from measuring import arguments, own_home, run, say

from nbml.inverse.front import hypervolume

WEIGHTS = np.array([0.2, 2.0, 1.0, 1.0, 1.0])
INPUTS = [f"x{i}" for i in range(5)]


def rise(X: np.ndarray) -> np.ndarray:
    return X @ np.array([3.0, 2.0, 1.5, 1.0, 0.5]) + 1.5 * np.sin(4 * X[:, 0])


def cliff(X: np.ndarray) -> np.ndarray:
    """Strength falls where two inputs are high together."""
    return rise(X) - 14.0 / (1 + np.exp(-18 * (X[:, 0] + X[:, 1] - 1.05)))


def band(X: np.ndarray) -> np.ndarray:
    """Strength falls where two inputs differ."""
    return rise(X) - 30.0 * (X[:, 0] - X[:, 1]) ** 2


TRUTHS = {"cliff": cliff, "band": band}


def table(trap: str, seed: int, rows: int) -> pd.DataFrame:
    """Recipes as people try them: around a usual one, seldom at the edge."""
    rng = np.random.default_rng(seed)
    X = np.clip(rng.normal([0.45, 0.4, 0.5, 0.5, 0.5], 0.2, size=(rows, 5)), 0, 1)
    if trap == "band":
        X[:, 1] = np.clip(X[:, 0] + rng.normal(0, 0.05, rows), 0, 1)
    else:
        X = X[X[:, 0] + X[:, 1] < 1.0]
    frame = pd.DataFrame(X.round(3), columns=INPUTS)
    frame["strength"] = TRUTHS[trap](frame.to_numpy()) + rng.normal(0, 0.3, len(frame))
    frame["cost"] = frame[INPUTS].to_numpy() @ WEIGHTS + rng.normal(0, 0.1, len(frame))
    return frame


def judge(trap: str, rows: pd.DataFrame, result: Any) -> dict[str, float]:
    front = result.pareto
    X = front[INPUTS].to_numpy(dtype=float)
    strength, cost = TRUTHS[trap](X), X @ WEIGHTS
    scale = np.array([np.ptp(rows["strength"]), np.ptp(rows["cost"])])
    reference = np.array([-rows["strength"].min(), rows["cost"].max()]) / scale
    return {
        "true_volume": hypervolume(np.column_stack([-strength, cost]) / scale, reference),
        "true_strength": float(strength.mean()),
        "promised_beyond": float((front["predicted_strength"] - strength).mean()),
        "distance": float(front["distance"].mean()),
    }


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    with own_home():
        return {trap: measure_one(trap, 1 if chosen.quick else chosen.seeds) for trap in TRUTHS}


def measure_one(trap: str, seeds: int) -> dict[str, Any]:
    import nbml

    found: dict[str, list[dict[str, float]]] = {"off": [], "on": []}
    for seed in range(seeds):
        rows = table(trap, seed, 220)
        options = {"trials": 3, "shap": False, "seed": seed, "executor": "inline"}
        job = nbml.train(rows, targets=["strength", "cost"], **options)
        job.result()
        width = 2 * float(rows["strength"].std())
        limits = [
            {"kind": "distance", "most": 0.9},
            {"kind": "interval", "target": "strength", "most": width},
        ]
        goals = {"strength": "maximize", "cost": "minimize"}
        for label, rules in (("off", []), ("on", limits)):
            made = nbml.optimize(job.id, (), goals, rules, evaluations=3_000, seed=seed, executor="inline")
            found[label].append(judge(trap, rows, made.result()))
            say(f"{trap} seed {seed} {label:4} {found[label][-1]}")
    return {
        label: {key: round(float(np.mean([one[key] for one in cells])), 3) for key in cells[0]}
        | {"true_volume_by_seed": [round(one["true_volume"], 3) for one in cells]}
        for label, cells in found.items()
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    run("inverse_trust", parser.parse_args(), measure)


if __name__ == "__main__":
    main()
