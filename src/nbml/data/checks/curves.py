"""How much of a target one column explains by itself: by a line, by a smooth curve, by its levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.view import Numbers

CURVE_ROWS = 50
"""Fewest rows for a curve."""

MONOTONE_VALUES = 20
"""A strictly monotone relation of fewer values is what a short series of experiments looks like."""

_SAMPLE = 4_000


def line_r2(x: Numbers, y: Numbers) -> float:
    """R2 of a straight line; both columns finite and not constant."""
    x, y = x - x.mean(), y - y.mean()
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    return float(_dot(x, y) ** 2 / _dot(x, x) / _dot(y, y))


def curve_r2(x: Numbers, y: Numbers, wanted: float) -> float:
    """R2 of a smooth curve through one feature.

    The variance about the curve is taken as half the mean squared difference between neighbours in `x`
    (von Neumann 1941) plus the variance within rows of equal `x`. A strictly monotone relation counts as
    1, however steep its tails are. Long columns are tried on a sample first, and 0 is returned when that
    stays clearly below `wanted`.
    """
    if x.size > 4 * _SAMPLE:
        step = x.size // _SAMPLE
        if curve_r2(x[::step], y[::step], wanted) < 1 - 10 * (1 - wanted):
            return 0.0
    values, place = np.unique(x, return_inverse=True)
    residual, means = _about_means(place, y)
    within, total = _dot(residual, residual), np.square(y - y.mean()).sum()
    steps = np.diff(means)
    strict = bool((steps > 0).all() or (steps < 0).all())
    if strict and values.size >= MONOTONE_VALUES and within <= 1e-12 * total:
        return 1.0
    return float(1 - (within + _dot(steps, steps) / 2) / total) if x.size >= CURVE_ROWS else 0.0


def level_r2(codes: NDArray[np.intp], y: Numbers) -> float:
    """R2 of the levels' means, adjusted for their number; more rows than levels are needed."""
    residual, means = _about_means(codes, y)
    n_levels = np.count_nonzero(~np.isnan(means))
    return float(1 - _dot(residual, residual) / (y.size - n_levels) / np.var(y, ddof=1))


def _dot(a: Numbers, b: Numbers) -> float:
    """Scalar product without BLAS, whose threads cost more than they save on a busy machine."""
    return float(np.sum(a * b))


def _about_means(place: NDArray[np.intp], y: Numbers) -> tuple[Numbers, Numbers]:
    with np.errstate(invalid="ignore"):
        means = np.bincount(place, y) / np.bincount(place)
    return y - means[place], means
