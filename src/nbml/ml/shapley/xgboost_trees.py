"""XGBoost's trees, read from the JSON of its model format.

Owns what XGBoost means by its arrays; knows nothing of Shapley values.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.shapley.arrays import Ints, Words
from nbml.ml.shapley.trees import CATEGORICAL, NUMERIC, Nodes, Splits, TreeEnsemble

_LOGIT = {"binary:logistic", "binary:logitraw", "reg:logistic"}
_LOG = {"count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"}


def from_xgboost(booster: Any, *, rounds: int | None = None, output: int = 0) -> TreeEnsemble:
    """Read the trees of an XGBoost model.

    Parameters
    ----------
    booster : xgboost.Booster
        With trees (``gbtree`` or ``dart``); any number of classes, `output` chooses one.
    rounds : int, optional
        Boosting rounds to use; all when not given.
    output : int
        Class or target whose margin the trees add up to.

    Returns
    -------
    TreeEnsemble
        With hessian sums as cover, which is what XGBoost's own contributions use.

    Raises
    ------
    ModelError
        NBML-M61 for linear boosters and for trees with vector leaves.
    """
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    boosted = learner["gradient_booster"]
    if boosted["name"] not in ("gbtree", "dart"):
        raise ModelError("NBML-M61", reason=f"XGBoost {boosted['name']}")
    model = boosted["gbtree"]["model"] if boosted["name"] == "dart" else boosted["model"]
    weights = boosted.get("weight_drop") or [1.0] * len(model["trees"])
    last = len(model["trees"]) if rounds is None else model["iteration_indptr"][rounds]
    chosen = [i for i in range(last) if model["tree_info"][i] == output]
    trees = [model["trees"][i] for i in chosen]
    if any(int(tree["tree_param"]["size_leaf_vector"]) > 1 for tree in trees):
        raise ModelError("NBML-M61", reason="XGBoost multi_output_tree")

    sizes = np.array([len(tree["left_children"]) for tree in trees], dtype=np.int64)
    roots = np.cumsum(sizes) - sizes
    shift = np.repeat(roots, sizes)

    def joined(key: str, dtype: type) -> NDArray[Any]:
        parts: list[NDArray[Any]] = [np.array(tree[key], dtype=dtype) for tree in trees]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)

    left, right = joined("left_children", np.int64), joined("right_children", np.int64)
    is_leaf = left < 0
    is_categorical = (joined("split_type", np.uint8) == 1) & ~is_leaf
    condition = joined("split_conditions", np.float32)
    default_left = joined("default_left", np.uint8) == 1
    word_start, word_stop, words = _bit_sets(trees, roots, len(left))
    return TreeEnsemble(
        n_features=int(learner["learner_model_param"]["num_feature"]),
        base=_margin(learner, output),
        roots=roots,
        nodes=Nodes(
            feature=np.where(is_leaf, -1, joined("split_indices", np.int64)),
            # XGBoost sends the members of a set right, so the children of such a split change places.
            left=np.where(is_categorical, right, left) + shift,
            right=np.where(is_categorical, left, right) + shift,
            value=np.where(is_leaf, condition, 0.0) * np.repeat(np.array(weights)[chosen], sizes),
            cover=joined("sum_hessian", np.float64),
        ),
        splits=Splits(
            kind=np.where(is_categorical, CATEGORICAL, NUMERIC).astype(np.uint8),
            threshold=np.nextafter(condition, np.float32(-np.inf)).astype(np.float64),
            missing_left=default_left != is_categorical,
            word_start=word_start,
            word_stop=word_stop,
            words=words,
            lowest_code=0.0,
            single_precision=True,
        ),
    )


def _bit_sets(trees: list[dict[str, Any]], roots: Ints, n_nodes: int) -> tuple[Ints, Ints, Words]:
    """Find where each node's bit set starts and stops, and the words."""
    start, stop = np.zeros(n_nodes, dtype=np.int64), np.zeros(n_nodes, dtype=np.int64)
    words: list[Words] = []
    n_words = 0
    for root, tree in zip(roots, trees, strict=True):
        codes = np.array(tree["categories"], dtype=np.int64)
        for node, first, size in zip(
            tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True
        ):
            members = codes[first : first + size]
            bits = np.zeros(int(members.max(initial=-1)) // 32 + 1, dtype=np.uint32)
            np.bitwise_or.at(bits, members // 32, np.uint32(1) << (members % 32).astype(np.uint32))
            start[root + node], stop[root + node] = n_words, n_words + len(bits)
            words.append(bits)
            n_words += len(bits)
    return start, stop, np.concatenate([*words, np.zeros(0, dtype=np.uint32)])


def _margin(learner: dict[str, Any], output: int) -> float:
    """Take the base score of an output back before the objective's link."""
    scores = [float(score) for score in learner["learner_model_param"]["base_score"].strip("[]").split(",")]
    score = scores[min(output, len(scores) - 1)]
    objective = learner["objective"]["name"]
    if objective in _LOGIT:
        return math.log(score / (1 - score))
    return math.log(score) if objective in _LOG else score
