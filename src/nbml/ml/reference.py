"""What a job keeps of its training rows for later answers: the domain, and every model's held-out errors.

Owns which rows are kept and how all of it is learnt in one go. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.ml.domain.axes import Answer, learn_axes
from nbml.ml.domain.domain import NEAREST, Domain, mean_distance
from nbml.ml.domain.neighbours import held_out_near
from nbml.ml.folds import Folds
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.difficulty import NEIGHBOURS
from nbml.ml.models.base import Floats, Layout

Ints = NDArray[np.int64]
Key = tuple[int, str]
"""Number of the target and name of the family."""

KEPT = 5_000
"""Rows kept of a larger table."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Training rows that new rows are held against.

    Attributes
    ----------
    domain : Domain
    fold : ndarray of int64, shape (n_reference,)
        Fold in which each row was held out.
    unit : ndarray of int64, shape (n_reference,)
        Number of its group, or its own; a number says nothing of the group's name.
    is_grouped : bool
        Whether units are groups.
    calibrations : mapping of (target, family) to Calibration
    """

    domain: Domain
    fold: Ints
    unit: Ints
    is_grouped: bool
    calibrations: Mapping[Key, Calibration]


def learn_reference(
    X: Floats,
    Y: Floats,
    layout: Layout,
    folds: Folds,
    *,
    answers: Sequence[Answer],
    predictions: Mapping[Key, Floats],
    groups: Ints | None = None,
    rows: NDArray[np.intp] | None = None,
    seed: int = 0,
    kept: int = KEPT,
) -> Reference:
    """Learn the domain and the calibrations of a job's models.

    Parameters
    ----------
    X, Y : ndarray of float64, shapes (n_rows, n_features) and (n_rows, n_targets)
        Encoded training rows and targets; NaN in `Y` where a row has none.
    layout : Layout
    folds : Folds
    answers : sequence of callable
        Of each target the model along whose answers distances are measured.
    predictions : mapping of (target, family) to ndarray, shape (n_rows,)
        Out-of-fold predictions.
    groups : ndarray of int64, shape (n_rows,), optional
        Number of each row's group.
    rows : ndarray of intp, shape (n_rows,), optional
        Positions of the rows in the training table; 0 .. n_rows - 1 if unset.
    seed : int
    kept : int
        Rows kept at most, as evenly over the groups as they allow.
    """
    drawn = draw_rows(len(X), groups, kept, seed)
    axes = learn_axes(answers, X[drawn], layout, seed=seed)
    fold = folds.assignment[drawn].astype(np.int64)
    unit = drawn.astype(np.int64) if groups is None else groups[drawn].astype(np.int64)
    near = held_out_near(axes, X[drawn], fold, max(NEAREST, NEIGHBOURS))
    distance = mean_distance(near)
    domain = Domain(
        axes,
        X[drawn],
        (np.arange(len(X)) if rows is None else rows)[drawn].astype(np.int64),
        np.sort(distance[np.isfinite(distance)]),
        len(X),
    )
    calibrations = {}
    for (target, family), predicted in predictions.items():
        residual = np.abs(Y[drawn, target] - predicted[drawn].astype(np.float64))
        if not np.isnan(residual).all():
            calibrations[target, family] = Calibration.learn(residual, fold, unit, folds.n_folds, near)
    return Reference(domain, fold, unit, groups is not None, calibrations)


def draw_rows(n_rows: int, groups: Ints | None, kept: int, seed: int) -> NDArray[np.intp]:
    """Positions of at most `kept` rows, ascending: all, or drawn, each group keeping as many as fit for all.

    With more groups than `kept` rows, one row of each drawn group [1]_.

    References
    ----------
    .. [1] R. Dunn, L. Wasserman, A. Ramdas (2023), Distribution-free prediction sets for two-layer
       hierarchical models, JASA 118: one row a group restores exchangeability.
    """
    if n_rows <= kept:
        return np.arange(n_rows)
    shuffled = np.random.default_rng(seed).permutation(n_rows)
    if groups is None:
        return np.sort(shuffled[:kept])
    place = np.empty(n_rows, dtype=np.int64)  # of each row within its group, in drawn order
    by_group = shuffled[np.argsort(groups[shuffled], kind="stable")]
    _, starts, sizes = np.unique(groups[by_group], return_index=True, return_counts=True)
    place[by_group] = np.arange(n_rows) - np.repeat(starts, sizes)
    most = 1
    while np.minimum(sizes, most + 1).sum() <= kept:
        most += 1
    return np.sort(shuffled[place[shuffled] < most][:kept])
