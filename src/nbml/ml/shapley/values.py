"""Shapley values of a tree ensemble for many rows: the way in.

Owns blocks and threads; the algebra is in ``paths`` and the loops in ``kernels``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike

from nbml.ml.shapley.arrays import Floats
from nbml.ml.shapley.paths import Paths, build_paths
from nbml.ml.shapley.trees import Splits, TreeEnsemble

_BLOCK = 256  # rows walked at once: long loops, yet a working set for the second-level cache
_STATE = 2**23  # bytes that a walk may keep; only very deep trees come near
_PIECE = 4096  # rows handed to a thread at once


def shap_values(ensemble: TreeEnsemble, X: ArrayLike, *, threads: int = 1) -> tuple[Floats, float]:
    """Compute exact path-dependent Shapley values of the raw prediction.

    The value of a set of known features is the expectation of the trees where unknown splits are taken both
    ways by the cover of the children [1]_. The integral form of the Shapley value makes a path a product of
    one factor a feature, whose Gauss-Legendre quadrature is exact; as in Linear TreeSHAP [2]_ the products
    are shared along the tree, so a row costs time in proportion to the splits times half the number of
    features on the longest path.

    Parameters
    ----------
    ensemble : TreeEnsemble
        Trees of one output.
    X : array_like, shape (n_rows, n_features)
        Values as the model takes them; NaN is missing, categories are codes. Copied unless C-ordered float64.
    threads : int
        Cores to use. The values do not depend on it.

    Returns
    -------
    values : ndarray of float64, shape (n_rows, n_features)
        In raw (margin) units; zero for features no tree uses.
    base : float
        Prediction with no feature known. ``base + values.sum(axis=1)`` is ``ensemble.predict(X)``.

    Raises
    ------
    ValueError
        If `X` does not have the model's columns.

    References
    ----------
    .. [1] S. Lundberg et al., "From local explanations to global understanding with explainable AI for
       trees", Nature Machine Intelligence 2, 2020.
    .. [2] P. Yu et al., "Linear TreeShap", NeurIPS 2022.
    """
    matrix = ensemble.matrix(X)
    splits, paths, base = build_paths(ensemble)
    values = np.zeros(matrix.shape)
    walk(matrix, splits, paths, values, threads=threads)
    return values, base


def walk(matrix: Floats, splits: Splits, paths: Paths, values: Floats, *, threads: int = 1) -> None:
    """Write the Shapley values of rows to `values`, block by block.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n_rows, n_features)
        C-ordered rows.
    splits, paths
        A laid out ensemble.
    values : ndarray of float64, shape (n_rows, n_features)
        Zeros; filled for the features that a tree tests.
    threads : int
        Cores to use.
    """
    if not len(paths.used) or not len(matrix):
        return

    from nbml.ml.shapley.kernels import add_values

    of_a_row = 24 * int(paths.depth.max() + 1) * int(paths.rules.n_points.max())
    widest = min(_BLOCK, max(_STATE // of_a_row, 8))

    def fill(rows: slice) -> None:
        block = matrix[rows]
        width = -(-len(block) // -(-len(block) // widest))  # even blocks: the last one is not mostly padding
        add_values(block, splits, paths, width, values[rows])

    piece = max(_BLOCK, min(_PIECE, -(-len(matrix) // max(threads, 1))))
    pieces = [slice(first, first + piece) for first in range(0, len(matrix), piece)]
    if threads <= 1 or len(pieces) == 1:
        fill(slice(None))
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, pieces))
