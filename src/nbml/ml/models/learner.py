"""What a family's own file supplies, and the wrapper that makes a ``Family`` of it.

The wrapper owns what is one rule for all: levels and infinities (`levels`), the target at mean 0 and
spread 1, the mean as the model where nothing can be learnt, and what surrounds the library's files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nbml.errors import ModelError
from nbml.ml.models.base import Attribution, FitStoppedError, Floats, Layout, Param, Params, Shape, ShouldStop
from nbml.ml.models.levels import Levels

SCHEMA = "nbml.model/1"
OWN_FILE = "nbml.json"
BACKGROUND_ROWS = 100
"""At most so many training rows stand for "feature not known" in a sampling explainer."""


class Core(Protocol):
    """A library's fitted model: clean input, standardised output. Thread-safe for reading."""

    def predict(self, X: Floats, threads: int) -> Floats:
        """Predictions, shape (n_rows,), of at least one row."""
        ...

    def attribute(self, X: Floats, background: Floats, seed: int, threads: int) -> Attribution:
        """Shapley values of at least one row."""
        ...

    def interact(self, X: Floats, features: Sequence[int], threads: int) -> Floats:
        """As ``FittedModel.interact``, of at least one row."""
        ...

    def files(self) -> dict[str, bytes]:
        """The model in the library's own format, by file name."""
        ...


class Learner(Protocol):
    """A library's way of learning, on clean input and a target of mean 0 and spread 1."""

    name: str

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        ...

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        ...

    def final_params(self, params: Params, growth: float) -> Params:
        """Parameters for a training part ``growth`` times as large as those of the folds."""
        ...

    def pool(self, X: Floats, levels: Levels, threads: int) -> Any:
        """The training rows in the library's own form; None where no column tells rows apart."""
        ...

    def learn(
        self, pool: Any, y: Floats, params: Params, *, seed: int, threads: int, should_stop: ShouldStop
    ) -> Core:
        """As ``Family.fit``."""
        ...

    def load(self, files: Mapping[str, bytes], levels: Levels) -> Core:
        """The inverse of ``Core.files``."""
        ...


@dataclass(frozen=True, eq=False)
class Prepared:
    """A training part in a library's own form. ``pool`` is None where no column tells rows apart."""

    levels: Levels
    pool: Any
    n_rows: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted model in target units: ``centre + scale * core``; ``centre`` alone without a core."""

    family: str
    levels: Levels
    core: Core | None
    centre: float
    scale: float

    def predict(self, X: Floats, *, threads: int = 1) -> Floats:
        """As ``FittedModel.predict``."""
        X = self.levels.clean(X)
        if self.core is None or not len(X):
            return np.full(len(X), self.centre)
        return self.centre + self.scale * np.asarray(self.core.predict(X, threads), dtype=np.float64)

    def attribute(self, X: Floats, *, background: Floats, seed: int, threads: int = 1) -> Attribution:
        """As ``FittedModel.attribute``."""
        X = self.levels.clean(X)
        if self.core is None or not len(X):
            return Attribution(np.zeros(X.shape), self.centre)
        if len(background) > BACKGROUND_ROWS:
            drawn = np.random.default_rng(seed).choice(len(background), BACKGROUND_ROWS, replace=False)
            background = background[np.sort(drawn)]
        inner = self.core.attribute(X, self.levels.clean(background), seed, threads)
        return Attribution(self.scale * inner.values, self.centre + self.scale * inner.base)

    def interact(self, X: Floats, features: Sequence[int], *, threads: int = 1) -> Floats:
        """As ``FittedModel.interact``."""
        X = self.levels.clean(X)
        if self.core is None or not len(X):
            return np.zeros((len(X), len(features), X.shape[1]))
        return self.scale * self.core.interact(X, features, threads)

    def files(self) -> dict[str, bytes]:
        """As ``FittedModel.files``; ``nbml.json`` holds what stands around the library's model."""
        own = {
            "schema": SCHEMA,
            "family": self.family,
            "constant": self.core is None,
            "centre": self.centre,
            "scale": self.scale,
            **self.levels.to_json(),
        }
        library = {} if self.core is None else self.core.files()
        return {**library, OWN_FILE: json.dumps(own, allow_nan=False).encode()}


class LearnerFamily:
    """The ``Family`` of a `Learner`."""

    def __init__(self, learner: Learner) -> None:
        self.name = learner.name
        self._learner = learner

    def space(self, shape: Shape) -> dict[str, Param]:
        """As ``Family.space``."""
        return self._learner.space(shape)

    def start(self, shape: Shape) -> Params:
        """As ``Family.start``."""
        return self._learner.start(shape)

    def final_params(self, params: Params, *, n_train: float, n_rows: int) -> Params:
        """As ``Family.final_params``."""
        return self._learner.final_params(dict(params), n_rows / n_train)

    def prepare(self, X: Floats, layout: Layout, *, threads: int) -> Prepared:
        """As ``Family.prepare``."""
        if 0 in X.shape:
            raise ModelError("NBML-M01", rows=X.shape[0], columns=X.shape[1])
        levels = Levels.learn(X, layout)
        X = levels.clean(X)
        pool = self._learner.pool(X, levels, threads) if _tells_rows_apart(X) else None
        return Prepared(levels, pool, len(X))

    def fit(
        self,
        prepared: Prepared,
        y: Floats,
        params: Params,
        *,
        seed: int,
        threads: int,
        should_stop: ShouldStop,
    ) -> Fitted:
        """As ``Family.fit``."""
        y = np.array(y, dtype=np.float64)
        if y.shape != (prepared.n_rows,):
            raise ValueError(f"target of shape {y.shape} for {prepared.n_rows} rows")
        if not np.isfinite(y).all():
            raise ModelError("NBML-M03", row=int(np.argmin(np.isfinite(y))))
        if should_stop():
            raise FitStoppedError
        centre, scale = (part.item() for part in centre_and_scale(y))
        if prepared.pool is None or not scale:
            return Fitted(self.name, prepared.levels, None, centre, scale)
        try:
            core = self._learner.learn(
                prepared.pool,
                (y - centre) / scale,
                params,
                seed=seed,
                threads=threads,
                should_stop=should_stop,
            )
        except (ModelError, FitStoppedError, MemoryError):
            raise
        except Exception as error:
            raise ModelError("NBML-M06", family=self.name, reason=_in_words(error)) from error
        return Fitted(self.name, prepared.levels, core, centre, scale)

    def load(self, files: Mapping[str, bytes]) -> Fitted:
        """As ``Family.load``."""
        try:
            own = json.loads(files[OWN_FILE])
            if (own["schema"], own["family"]) != (SCHEMA, self.name):
                raise ValueError(f"{own['schema']}, {own['family']}")
            levels = Levels.from_json(own)
            core = None if own["constant"] else self._learner.load(files, levels)
            return Fitted(self.name, levels, core, float(own["centre"]), float(own["scale"]))
        except Exception as error:
            raise ModelError("NBML-M05", family=self.name, reason=_in_words(error)) from error


def scaled_rounds(params: Params, name: str, growth: float) -> Params:
    """Parameters with ``name`` rounds multiplied by ``growth``, at least one."""
    return {**params, name: max(1, round(params[name] * growth))}


def n_bins(n_rows: int) -> int:
    """Values told apart in a numeric column of a training part; see docs/models.md for the measurement."""
    return 63 if n_rows < 3000 else 127 if n_rows < 20_000 else 254


def centre_and_scale(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the rows, of finite values of any magnitude.

    The scale is 0 exactly where all rows are equal, and never 0 elsewhere.
    """
    largest = np.abs(values).max(axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    centre = np.clip((values / unit).mean(axis=0) * unit, values.min(axis=0), values.max(axis=0))
    scale = ((values - centre) / unit).std(axis=0) * unit
    spread = values.max(axis=0) / unit - values.min(axis=0) / unit
    scale = np.where(scale > 0, scale, spread * unit)
    return centre, np.where(values.max(axis=0) > values.min(axis=0), scale, 0.0)


def _tells_rows_apart(X: Floats) -> bool:
    """Whether any column holds two values; missing is one of them."""
    first = X[:1]
    return bool((~((first == X) | np.isnan(X) & np.isnan(first))).any())


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
