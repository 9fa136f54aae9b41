"""Which figure shows one column, two, or many: a choice by their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.view import NUMERIC
from nbml.data.profile import profile
from nbml.data.table import Table
from nbml.errors import PanelError
from nbml.figures.box_by_group import box_by_group
from nbml.figures.heat_map import MOST_COLUMNS, correlation_map, count_map
from nbml.figures.histogram import histogram
from nbml.figures.scatter import scatter
from nbml.spec.columns import Column

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BARS, _LEVELS = 40, 40
_FIRST_COLUMNS = 20


def draw(table: Table, x: Column, y: Column | None = None, colour: Column | None = None) -> go.Figure:
    """The figure of one or two columns.

    One quantity: a histogram; one category: bars. Two quantities: a scatter, coloured by `colour`; a
    quantity and a category: boxes by level; two categories: counts.
    """
    if y is None or y.name == x.name:
        found = profile(table.frame, [x.position], n_bars=_BARS, n_levels=_LEVELS)[0]
        return histogram(found, _label(x), x.unit, is_time=_is_time(table, x))
    if _is_quantity(table, x) and _is_quantity(table, y):
        return _scatter(table, x, y, colour)
    if _is_quantity(table, x) or _is_quantity(table, y):
        value, group = (x, y) if _is_quantity(table, x) else (y, x)
        made = box_by_group(
            _numbers(table, value), *_codes(table, group), _label(value), _label(group), value.unit
        )
        return made.update_yaxes(type="date" if _is_time(table, value) else "linear")
    down, row_levels = _codes(table, y)
    across, column_levels = _codes(table, x)
    return count_map(down, across, row_levels, column_levels, _label(y), _label(x))


def draw_correlations(
    table: Table, positions: tuple[int, ...], method: Literal["pearson", "spearman"]
) -> go.Figure:
    """Correlations of quantities; those asked for, else targets and the first features.

    Raises
    ------
    PanelError
        NBML-W71 with fewer than two quantities to correlate.
    """
    columns = table.columns.columns
    if positions:
        chosen = [columns[place] for place in positions if place < len(columns)]
    else:
        varying = [c for c in columns if c.kind in NUMERIC and c.n_unique > 1]
        chosen = [c for c in varying if c.role == "target"]
        chosen += [c for c in varying if c.role == "feature"][:_FIRST_COLUMNS]
    chosen = [c for c in chosen if c.kind in NUMERIC and table.frame.iloc[:, c.position].dtype.kind in "fib"]
    if len(chosen) < 2:
        raise PanelError("NBML-W71", count=len(chosen))
    X = np.column_stack([_numbers(table, column) for column in chosen[:MOST_COLUMNS]])
    return correlation_map(X, [_label(column) for column in chosen], method)


def _scatter(table: Table, x: Column, y: Column, colour: Column | None) -> go.Figure:
    hue: dict[str, Any] = {}
    if colour is not None:
        hue = {"colour_name": _label(colour), "colour_unit": colour.unit}
        if _is_quantity(table, colour) and not _is_time(table, colour):
            hue["colour"] = _numbers(table, colour)
        else:
            hue["codes"], hue["levels"] = _codes(table, colour)
    made = scatter(
        _numbers(table, x), _numbers(table, y), _label(x), _label(y), x_unit=x.unit, y_unit=y.unit, **hue
    )
    made.update_xaxes(type="date" if _is_time(table, x) else "linear")
    return made.update_yaxes(type="date" if _is_time(table, y) else "linear")


def _label(column: Column) -> str:
    return column.label or column.name


def _is_time(table: Table, column: Column) -> bool:
    return table.frame.iloc[:, column.position].dtype.kind == "M"


def _is_quantity(table: Table, column: Column) -> bool:
    return table.frame.iloc[:, column.position].dtype.kind in "fiM" and column.kind != "category"


def _numbers(table: Table, column: Column) -> NDArray[np.float64]:
    series = table.frame.iloc[:, column.position]
    if series.dtype.kind == "M":
        moments = series.to_numpy("datetime64[ms]")
        return np.where(np.isnat(moments), np.nan, moments.astype(np.int64))
    return series.to_numpy(np.float64)


def _codes(table: Table, column: Column) -> tuple[NDArray[np.intp], list[str]]:
    """Places of each row's level and the levels, in the sheet's order where it has one."""
    import pandas as pd

    series = table.frame.iloc[:, column.position]
    codes, found = pd.factorize(series)
    names = [str(level) for level in found]
    known = {level: place for place, level in enumerate(column.levels)}
    order = sorted(range(len(names)), key=lambda place: (known.get(names[place], len(known)), place))
    if not column.levels:
        order = sorted(range(len(names)), key=lambda place: _natural(found[place]))
    moved = np.empty(len(order) + 1, dtype=np.intp)
    moved[order] = np.arange(len(order))
    moved[-1] = -1
    return moved[codes], [names[place] for place in order]


def _natural(level: Any) -> tuple[bool, Any]:
    return (isinstance(level, str), level)
