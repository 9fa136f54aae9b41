"""Shapley values by summing over all subsets, from the libraries' own dumps: slow, plain, independent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Any

import numpy as np


@dataclass
class Leaf:
    value: float
    cover: float


@dataclass
class Split:
    feature: int
    goes_left: Callable[[float], bool]
    left: Leaf | Split
    right: Leaf | Split
    cover: float


def expected(node: Leaf | Split, row: np.ndarray, known: Iterable[int]) -> float:
    """What the tree says of a row of which only some features are known."""
    if isinstance(node, Leaf):
        return node.value
    if node.feature in known:
        return expected(node.left if node.goes_left(row[node.feature]) else node.right, row, known)
    total = node.left.cover + node.right.cover
    p = node.left.cover / total if total > 0 else 0.5
    return p * expected(node.left, row, known) + (1 - p) * expected(node.right, row, known)


def shapley(trees: list[Leaf | Split], X: np.ndarray, base: float = 0.0) -> tuple[np.ndarray, float]:
    n = X.shape[1]
    values = np.zeros(X.shape)
    for r, row in enumerate(X):
        game = {
            known: sum(expected(tree, row, known) for tree in trees)
            for size in range(n + 1)
            for known in combinations(range(n), size)
        }
        for known, worth in game.items():
            for f in set(range(n)) - set(known):
                weight = math.factorial(len(known)) * math.factorial(n - len(known) - 1) / math.factorial(n)
                values[r, f] += weight * (game[tuple(sorted((*known, f)))] - worth)
    return values, base + sum(expected(tree, X[0], ()) for tree in trees)


def leaves(
    node: Leaf | Split, row: np.ndarray, path: dict[int, tuple[float, bool]]
) -> Iterator[tuple[float, dict]]:
    """Every leaf with, for each feature on its path, the share that passes and whether the row does."""
    if isinstance(node, Leaf):
        yield node.value, path
        return
    w, o = path.get(node.feature, (1.0, True))
    goes_left = node.goes_left(row[node.feature])
    p = node.left.cover / (node.left.cover + node.right.cover)
    yield from leaves(node.left, row, path | {node.feature: (w * p, o and goes_left)})
    yield from leaves(node.right, row, path | {node.feature: (w * (1 - p), o and not goes_left)})


def shapley_by_leaves(trees: list[Leaf | Split], X: np.ndarray) -> np.ndarray:
    """The same for many features: polynomials count coalitions by size, and all their terms are positive."""
    values = np.zeros(X.shape)
    for r, row in enumerate(X):
        for tree in trees:
            for value, path in leaves(tree, row, {}):
                d = len(path)
                factors = [np.array([w, float(o)]) for w, o in path.values()]
                before = list(accumulate(factors, np.convolve, initial=np.ones(1)))
                after = list(accumulate(factors[::-1], np.convolve, initial=np.ones(1)))[::-1]
                weights = np.array([1 / (d * math.comb(d - 1, k)) for k in range(d)])
                for at, (f, (w, o)) in enumerate(path.items()):
                    values[r, f] += value * (o - w) * (np.convolve(before[at], after[at + 1]) @ weights)
    return values


def from_lightgbm_dump(booster: Any) -> list[Leaf | Split]:
    def test(node: dict[str, Any]) -> Callable[[float], bool]:
        if node["decision_type"] == "==":
            members = {int(code) for code in node["threshold"].split("||")}
            return lambda x: not math.isnan(x) and math.trunc(x) in members
        missing, default = node["missing_type"], node["default_left"]

        def goes_left(x: float) -> bool:
            if math.isnan(x) and missing != "NaN":
                x = 0.0
            if (missing == "NaN" and math.isnan(x)) or (missing == "Zero" and abs(x) <= 1e-35):
                return bool(default)
            return bool(x <= node["threshold"])

        return goes_left

    def build(node: dict[str, Any]) -> Leaf | Split:
        if "leaf_value" in node:
            return Leaf(node["leaf_value"], node.get("leaf_count", 1))
        left, right = build(node["left_child"]), build(node["right_child"])
        return Split(node["split_feature"], test(node), left, right, node["internal_count"])

    return [build(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def from_xgboost_dump(booster: Any) -> list[Leaf | Split]:
    def build(node: dict[str, Any]) -> Leaf | Split:
        if "leaf" in node:
            return Leaf(node["leaf"], node["cover"])
        condition, children = node["split_condition"], {c["nodeid"]: c for c in node["children"]}

        def says_yes(x: float) -> bool:
            if math.isnan(x):
                return bool(node["missing"] == node["yes"])
            if isinstance(condition, list):
                return x >= 0 and math.trunc(x) in condition
            return bool(np.float32(x) < np.float32(condition))

        yes, no = build(children[node["yes"]]), build(children[node["no"]])
        return Split(int(node["split"].removeprefix("f")), says_yes, yes, no, node["cover"])

    return [build(json.loads(tree)) for tree in booster.get_dump(dump_format="json", with_stats=True)]


def interactions(trees: list[Leaf | Split], X: np.ndarray) -> np.ndarray:
    """Shapley interaction values by their definition; on the diagonal what remains of the single ones."""
    n = X.shape[1]
    values = np.zeros((len(X), n, n))
    single, _ = shapley(trees, X)
    for r, row in enumerate(X):
        for i, j in combinations(range(n), 2):
            others = [f for f in range(n) if f not in (i, j)]
            for size in range(len(others) + 1):
                weight = math.factorial(size) * math.factorial(n - size - 2) / (2 * math.factorial(n - 1))
                for known in combinations(others, size):
                    both, first, second, none = (
                        sum(expected(tree, row, {*known, *more}) for tree in trees)
                        for more in ((i, j), (i,), (j,), ())
                    )
                    values[r, i, j] += weight * (both - first - second + none)
            values[r, j, i] = values[r, i, j]
        np.fill_diagonal(values[r], single[r] - values[r].sum(axis=1))
    return values
