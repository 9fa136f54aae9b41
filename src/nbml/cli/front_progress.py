"""A running inverse search in words: how far it is, how its front grows. Pure, from the snapshot alone."""

from __future__ import annotations

from rich.text import Text

from nbml.cli.figures import number
from nbml.i18n import text
from nbml.spec.events import FrontChanged
from nbml.spec.snapshot import FrontView, Snapshot

BAR = 24
LINES = 20
"""So many lines a search is told in at most where nothing can be redrawn."""


def front_line(front: FrontView | FrontChanged) -> str:
    """Rows tried of those planned, size and hypervolume of the front."""
    tried = text(
        "cli.front.tried", evaluations=f"{front.evaluations:,}", planned=f"{max(front.planned, 1):,}"
    )
    if not front.size:
        return "   ".join((tried, text("cli.front.none")))
    if not front.is_feasible:
        return "   ".join((tried, text("cli.front.infeasible")))
    size = text("cli.front.size", size=f"{front.size:,}")
    volume = (
        "" if front.hypervolume is None else text("cli.front.volume", volume=number(front.hypervolume, 4))
    )
    return "   ".join(part for part in (tried, size, volume) if part)


def bar(front: FrontView, marks: tuple[str, str]) -> Text:
    """The share of the evaluations that is done."""
    done = round(BAR * min(front.evaluations / max(front.planned, 1), 1.0))
    return Text(marks[0] * done, style="cyan").append(marks[1] * (BAR - done), style="dim")


def seconds_left(job: Snapshot) -> float | None:
    """A plain estimate from the rows tried so far; None before there are any."""
    front = job.front
    if job.is_finished or front is None or not front.evaluations:
        return None
    return job.elapsed_s / front.evaluations * max(front.planned - front.evaluations, 0)


class FrontLines:
    """Tells a growing front in a few lines, each complete in itself."""

    def __init__(self) -> None:
        self._told = -1.0

    def line(self, event: FrontChanged) -> str:
        """The line an event is worth; empty for most."""
        share = event.evaluations / max(event.planned, 1)
        if share < 1.0 and share - self._told < 1 / LINES:
            return ""
        self._told = share if share < 1.0 else 2.0
        return front_line(event)
