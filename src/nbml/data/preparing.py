"""What the user decides about a table that was read: roles, units, and rows that must not stay as they are.

Pure: a table in, another out. Knows nothing of files, panels or jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbml.data.sheet import build_sheet
from nbml.data.store import hash_frame
from nbml.data.table import Table
from nbml.errors import DataError
from nbml.spec.columns import ColumnSheet, Role
from nbml.spec.reading import Decision, ReadReport, shown

if TYPE_CHECKING:
    import pandas as pd

COPY_SET = "copy_set"
"""Name of the column that holds equal rows together; numbered where a table has one already."""

_ONE_ONLY: frozenset[Role] = frozenset({"group", "fold"})


@dataclass(frozen=True, slots=True)
class Preparation:
    """Decisions on top of a reading; the arguments of ``prepare``.

    Attributes
    ----------
    roles : mapping of str to Role
        Columns whose role is not the suggested one.
    units : mapping of str to str or None
        Columns whose unit is not the one in the name.
    copies : {"group", "drop"} or None
        Whether rows equal in all features and targets are held together in a fold or left out.
    missing_target : "drop" or None
        Whether rows without a value of every target are left out.
    infinite : "missing" or None
        Whether infinite values of features count as missing.
    """

    roles: Mapping[str, Role] = field(default_factory=dict)
    units: Mapping[str, str | None] = field(default_factory=dict)
    copies: Literal["group", "drop"] | None = None
    missing_target: Literal["drop"] | None = None
    infinite: Literal["missing"] | None = None

    def with_roles(self, names: Sequence[str], role: Role, sheet: ColumnSheet) -> Preparation:
        """Give columns a role; whoever was group or fold column before steps back to ignored."""
        roles = dict(self.roles)
        if role in _ONE_ONLY:
            roles |= {c.name: "ignored" for c in sheet.columns if c.role == role}
            names = names[-1:]
        copies = None if role == "group" and self.copies == "group" else self.copies
        return replace(self, roles=roles | dict.fromkeys(names, role), copies=copies)

    def with_unit(self, name: str, unit: str | None) -> Preparation:
        """Give a column a unit, or none."""
        return replace(self, units=dict(self.units) | {name: unit})

    def within(self, names: Sequence[str]) -> Preparation:
        """Only what speaks of these columns."""
        held = set(names)
        return replace(
            self,
            roles={name: role for name, role in self.roles.items() if name in held},
            units={name: unit for name, unit in self.units.items() if name in held},
        )

    @property
    def said(self) -> dict[str, Any]:
        """The arguments of ``prepare`` that are not the usual ones."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


def prepare(
    table: Table,
    *,
    roles: Mapping[str, Role] | None = None,
    units: Mapping[str, str | None] | None = None,
    copies: Literal["group", "drop"] | None = None,
    missing_target: Literal["drop"] | None = None,
    infinite: Literal["missing"] | None = None,
) -> Table:
    """A table with the user's decisions in its column sheet, frame and report.

    Parameters
    ----------
    table : Table
        As read; not changed.
    roles, units : mapping, optional
        By column name.
    copies : {"group", "drop"}, optional
        Rows equal in all features and targets: held together by a new column ``copy_set`` of role group, or
        left out but for the first. Missing values are equal to each other.
    missing_target : "drop", optional
        Leave out rows without a value of every target.
    infinite : "missing", optional
        Take infinite values of features as missing.

    Returns
    -------
    Table
        The same for the same table and arguments; its hash is that of the new content.

    Raises
    ------
    DataError
        NBML-D80 for a column that does not exist, NBML-D81 for two group or two fold columns, the one of
        the copies included.
    """
    sheet = _edited(table.columns, roles or {}, units or {})
    frame, told = table.frame, []
    if missing_target and (targets := _having(sheet, "target")):
        kept = frame[targets].notna().all(axis=1).to_numpy()
        frame = frame.loc[kept].reset_index(drop=True)
        told.append(Decision(key="prepare.missing_target", fields={"count": int((~kept).sum())}))
    if infinite:
        frame, count = _without_infinite(frame, _having(sheet, "feature"))
        told.append(Decision(key="prepare.infinite", fields={"count": count}))
    if copies == "group" and (held := _having(sheet, "group")):
        raise DataError("NBML-D81", role="group", columns=[COPY_SET, *(shown(name) for name in held)])
    if copies:
        frame, decision = _without_copies(frame, sheet, copies)
        told.append(decision)
    if frame is not table.frame:
        sheet = _resettled(frame, sheet)
    return Table(
        frame=frame,
        columns=sheet,
        report=ReadReport(decisions=(*table.report.decisions, *told)),
        path=table.path,
        sha256=table.sha256 if frame is table.frame else hash_frame(frame),
    )


def _edited(sheet: ColumnSheet, roles: Mapping[str, Role], units: Mapping[str, str | None]) -> ColumnSheet:
    for name in (*roles, *units):
        if name not in sheet.names:
            raise DataError("NBML-D80", column=shown(name))
    changes: dict[str, dict[str, Any]] = {name: {"role": role} for name, role in roles.items()}
    for name, unit in units.items():
        changes.setdefault(name, {})["unit"] = unit or None
    edited = ColumnSheet(
        columns=tuple(
            column.model_copy(update=changes[column.name]) if column.name in changes else column
            for column in sheet.columns
        )
    )
    for role in sorted(_ONE_ONLY):
        if len(named := _having(edited, role)) > 1:
            raise DataError("NBML-D81", role=role, columns=[shown(name) for name in named])
    return edited


def _having(sheet: ColumnSheet, *roles: Role) -> list[str]:
    return [column.name for column in sheet.columns if column.role in roles]


def _without_infinite(frame: pd.DataFrame, features: Sequence[str]) -> tuple[pd.DataFrame, int]:
    floats = [name for name in features if frame[name].dtype.kind == "f"]
    endless = {name: mask for name in floats if (mask := np.isinf(frame[name].to_numpy())).any()}
    if not endless:
        return frame, 0
    changed = {name: frame[name].mask(mask) for name, mask in endless.items()}
    return frame.assign(**changed), int(sum(mask.sum() for mask in endless.values()))


def _without_copies(
    frame: pd.DataFrame, sheet: ColumnSheet, how: Literal["group", "drop"]
) -> tuple[pd.DataFrame, Decision]:
    compared = frame[_having(sheet, "feature", "target")]
    later = compared.duplicated().to_numpy()
    if how == "drop":
        left_out = Decision(key="prepare.copies.drop", fields={"count": int(later.sum())})
        return frame.loc[~later].reset_index(drop=True), left_out
    every = np.flatnonzero(compared.duplicated(keep=False).to_numpy())
    sets = np.arange(len(frame), dtype=np.int64)
    if every.size:
        same = compared.iloc[every].groupby(list(compared.columns), dropna=False, sort=False).ngroup()
        firsts = np.full(int(same.max()) + 1, len(frame), dtype=np.int64)
        np.minimum.at(firsts, same.to_numpy(), every)
        sets[every] = firsts[same.to_numpy()]
    name = COPY_SET
    while name in frame.columns:
        name += "_"
    held = Decision(
        key="prepare.copies.group", columns=(name,), fields={"count": int(later.sum()), "column": name}
    )
    return frame.assign(**{name: sets + 1}), held


def _resettled(frame: pd.DataFrame, sheet: ColumnSheet) -> ColumnSheet:
    """The sheet of a frame whose rows, or one more column, are not those it was made for."""
    fresh = build_sheet(
        frame,
        kinds={c.name: c.kind for c in sheet.columns},
        notes={c.name: c.note for c in sheet.columns if c.note},
        levels={c.name: c.levels for c in sheet.columns if c.levels},
    )
    columns = [
        column.model_copy(update={"role": sheet[column.name].role, "unit": sheet[column.name].unit})
        if place < len(sheet.columns)
        else column.model_copy(update={"role": "group"})
        for place, column in enumerate(fresh.columns)
    ]
    return ColumnSheet(columns=tuple(columns))
