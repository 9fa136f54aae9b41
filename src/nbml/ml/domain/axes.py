"""Features laid on lines, so that equal steps mean equal changes of what the models predict.

Owns how the lines are learnt from models and applied to encoded rows. Knows nothing of neighbours or files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nbml.ml.models.base import Floats, Layout

Answer = Callable[[Floats], Floats]
"""Predictions of encoded rows, shape (n_rows,)."""

KNOTS = 32
ROWS = 64
BUDGET = 25_000
BASE = 0.1
FLOOR = 0.02
FARTHEST = 1e9
LARGEST = 1e150
"""Values are cut to this, so that no difference of two overflows."""


@dataclass(frozen=True, eq=False)
class Axis:
    """One feature, or one feature as one target sees it, as a line.

    Attributes
    ----------
    feature : int
        Column of the encoded matrix.
    knots : ndarray of float64, shape (n_knots,)
        Values of the feature, ascending; the codes 0 .. n_levels - 1 of a category.
    places : ndarray of float64, shape (n_knots,)
        Where they lie; straight between the knots of a number.
    slope : float
        Step for each unit of a number beyond its knots; 0 for a category.
    missing : float
        How far a missing value is from one that is there.
    """

    feature: int
    knots: Floats
    places: Floats
    slope: float
    missing: float

    def place(self, X: Floats) -> Floats:
        """Coordinates of encoded rows, shape (n_rows,); a missing value lies in the middle."""
        values = np.clip(X[:, self.feature], -LARGEST, LARGEST)
        lacking = np.isnan(values)
        if not self.knots.size:
            return np.zeros(len(X))
        low, high = self.knots[0], self.knots[-1]
        filled = np.where(lacking, low, values)
        beyond = np.maximum(filled - high, 0.0) - np.maximum(low - filled, 0.0)
        with np.errstate(over="ignore"):
            outside = np.clip(self.slope * beyond, -FARTHEST, FARTHEST)
        there = np.interp(filled, self.knots, self.places) + outside
        return np.where(lacking, np.median(self.places), there)


def learn_axes(answers: Sequence[Answer], X: Floats, layout: Layout, *, seed: int = 0) -> tuple[Axis, ...]:
    """Lay every feature on a line by how the models' answers vary along it.

    A number's line is the mean absolute change of the predictions between neighbouring knots (quantiles of
    the training rows), added up: accumulated local effects [1]_ of individual conditional expectations [2]_
    without their sign. Where a model is steep the line is stretched, where it is flat a tenth of the
    feature's mean step is left; beyond the training range the line goes on by its mean step. A category
    has a line a target, on which its levels lie at their mean prediction, in this order. Each target's
    variations are shares of their total, so distances along the lines (Gower's [3]_, by these scales) have no
    unit: 0.1 is a tenth of all the variation that the model shows when features are changed one by one.

    Parameters
    ----------
    answers : sequence of callable
        The model of each target.
    X : ndarray of float64, shape (n_rows, n_features)
        Encoded training rows.
    layout : Layout
    seed : int
        Draws the rows whose features are varied.

    References
    ----------
    .. [1] D. W. Apley, J. Zhu (2020), Visualizing the effects of predictor variables in black box
       supervised learning models, JRSS B 82.
    .. [2] A. Goldstein, A. Kapelner, J. Bleich, E. Pitkin (2015), Peeking inside the black box, JCGS 24.
    .. [3] J. C. Gower (1971), A general coefficient of similarity and some of its properties, Biometrics 27.
    """
    knots = [_knots(X[:, k], n_levels) for k, n_levels in enumerate(layout.n_levels)]
    asked = sum(len(one) + 1 for one in knots)
    n_rows = min(len(X), int(np.clip(BUDGET // asked, 10, ROWS)))
    rows = X[np.sort(np.random.default_rng(seed).choice(len(X), n_rows, replace=False))]
    varied = [[_vary(answer, rows, k, one) for k, one in enumerate(knots)] for answer in answers]
    totals = [max(sum(_variation(c, layout.n_levels[k]) for k, c in enumerate(v)), 1e-300) for v in varied]
    axes: list[Axis] = []
    for k, n_levels in enumerate(layout.n_levels):
        curves = [v[k] / (total * len(answers)) for v, total in zip(varied, totals, strict=True)]
        share = sum(_variation(curve, n_levels) for curve in curves)
        base = BASE * (share + FLOOR)
        lacking = base + sum(float(np.abs(c[:-1] - c[-1]).mean()) for c in curves if len(c) > 1)
        if n_levels:
            axes += [_category(k, curve, base / len(curves), lacking / len(curves)) for curve in curves]
        else:
            axes.append(_number(k, knots[k], curves, share + base, base, lacking))
    return tuple(axes)


def _knots(values: Floats, n_levels: int) -> Floats:
    if n_levels:
        return np.arange(n_levels, dtype=np.float64)
    known = np.clip(values[~np.isnan(values)], -LARGEST, LARGEST)
    distinct = np.unique(known)
    return distinct if len(distinct) <= KNOTS else np.unique(np.quantile(known, np.linspace(0, 1, KNOTS)))


def _vary(answer: Answer, rows: Floats, feature: int, knots: Floats) -> Floats:
    """Predictions of `rows` with one feature set to each knot, then missing: (n_knots + 1, n_rows)."""
    changed = np.repeat(rows[None], len(knots) + 1, axis=0)
    changed[:, :, feature] = np.append(knots, np.nan)[:, None]
    return answer(changed.reshape(-1, rows.shape[1])).reshape(len(knots) + 1, len(rows))


def _variation(curve: Floats, n_levels: int) -> float:
    """What a feature moves: total variation along a number, mean difference of two levels of a category."""
    known = curve[:-1]
    if len(known) < 2:
        return 0.0
    if n_levels:
        ordered = np.sort(known, axis=0)  # mean |a - b| over pairs, from the order statistics
        weights = 2 * np.arange(len(known)) - len(known) + 1
        return float((weights @ ordered).mean() * 2 / (len(known) * (len(known) - 1)))
    return float(np.abs(np.diff(known, axis=0)).sum(axis=0).mean())


def _number(
    feature: int, knots: Floats, curves: list[Floats], step: float, base: float, lacking: float
) -> Axis:
    if not knots.size:
        return Axis(feature, knots, knots, 0.0, lacking)
    span = float(knots[-1] - knots[0]) or float(abs(knots[0])) or 1.0
    moved = np.sum([np.abs(np.diff(curve[:-1], axis=0)).mean(axis=1) for curve in curves], axis=0)
    places = np.append(0.0, np.cumsum(moved)) + base * (knots - knots[0]) / span
    return Axis(feature, knots, places, min(step / span, LARGEST), lacking)


def _category(feature: int, curve: Floats, base: float, lacking: float) -> Axis:
    centres = curve[:-1].mean(axis=1)
    order = np.argsort(centres, kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    places = centres + rank * base / max(len(order) - 1, 1)
    return Axis(feature, np.arange(len(centres), dtype=np.float64), places, 0.0, lacking)
