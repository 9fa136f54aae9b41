"""CatBoost: gradient boosting on symmetric trees. Reasons for the ranges are in docs/models.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

import catboost as cb
import numpy as np

from nbml.errors import ModelError
from nbml.ml.models.base import Attribution, Family, FitStoppedError, Floats, Param, Params, Shape, ShouldStop
from nbml.ml.models.learner import LearnerFamily, n_bins, scaled_rounds
from nbml.ml.models.levels import Levels
from nbml.ml.shapley.catboost_trees import from_catboost
from nbml.ml.shapley.oblivious import Leaves, ObliviousTrees

_FILE = "model.cbm"
_KEPT_POOLS = 8


class _Pools:
    """The training rows; one quantised pool for each target, since a pool's label cannot be changed."""

    def __init__(self, X: Floats, levels: Levels, threads: int) -> None:
        self._data, self._threads = _data(X, levels), threads
        self._pools: dict[bytes, cb.Pool] = {}
        self.levels = levels

    def of(self, y: Floats) -> cb.Pool:
        key = y.tobytes()
        if key not in self._pools:
            if len(self._pools) == _KEPT_POOLS:
                self._pools.pop(next(iter(self._pools)))
            pool = cb.Pool(self._data, label=y, thread_count=self._threads)
            pool.quantize(border_count=n_bins(len(y)))
            self._pools[key] = pool
        return self._pools[key]


class _Model:
    def __init__(self, model: cb.CatBoost, levels: Levels) -> None:
        self._model, self._levels = model, levels

    def predict(self, X: Floats, threads: int) -> Floats:
        return np.asarray(self._model.predict(_data(X, self._levels), thread_count=threads))

    def attribute(self, X: Floats, background: Floats, seed: int, threads: int) -> Attribution:  # noqa: ARG002
        values = np.empty(X.shape)
        if self._trees is None:
            parts = self._own("ShapValues", X, threads)
            values[:, _order(self._levels)] = parts[:, :-1]
            return Attribution(values, float(parts[0, -1]))
        leaves = partial(self._leaves, X, threads)
        values[:, _order(self._levels)] = self._trees.values(leaves, len(X), threads=threads)
        return Attribution(values, self._trees.base)

    def interact(self, X: Floats, features: Sequence[int], threads: int) -> Floats:
        place = np.argsort(_order(self._levels))
        if self._trees is None:
            parts = self._own("ShapInteractionValues", X, threads)
            return np.ascontiguousarray(parts[:, place[list(features)]][:, :, place])
        chosen = place[list(features)].tolist()
        leaves = partial(self._leaves, X, threads)
        return self._trees.interactions(leaves, len(X), chosen, threads=threads)[:, :, place]

    @cached_property
    def _trees(self) -> ObliviousTrees | None:
        """The trees in nbml's own form; None where their shape has none."""
        try:
            return from_catboost(self._model)
        except ModelError:
            return None

    def _leaves(self, X: Floats, threads: int, rows: slice) -> Leaves:
        data = _data(X[rows], self._levels)
        return np.asarray(self._model.calc_leaf_indexes(data, thread_count=threads))

    def _own(self, kind: str, X: Floats, threads: int) -> Floats:
        """CatBoost's own values."""
        rows = cb.Pool(_data(X, self._levels), thread_count=threads)
        found = self._model.get_feature_importance(rows, type=kind, thread_count=threads)
        return np.asarray(found, dtype=np.float64)

    def files(self) -> dict[str, bytes]:
        return {_FILE: self._model._serialize_model()}  # what save_model writes, without a file


class CatBoost:
    """See `nbml.ml.models.learner.Learner`."""

    name = "catboost"

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        n = shape.n_train
        rounds, depth = (400, 6) if n < 3000 else (1000, 7) if n < 20_000 else (1000, 8)
        space = {
            "iterations": Param(
                "int",
                100,
                rounds,
                log=True,
                why="Cost grows with it; past the bound larger steps make up for more rounds.",
            ),
            "learning_rate": Param(
                "float",
                0.05,
                0.3,
                log=True,
                why="Searched with the rounds: their product says how far a fit goes.",
            ),
            "depth": Param("int", 3, depth, why="Interactions; the leaves of a tree double with each."),
            "l2_leaf_reg": Param(
                "float",
                0.3,
                10.0,
                log=True,
                why="Shrinks leaves of few rows; the target "
                "is standardised, so the range means the same everywhere.",
            ),
            "random_strength": Param(
                "float",
                0.0,
                1.0,
                why="Noise on the scores of splits; best near 0 where the table has little noise.",
            ),
            "subsample": Param("float", 0.6, 1.0, why="Rows drawn for each tree."),
        }
        if shape.n_categorical:
            space["one_hot_max_size"] = Param(
                "choice",
                choices=(2, 10),
                why="Columns of up to so many "
                "levels split level by level, the others by the target's mean, "
                "which costs several times more.",
            )
        if shape.n_categorical > 1:
            space["max_ctr_complexity"] = Param(
                "choice",
                choices=(1, 2),
                why="Whether pairs of categorical columns are tried too; helps at times, at twice the cost.",
            )
        return space

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        start = {
            "iterations": 300,
            "learning_rate": 0.15,
            "depth": 5,
            "l2_leaf_reg": 2.0,
            "random_strength": 0.2,
            "subsample": 0.85,
        }
        if shape.n_train >= 3000:
            start |= {"iterations": 600, "learning_rate": 0.1, "depth": 6 if shape.n_train < 20_000 else 7}
        if shape.n_categorical:
            start["one_hot_max_size"] = 2
        return start | ({"max_ctr_complexity": 1} if shape.n_categorical > 1 else {})

    def final_params(self, params: Params, growth: float) -> Params:
        """As ``Learner.final_params``: rounds grow with the rows."""
        return scaled_rounds(params, "iterations", growth)

    def pool(self, X: Floats, levels: Levels, threads: int) -> _Pools | None:
        """The training rows; None where no column still varies in float32."""
        columns = X.astype(np.float32).T
        varies = any(np.unique(column, equal_nan=True).size > 1 for column in columns)
        return _Pools(X, levels, threads) if varies else None

    def learn(
        self, pool: _Pools, y: Floats, params: Params, *, seed: int, threads: int, should_stop: ShouldStop
    ) -> _Model:
        """As ``Family.fit``."""
        model = cb.CatBoost(
            {
                "loss_function": "RMSE",
                "boosting_type": "Plain",
                "bootstrap_type": "Bernoulli",
                "border_count": n_bins(len(y)),
                "boost_from_average": False,
                "max_ctr_complexity": 1,
                "metric_period": 10_000,
                **params,
                "random_seed": seed,
                "thread_count": threads,
                "allow_writing_files": False,
                "logging_level": "Silent",
            }
        )
        stopped = False

        def after_iteration(_: Any) -> bool:
            nonlocal stopped
            stopped = should_stop()
            return not stopped

        model.fit(pool.of(y), callbacks=[SimpleNamespace(after_iteration=after_iteration)])
        if stopped:
            raise FitStoppedError
        return _Model(model, pool.levels)

    def load(self, files: Mapping[str, bytes], levels: Levels) -> _Model:
        """As ``Learner.load``."""
        return _Model(cb.CatBoost().load_model(blob=files[_FILE]), levels)


def _order(levels: Levels) -> list[int]:
    """CatBoost's order of the columns: numbers first, then categories."""
    categorical = levels.layout.categorical
    return [j for j in range(levels.layout.n_features) if j not in set(categorical)] + list(categorical)


def _data(X: Floats, levels: Levels) -> Any:
    """Numbers as float32 and levels as text, a level of its own for missing."""
    categorical = list(levels.layout.categorical)
    if not categorical:
        return X.astype(np.float32)
    names = np.array([b"%d" % i for i in range(max(levels.layout.n_levels))] + [b"missing"], dtype=object)
    codes = np.nan_to_num(X[:, categorical], nan=-1).astype(np.intp)
    numbers = [j for j in range(X.shape[1]) if j not in levels.seen]
    return cb.FeaturesData(
        num_feature_data=np.ascontiguousarray(X[:, numbers], dtype=np.float32) if numbers else None,
        cat_feature_data=names[codes],
    )


FAMILY: Family = LearnerFamily(CatBoost())
