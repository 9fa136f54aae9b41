"""Which pairs of features act together: mean absolute Shapley interaction values, on demand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.ml.explain.explained import Answering
from nbml.ml.models.base import Floats

MOST_ROWS = 1_000
"""Rows pairs are measured on; the cost grows with them, the order of the pairs hardly changes."""
_PROBE_ROWS = 12
Check = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Strengths of pairs.

    Attributes
    ----------
    features : tuple of int
        Columns whose pairs were measured.
    strength : ndarray of float64, shape (len(features), n_features)
        Mean absolute effect of a pair, both halves together, in target units; 0 with itself.
    places : ndarray of int, shape (n_rows,)
        Rows it was taken over, ascending.
    effects : ndarray of float32, shape (n_rows, len(features), n_features)
        Effect of each pair on each of them, both halves together.
    """

    features: tuple[int, ...]
    strength: Floats
    places: NDArray[np.intp]
    effects: NDArray[np.float32]

    @property
    def n_rows(self) -> int:
        """Rows it was taken over."""
        return len(self.places)

    def effect(self, first: int, second: int) -> Floats | None:
        """Effect of a pair on each row; None where neither of the two was measured."""
        for one, other in ((first, second), (second, first)):
            if one in self.features:
                return self.effects[:, self.features.index(one), other].astype(np.float64)
        return None

    def top(self, n: int = 15) -> list[tuple[int, int, float]]:
        """The strongest pairs, each once, as (column, column, strength), none without effect."""
        found: dict[tuple[int, int], float] = {}
        for k, i in enumerate(self.features):
            for j, size in enumerate(self.strength[k]):
                if j != i and size > 0:
                    found[min(i, j), max(i, j)] = float(size)
        return [(i, j, size) for (i, j), size in sorted(found.items(), key=lambda item: -item[1])[:n]]


def strongest_pairs(
    rows: Answering,
    features: Sequence[int],
    *,
    most_rows: int = MOST_ROWS,
    threads: int = 1,
    check: Check = lambda _done, _total: None,
) -> Pairs:
    """Measure the pairs of some features with all others.

    Parameters
    ----------
    rows : Answering
        Trees only. Of more than `most_rows` rows an even share is taken.
    features : sequence of int
        Columns; the cost grows with their number for LightGBM and XGBoost.
    most_rows, threads : int
    check : callable
        Told (rows done, rows) after each piece; may raise to stop.

    Raises
    ------
    ModelError
        NBML-M62 for a family without interaction values.
    """
    chosen = sample(len(rows.X), most_rows)
    some, done = rows.take(chosen), 0
    effects = np.empty((len(chosen), len(features), rows.X.shape[1]), dtype=np.float32)
    for model, places in some.parts():
        for start in range(0, len(places), 256):
            piece = places[start : start + 256]
            effects[piece] = 2 * model.interact(some.X[piece], features, threads=threads)
            done += len(piece)
            check(done, len(some.X))
    strength = np.abs(effects).mean(axis=0, dtype=np.float64)
    strength[np.arange(len(features)), list(features)] = 0.0
    return Pairs(tuple(features), strength, chosen, effects)


def expected_seconds(
    rows: Answering, features: Sequence[int], *, most_rows: int = MOST_ROWS, threads: int = 1
) -> float:
    """How long `strongest_pairs` may take, from doing it for a few rows of one model.

    What a model costs whatever the rows is measured apart from what a row costs.
    """
    model, places = max(rows.parts(), key=lambda part: len(part[1]))
    few, more = rows.X[places[:2]], rows.X[places[: 2 + _PROBE_ROWS]]
    model.interact(few[:1], features[:1], threads=threads)  # loads what has to be loaded
    first = _seconds(lambda: model.interact(few, features, threads=threads))
    second = _seconds(lambda: model.interact(more, features, threads=threads))
    a_row = max(second - first, 0.0) / max(len(more) - len(few), 1)
    n = min(most_rows, len(rows.X))
    n_pieces = sum(-(-min(len(part), n) // 256) for _, part in rows.parts())
    return n_pieces * first + n * a_row


def sample(n: int, most: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Places of an even share of rows, the same every time."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(np.intp)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
