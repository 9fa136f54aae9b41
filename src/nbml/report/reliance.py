"""The report's sections on intervals and distance, with what they do not promise in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbml.i18n import text
from nbml.jobs.batch import FAR
from nbml.jobs.reviewing.reliance import (
    FEW_UNITS,
    errors_by_distance,
    falls_short,
    highest_reachable,
    standard_error,
)
from nbml.report.boards import Board, Drawn, brief, drawn, share

if TYPE_CHECKING:
    from nbml.jobs.explaining.subject import Subject
    from nbml.ml.models.base import Floats
    from nbml.spec.result import Coverage, Leader

JUDGED_AT = 0.9
"""Level at which groups are told apart."""
WORST_GROUPS = 10
"""Of those that fell short of it, so many are named."""


@dataclass(frozen=True)
class Section:
    """Sentences, tables and figures under one heading.

    Attributes
    ----------
    words : tuple of str
        What the numbers mean.
    cautions : tuple of str
        Where they do not hold.
    """

    words: tuple[str, ...]
    boards: tuple[tuple[str, Board], ...] = ()
    figures: tuple[Drawn, ...] = ()
    cautions: tuple[str, ...] = ()


def coverage(subject: Subject, leader: Leader) -> Section:
    """How often intervals covered held-out rows, over all and by group, and what they do not promise."""
    found = leader.coverage
    if not found:
        return Section((text("report.coverage.none"),))
    first, kind = found[0], "groups" if found[0].is_grouped else "rows"
    n_units = f"{first.n_units:,}"
    words = [text(f"report.coverage.words.{kind}", n=n_units, folds=len(subject.result.record.fold_names))]
    if any(one.is_local for one in found):
        words.append(text("report.coverage.local"))
    keys = ("level", "share", "loose", "of_rows", "width", "worst_case")
    head = tuple(text(f"report.coverage.{key}") for key in keys if key != "of_rows" or first.is_grouped)
    boards = [("", Board(head, tuple(_level(one) for one in found)))]
    if by_group := _worst_groups(found):
        boards.append((text("report.coverage.groups", level=f"{JUDGED_AT:.0%}"), by_group))
    return Section(tuple(words), tuple(boards), (), tuple(_cautions(subject, found, kind)))


def domain(subject: Subject, leader: Leader, distance: Floats | None) -> Section:
    """Whether errors grow with the distance to the data, by the rows that were held out."""
    reference = subject.bundle.reference
    if reference is None or distance is None:
        return Section((text("report.domain.none"),))
    place = subject.result.record.targets.index(leader.target)
    bands, far = errors_by_distance(reference, (place, leader.family), distance)
    if not bands:
        return Section((text("report.domain.none"),))
    from nbml.figures.error_by_distance import error_by_distance

    unit = subject.result.record.sheet[leader.target].unit
    suffix = f" {unit}" if unit else ""
    words, cautions = [text("report.domain.words", far=f"{FAR:g}")], []
    if far is not None:
        told = {
            "n": f"{far.n_rows:,}",
            "far": brief(far.error) + suffix,
            "others": brief(far.others) + suffix,
        }
        words.append(text("report.domain.far", **told))
        if far.is_few:
            cautions.append(text("report.domain.few", n=far.n_rows))
        if far.error <= far.others:
            cautions.append(text("report.domain.flat"))
    if reference.domain.is_sample:
        kept, rows = f"{len(reference.domain.X):,}", f"{reference.domain.n_rows:,}"
        words.append(text("report.domain.sample", kept=kept, rows=rows))
    cautions.append(text("report.domain.beyond"))
    made = error_by_distance(
        [(band.low, band.high) for band in bands], [band.error for band in bands],
        [band.n_rows for band in bands], far=FAR, unit=unit,
    )  # fmt: skip
    board = Board(
        tuple(text(f"report.domain.{key}") for key in ("axis", "rows", "error")),
        tuple((f"{band.low:g} – {band.high:g}", f"{band.n_rows:,}", brief(band.error)) for band in bands),
    )
    title = text("report.domain.figure")
    return Section(tuple(words), (("", board),), (drawn(title, made),), tuple(cautions))


def _level(one: Coverage) -> tuple[str, ...]:
    loose = standard_error(one)
    by_row = (share(one.of_rows),) if one.is_grouped else ()
    return (
        f"{one.level:.0%}", share(one.share), "–" if loose is None else f"± {loose:.1%}", *by_row,
        brief(one.median_width) if one.is_reachable else "∞", share(one.worst_case),
    )  # fmt: skip


def _worst_groups(found: tuple[Coverage, ...]) -> Board | None:
    """Groups that were covered less often than asked, the worst first."""
    groups = next((one.groups for one in found if one.level == JUDGED_AT), ())
    short = [one for one in groups if one.share < JUDGED_AT][:WORST_GROUPS]
    if not short:
        return None
    rows = tuple((one.group, f"{one.n_rows:,}", share(one.share)) for one in short)
    return Board(tuple(text(f"report.coverage.{key}") for key in ("group", "group_rows", "share")), rows)


def _cautions(subject: Subject, found: tuple[Coverage, ...], kind: str) -> list[str]:
    units = found[0].n_units
    told = []
    if short := [f"{one.level:.0%}" for one in found if falls_short(one)]:
        told.append(text("report.coverage.short", levels=short))
    if any(not one.is_reachable for one in found):
        highest = f"{math.floor(highest_reachable(found) * 1000) / 1000:.1%}"
        told.append(text(f"report.coverage.unreachable.{kind}", n=units, highest=highest))
    if units < FEW_UNITS:
        told.append(text(f"report.coverage.few.{kind}", n=units))
    if subject.result.record.fold_scheme == "given":
        told.append(text("report.coverage.given"))
    if kind == "rows":
        told.append(text("report.coverage.belonging"))
    return [*told, text("report.coverage.shift"), text("report.coverage.picked")]
