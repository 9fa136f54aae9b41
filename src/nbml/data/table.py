"""A table that was read: the frame, its column sheet, the report of the reading and a hash of the content."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nbml.i18n import text
from nbml.spec.columns import ColumnSheet
from nbml.spec.reading import ReadReport, shown

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_COLUMNS = 60


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """What ``nbml.read`` gives back.

    Attributes
    ----------
    frame : pandas.DataFrame
        Unique text names and rows in file order, on a plain range index; columns are float64, int64, bool,
        text or datetime64[us]. Missing is NaN, None or NaT; booleans and integers with gaps are float64.
    columns : ColumnSheet
        Role, kind, unit, levels or range of every column.
    report : ReadReport
        What the reader decided.
    path : str or None
        Where it came from; None for a DataFrame.
    sha256 : str
        Hash of the content of `frame`, the same for every file format that holds it.
    """

    frame: pd.DataFrame
    columns: ColumnSheet
    report: ReadReport
    path: str | None
    sha256: str

    def __repr__(self) -> str:
        rows, width = self.frame.shape
        source = shown(self.path) if self.path is not None else "DataFrame"
        warned = len(self.report.warnings)
        return f"<Table {source}: {rows:,} x {width}, {self.sha256[:12]}, {warned} warnings>"

    def _repr_html_(self) -> str:
        heads = ("column", "kind", "role", "unit", "range", "missing", "note")
        head = "".join(f"<th>{escape(text(f'read.head.{name}'))}</th>" for name in heads)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td>{_cell(value)}</td>"
                for value in (
                    c.label or c.name,
                    c.kind,
                    c.role,
                    c.unit or "",
                    _extent(c.low, c.high, c.levels),
                    f"{c.missing_share:.1%}" if c.missing_share else "",
                    c.note or "",
                )
            )
            + "</tr>"
            for c in self.columns.columns[:_SHOWN_COLUMNS]
        )
        more = len(self.columns.columns) - _SHOWN_COLUMNS
        rest = f"<p>… +{more}</p>" if more > 0 else ""
        notes = "".join(f"<li>{_cell(d.words, 400)}</li>" for d in self.report.decisions)
        return (
            f'<div class="nbml-table"><p>{_cell(repr(self), 200)}</p>'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}<ul>{notes}</ul></div>"
        )


def _extent(low: float | None, high: float | None, levels: tuple[str, ...]) -> str:
    if low is not None and high is not None:
        return f"{low:g} – {high:g}"
    return ", ".join(shown(level, 24) for level in levels[:6]) + (", …" if len(levels) > 6 else "")


def _cell(value: str, width: int = 120) -> str:
    return f"<bdi>{escape(shown(value, width))}</bdi>"
