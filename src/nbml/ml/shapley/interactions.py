"""Shapley interaction values of a tree ensemble: how far two features act together.

The same walk as for single values, with one feature held known and then unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nbml.ml.shapley.arrays import Floats, Ints, freeze
from nbml.ml.shapley.paths import Paths, build_paths
from nbml.ml.shapley.trees import TreeEnsemble
from nbml.ml.shapley.values import walk

KNOWN, UNKNOWN = 1.0, 0.0


def interaction_values(
    ensemble: TreeEnsemble, X: ArrayLike, features: Sequence[int], *, threads: int = 1
) -> Floats:
    """Compute exact path-dependent Shapley interaction values of some features with all others.

    The interaction of i with j is half of what knowing i changes in the Shapley value of j [1]_. On a path
    the factor of i in the quadrature of `shap_values` is then a constant, so each feature costs two walks
    over the trees that test it, whatever the number of the others.

    Parameters
    ----------
    ensemble : TreeEnsemble
        Trees of one output.
    X : array_like, shape (n_rows, n_columns)
        Values as the model takes them; NaN is missing, categories are codes.
    features : sequence of int
        Columns i whose interactions are wanted; the time grows with their number.
    threads : int
        Cores to use. The values do not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_rows, len(features), n_columns)
        In raw (margin) units. Entry ``[r, k, j]`` belongs to the pair of ``features[k]`` and j and is half of
        its effect, as ``[r, l, i]`` is the other half; where j is the feature itself, what remains of its
        Shapley value: ``values[r, k].sum()`` is that value.

    Raises
    ------
    ValueError
        If `X` does not have the model's columns, or a feature is none of them.

    References
    ----------
    .. [1] S. Lundberg et al., "From local explanations to global understanding with explainable AI for
       trees", Nature Machine Intelligence 2, 2020.
    """
    matrix = ensemble.matrix(X)
    if any(not 0 <= feature < ensemble.n_features for feature in features):
        raise ValueError(f"features must be in 0 .. {ensemble.n_features - 1}, got {list(features)}")
    values = np.zeros((len(matrix), len(features), ensemble.n_features))
    testers = _trees_by_feature(ensemble)

    def fill(place: int) -> None:
        feature = features[place]
        part = replace(ensemble, roots=testers.get(feature, ensemble.roots[:0]))
        splits, paths, _ = build_paths(part)
        if not len(paths.used):
            return
        own, known, unknown = np.zeros((3, *matrix.shape))
        walk(matrix, splits, paths, own)
        walk(matrix, splits, _held(paths, feature, KNOWN), known)
        walk(matrix, splits, _held(paths, feature, UNKNOWN), unknown)
        pairs = (known - unknown) / 2
        pairs[:, feature] = 0.0
        pairs[:, feature] = own[:, feature] - pairs.sum(axis=1)
        values[:, place] = pairs

    if threads <= 1 or len(features) < 2:
        for place in range(len(features)):
            fill(place)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, range(len(features))))
    return values


def _held(paths: Paths, feature: int, weight: float) -> Paths:
    """The paths with a feature's factor at every point that of a known or of an unknown feature."""
    rules = paths.rules
    n_splits = np.diff(paths.tree_start)
    of_split = np.repeat(rules.n_points, n_splits)
    slope = rules.slope.copy()
    slope[np.repeat(paths.used[paths.column] == feature, of_split)] = weight
    freeze((slope,))
    return paths._replace(rules=rules._replace(slope=slope))


def _trees_by_feature(ensemble: TreeEnsemble) -> dict[int, Ints]:
    """The roots of the trees that test each feature, in the order of the ensemble."""
    nodes = ensemble.nodes
    tree = np.full(len(nodes.feature), -1)
    level, names = ensemble.roots, np.arange(len(ensemble.roots))
    pairs = []
    while level.size:
        tree[level] = names
        inner = nodes.feature[level] >= 0
        level, names = level[inner], names[inner]
        pairs.append(np.column_stack([nodes.feature[level], names]))
        level = np.concatenate([nodes.left[level], nodes.right[level]])
        names = np.concatenate([names, names])
    found = np.unique(np.concatenate([np.zeros((0, 2), dtype=np.int64), *pairs]), axis=0)
    return {int(f): ensemble.roots[found[found[:, 0] == f, 1]] for f in np.unique(found[:, 0])}
