"""A tree ensemble laid out for one walk: its splits in preorder, with all that depends on paths alone.

Owns the constants of docs/shap.md; knows no rows and compiles nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nbml.ml.shapley.arrays import Flags, Floats, Ints, freeze
from nbml.ml.shapley.trees import Nodes, Splits, TreeEnsemble

LEFT, RIGHT = 0, 1


class Rules(NamedTuple):
    """Gauss-Legendre rules of the trees and, at their points, the constants of the splits.

    Attributes
    ----------
    n_points : ndarray of int64, shape (n_trees,)
        Points of the rule, enough to be exact for the tree's longest path.
    rule_start : ndarray of int64, shape (n_trees,)
        First of the tree's numbers in `weights`.
    weights : ndarray of float64
        Weights of the rules, adding up to 1.
    point_start : ndarray of int64, shape (n_splits,)
        First of the split's numbers in `slope` and `gain`.
    slope, gain : ndarray of float64
        How a decision moves the weight of the path, and what it brings to its feature.
    """

    n_points: Ints
    rule_start: Ints
    weights: Floats
    point_start: Ints
    slope: Floats
    gain: Floats


class Paths(NamedTuple):
    """The splits of an ensemble in preorder, tree after tree.

    Arrays have shape (n_splits,) where not said. The nearest split above on the same feature is a split's
    twin; it decides whether the feature still agrees with the path.

    Attributes
    ----------
    used : ndarray of int64, shape (n_used,)
        Features that any split tests.
    column : ndarray of int64
        The tested feature's place in `used`.
    tree_start : ndarray of int64, shape (n_trees + 1,)
        Where each tree's splits start; trees of a single leaf are left out.
    depth, side : ndarray of int64
        Depth (0 at the root) and side of the parent, `LEFT` or `RIGHT` (`LEFT` at the root).
    twin_depth, twin_side : ndarray of int64
        Depth of the twin (-1 for none) and the side of it.
    share : ndarray of float64
        Part of the training rows that went left, in [0, 1].
    left_leaf, right_leaf : ndarray of bool
        Whether a child is a leaf; its value is then in `left_value`, `right_value`.
    rules : Rules
        The quadrature.
    """

    used: Ints
    column: Ints
    tree_start: Ints
    depth: Ints
    side: Ints
    twin_depth: Ints
    twin_side: Ints
    share: Floats
    left_leaf: Flags
    right_leaf: Flags
    left_value: Floats
    right_value: Floats
    rules: Rules


def build_paths(ensemble: TreeEnsemble) -> tuple[Splits, Paths, float]:
    """Lay an ensemble out; a few numpy calls a level of depth, whatever the number of trees.

    Parameters
    ----------
    ensemble : TreeEnsemble
        Of any depth. A split that no training row reached gives each child one half.

    Returns
    -------
    splits : Splits
        The decisions, in preorder.
    paths : Paths
        Where they stand.
    expected : float
        Prediction when no feature is known: the base of the Shapley values.
    """
    feature, left, right, value, cover = ensemble.nodes
    is_split = feature >= 0
    roots = ensemble.roots[is_split[ensemble.roots]]
    levels = _levels(roots, ensemble.nodes)
    reached = np.concatenate([*levels, np.zeros(0, dtype=np.int64)])

    parent = np.full(len(feature), -1)
    side, depth = np.zeros((2, len(feature)), dtype=np.int64)
    parent[left[reached]] = parent[right[reached]] = reached
    side[right[reached]] = RIGHT
    for at, level in enumerate(levels):
        depth[level] = at
    share, below = np.full(len(feature), 0.5), cover[left] + cover[right]
    np.divide(cover[left], below, out=share, where=is_split & (below > 0))

    size, expected = is_split.astype(np.int64), value.copy()
    for level in reversed(levels):
        size[level] += size[left[level]] + size[right[level]]
        expected[level] = share[level] * expected[left[level]] + (1 - share[level]) * expected[right[level]]

    twin, twin_side = _twins(feature, parent, side, reached)
    position, n_distinct, known = np.zeros_like(depth), (twin < 0).astype(np.int64), np.ones(len(feature))
    position[roots] = np.cumsum(size[roots]) - size[roots]
    for level in levels:
        position[left[level]] = position[level] + 1
        position[right[level]] = position[level] + 1 + size[left[level]]
        inner, again = level[parent[level] >= 0], level[twin[level] >= 0]
        n_distinct[inner] += n_distinct[parent[inner]]
        known_side = np.where(twin_side[again] == LEFT, share[twin[again]], 1 - share[twin[again]])
        known[again] = known[twin[again]] * known_side

    order = np.empty_like(reached)
    order[position[reached]] = reached
    used, column = np.unique(feature[order], return_inverse=True)
    tree_start = np.append(position[roots], len(order))
    longest = np.maximum.reduceat(n_distinct[order], tree_start[:-1]) if len(order) else order
    paths = Paths(
        used=used,
        column=column,
        tree_start=tree_start,
        depth=depth[order],
        side=side[order],
        twin_depth=np.where(twin[order] >= 0, depth[twin[order]], -1),
        twin_side=twin_side[order],
        share=share[order],
        left_leaf=~is_split[left[order]],
        right_leaf=~is_split[right[order]],
        left_value=value[left[order]],
        right_value=value[right[order]],
        rules=_rules((longest + 1) // 2, np.diff(tree_start), known[order]),
    )
    splits = ensemble.splits.take(order)
    freeze((splits, paths))
    return splits, paths, float(ensemble.base + expected[ensemble.roots].sum())


def _levels(roots: Ints, nodes: Nodes) -> list[Ints]:
    """Find the splits of each depth."""
    levels = []
    while roots.size:
        levels.append(roots)
        children = np.concatenate([nodes.left[roots], nodes.right[roots]])
        roots = children[nodes.feature[children] >= 0]
    return levels


def _twins(feature: Ints, parent: Ints, side: Ints, reached: Ints) -> tuple[Ints, Ints]:
    """Find for each split the nearest one above on the same feature (-1 for none), and the side of it."""
    twin, twin_side = np.full(len(feature), -1), np.full(len(feature), LEFT)
    climbing, at = reached, reached
    while climbing.size:
        came, at = side[at], parent[at]
        inside = at >= 0
        climbing, at, came = climbing[inside], at[inside], came[inside]
        same = feature[at] == feature[climbing]
        twin[climbing[same]], twin_side[climbing[same]] = at[same], came[same]
        climbing, at = climbing[~same], at[~same]
    return twin, twin_side


def _rules(n_points: Ints, n_splits: Ints, known: Floats) -> Rules:
    """Choose the points, where `known` is the part of the rows that a split's twins let through to it."""
    of_split = np.repeat(n_points, n_splits)
    point_start, rule_start = np.cumsum(of_split) - of_split, np.zeros_like(n_points)
    slope, gain = np.empty((2, int(of_split.sum())))
    weights = np.zeros(0)
    for n in np.unique(n_points):
        points, rule = np.polynomial.legendre.leggauss(int(n))
        points = (points + 1) / 2
        rule_start[n_points == n] = len(weights)
        weights = np.append(weights, rule / 2)
        w = known[of_split == n, None]
        factor = w * (1 - points) + points
        at = point_start[of_split == n, None] + np.arange(n)
        slope[at], gain[at] = points / factor, w / factor**2
    return Rules(n_points, rule_start, weights, point_start, slope, gain)
