"""Shapley values of boosted trees: nbml's kernel against each library's own call, same model and rows.

Prints one JSON object: seconds of both sides at the same number of threads, their ratio, the largest
difference (in standard deviations of the prediction), additivity; what the kernel costs to compile and to
load; and from which size on it is the faster one.
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

from nbml.ml.shapley.catboost_trees import from_catboost
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


class Clock:
    """Wall time, and the processor time of all threads: on a busy machine the fairer of the two."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self):
        """Seconds since the start, of both kinds."""
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def timed(call: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    clock = Clock()
    result = call()
    return clock.read(), result


class LightGBM:
    """31 leaves a tree."""

    read = staticmethod(TreeEnsemble.from_lightgbm)

    def __init__(self, X, y, trees):
        data = lightgbm.Dataset(X, y)
        self.model = lightgbm.train(
            {"num_leaves": 31, "verbose": -1, "num_threads": 1, "seed": 1}, data, trees
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
        self.model = xgboost.train({"max_depth": 6, "nthread": 1, "seed": 1}, xgboost.DMatrix(X, y), trees)

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

    read = None

    def __init__(self, X, y, trees):
        self.model = catboost.CatBoostRegressor(
            iterations=trees, depth=6, thread_count=1, verbose=False, allow_writing_files=False, random_seed=1
        ).fit(X, y)

    def contributions(self, X, threads):
        """Seconds and result of the library's own call."""
        pool = catboost.Pool(X)
        return timed(lambda: self.model.get_feature_importance(pool, type="ShapValues", thread_count=threads))

    def values(self, X, threads):
        """Seconds of reading the model and of everything, and the result, as nbml has it."""
        clock = Clock()
        trees = from_catboost(self.model)
        read = clock.read()

        def leaves(rows):
            return self.model.calc_leaf_indexes(X[rows].astype(np.float32), thread_count=threads)

        values = trees.values(leaves, len(X), threads=threads)
        return read, clock.read(), values, trees.base

    def raw(self, X):
        """Raw predictions."""
        return self.model.predict(X)


def compare(family: Any, X: np.ndarray, threads: int) -> dict[str, Any]:
    (library_s, library_cpu_s), theirs = family.contributions(X, threads)
    theirs, raw = np.asarray(theirs, dtype=np.float64), family.raw(X)
    scale = float(np.std(raw))
    row = {"threads": threads, "library_s": library_s, "library_cpu_s": library_cpu_s}
    if family.read is None:
        (read_s, _), (nbml_s, nbml_cpu_s), values, base = family.values(X, threads)
        predicted = raw
    else:
        (read_s, read_cpu_s), ensemble = timed(lambda: family.read(family.model))
        (values_s, values_cpu_s), (values, base) = timed(lambda: shap_values(ensemble, X, threads=threads))
        nbml_s, nbml_cpu_s, predicted = read_s + values_s, read_cpu_s + values_cpu_s, ensemble.predict(X)
    return row | {
        "nbml_s": nbml_s,
        "nbml_cpu_s": nbml_cpu_s,
        "read_s": read_s,
        "ratio": nbml_s / library_s,
        "cpu_ratio": nbml_cpu_s / library_cpu_s,
        "max_difference": float(np.abs(values - theirs[:, :-1]).max() / scale),
        "base_difference": float(np.abs(base - theirs[0, -1]) / scale),
        "additivity": float(np.abs(base + values.sum(axis=1) - predicted).max() / scale),
        "prediction_difference": float(np.abs(predicted - raw).max() / scale),
    }


def small(family: Any, X: np.ndarray, trees: int) -> list[dict[str, Any]]:
    """Best of nine, one thread, reading the model included."""
    cells = []
    for rows in (1, 10, 30, 100, 300, 1000):
        part = X[:rows]

        def ours(part=part):
            return shap_values(family.read(family.model), part)

        library_s = min(family.contributions(part, 1)[0][0] for _ in range(9))
        nbml_s = min(timed(ours)[0][0] for _ in range(9))
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
        "cores": os.cpu_count(), "load": os.getloadavg()[0], "start_up": start_up(), "large": {}, "small": {},
    }  # fmt: skip
    X, y = table(rows, chosen.features)
    kinds = {"LightGBM": LightGBM, "XGBoost": XGBoost, "CatBoost": CatBoost}
    shap_values(TreeEnsemble.from_lightgbm(LightGBM(X[:500], y[:500], 2).model), X[:10])  # loads the kernels
    for name in chosen.families:
        family = kinds[name](X[:20_000], y[:20_000], trees)
        result["large"][name] = []
        for threads in chosen.threads:
            result["large"][name].append(compare(family, X, threads))
            print(name, json.dumps(result["large"][name][-1]), file=sys.stderr, flush=True)
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
