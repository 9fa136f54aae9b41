"""The pieces a report is put together from: tables of text and drawn figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbml.i18n.numbers import number

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Drawn:
    """A figure with its heading, and the height it needs."""

    title: str
    json: str
    height: int


@dataclass(frozen=True)
class Board:
    """A table of text: names of columns, then rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def drawn(title: str, figure: go.Figure) -> Drawn:
    """A figure under its heading."""
    return Drawn(title, figure.to_json(), int(figure.layout.height or 420))


def brief(value: float | None) -> str:
    """A number without a spread of its own: three digits, or all before the point."""
    if value is None or not value or not math.isfinite(value):
        return number(value)
    return number(value, max(2 - math.floor(math.log10(abs(value))), 0))


def share(value: float | None) -> str:
    """A share as a percentage."""
    return "–" if value is None else f"{value:.1%}"
