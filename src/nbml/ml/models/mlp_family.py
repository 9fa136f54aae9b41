"""Multilayer perceptron: scikit-learn's, fitted epoch by epoch. Reasons for the ranges: docs/models.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from nbml.ml.models.base import Family, FitStoppedError, Floats, Param, Params, Shape, ShouldStop
from nbml.ml.models.learner import LearnerFamily
from nbml.ml.models.levels import Levels
from nbml.ml.models.network import Inputs, Network, blas

AVERAGED = 0.25
"""Share of the last epochs over which the weights are averaged."""


@dataclass(frozen=True, eq=False)
class _Rows:
    inputs: Inputs
    encoded: NDArray[np.float32]


class MLP:
    """See `nbml.ml.models.learner.Learner`."""

    name = "mlp"

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        n = shape.n_train
        epochs, most = (200, 128) if n < 3000 else (80, 128) if n < 20_000 else (30, 512)
        return {
            "epochs": Param(
                "int", epochs // 6, epochs, log=True, why="Passes over the rows; cost grows with it."
            ),
            "learning_rate_init": Param(
                "float",
                1e-3,
                3e-2,
                log=True,
                why="Adam's step; the average of the last epochs' weights forgives a large one.",
            ),
            "alpha": Param(
                "float", 1e-6, 0.3, log=True, why="Penalty on the weights; from 1 on nothing is learnt."
            ),
            "width": Param("int", 32, 128, log=True, why="Units of a hidden layer."),
            "layers": Param("int", 1, 3, why="Hidden layers; each costs as much as the first."),
            "batch_size": Param(
                "int",
                max(4, min(32, n // 16)),
                max(8, min(most, n // 4)),
                log=True,
                why="Rows of one step; a small table needs few, to take enough steps.",
            ),
        }

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        n = shape.n_train
        epochs, most = (120, 64) if n < 3000 else (50, 64) if n < 20_000 else (20, 256)
        return {
            "epochs": epochs,
            "learning_rate_init": 0.01,
            "alpha": 1e-3,
            "width": 96,
            "layers": 2,
            "batch_size": max(8, min(most, n // 8)),
        }

    def final_params(self, params: Params, growth: float) -> Params:  # noqa: ARG002
        """As ``Learner.final_params``: an epoch over more rows is more steps already."""
        return params

    def pool(self, X: Floats, levels: Levels, threads: int) -> _Rows:  # noqa: ARG002
        """The training rows as network inputs."""
        inputs = Inputs.learn(X, levels)
        return _Rows(inputs, inputs.encode(X).astype(np.float32))

    def learn(
        self, pool: _Rows, y: Floats, params: Params, *, seed: int, threads: int, should_stop: ShouldStop
    ) -> Network:
        """As ``Family.fit``."""
        X, y32, epochs = pool.encoded, y.astype(np.float32), params["epochs"]
        net = MLPRegressor(
            hidden_layer_sizes=(params["width"],) * params["layers"],
            alpha=params["alpha"],
            learning_rate_init=params["learning_rate_init"],
            batch_size=min(params["batch_size"], len(X)),
            # A generator, not a number: partial_fit would shuffle every epoch alike.
            random_state=np.random.RandomState(seed),
        )
        first = epochs - max(1, round(AVERAGED * epochs))
        mean: list[Floats] = []
        with (
            blas().limit(limits=threads, user_api="blas"),
            sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
        ):
            for epoch in range(epochs):
                if should_stop():
                    raise FitStoppedError
                net.partial_fit(X, y32)
                if net.n_iter_ == 0:  # scikit-learn turns an interrupt within an epoch into a warning
                    raise KeyboardInterrupt
                if epoch >= first:
                    now = [*net.coefs_, *net.intercepts_]
                    mean = mean or [np.zeros(a.shape) for a in now]
                    for total, a in zip(mean, now, strict=True):
                        total += (a - total) / (epoch - first + 1)
        layers = len(net.coefs_)
        return Network(pool.inputs, tuple(mean[:layers]), tuple(mean[layers:]))

    def load(self, files: Mapping[str, bytes], levels: Levels) -> Network:  # noqa: ARG002
        """As ``Learner.load``."""
        return Network.load(files)


FAMILY: Family = LearnerFamily(MLP())
