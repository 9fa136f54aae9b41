"""CatBoost's symmetric trees: which columns a split asks is read from the JSON of its model format.

Owns what CatBoost means by a split; how a row answers is left to CatBoost itself, which numbers its leaves,
so that levels replaced by means of the target (CTR) are no other case. Knows nothing of Shapley values.
"""

from __future__ import annotations

import json
import tempfile
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from nbml.errors import ModelError
from nbml.ml.shapley.oblivious import DEEPEST, ObliviousTrees


def from_catboost(model: Any) -> ObliviousTrees:
    """Read the trees of a CatBoost model.

    Parameters
    ----------
    model : catboost.CatBoost
        With symmetric trees and one output.

    Returns
    -------
    ObliviousTrees
        With the weights of the training rows as cover, which is what CatBoost's own values use, and over
        columns in CatBoost's order. A mean of the target over several columns' levels is one player, whose
        value those columns share evenly, as in CatBoost's own values.

    Raises
    ------
    ModelError
        NBML-M61 for trees of another shape, several outputs, trees deeper than 10, columns of text or
        embeddings, and leaves that hold a value without any training row.
    """
    with tempfile.TemporaryDirectory(prefix="nbml-") as folder:
        file = Path(folder) / "model.json"
        model.save_model(str(file), format="json")
        said = json.loads(file.read_bytes())
    scale, bias = model.get_scale_and_bias()
    if "oblivious_trees" not in said or isinstance(bias, list | tuple):
        raise ModelError("NBML-M61", reason="CatBoost grow_policy, outputs")
    trees = said["oblivious_trees"]
    about = said["features_info"]
    columns = _columns(about)
    try:
        splits = [[_asked(split, about, columns) for split in tree["splits"] or ()] for tree in trees]
        values = np.asarray(model.get_leaf_values(), dtype=np.float64) * scale
        covers = np.asarray(model.get_leaf_weights(), dtype=np.float64)
        if max(map(len, splits), default=0) > DEEPEST or len(covers) != len(values):
            raise ValueError("depth")
        n_features = len(about.get("float_features", ())) + len(about.get("categorical_features", ()))
        return ObliviousTrees.of(n_features, splits, values, covers, bias=float(bias))
    except (KeyError, ValueError) as error:
        raise ModelError("NBML-M61", reason=f"CatBoost {error}") from error


def _columns(about: dict[str, Any]) -> dict[tuple[str, int], int]:
    """Places of numeric and of categorical columns among all, by their own numbers."""
    kinds = {"float": "float_features", "cat": "categorical_features"}
    return {
        (kind, one["feature_index"]): one["flat_feature_index"]
        for kind, name in kinds.items()
        for one in about.get(name, ())
    }


def _asked(
    split: dict[str, Any], about: dict[str, Any], columns: dict[tuple[str, int], int]
) -> tuple[int, ...]:
    """The columns that a split asks."""
    kind = split["split_type"]
    if kind == "FloatFeature":
        return (columns["float", split["float_feature_index"]],)
    if kind == "OneHotFeature":
        return (columns["cat", split["cat_feature_index"]],)
    if kind == "OnlineCtr":
        return _projected(about, split["split_index"], columns)
    raise KeyError(kind)


def _projected(about: dict[str, Any], index: int, columns: dict[tuple[str, int], int]) -> tuple[int, ...]:
    """The columns of levels behind a mean of the target, as CatBoost shares it: numbers in it get nothing.

    Borders are numbered over all columns, those of means last.
    """
    before = sum(len(one.get("borders") or ()) for one in about.get("float_features", ()))
    before += sum(len(one.get("values") or ()) for one in about.get("categorical_features", ()))
    ends = accumulate((len(ctr["borders"]) for ctr in about["ctrs"]), initial=before)
    ctr = about["ctrs"][sum(end <= index for end in ends) - 1]
    return tuple(
        columns["cat", one["cat_feature_index"]]
        for one in ctr["elements"]
        if one["combination_element"] == "cat_feature_value"
    )
