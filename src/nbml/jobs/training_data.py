"""From a spec and its stored columns to arrays: checks, encoding, targets, folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks import check_training
from nbml.errors import DataError
from nbml.ml.encoder import Encoder
from nbml.ml.folds import Folds, make_folds
from nbml.ml.models.base import Floats, Layout
from nbml.spec.columns import ColumnSheet, Finding
from nbml.spec.train import TrainSpec

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TrainingData:
    """What every worker is handed once; arrays only, no names.

    Attributes
    ----------
    X : ndarray of float64, shape (n_rows, n_features)
        Encoded features.
    Y : ndarray of float64, shape (n_rows, n_targets)
        Targets; NaN where a row has none.
    layout : Layout
        What the columns of ``X`` are.
    folds : Folds
        Which rows are held out together.
    """

    X: Floats
    Y: Floats
    layout: Layout
    folds: Folds


@dataclass(frozen=True)
class Prepared:
    """Training data with what was learnt on the way."""

    data: TrainingData
    encoder: Encoder
    warnings: tuple[Finding, ...]
    rows: NDArray[np.intp]
    """Positions in the input of the rows of ``data``: those that have a target."""

    n_input: int
    """Rows of the input."""

    groups: tuple[str, ...] | None = None
    """Group of each row of ``data``, where rows come in groups."""


def find(spec: TrainSpec, frame: pd.DataFrame, sheet: ColumnSheet) -> tuple[Finding, ...]:
    """What the checks find in a table for a spec, errors and warnings."""
    return check_training(
        frame,
        sheet,
        targets=spec.targets,
        features=spec.features,
        group=spec.group,
        fold_column=spec.fold_column,
        n_folds=spec.folds,
        missing_target=spec.missing_target,
        infinite=spec.infinite,
    )


def check(spec: TrainSpec, frame: pd.DataFrame, sheet: ColumnSheet) -> tuple[Finding, ...]:
    """Check a table before a job is made of it.

    Returns
    -------
    tuple of Finding
        The warnings, to be carried into the result.

    Raises
    ------
    DataError
        The first error of the checks, with its own code; the sentences of all in ``fields["all"]``.
    """
    findings = find(spec, frame, sheet)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise DataError(errors[0].code, **errors[0].fields, all=[finding.message for finding in errors])
    return findings


def prepare(
    spec: TrainSpec, frame: pd.DataFrame, sheet: ColumnSheet, warnings: tuple[Finding, ...]
) -> Prepared:
    """Turn a checked table into arrays.

    Parameters
    ----------
    spec : TrainSpec
        A resolved spec.
    frame : DataFrame
        The columns the spec names.
    sheet : ColumnSheet
        Their kinds.
    warnings : tuple of Finding
        What the checks found.

    Returns
    -------
    Prepared
        Rows without any target take no part; those without one of several targets stay for the others.
    """
    assert spec.resolved is not None
    Y = np.column_stack([frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in spec.targets])
    rows, n_input = np.flatnonzero(~np.isnan(Y).all(axis=1)), len(frame)
    frame, Y = frame.iloc[rows], Y[rows]
    features = [(name, sheet[name].kind) for name in spec.resolved.features]
    encoder = Encoder.learn(
        frame, features, levels={name: sheet[name].levels for name, _ in features}, infinite=spec.infinite
    )
    X = encoder.encode(frame[[name for name, _ in features]]).X
    groups = column_texts(frame, spec.group)
    folds = folds_of(spec, frame, groups)
    data = TrainingData(X, Y, encoder.layout, folds)
    named = None if groups is None else tuple(str(group) for group in groups)
    return Prepared(data, encoder, warnings, rows, n_input, named)


def folds_of(spec: TrainSpec, frame: pd.DataFrame, groups: list[str | None] | None) -> Folds:
    """The folds of the rows that take part, by the group of each."""
    return make_folds(
        len(frame),
        groups=groups,
        fold_column=column_texts(frame, spec.fold_column),
        n_folds=spec.folds,
        seed=spec.seed,
    )


def column_texts(frame: pd.DataFrame, column: str | None) -> list[str | None] | None:
    """Values of a group or fold column as folds compare them; None where no column is named."""
    if column is None:
        return None
    return [None if value is None or value != value else str(value) for value in frame[column].tolist()]
