"""XGBoost: gradient boosting on histograms. Reasons for the ranges are in docs/models.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import xgboost as xgb

from nbml.ml.models.base import Attribution, Family, FitStoppedError, Floats, Param, Params, Shape, ShouldStop
from nbml.ml.models.learner import LearnerFamily, n_bins, scaled_rounds
from nbml.ml.models.levels import Levels
from nbml.ml.shapley.interactions import interaction_values
from nbml.ml.shapley.values import shap_values
from nbml.ml.shapley.xgboost_trees import from_xgboost

_FILE = "model.ubj"


class _Booster:
    def __init__(self, booster: xgb.Booster) -> None:
        self._booster, self._threads, self._lock = booster, 0, Lock()

    def _with(self, threads: int) -> xgb.Booster:
        with self._lock:
            if threads != self._threads:
                self._booster.set_param({"nthread": threads})
                self._threads = threads
        return self._booster

    def predict(self, X: Floats, threads: int) -> Floats:
        return np.asarray(self._with(threads).inplace_predict(X))

    def attribute(self, X: Floats, background: Floats, seed: int, threads: int) -> Attribution:  # noqa: ARG002
        return Attribution(*shap_values(from_xgboost(self._booster), X, threads=threads))

    def interact(self, X: Floats, features: Sequence[int], threads: int) -> Floats:
        return interaction_values(from_xgboost(self._booster), X, features, threads=threads)

    def files(self) -> dict[str, bytes]:
        return {_FILE: bytes(self._booster.save_raw("ubj"))}


class XGBoost:
    """See `nbml.ml.models.learner.Learner`."""

    name = "xgboost"

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        n = shape.n_train
        rounds, depth = (500, 6) if n < 3000 else (600, 8) if n < 20_000 else (800, 10)
        heaviest = max(2.0, min(30.0, n / 20))
        return {
            "num_boost_round": Param(
                "int",
                50,
                rounds,
                log=True,
                why="Cost grows with it; past the bound larger steps make up for more rounds.",
            ),
            "eta": Param(
                "float",
                0.03,
                0.3,
                log=True,
                why="Searched with the rounds: their product says how far a fit goes.",
            ),
            "max_depth": Param("int", 2, depth, why="Interactions; the cost of a round doubles with each."),
            "min_child_weight": Param(
                "float", 1.0, heaviest, log=True, why="Rows in a leaf, since the loss is squared."
            ),
            "subsample": Param("float", 0.5, 1.0, why="Rows drawn for each tree."),
            "colsample_bynode": Param("float", 0.4, 1.0, why="Makes trees differ."),
            "reg_lambda": Param(
                "float",
                1e-2,
                10.0,
                log=True,
                why="Shrinks leaves of few rows; the target "
                "is standardised, so the range means the same everywhere.",
            ),
        }

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        start = {
            "num_boost_round": 250,
            "eta": 0.1,
            "max_depth": 5,
            "min_child_weight": 2.0,
            "subsample": 0.8,
            "colsample_bynode": 0.8,
            "reg_lambda": 1.0,
        }
        return start | ({"num_boost_round": 500, "max_depth": 7} if shape.n_train >= 20_000 else {})

    def final_params(self, params: Params, growth: float) -> Params:
        """As ``Learner.final_params``: rounds grow with the rows."""
        return scaled_rounds(params, "num_boost_round", growth)

    def pool(self, X: Floats, levels: Levels, threads: int) -> xgb.QuantileDMatrix:
        """A binned matrix; its label is set by each fit."""
        return xgb.QuantileDMatrix(
            X,
            label=np.zeros(len(X)),
            feature_types=_feature_types(levels),
            enable_categorical=True,
            max_bin=n_bins(len(X)),
            nthread=threads,
        )

    def learn(
        self,
        pool: xgb.QuantileDMatrix,
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
            "objective": "reg:squarederror",
            "tree_method": "hist",
            "base_score": 0.0,
            **params,
            "max_bin": n_bins(pool.num_row()),
            "seed": seed,
            "nthread": threads,
            "verbosity": 0,
        }
        rounds = settings.pop("num_boost_round")
        booster = xgb.Booster(settings, [pool])
        for i in range(rounds):
            if should_stop():
                raise FitStoppedError
            booster.update(pool, i)
        return _Booster(booster)

    def load(self, files: Mapping[str, bytes], levels: Levels) -> _Booster:  # noqa: ARG002
        """As ``Learner.load``."""
        return _Booster(xgb.Booster({"verbosity": 0}, model_file=bytearray(files[_FILE])))


def _feature_types(levels: Levels) -> list[str]:
    return ["c" if n else "q" for n in levels.layout.n_levels]


FAMILY: Family = LearnerFamily(XGBoost())
