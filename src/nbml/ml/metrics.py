"""Scores of out-of-fold predictions, by fold and pooled.

Owns the metrics and when one is *undefined*; an undefined score has a reason and never enters a
mean. It does not know models, trials or how folds were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbml.ml.folds import Folds

Direction = Literal["minimize", "maximize"]
Reason = Literal["no_target", "one_row", "constant_target", "no_prediction", "overflow"]
"""Why a score is undefined: a key of the catalogue (``undefined.<reason>``)."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """A score of predictions against the target.

    Parameters
    ----------
    name : str
        Its key in results and in MLflow.
    direction : {"minimize", "maximize"}
    function : callable
        ``function(y, prediction) -> float``. `y` has shape (n_rows,), no missing value, at least one row.
        `prediction` has `n_rows` finite rows; a metric of probabilities takes one column for each class.
    undefined : callable
        ``undefined(y) -> Reason or None``: a target on which the metric says nothing.
    """

    name: str
    direction: Direction
    function: Callable[[Array, Array], float]
    undefined: Callable[[Array], Reason | None] = lambda _y: None


@dataclass(frozen=True)
class Score:
    """One number, or the reason why there is none."""

    value: float | None
    reason: Reason | None = None


@dataclass(frozen=True)
class FoldScores:
    """One metric of one target over all folds.

    Parameters
    ----------
    metric : str
    direction : {"minimize", "maximize"}
    names : tuple of str
        Fold names.
    rows : tuple of int
        Rows with a target value in each fold.
    folds : tuple of Score
    pooled : Score
        Of all out-of-fold predictions together: the score that trials are compared by. R2 is taken
        against the mean of all rows.
    mean, spread : float or None
        Mean and sample standard deviation over the defined folds. Both are None when a prediction is
        missing: the mean of the folds that happened to succeed is not a score. `spread` needs two folds.
    """

    metric: str
    direction: Direction
    names: tuple[str, ...]
    rows: tuple[int, ...]
    folds: tuple[Score, ...]
    pooled: Score
    mean: float | None
    spread: float | None

    @property
    def undefined(self) -> dict[str, Reason]:
        """Reason by fold name, of the folds without a score."""
        pairs = zip(self.names, self.folds, strict=True)
        return {name: score.reason for name, score in pairs if score.reason is not None}


def _rmse(y: Array, prediction: Array) -> float:
    return float(np.sqrt(np.mean(np.square(y - prediction))))


def _mae(y: Array, prediction: Array) -> float:
    return float(np.mean(np.abs(y - prediction)))


def _r2(y: Array, prediction: Array) -> float:
    return float(1.0 - np.sum(np.square(y - prediction)) / np.sum(np.square(y - y.mean())))


def _needs_variation(y: Array) -> Reason | None:
    if y.size == 1:
        return "one_row"
    return "constant_target" if y.min() == y.max() else None


REGRESSION: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("rmse", "minimize", _rmse),
            Metric("mae", "minimize", _mae),
            Metric("r2", "maximize", _r2, _needs_variation),
        )
    }
)
"""Metrics of regression by name; the first is what a search minimises."""


def compute_score(metric: Metric, y: ArrayLike, prediction: ArrayLike) -> Score:
    """Score predictions on the rows that have a target value.

    Parameters
    ----------
    metric : Metric
    y : array_like, shape (n_rows,)
        Target; NaN where a row has none. Such rows are left out.
    prediction : array_like, shape (n_rows,) or (n_rows, n_classes)
        A value that is not finite on a row with a target makes the score undefined.

    Returns
    -------
    Score
        In the target's unit for ``rmse`` and ``mae``.
    """
    truth, predicted = np.asarray(y, dtype=np.float64), np.asarray(prediction, dtype=np.float64)
    if truth.shape[:1] != predicted.shape[:1]:
        raise ValueError(f"{truth.shape[0]} targets, {predicted.shape[0]} predictions")
    known = ~np.isnan(truth)
    truth, predicted = truth[known], predicted[known]
    if not truth.size:
        return Score(None, "no_target")
    if not np.isfinite(predicted).all():
        return Score(None, "no_prediction")
    if reason := metric.undefined(truth):
        return Score(None, reason)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = metric.function(truth, predicted)
    return Score(value) if np.isfinite(value) else Score(None, "overflow")


def score_folds(
    y: ArrayLike, prediction: ArrayLike, folds: Folds, metrics: Iterable[Metric] = tuple(REGRESSION.values())
) -> dict[str, FoldScores]:
    """Score out-of-fold predictions by every metric.

    Parameters
    ----------
    y, prediction : array_like
        As in `compute_score`, rows in the order of `folds.assignment`.
    folds : Folds
    metrics : iterable of Metric

    Returns
    -------
    dict of str to FoldScores
        By metric name, in the order of `metrics`.
    """
    truth, predicted = np.asarray(y, dtype=np.float64), np.asarray(prediction, dtype=np.float64)
    parts = [folds.held_out(k) for k in range(folds.n_folds)]
    rows = tuple(int(np.count_nonzero(~np.isnan(truth[part]))) for part in parts)
    return {m.name: _over_folds(m, truth, predicted, parts, folds.names, rows) for m in metrics}


def _over_folds(
    metric: Metric,
    y: Array,
    prediction: Array,
    parts: list[NDArray[np.intp]],
    names: tuple[str, ...],
    rows: tuple[int, ...],
) -> FoldScores:
    scores = tuple(compute_score(metric, y[part], prediction[part]) for part in parts)
    defined = [score.value for score in scores if score.value is not None]
    faulty = any(score.reason in ("no_prediction", "overflow") for score in scores)
    mean = float(np.mean(defined)) if defined and not faulty else None
    spread = float(np.std(defined, ddof=1)) if len(defined) > 1 and not faulty else None
    pooled = compute_score(metric, y, prediction)
    return FoldScores(metric.name, metric.direction, names, rows, scores, pooled, mean, spread)
