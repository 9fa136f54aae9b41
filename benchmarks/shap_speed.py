"""Shapley values of boosted trees: nbml's kernel against each library's own call, same model and rows.

Prints one JSON object: seconds of both sides at the same number of threads, their ratio, the largest
difference, additivity; what the kernel costs to compile and to load; and where small inputs turn the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost

from nbml.ml.shapley.trees import TreeEnsemble
from nbml.ml.shapley.values import shap_values

IMPORT = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def table(rows: int, features: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features))
    y = (
        X[:, 0] * X[:, 1]
        + np.sin(2 * X[:, 2])
        + X[:, 3:8] @ np.linspace(1, 2, 5)
        + 0.1 * rng.normal(size=rows)
    )
    X[rng.random(X.shape) < 0.02] = np.nan
    return X, np.where(np.isnan(y), 0.0, y)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


class LightGBM:
    """31 leaves a tree."""

    read = staticmethod(TreeEnsemble.from_lightgbm)

    def __init__(self, X, y, trees):
        data = lightgbm.Dataset(X, y)
        self.model = lightgbm.train(
            {"num_leaves": 31, "verbose": -1, "num_threads": 2, "seed": 1}, data, trees
        )

    def contributions(self, X, threads):
        """Seconds and result of the library's own call."""
        return timed(lambda: self.model.predict(X, pred_contrib=True, num_threads=threads))

    def raw(self, X):
        """Raw predictions."""
        return self.model.predict(X, raw_score=True)


class XGBoost:
    """Depth 6."""

    read = staticmethod(TreeEnsemble.from_xgboost)

    def __init__(self, X, y, trees):
        self.model = xgboost.train({"max_depth": 6, "nthread": 2, "seed": 1}, xgboost.DMatrix(X, y), trees)

    def contributions(self, X, threads):
        """Seconds and result of the library's own call."""
        data = xgboost.DMatrix(X, nthread=threads)  # not counted: the model was given its matrix for free
        self.model.set_param({"nthread": threads})
        return timed(lambda: self.model.predict(data, pred_contribs=True))

    def raw(self, X):
        """Raw predictions."""
        return self.model.predict(xgboost.DMatrix(X), output_margin=True)


class CatBoost:
    """Depth 6."""

    read = None  # the library's own call is what nbml uses

    def __init__(self, X, y, trees):
        self.model = catboost.CatBoostRegressor(
            iterations=trees, depth=6, thread_count=2, verbose=False, allow_writing_files=False, random_seed=1
        ).fit(X, y)

    def contributions(self, X, threads):
        """Seconds and result of the library's own call."""
        pool = catboost.Pool(X)
        return timed(lambda: self.model.get_feature_importance(pool, type="ShapValues", thread_count=threads))

    def raw(self, X):
        """Raw predictions."""
        return self.model.predict(X)


def compare(family: Any, X: np.ndarray, threads: int) -> dict[str, Any]:
    library_s, theirs = family.contributions(X, threads)
    theirs, scale = np.asarray(theirs, dtype=np.float64), float(np.std(family.raw(X)))
    row = {"threads": threads, "library_s": library_s}
    if family.read is None:
        gap = np.abs(theirs.sum(axis=1) - family.raw(X)).max() / scale
        return row | {"nbml_s": library_s, "ratio": 1.0, "additivity": float(gap)}
    read_s, ensemble = timed(lambda: family.read(family.model))
    values_s, (values, base) = timed(lambda: shap_values(ensemble, X, threads=threads))
    gap = np.abs(base + values.sum(axis=1) - ensemble.predict(X)).max() / scale
    return row | {
        "nbml_s": read_s + values_s,
        "read_s": read_s,
        "ratio": (read_s + values_s) / library_s,
        "max_difference": float(np.abs(values - theirs[:, :-1]).max() / scale),
        "base_difference": float(np.abs(base - theirs[0, -1]) / scale),
        "additivity": float(gap),
        "prediction_difference": float(np.abs(ensemble.predict(X) - family.raw(X)).max() / scale),
    }


def small(family: Any, X: np.ndarray, trees: int) -> list[dict[str, Any]]:
    """Best of five, one thread, reading the model included."""
    cells = []
    for rows in (1, 10, 30, 100, 300, 1000):
        part = X[:rows]
        library_s = min(family.contributions(part, 1)[0] for _ in range(5))
        nbml_s = min(
            timed(lambda part=part: shap_values(family.read(family.model), part))[0] for _ in range(5)
        )
        cells.append({"trees": trees, "rows": rows, "library_s": library_s, "nbml_s": nbml_s})
    return cells


def start_up() -> dict[str, float]:
    """Seconds to import numba and the kernels, with an empty cache and with a filled one."""

    def run(statement: str, cache: str) -> float:
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        done = subprocess.run(
            [sys.executable, "-c", IMPORT.format(statement)], env=environment, check=True, capture_output=True
        )
        return float(done.stdout)

    with tempfile.TemporaryDirectory() as cache:
        kernels = "import nbml.ml.shapley.kernels"
        return {
            "numba_import_s": run("import numba", cache),
            "kernels_cold_s": run(kernels, cache),
            "kernels_cached_s": run(kernels, cache),
        }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--features", type=int, default=50)
    arguments.add_argument("--trees", type=int, default=300)
    arguments.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    arguments.add_argument("--families", nargs="+", default=["LightGBM", "XGBoost", "CatBoost"])
    arguments.add_argument("--quick", action="store_true", help="2,000 rows and 50 trees")
    arguments.add_argument("--out", type=Path, help="write the JSON here instead of printing it")
    chosen = arguments.parse_args()
    rows, trees = (2_000, 50) if chosen.quick else (chosen.rows, chosen.trees)

    result: dict[str, Any] = {
        "rows": rows, "features": chosen.features, "trees": trees, "machine": platform.machine(),
        "cores": os.cpu_count(), "start_up": start_up(), "large": {}, "small": {},
    }  # fmt: skip
    X, y = table(rows, chosen.features)
    kinds = {"LightGBM": LightGBM, "XGBoost": XGBoost, "CatBoost": CatBoost}
    shap_values(TreeEnsemble.from_lightgbm(LightGBM(X[:500], y[:500], 2).model), X[:10])  # loads the kernels
    for name in chosen.families:
        family = kinds[name](X[:20_000], y[:20_000], trees)
        result["large"][name] = [compare(family, X, threads) for threads in chosen.threads]
        if family.read is not None:
            result["small"][name] = [
                cell for n in (10, trees) for cell in small(kinds[name](X[:20_000], y[:20_000], n), X, n)
            ]
    text = json.dumps(result, indent=1)
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
