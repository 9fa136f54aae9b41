"""LightGBM's trees, read from the text of its model format.

Owns what LightGBM means by its arrays; knows nothing of Shapley values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.shapley.arrays import Flags, Floats, Ints
from nbml.ml.shapley.trees import CATEGORICAL, NUMERIC, ZERO_IS_MISSING, Nodes, Splits, TreeEnsemble

_CATEGORICAL_BIT, _DEFAULT_LEFT_BIT, _MISSING_SHIFT = 1, 2, 2
_MISSING_NONE, _MISSING_ZERO = 0, 1


def from_lightgbm(booster: Any, *, rounds: int | None = None, output: int = 0) -> TreeEnsemble:
    """Read the trees of a LightGBM model.

    Parameters
    ----------
    booster : lightgbm.Booster
        Any number of classes; `output` chooses one.
    rounds : int, optional
        Boosting rounds to use; the best round, else all, when not given, as LightGBM predicts.
    output : int
        Class whose raw score the trees add up to.

    Returns
    -------
    TreeEnsemble
        With row counts as cover, which is what LightGBM's own contributions use.

    Raises
    ------
    ModelError
        NBML-M61 for linear trees, whose leaves are no constants.
    """
    header, trees = _blocks(booster.model_to_string(num_iteration=rounds))
    trees = trees[output :: int(header["num_tree_per_iteration"])]
    if any(tree.get("is_linear", "0") != "0" for tree in trees):
        raise ModelError("NBML-M61", reason="LightGBM linear_tree")

    def joined(key: str, dtype: type) -> NDArray[Any]:
        return np.array(" ".join(tree.get(key, "") for tree in trees).split(), dtype=np.float64).astype(dtype)

    n_leaves = joined("num_leaves", np.int64)
    n_splits = n_leaves - 1
    first_split = np.cumsum(n_splits) - n_splits
    first_leaf = np.cumsum(n_leaves) - n_leaves + n_splits.sum()  # all splits first, then all leaves
    n_nodes = int(n_splits.sum() + n_leaves.sum())
    splits = slice(int(n_splits.sum()))

    def children(key: str) -> Ints:
        child: Ints = joined(key, np.int64)
        to_split, to_leaf = np.repeat(first_split, n_splits), np.repeat(first_leaf, n_splits)
        node: Ints = np.where(child >= 0, child + to_split, ~child + to_leaf)
        return node

    decision = joined("decision_type", np.int64)
    threshold = joined("threshold", np.float64)
    missing = decision >> _MISSING_SHIFT
    is_categorical = (decision & _CATEGORICAL_BIT) > 0
    # Without missing values in training LightGBM reads NaN as 0; a missing category goes right.
    missing_left = np.where(missing == _MISSING_NONE, threshold >= 0, (decision & _DEFAULT_LEFT_BIT) > 0)
    kind = np.select([is_categorical, missing == _MISSING_ZERO], [CATEGORICAL, ZERO_IS_MISSING], NUMERIC)
    word_start, word_stop = _bit_sets(trees, threshold, is_categorical, n_splits)

    def over_nodes(of_splits: Any, of_leaves: Any, dtype: type) -> NDArray[Any]:
        array: NDArray[Any] = np.empty(n_nodes, dtype=dtype)
        array[splits], array[splits.stop :] = of_splits, of_leaves
        return array

    has_splits = [tree for tree, n in zip(trees, n_splits, strict=True) if n]
    leaf_cover = np.ones(int(n_leaves.sum()))
    leaf_cover[np.repeat(n_splits > 0, n_leaves)] = [
        float(count) for tree in has_splits for count in tree["leaf_count"].split()
    ]
    averaged = max(len(trees), 1) if "average_output" in header else 1
    return TreeEnsemble(
        n_features=int(header["max_feature_idx"]) + 1,
        base=0.0,
        roots=np.where(n_splits > 0, first_split, first_leaf),
        nodes=Nodes(
            feature=over_nodes(joined("split_feature", np.int64), -1, np.int64),
            left=over_nodes(children("left_child"), -1, np.int64),
            right=over_nodes(children("right_child"), -1, np.int64),
            value=over_nodes(0.0, joined("leaf_value", np.float64) / averaged, np.float64),
            cover=over_nodes(joined("internal_count", np.float64), leaf_cover, np.float64),
        ),
        splits=Splits(
            kind=over_nodes(kind, NUMERIC, np.uint8),
            threshold=over_nodes(threshold, 0.0, np.float64),
            missing_left=over_nodes(missing_left & ~is_categorical, False, np.bool_),
            word_start=over_nodes(word_start, 0, np.int64),
            word_stop=over_nodes(word_stop, 0, np.int64),
            words=joined("cat_threshold", np.uint32),
            lowest_code=float(np.nextafter(-1.0, 0.0)),  # LightGBM cuts -0.5 to code 0
            single_precision=False,
        ),
    )


def _bit_sets(
    trees: list[dict[str, str]], threshold: Floats, is_categorical: Flags, n_splits: Ints
) -> tuple[Ints, Ints]:
    """Find where each split's set starts and stops in the words; its threshold is the set's number."""
    bounds = [np.array(tree.get("cat_boundaries", "0").split(), dtype=np.int64) for tree in trees]
    n_words = np.array([bound[-1] for bound in bounds], dtype=np.int64)
    n_bounds = np.array([len(bound) for bound in bounds], dtype=np.int64)
    shifted = np.concatenate([*bounds, [0]]) + np.append(np.repeat(np.cumsum(n_words) - n_words, n_bounds), 0)
    number = np.where(is_categorical, threshold, 0).astype(np.int64)
    at = number + np.repeat(np.cumsum(n_bounds) - n_bounds, n_splits)
    return np.where(is_categorical, shifted[at], 0), np.where(is_categorical, shifted[at + 1], 0)


def _blocks(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Take apart the header and the trees of a model's text as key and value."""

    def pairs(block: str) -> Iterator[tuple[str, str]]:
        for line in block.splitlines():
            key, _, value = line.partition("=")
            yield key, value

    header, *blocks = text[: text.index("end of trees")].split("\nTree=")
    return dict(pairs(header)), [dict(pairs(block)) for block in blocks]
