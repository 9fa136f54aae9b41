"""Who is better: feasible before infeasible, then fronts, then who stands alone (Deb et al. 2002).

With three objectives and more nearly every row is on the first front, and standing alone says little: there
those go on that hold most volume together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.variables import Floats
from nbml.inverse.volume import strewn, widest

Flags = NDArray[np.bool_]
MANY = 3
POINTS = 4096


def dominated_by(objectives: Floats, others: Floats) -> Flags:
    """For each row whether one of the others is nowhere worse and somewhere better."""
    out = np.zeros(len(objectives), dtype=bool)
    if not len(others):
        return out
    step = max(1, 2_000_000 // max(len(others) * objectives.shape[1], 1))
    for begin in range(0, len(objectives), step):
        part = objectives[begin : begin + step]
        no_worse = np.ones((len(part), len(others)), dtype=bool)
        better = np.zeros_like(no_worse)
        for k in range(objectives.shape[1]):
            no_worse &= others[None, :, k] <= part[:, None, k]
            better |= others[None, :, k] < part[:, None, k]
        out[begin : begin + step] = (no_worse & better).any(axis=1)
    return out


def non_dominated(objectives: Floats) -> Flags:
    """Which rows no other row dominates; equal rows all stay."""
    if objectives.shape[1] == 1:
        return (
            np.asarray(objectives[:, 0] == objectives[:, 0].min()) if len(objectives) else np.zeros(0, bool)
        )
    if objectives.shape[1] == 2:
        order = np.lexsort((objectives[:, 1], objectives[:, 0]))
        first, second = objectives[order, 0], objectives[order, 1]
        before = np.minimum.accumulate(np.concatenate([[np.inf], second[:-1]]))
        start = np.searchsorted(first, first, side="left")
        best_of_smaller = before[start]
        best_of_equal = second[start]
        keep = np.empty(len(objectives), dtype=bool)
        keep[order] = (second < best_of_smaller) & (second <= best_of_equal)
        return keep
    return ~dominated_by(objectives, objectives)


def ranks(objectives: Floats, violation: Floats, enough: int) -> NDArray[np.int64]:
    """Front of each row, 0 the best; infeasible rows follow by violation, and rows beyond `enough` last."""
    out = np.full(len(objectives), np.iinfo(np.int64).max)
    left = np.flatnonzero(violation <= 0)
    rank = done = 0
    while len(left) and done < enough:
        best = non_dominated(objectives[left])
        out[left[best]] = rank
        done += int(best.sum())
        left, rank = left[~best], rank + 1
    out[left] = rank
    worse = np.flatnonzero(violation > 0)
    out[worse] = rank + 1 + np.unique(violation[worse], return_inverse=True)[1].reshape(-1)
    return out


def crowding(objectives: Floats) -> Floats:
    """Crowding distance: how far the neighbours on each objective are apart; infinite at the ends."""
    n, m = objectives.shape
    if n <= 2:
        return np.full(n, np.inf)
    out = np.zeros(n)
    for k in range(m):
        order = np.argsort(objectives[:, k], kind="stable")
        sorted_ = objectives[order, k]
        width = sorted_[-1] - sorted_[0]
        if width <= 0:
            continue
        gap = np.empty(n)
        gap[0] = gap[-1] = np.inf
        gap[1:-1] = (sorted_[2:] - sorted_[:-2]) / width
        out[order] += gap
    return out


def survivors(objectives: Floats, violation: Floats, size: int) -> NDArray[np.intp]:
    """The rows that go on, best first; the same rows for the same arguments."""
    rank = ranks(objectives, violation, size)
    first = np.flatnonzero((rank == 0) & (violation <= 0))
    if objectives.shape[1] >= MANY and len(first) > size:
        return first[_by_volume(objectives[first], size)]
    crowd = np.zeros(len(rank))
    for r in np.unique(rank):
        same = np.flatnonzero(rank == r)
        crowd[same] = crowding(objectives[same]) if np.isfinite(objectives[same]).all() else 0.0
        if (rank <= r).sum() >= size:
            break
    return np.lexsort((-crowd, rank))[:size]


def _by_volume(objectives: Floats, size: int) -> NDArray[np.intp]:
    """Rows of one front that hold most volume, then those that stand alone."""
    low, high = objectives.min(axis=0), objectives.max(axis=0)
    taken = widest(objectives, strewn(low, high, POINTS, np.random.default_rng(0)), size)
    alone = np.argsort(-crowding(objectives), kind="stable")
    return np.concatenate([np.array(taken, dtype=np.intp), alone[~np.isin(alone, taken)]])[:size]


def thin(objectives: Floats, size: int) -> NDArray[np.intp]:
    """Rows of a front, spread: the ends, then always the row farthest from those taken."""
    n = len(objectives)
    if n <= size:
        return np.arange(n)
    width = np.ptp(objectives, axis=0)
    scaled = (objectives - objectives.min(axis=0)) / np.where(width > 0, width, 1.0)
    taken = list(dict.fromkeys(int(k) for k in scaled.argmin(axis=0)))[:size]
    far = np.min([((scaled - scaled[k]) ** 2).sum(axis=1) for k in taken], axis=0)
    while len(taken) < size:
        k = int(far.argmax())
        taken.append(k)
        far = np.minimum(far, ((scaled - scaled[k]) ** 2).sum(axis=1))
    return np.sort(np.array(taken))
