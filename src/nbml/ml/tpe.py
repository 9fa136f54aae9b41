"""Tree-structured Parzen estimators as Optuna has them, on arrays: the same points at a tenth of the cost.

Optuna walks over every trial and parameter in Python at each question. Here a told trial is a row of an
array, and the truncated normals are SciPy's. Random numbers are drawn in Optuna's order, so that the points
are those of ``optuna.samplers.TPESampler`` but for rounding; tests hold it to that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
CANDIDATES = 24
GOOD, MOST_GOOD = 0.1, 25
EVEN = 25
WINDOW = 1000
"""Bad trials that are modelled at most: the latest. Older ones would weigh next to nothing."""


class Tpe(BaseSampler):  # type: ignore[misc]
    """TPE with Optuna's defaults: multivariate, one prior kernel, open trials counted as bad ones.

    A tenth of the told trials, 25 at most, are good. Of 24 points drawn from the density of the good ones,
    that with the greatest ratio of good to bad density is asked next (Bergstra et al., "Algorithms for
    hyper-parameter optimization", NeurIPS 2011; Watanabe, "Tree-structured Parzen estimator", 2023).

    Parameters
    ----------
    distributions : dict of str to FloatDistribution or CategoricalDistribution
        The whole search space; no step.
    seed : int
        Points are a function of it and of what is told.
    n_startup : int
        Trials told before anything is modelled; drawn at random.
    """

    def __init__(self, distributions: dict[str, BaseDistribution], *, seed: int, n_startup: int) -> None:
        self._axes = [(name, _Axis.of(distributions[name])) for name in sorted(distributions)]
        self._space = {name: distributions[name] for name in sorted(distributions)}
        self._rng = np.random.RandomState(seed)  # Optuna's generator, for Optuna's numbers
        self._random = RandomSampler(seed=seed)
        self._n_startup = n_startup
        self._told = 0
        self._numbers, self._values = np.empty(64, dtype=np.intp), np.empty(64)
        self._rows = np.empty((64, len(self._axes)))

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002
        """All of it, once there is something to model."""
        return self._space if self._told >= self._n_startup else {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The next point."""
        if not search_space:
            return {}
        good, bad = self._split(study, trial.number)
        drawn = good.draw(self._rng, CANDIDATES)
        best = drawn[np.argmax(good.log_density(drawn) - bad.log_density(drawn))]
        return {
            name: search_space[name].to_external_repr(axis.outward(x))
            for (name, axis), x in zip(self._axes, best, strict=True)
        }

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """A random value, before anything is modelled."""
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Remember a complete trial."""
        if state == TrialState.COMPLETE and values is not None:
            n = self._told
            if n == len(self._rows):
                self._numbers, self._values = np.resize(self._numbers, 2 * n), np.resize(self._values, 2 * n)
                self._rows = np.resize(self._rows, (2 * n, len(self._axes)))
            self._numbers[n], self._values[n], self._rows[n] = trial.number, values[0], self._row(trial)
            self._told += 1

    def _row(self, trial: FrozenTrial) -> list[float]:
        return [
            axis.inward(self._space[name].to_internal_repr(trial.params[name])) for name, axis in self._axes
        ]

    def _split(self, study: Study, asking: int) -> tuple[_Mixture, _Mixture]:
        """Densities of the good and the bad trials, each in the order of their numbers."""
        n = self._told
        numbers = self._numbers[:n]
        in_order = np.argsort(numbers, kind="stable")
        ranked = in_order[np.argsort(self._values[in_order], kind="stable")]
        n_good = min(math.ceil(GOOD * n), MOST_GOOD)
        good = ranked[:n_good][np.argsort(numbers[ranked[:n_good]])]
        still_open = [
            trial
            for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
            if trial.number != asking and trial.params.keys() >= self._space.keys()
        ]
        rest = ranked[n_good:]
        rows = np.concatenate(
            [self._rows[rest], np.array([self._row(t) for t in still_open]).reshape(-1, len(self._axes))]
        )
        order = np.argsort([*numbers[rest], *(t.number for t in still_open)])[-WINDOW:]
        axes = [axis for _, axis in self._axes]
        return _Mixture(self._rows[good], axes), _Mixture(rows[order], axes)


@dataclass(frozen=True)
class _Axis:
    """One parameter: a stretch of the real line, logarithmic perhaps, or ``choices`` places."""

    low: float
    high: float
    is_log: bool = False
    choices: int = 0

    @classmethod
    def of(cls, distribution: BaseDistribution) -> _Axis:
        if isinstance(distribution, CategoricalDistribution):
            return cls(0.0, 0.0, choices=len(distribution.choices))
        assert isinstance(distribution, FloatDistribution)
        low, high = distribution.low, distribution.high
        return cls(math.log(low), math.log(high), is_log=True) if distribution.log else cls(low, high)

    def inward(self, value: float) -> float:
        return math.log(value) if self.is_log else value

    def outward(self, x: float) -> float:
        if self.choices:
            return float(x)
        low, high = (math.exp(self.low), math.exp(self.high)) if self.is_log else (self.low, self.high)
        return min(max(math.exp(x) if self.is_log else float(x), low), high)


class _Mixture:
    """A density: one kernel at each row and the prior over the whole space, as products over the axes."""

    def __init__(self, rows: Floats, axes: list[_Axis]) -> None:
        n = len(rows)
        weights = np.ones(n + 1)
        if n >= EVEN:
            weights[: n - EVEN] = np.linspace(1.0 / n, 1.0, num=n - EVEN)
        self._weights = weights / weights.sum()
        self._real = [j for j, axis in enumerate(axes) if not axis.choices]
        low = np.array([axes[j].low for j in self._real])
        high = np.array([axes[j].high for j in self._real])
        self._centres = np.vstack([rows[:, self._real], 0.5 * (low + high)])
        self._widths = np.vstack([_widths(rows[:, self._real], low, high), high - low])
        self._below = ndtr((low - self._centres) / self._widths)
        self._mass = 1.0 - self._below - ndtr((self._centres - high) / self._widths)
        self._choices = {
            j: _shares(rows[:, j].astype(int), axis.choices) for j, axis in enumerate(axes) if axis.choices
        }
        self._low, self._high = low, high

    def draw(self, rng: np.random.RandomState, n: int) -> Floats:
        """``n`` points, shape (n, n_axes)."""
        kernels = rng.choice(len(self._weights), p=self._weights, size=n)
        points = np.empty((n, len(self._real) + len(self._choices)))
        for j, shares in self._choices.items():
            reached = np.cumsum(shares[kernels], axis=1)
            reached[:, -1] = 1.0
            points[:, j] = (reached < rng.rand(n)[:, None]).sum(axis=1)
        if self._real:
            uniform = rng.uniform(low=0, high=1, size=(len(self._real), n)).T
            z = ndtri(self._below[kernels] + uniform * self._mass[kernels])
            drawn = self._centres[kernels] + self._widths[kernels] * z
            points[:, self._real] = np.clip(drawn, self._low, self._high)
        return points

    def log_density(self, points: Floats) -> Floats:
        """Of each point, shape (n_points,), up to a constant that is the same for every mixture."""
        kernels = np.log(self._weights) - np.log(self._mass * self._widths).sum(axis=1)
        logs = np.tile(kernels, (len(points), 1))
        for k, j in enumerate(self._real):  # axis by axis, so that what is worked at stays in the cache
            logs -= 0.5 * np.square((points[:, [j]] - self._centres[:, k]) / self._widths[:, k])
        for j, shares in self._choices.items():
            logs += np.log(shares[:, points[:, j].astype(int)].T)
        largest = logs.max(axis=1)
        density: Floats = largest + np.log(np.exp(logs - largest[:, None]).sum(axis=1))
        return density


def _widths(centres: Floats, low: Floats, high: Floats) -> Floats:
    """For each kernel the distance to its farther neighbour, from a hundredth of the range to all of it."""
    n = len(centres)
    order = np.argsort(centres, axis=0)
    gaps = np.diff(np.vstack([low, np.take_along_axis(centres, order, axis=0), high]), axis=0)
    spread = np.maximum(gaps[:-1], gaps[1:])
    if n >= 2:
        spread[0], spread[-1] = gaps[1], gaps[-2]
    widths = np.empty_like(centres)
    np.put_along_axis(widths, order, spread, axis=0)
    return np.clip(widths, (high - low) / min(100.0, n + 2.0), high - low)


def _shares(chosen: NDArray[np.intp], n_choices: int) -> Floats:
    """For each kernel the probability of each choice; the last is the prior."""
    n = len(chosen) + 1
    shares = np.full((n, n_choices), 1.0 / n)
    shares[np.arange(n - 1), chosen] += 1.0
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
