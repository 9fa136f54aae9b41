"""Columns and cells as lines that are safe to send and to show: cut and harmless."""

from __future__ import annotations

from typing import Any

from nbml.data.table import Table
from nbml.spec.columns import Column
from nbml.spec.messages.data_room import MOST_CELLS, ColumnLine
from nbml.spec.reading import ReadOptions, shown
from nbml.widgets.rooms.data_draft import Draft

_NAME, _LEVEL, _CELL, _NOTE = 120, 40, 60, 300
_LEVELS = 8


def column_lines(draft: Draft, start: int, count: int) -> tuple[ColumnLine, ...]:
    """A page of the column sheet; nothing where there is no table."""
    if draft.table is None or draft.read is None:
        return ()
    given = set(draft.read.columns.names)
    columns = draft.table.columns.columns[start : start + count]
    return tuple(_line(column, draft.options, is_made=column.name not in given) for column in columns)


def _line(column: Column, options: ReadOptions, *, is_made: bool) -> ColumnLine:
    return ColumnLine(
        position=column.position,
        name=shown(column.name, _NAME),
        label=shown(column.label or column.name, _NAME),
        unit=shown(column.unit, _LEVEL) if column.unit else None,
        kind=column.kind,
        role=column.role,
        is_kind_said=column.name in options.kinds,
        is_made=is_made,
        missing_share=column.missing_share,
        n_unique=column.n_unique,
        low=column.low,
        high=column.high,
        levels=tuple(shown(level, _LEVEL) for level in column.levels[:_LEVELS]),
        note=shown(column.note, _NOTE) if column.note else None,
    )


def cells(
    table: Table, start: int, count: int, first_column: int, columns: int
) -> tuple[tuple[str | None, ...], ...]:
    """A window of the table by rows, at most 6,000 cells; None where there is no value."""
    columns = max(0, min(columns, table.frame.shape[1] - first_column))
    count = min(count, MOST_CELLS // max(columns, 1))
    window = table.frame.iloc[start : start + count, first_column : first_column + columns]
    by_column = [_shown_cells(window.iloc[:, place]) for place in range(columns)]
    return tuple(zip(*by_column, strict=True)) if by_column else ()


def _shown_cells(series: Any) -> list[str | None]:
    kind = series.dtype.kind
    if kind == "M":
        texts = series.dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
        return [text.removesuffix(" 00:00:00") if isinstance(text, str) else None for text in texts]
    values = series.tolist()
    if kind == "f":
        return [None if value != value else repr(value).removesuffix(".0") for value in values]
    if kind == "i":
        return [str(value) for value in values]
    if kind == "b":
        return ["true" if value else "false" for value in values]
    return [None if value is None or value != value else shown(str(value), _CELL) for value in values]
