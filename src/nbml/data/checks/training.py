"""All checks of one training job, in one pass over the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from nbml.data.checks.duplicates import check_duplicates
from nbml.data.checks.features import check_columns, check_features, resolve_features
from nbml.data.checks.finding import error
from nbml.data.checks.leaks import check_leaks
from nbml.data.checks.mixtures import check_mixtures
from nbml.data.checks.split import check_split
from nbml.data.checks.targets import check_targets
from nbml.data.checks.values import check_values
from nbml.data.checks.view import TrainingView
from nbml.errors import DataError
from nbml.spec.columns import ColumnSheet, Finding

if TYPE_CHECKING:
    import pandas as pd


def check_training(
    frame: pd.DataFrame,
    sheet: ColumnSheet,
    *,
    targets: Sequence[str],
    features: Sequence[str] | None = None,
    group: str | None = None,
    fold_column: str | None = None,
    n_folds: int | Literal["logo"] | None = None,
    missing_target: Literal["refuse", "drop"] = "refuse",
    infinite: Literal["refuse", "missing"] = "refuse",
) -> tuple[Finding, ...]:
    """Check a table before anything is trained on it.

    Parameters
    ----------
    frame : DataFrame
        The columns of `sheet` by name. Read by position, never by index, and not changed.
    sheet : ColumnSheet
    targets : sequence of str
        One or more.
    features : sequence of str, optional
        As asked for by the user; see `resolve_features` for what is trained on.
    group, fold_column : str, optional
    n_folds : int or "logo", optional
        As in ``nbml.ml.folds.make_folds``.
    missing_target : {"refuse", "drop"}
        Whether a row without a target value stops the job or is left out for that target.
    infinite : {"refuse", "missing"}
        Whether an infinite feature value stops the job or counts as missing.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, each in the order of the checks; empty when all is well. Columns that
        cannot be had (NBML-D50 to D53), or read as their kind says (NBML-D68), are reported alone.

    Notes
    -----
    About a second for 100,000 rows of 50 features.
    """
    unknown = tuple(check_columns(sheet, targets, features, group, fold_column))
    if unknown:
        return unknown
    resolved = resolve_features(
        sheet, targets=targets, features=features, group=group, fold_column=fold_column
    )
    view = TrainingView(frame, sheet, tuple(targets), resolved, group, fold_column, missing_target)
    try:
        _ = view.numbers, view.target_numbers
    except DataError as fault:
        return (error(fault.code, [fault.fields["column"]], **fault.fields),)
    found = list(check_split(view, n_folds))
    if np.count_nonzero(view.usable) >= 2:
        found += check_targets(view)
        found += check_features(sheet, targets, features, group, fold_column)
        found += check_values(view, infinite)
        found += check_leaks(view)
        found += check_duplicates(view)
        found += check_mixtures(view)
    if not resolved:
        found.append(error("NBML-D60"))
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))
