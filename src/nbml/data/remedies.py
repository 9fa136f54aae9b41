"""What can be done at once about a finding of the checks: a change of roles, of a kind, or of the rows.

Pure; who applies a remedy and how it is undone is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbml.spec.columns import Column, ColumnSheet, Finding, Kind, Role

RemedyKind = Literal["role", "kind", "copies", "missing_target", "infinite"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change that settles a finding.

    Attributes
    ----------
    key : str
        Catalogue key under ``remedy.`` of the words on its button.
    what : RemedyKind
        What it changes.
    value : str
        The new role or kind, or the value of that argument of ``prepare``.
    columns : tuple of str
        Whose role or kind.
    """

    key: str
    what: RemedyKind
    value: Role | Kind | Literal["group", "drop", "missing"]
    columns: tuple[str, ...] = ()


_LEAVE_OUT = frozenset({"NBML-D17", "NBML-D19", "NBML-D20", "NBML-D21", "NBML-D22", "NBML-D24", "NBML-D38",
                        "NBML-D51", "NBML-D63", "NBML-D70", "NBML-D71", "NBML-D74"})  # fmt: skip
_NOT_A_TARGET = frozenset({"NBML-D02", "NBML-D03", "NBML-D06", "NBML-D61", "NBML-D66"})
_UNGROUP = frozenset({"NBML-D12", "NBML-D13", "NBML-D15", "NBML-D65", "NBML-D72"})
_NO_FOLD_COLUMN = frozenset({"NBML-D54", "NBML-D56", "NBML-D57", "NBML-D72"})


def remedies(finding: Finding, sheet: ColumnSheet) -> tuple[Remedy, ...]:
    """The remedies of a finding, the usual one first; empty where only the user's data can be mended.

    Parameters
    ----------
    finding : Finding
        Of ``check_training`` over the same sheet.
    sheet : ColumnSheet
        Roles and kinds in force.
    """
    columns = [column for name in finding.columns if (column := _find(sheet, name)) is not None]
    return tuple(_remedies(finding.code, columns))


def _remedies(code: str, columns: list[Column]) -> Iterator[Remedy]:
    features = tuple(c.name for c in columns if c.role == "feature")
    targets = tuple(c.name for c in columns if c.role == "target")
    if code in _LEAVE_OUT and features:
        yield Remedy("leave_out", "role", "ignored", features)
    if code == "NBML-D24" and len(features) == 1:
        yield Remedy("use_as_group", "role", "group", features)
    if code in _NOT_A_TARGET and targets:
        yield Remedy("no_target", "role", "ignored", targets)
    if code in _UNGROUP and (groups := tuple(c.name for c in columns if c.role == "group")):
        yield Remedy("ungroup", "role", "ignored", groups)
    if code in _NO_FOLD_COLUMN and (folds := tuple(c.name for c in columns if c.role == "fold")):
        yield Remedy("no_fold_column", "role", "ignored", folds)
    if code == "NBML-D18":
        yield Remedy("group_copies", "copies", "group")
    if code in {"NBML-D18", "NBML-D69"}:
        yield Remedy("drop_copies", "copies", "drop")
    if code == "NBML-D01":
        yield Remedy("drop_without_target", "missing_target", "drop")
    if code == "NBML-D04":
        yield Remedy("infinite_as_missing", "infinite", "missing")
    if code == "NBML-D67" and targets:
        yield Remedy("as_number", "kind", "number", targets)
    if code == "NBML-D68" and columns:
        yield Remedy("as_category", "kind", "category", tuple(c.name for c in columns))
    if code == "NBML-D42":
        repeated = [c.name for c in columns if c.n_unique >= 2 and c.role != "target"]
        if repeated:
            yield Remedy("use_as_group", "role", "group", (repeated[0],))


def _find(sheet: ColumnSheet, name: str) -> Column | None:
    return next((column for column in sheet.columns if column.name == name), None)
