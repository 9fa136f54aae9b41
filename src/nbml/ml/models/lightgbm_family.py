"""LightGBM: gradient boosting, trees grown leaf by leaf. Reasons for the ranges are in docs/models.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm as lgb
import numpy as np

from nbml.ml.models.base import Attribution, Family, FitStoppedError, Floats, Param, Params, Shape, ShouldStop
from nbml.ml.models.learner import LearnerFamily, n_bins, scaled_rounds
from nbml.ml.models.levels import Levels
from nbml.ml.shapley.interactions import interaction_values
from nbml.ml.shapley.lightgbm_trees import from_lightgbm
from nbml.ml.shapley.values import shap_values

_FILE = "model.txt"


class _Booster:
    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster

    def predict(self, X: Floats, threads: int) -> Floats:
        return np.asarray(self._booster.predict(X, num_threads=threads))

    def attribute(self, X: Floats, background: Floats, seed: int, threads: int) -> Attribution:  # noqa: ARG002
        return Attribution(*shap_values(from_lightgbm(self._booster), X, threads=threads))

    def interact(self, X: Floats, features: Sequence[int], threads: int) -> Floats:
        return interaction_values(from_lightgbm(self._booster), X, features, threads=threads)

    def files(self) -> dict[str, bytes]:
        return {_FILE: self._booster.model_to_string().encode()}


class LightGBM:
    """See `nbml.ml.models.learner.Learner`."""

    name = "lightgbm"

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        n = shape.n_train
        rounds, leaves = (400, 20) if n < 3000 else (800, 48) if n < 20_000 else (1000, 127)
        coarsest = max(2, min(40, n // 10))
        space = {
            "num_iterations": Param(
                "int",
                50,
                rounds,
                log=True,
                why="Cost grows with it; past the bound larger steps make up for more rounds.",
            ),
            "learning_rate": Param(
                "float",
                0.03,
                0.3,
                log=True,
                why="Searched with the rounds: their product says how far a fit goes.",
            ),
            "num_leaves": Param(
                "int",
                4,
                leaves,
                log=True,
                why="Interactions; on small tables few leaves "
                "and more rounds beat large trees at the same cost.",
            ),
            "min_data_in_leaf": Param(
                "int",
                1 if n < 1000 else 2,
                coarsest,
                log=True,
                why="Smoothness; the library's 20 is too coarse for a hundred rows.",
            ),
            "feature_fraction": Param("float", 0.4, 1.0, why="Makes trees differ and a round shorter."),
            "bagging_fraction": Param("float", 0.5, 1.0, why="Rows drawn for each tree."),
            "lambda_l2": Param(
                "float",
                1e-3,
                10.0,
                log=True,
                why="Shrinks leaves of few rows; the target "
                "is standardised, so the range means the same everywhere.",
            ),
        }
        if shape.n_categorical:
            space["min_data_per_group"] = Param(
                "int",
                5,
                100,
                log=True,
                why="Rows behind a level before it may split; many levels have fewer than the library's 100.",
            )
        return space

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        start = {
            "num_iterations": 300,
            "learning_rate": 0.1,
            "num_leaves": 12,
            "min_data_in_leaf": 5,
            "feature_fraction": 0.8,
            "bagging_fraction": 0.9,
            "lambda_l2": 0.1,
        }
        if shape.n_train < 100:
            start["min_data_in_leaf"] = 2
        if shape.n_train >= 3000:
            start |= {"num_iterations": 400, "num_leaves": 31}
        if shape.n_train >= 20_000:
            start |= {"num_iterations": 600, "num_leaves": 63, "min_data_in_leaf": 10}
        return start | ({"min_data_per_group": 20} if shape.n_categorical else {})

    def final_params(self, params: Params, growth: float) -> Params:
        """As ``Learner.final_params``: rounds grow with the rows."""
        return scaled_rounds(params, "num_iterations", growth)

    def pool(self, X: Floats, levels: Levels, threads: int) -> lgb.Dataset:
        """A binned data set; its label is set by each fit."""
        fixed = {
            "max_bin": n_bins(len(X)),
            "min_data_in_bin": 3 if len(X) >= 200 else 1,
            "feature_pre_filter": False,
            "force_col_wise": True,
            "num_threads": threads,
            "verbosity": -1,
        }
        categorical = list(levels.layout.categorical)
        return lgb.Dataset(X, categorical_feature=categorical, params=fixed).construct()

    def learn(
        self,
        pool: lgb.Dataset,
        y: Floats,
        params: Params,
        *,
        seed: int,
        threads: int,
        should_stop: ShouldStop,
    ) -> _Booster:
        """As ``Family.fit``."""
        pool.set_label(y)
        settings: dict[str, Any] = {
            "objective": "regression",
            "boost_from_average": False,
            "bagging_freq": 1,
            **params,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": threads,
            "verbosity": -1,
        }
        rounds = settings.pop("num_iterations")
        booster = lgb.Booster(settings, pool)
        for _ in range(rounds):
            if should_stop():
                raise FitStoppedError
            if booster.update():
                break
        booster.free_dataset()
        return _Booster(booster)

    def load(self, files: Mapping[str, bytes], levels: Levels) -> _Booster:  # noqa: ARG002
        """As ``Learner.load``."""
        return _Booster(lgb.Booster(model_str=files[_FILE].decode()))


FAMILY: Family = LearnerFamily(LightGBM())
