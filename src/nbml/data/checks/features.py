"""Which columns a model gets, and whether what was asked for can be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from nbml.data.checks.finding import error, warning
from nbml.data.checks.view import USABLE
from nbml.errors import DataError
from nbml.spec.columns import Column, ColumnSheet, Finding


def resolve_features(
    sheet: ColumnSheet,
    *,
    targets: Sequence[str],
    features: Sequence[str] | None = None,
    group: str | None = None,
    fold_column: str | None = None,
) -> tuple[str, ...]:
    """Settle the features of a job.

    Parameters
    ----------
    sheet : ColumnSheet
    targets, group, fold_column
        Columns with another part in the job.
    features : sequence of str, optional
        What was asked for, in that order. Else every number, integer, boolean and category column whose
        role is feature, in file order, without targets, group and fold column.

    Returns
    -------
    tuple of str
        Without columns that have no value at all or one value in all rows.

    Raises
    ------
    DataError
        NBML-D50 for a column that does not exist, NBML-D51 for a feature of a kind no model takes,
        NBML-D52 for a target among the features, NBML-D53 for a target that is the group or fold column.
    """
    for finding in check_columns(sheet, targets, features, group, fold_column):
        raise DataError(finding.code, **finding.fields)
    return tuple(
        column.name
        for column in _candidates(sheet, targets, features, group, fold_column)
        if not (_is_empty(column) or _is_constant(column))
    )


def check_columns(
    sheet: ColumnSheet,
    targets: Sequence[str],
    features: Sequence[str] | None,
    group: str | None,
    fold_column: str | None,
) -> Iterator[Finding]:
    """Find names and parts that cannot be had; all errors."""
    asked = [*targets, *(features or ()), *(name for name in (group, fold_column) if name is not None)]
    for name in dict.fromkeys(asked):
        if name not in sheet:
            yield error("NBML-D50", column=name, similar=get_close_matches(name, sheet.names, 3) or "-")
    for name in targets:
        if name in (group, fold_column):
            yield error("NBML-D53", [name], column=name)
    for deciding in dict.fromkeys((group, fold_column)):
        if deciding is not None and deciding in sheet and sheet[deciding].kind == "unsupported":
            yield error("NBML-D72", [deciding], column=deciding)
    for name in dict.fromkeys(features or ()):
        if name in targets:
            yield error("NBML-D52", [name], column=name)
        elif name in sheet and sheet[name].kind not in USABLE:
            yield error("NBML-D51", [name], column=name, kind=sheet[name].kind)


def check_features(
    sheet: ColumnSheet,
    targets: Sequence[str],
    features: Sequence[str] | None,
    group: str | None,
    fold_column: str | None,
) -> Iterator[Finding]:
    """Find columns left out for saying nothing (D21, D22), and fold columns asked for as features (D17)."""
    for column in _candidates(sheet, targets, features, group, fold_column):
        if _is_empty(column):
            yield warning("NBML-D21", [column.name], column=column.name)
        elif _is_constant(column):
            yield warning("NBML-D22", [column.name], column=column.name)
    for name in dict.fromkeys((group, fold_column)):
        if name is not None and name in (features or ()):
            yield warning("NBML-D17", [name], column=name)


def _candidates(
    sheet: ColumnSheet,
    targets: Sequence[str],
    features: Sequence[str] | None,
    group: str | None,
    fold_column: str | None,
) -> list[Column]:
    if features is not None:
        return [sheet[name] for name in dict.fromkeys(features)]
    taken = {*targets, group, fold_column}
    return [
        column
        for column in sheet.columns
        if column.role == "feature" and column.kind in USABLE and column.name not in taken
    ]


def _is_empty(column: Column) -> bool:
    return column.missing_share == 1.0


def _is_constant(column: Column) -> bool:
    """One value in every row; with gaps it is not constant, as the gaps may say something."""
    return column.n_unique == 1 and column.missing_share == 0.0
