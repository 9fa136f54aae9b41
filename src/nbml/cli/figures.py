"""Numbers and durations as the terminal shows them. Pure text."""

from __future__ import annotations

from nbml.i18n import text
from nbml.i18n.numbers import decimals, fold_spread, number, plus_minus

__all__ = ["decimals", "duration", "fold_spread", "number", "plus_minus"]


def duration(seconds: float) -> str:
    """Seconds in the user's language, coarser as they grow."""
    if seconds < 9.95:
        return text("cli.time.s", s=f"{max(seconds, 0.0):.1f}")
    whole = round(seconds)
    if whole < 60:
        return text("cli.time.s", s=whole)
    if whole < 3600:
        return text("cli.time.min", m=whole // 60, s=whole % 60)
    return text("cli.time.h", h=whole // 3600, m=whole % 3600 // 60)
