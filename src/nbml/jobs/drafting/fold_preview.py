"""The folds of a form before training: rows and target distribution of each, as training will make them.

Takes the very functions that training takes; what is shown is what happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.view import as_numbers
from nbml.jobs.training_data import column_texts, folds_of
from nbml.ml.folds import Folds
from nbml.spec.messages.train_form import FoldBar, FoldPreview, FoldTarget

if TYPE_CHECKING:
    import pandas as pd

    from nbml.spec.train import TrainSpec

Numbers = NDArray[np.float64]
BINS = 12
SHOWN_FOLDS = 40


def split(spec: TrainSpec, frame: pd.DataFrame) -> tuple[NDArray[np.intp], Numbers, Folds]:
    """Rows that take part, their targets, and their folds.

    Returns
    -------
    rows : ndarray of int, shape (n_rows,)
        Positions in `frame` of the rows with at least one target.
    Y : ndarray of float64, shape (n_rows, n_targets)
        NaN where a row lacks one of several targets.
    folds : Folds

    Raises
    ------
    DataError
        As ``make_folds`` does; NBML-D68 for a target that is no number.
    """
    Y = np.column_stack([as_numbers(frame[name]) for name in spec.targets])
    rows = np.flatnonzero(~np.isnan(Y).all(axis=1))
    taken = frame.iloc[rows]
    return rows, Y[rows], folds_of(spec, taken, column_texts(taken, spec.group))


def preview_folds(spec: TrainSpec, frame: pd.DataFrame) -> FoldPreview:
    """Rows, groups and target distribution of each fold.

    Parameters
    ----------
    spec : TrainSpec
        One whose form has no errors.
    frame : DataFrame
        The table's rows.

    Raises
    ------
    DataError
        As ``split`` does.
    """
    rows, Y, folds = split(spec, frame)
    edges = [_edges(column) for column in Y.T]
    groups = _codes(frame.iloc[rows], spec.group)
    bars = []
    for k, name in enumerate(folds.names[:SHOWN_FOLDS]):
        held_out = folds.held_out(k)
        bars.append(
            FoldBar(
                name=name,
                rows=len(held_out),
                groups=None if groups is None else int(np.unique(groups[held_out]).size),
                targets=tuple(
                    _target(Y[held_out, t], np.asarray(edges[t])) for t in range(len(spec.targets))
                ),
            )
        )
    return FoldPreview(
        scheme=folds.scheme,
        n_rows=len(rows),
        n_without_target=len(frame) - len(rows),
        n_folds=folds.n_folds,
        n_groups=None if groups is None else int(groups.max(initial=-1)) + 1,
        targets=spec.targets,
        edges=tuple(tuple(map(float, e)) for e in edges),
        folds=tuple(bars),
    )


def _target(values: Numbers, edges: Numbers) -> FoldTarget:
    told = values[np.isfinite(values)]
    if not told.size:
        return FoldTarget(rows=0, counts=(0,) * (len(edges) - 1))
    low, q1, median, q3, high = (float(q) for q in np.quantile(told, (0, 0.25, 0.5, 0.75, 1)))
    return FoldTarget(
        rows=int(told.size),
        mean=float(told.mean()),
        low=low,
        q1=q1,
        median=median,
        q3=q3,
        high=high,
        counts=tuple(int(n) for n in np.histogram(told, edges)[0]),
    )


def _edges(values: Numbers) -> Numbers:
    told = values[np.isfinite(values)]
    low, high = (float(told.min()), float(told.max())) if told.size else (0.0, 1.0)
    edges = np.linspace(low, high, BINS + 1)
    if not np.all(np.diff(edges) > 0) or not np.isfinite(edges).all():
        edges = np.linspace(low - 0.5, low + 0.5, BINS + 1) if abs(low) < 1e15 else np.array([low, high])
        edges = edges if np.all(np.diff(edges) > 0) else np.array([-np.finfo(float).max, np.finfo(float).max])
    return edges


def _codes(frame: pd.DataFrame, column: str | None) -> NDArray[Any] | None:
    if column is None:
        return None
    return np.unique(np.array(column_texts(frame, column), dtype=object).astype(str), return_inverse=True)[1]
