"""Kernels are compiled from their annotations, with or without a place to keep them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from nbml.ml.shapley import arrays, jit

SOURCE = """
def double(X: Matrix, total: Sums) -> None:
    for r in range(X.shape[0]):
        total[r] = 2 * X[r, 0]
"""


def test_source_without_a_file_has_no_cache_and_still_compiles():
    """What numba meets in a read-only installation without a home: no locator takes the file."""
    room: dict = {"Matrix": arrays.Matrix, "Sums": arrays.Sums}
    exec(compile(SOURCE, "<no file>", "exec"), room)
    double = jit.compiled(room["double"])
    total = np.zeros(3)
    double(np.arange(3.0)[:, None], total)
    np.testing.assert_array_equal(total, [0, 2, 4])
    assert len(double.signatures) == 1


def test_numba_is_loaded_with_the_kernels_only():
    modules = "nbml.ml.shapley.values, nbml.ml.shapley.lightgbm_trees, nbml.ml.shapley.xgboost_trees"
    heavy = "{'numba', 'shap', 'lightgbm', 'xgboost', 'pandas'}"
    code = f"import sys, {modules}; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
