"""Where the predictions of a fitted model may change, read from its trees."""

from __future__ import annotations

import json

import numpy as np

from nbml.inverse.surrogate import Floats
from nbml.ml.models.base import FittedModel
from nbml.ml.shapley.trees import CATEGORICAL, TreeEnsemble


def thresholds_of(model: FittedModel, n_features: int) -> list[Floats | None]:
    """The split values of each column of the encoded matrix, ascending; None where a model is no tree.

    Parameters
    ----------
    model : FittedModel
        LightGBM, XGBoost and CatBoost models are read from their own files.
    n_features : int
        Columns of the encoded matrix.

    Returns
    -------
    list of (ndarray of float64 or None)
        A prediction is constant between two neighbours. Empty for a column no tree looks at, and for splits
        of levels, which are told apart anyhow.
    """
    files = model.files()
    if json.loads(files["nbml.json"])["constant"]:
        return [np.zeros(0)] * n_features
    if "model.txt" in files:
        import lightgbm

        return _of_trees(TreeEnsemble.from_lightgbm(lightgbm.Booster(model_str=files["model.txt"].decode())))
    if "model.ubj" in files:
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(bytearray(files["model.ubj"]))
        return _of_trees(TreeEnsemble.from_xgboost(booster))
    if "model.cbm" in files:
        return _of_catboost(files["model.cbm"], json.loads(files["nbml.json"])["n_levels"])
    return [None] * n_features


def join_thresholds(parts: list[list[Floats | None]]) -> list[Floats | None]:
    """Where any of several models may change."""
    return [
        None
        if any(cuts is None for cuts in column)
        else np.unique(np.concatenate([cuts for cuts in column if cuts is not None]))
        for column in zip(*parts, strict=True)
    ]


def _of_trees(trees: TreeEnsemble) -> list[Floats | None]:
    feature, kind, threshold = trees.nodes.feature, trees.splits.kind, trees.splits.threshold
    return [np.unique(threshold[(feature == j) & (kind != CATEGORICAL)]) for j in range(trees.n_features)]


def _of_catboost(blob: bytes, n_levels: list[int]) -> list[Floats | None]:
    import catboost

    model = catboost.CatBoost()
    model.load_model(blob=blob)
    borders = model.get_borders()
    out: list[Floats | None] = [np.zeros(0)] * len(n_levels)
    numeric = [j for j, n in enumerate(n_levels) if not n]
    for k, j in enumerate(numeric):
        out[j] = np.unique(np.asarray(borders.get(k, ()), dtype=np.float64))
    return out
