"""What the models of one target say of encoded rows: prediction, bounds, spread.

Owns that an answer does not depend on cutting rows into chunks. Knows no names, no cells and no tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nbml.ml.domain.neighbours import Near
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.models.base import FittedModel, Floats

BLOCK_ROWS = 8192
"""Rows handed to a model at once, counted from the first row whatever the chunks: matrix products round
differently for other numbers of rows."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Answers by row, shape (n_rows,) each, in target units.

    Attributes
    ----------
    predicted : ndarray of float64
    spread : ndarray of float64
        Standard deviation of the fold models, n - 1 in the denominator; NaN with fewer than two.
    lower, upper : ndarray of float64 or None
        Bounds of the interval that was asked for; None where none was, or none can be given.
    """

    predicted: Floats
    spread: Floats
    lower: Floats | None = None
    upper: Floats | None = None


def answer(
    final: FittedModel | None,
    folds: list[FittedModel],
    X: Floats,
    *,
    calibration: Calibration | None = None,
    near: Near | None = None,
    level: float | None = None,
    threads: int = 1,
) -> Answer:
    """Let the models of one target answer.

    Parameters
    ----------
    final : FittedModel or None
        Predicts; without it the mean of the fold models does.
    folds : list of FittedModel
        In the order of the fold numbers; needed for bounds and spread.
    X : ndarray of float64, shape (n_rows, n_features)
    calibration : Calibration, optional
    near : Near, optional
        The rows' nearest reference rows.
    level : float, optional
        Bounds are given where it, `calibration` and `near` are.
    threads : int
        Threads of the libraries.
    """
    by_fold = [in_blocks(model, X, threads) for model in folds]
    mean, spread = mean_and_spread(by_fold)
    predicted = np.broadcast_to(mean, len(X)) if final is None else in_blocks(final, X, threads)
    spread = np.broadcast_to(spread, len(X))
    if calibration is None or near is None or level is None:
        return Answer(predicted, spread)
    lower, upper = calibration.bounds(np.column_stack(by_fold), near, predicted, level)
    return Answer(predicted, spread, lower, upper)


def whole_blocks(chunk_rows: int) -> int:
    """The rows of a chunk cut down to whole blocks, one block at least."""
    return max(1, chunk_rows // BLOCK_ROWS) * BLOCK_ROWS


def in_blocks(model: FittedModel, X: Floats, threads: int) -> Floats:
    """Predictions, block by block."""
    blocks = range(0, max(len(X), 1), BLOCK_ROWS)
    return np.concatenate([model.predict(X[k : k + BLOCK_ROWS], threads=threads) for k in blocks])


def mean_and_spread(predictions: Iterable[Floats]) -> tuple[Floats | float, Floats | float]:
    """Mean and standard deviation by Welford's update [1]_, row by row the same for any number of rows.

    A sum along an axis is added up in another order when there is one row only.

    .. [1] B. P. Welford (1962), Note on a method for calculating corrected sums of squares and products.
    """
    mean: Floats | float = np.nan
    squares: Floats | float = 0.0
    count = 0
    for count, values in enumerate(predictions, start=1):
        step = values - (mean if count > 1 else 0.0)
        mean = step / count + (mean if count > 1 else 0.0)
        squares = squares + step * (values - mean)
    return mean, np.sqrt(squares / (count - 1)) if count > 1 else np.nan
