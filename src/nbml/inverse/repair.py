"""From any point to a feasible row near it: what operators make is repaired before it is ever evaluated.

Cheap ways first: settle the choices, clip, project mixtures. What still breaks a constraint walks from a
feasible row towards the point, every step inside its exact interval, so the answer is feasible whatever was
asked for.
"""

from __future__ import annotations

import numpy as np

from nbml.inverse.moves import walk
from nbml.inverse.space import Flags, Space, is_among
from nbml.inverse.variables import Floats, Ints

SWEEPS = 2
TABLE_CELLS = 4_000_000


def repair(space: Space, wanted: Floats, anchors: Ints, rng: np.random.Generator) -> Ints:
    """Feasible rows near points.

    Parameters
    ----------
    space : Space
    wanted : ndarray of float64, shape (n_rows, n_variables)
        Positions, not whole, not feasible.
    anchors : ndarray of int64, same shape
        Feasible rows, one for each point: what is given back where nothing else is found.
    rng : Generator
        Order of the steps.

    Returns
    -------
    ndarray of int64
        Rows that keep every exact constraint.
    """
    rows, fits = settle(space, wanted)
    if space.is_simple:
        return np.where(fits[:, None], rows, anchors)
    fits &= space.is_feasible(rows)
    bad = np.flatnonzero(~fits)
    if not len(bad):
        return rows
    chosen = _choices_of(space, rows[bad], anchors[bad])
    start = np.where(space.is_feasible(chosen)[:, None], chosen, anchors[bad])
    low, high = space.bounds(start)
    rows[bad] = (
        walk(
            start, low, high, space.variables, space.rows, space.moves, rng,
            wanted=wanted[bad], sweeps=SWEEPS,
        )
        if space.moves
        else np.clip(rows[bad], low, high)
    )  # fmt: skip
    still = bad[~space.is_feasible(rows[bad])]
    rows[still] = anchors[still]
    return rows


def settle(space: Space, wanted: Floats) -> tuple[Ints, Flags]:
    """Round, choose, clip and project; and whether bounds and mixtures could be kept."""
    rows = np.clip(np.rint(np.nan_to_num(wanted)), space.low, space.high).astype(np.int64)
    for i in space.semi:
        first = space.variables[i].first
        gap = (rows[:, i] > 0) & (rows[:, i] < first)
        rows[gap, i] = np.where(wanted[gap, i] * 2 < first, 0, first)
    for _, columns, table, only in space.tables:
        if only:
            rows[:, columns] = _nearest(space, columns, table, rows[:, columns])
    for _, columns, count in space.counts:
        share = wanted[:, columns] / np.maximum(space.high[columns], 1)
        rank = np.argsort(np.argsort(-share, axis=1, kind="stable"), axis=1, kind="stable")
        cut = rows[:, columns]
        cut = np.where(rank >= count.most, 0, cut)
        if count.least:
            lowest = np.array([max(space.variables[i].first, 1) for i in columns])
            cut = np.where((rank < count.least) & (cut == 0), lowest, cut)
        rows[:, columns] = cut
    low, high = space.bounds(rows)
    fits: Flags = np.asarray((low <= high).all(axis=1))
    rows = np.clip(rows, low, np.maximum(low, high))
    for mixture in space.mixtures:
        columns = mixture.columns
        rows[:, columns], reached = mixture.project(wanted[:, columns], low[:, columns], high[:, columns])
        fits &= reached
    return rows, fits


def _choices_of(space: Space, rows: Ints, anchors: Ints) -> Ints:
    """Anchors with the levels and combinations that the rows have."""
    out = anchors.copy()
    for columns in [space.categories, *(columns for _, columns, _, _ in space.tables)]:
        out[:, columns] = rows[:, columns]
    return out


def _nearest(space: Space, columns: np.ndarray, table: Ints, rows: Ints) -> Ints:
    """The allowed combination nearest to each row, after Gower (1971)."""
    if is_among(rows, table).all():
        return rows
    out = np.empty_like(rows)
    is_level = np.array([space.variables[i].is_category for i in columns])
    span = np.maximum(space.high[columns], 1).astype(np.float64)
    step = max(1, TABLE_CELLS // max(table.size, 1))
    for begin in range(0, len(rows), step):
        gap = np.abs(rows[begin : begin + step, None, :] - table[None, :, :])
        far = np.where(is_level, (gap > 0) * 1.0, gap / span).sum(axis=2)
        out[begin : begin + step] = table[far.argmin(axis=1)]
    return out
