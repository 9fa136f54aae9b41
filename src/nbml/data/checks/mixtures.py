"""Parts of a mixture: non-negative columns that sum to 1 or to 100 in every row, within a tolerance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nbml.data.checks.finding import plain, warning
from nbml.data.checks.view import Numbers, TrainingView
from nbml.spec.columns import Finding

TOLERANCE = 0.005
"""Largest deviation of a row's sum, as a share of the total: recipes are rounded."""

_SAMPLE = 500


@dataclass(frozen=True)
class Mixture:
    """A sum that holds in all rows.

    Parameters
    ----------
    parts : tuple of str
        Two columns or more, in the order of the features.
    total : float
        1 or 100.
    low, high : float
        Least and greatest sum met.
    """

    parts: tuple[str, ...]
    total: float
    low: float
    high: float

    @property
    def tolerance(self) -> float:
        """Largest deviation met from the total, rounded up to two digits; 0 where only floats blur it."""
        worst = max(abs(self.low - self.total), abs(self.high - self.total))
        if worst <= 1e-9 * self.total:
            return 0.0
        unit = 10.0 ** (np.floor(np.log10(worst)) - 1)
        return float(np.round(np.ceil(worst / unit - 1e-9) * unit, 12))


def find_mixtures(columns: Mapping[str, Numbers]) -> tuple[Mixture, ...]:
    """Find sets of columns that sum to 1 or 100.

    Looked for among columns that stand side by side, the longest run first, then, by least squares, among
    all the rest at once. Columns of 0 and 1 only are no parts.

    Parameters
    ----------
    columns : mapping of str to ndarray of float64, shape (n_rows,)
        Numeric features in order. One with a missing or negative value is no part.
    """
    found: list[Mixture] = []
    for total in (1.0, 100.0):
        parts = {name: x for name, x in columns.items() if _may_be_part(x, total)}
        while (names := _run(parts, total) or _scattered(parts, total)) is not None:
            sums = np.sum([parts[name] for name in names], axis=0)
            found.append(Mixture(names, total, float(sums.min()), float(sums.max())))
            parts = {name: x for name, x in parts.items() if name not in names}
    return tuple(found)


def check_mixtures(view: TrainingView) -> Iterator[Finding]:
    """Report mixtures among the features, each with the tolerance it holds to (D43)."""
    for mixture in find_mixtures(view.numbers):
        yield warning(
            "NBML-D43",
            mixture.parts,
            names=list(mixture.parts),
            total=int(mixture.total),
            low=plain(round(mixture.low, 9)),
            high=plain(round(mixture.high, 9)),
            tolerance=mixture.tolerance,
        )


def _may_be_part(x: Numbers, total: float) -> bool:
    """Tell whether values lie between 0 and the total, vary, and are more than flags; NaN compares false."""
    if not (x.size > 1 and x.min() >= 0 and 0 < x.max() <= total * (1 + TOLERANCE) and x.min() < x.max()):
        return False
    return bool(((x != 0) & (x != 1)).any())


def _holds(sums: Numbers, total: float) -> bool:
    return bool((np.abs(sums - total) <= TOLERANCE * total).all())


def _run(parts: Mapping[str, Numbers], total: float) -> tuple[str, ...] | None:
    names = tuple(parts)
    if len(names) < 2:
        return None
    table = np.column_stack(list(parts.values()))
    step = max(1, len(table) // _SAMPLE)
    ends = np.pad(np.cumsum(table[::step], axis=1), ((0, 0), (1, 0)))
    for length in range(len(names), 1, -1):
        sums = ends[:, length:] - ends[:, :-length]
        near = (np.abs(sums - total) <= TOLERANCE * total).all(axis=0)
        for start in np.flatnonzero(near):
            if _holds(table[:, start : start + length].sum(axis=1), total):
                return names[start : start + length]
    return None


def _scattered(parts: Mapping[str, Numbers], total: float) -> tuple[str, ...] | None:
    names = tuple(parts)
    if len(names) < 2:
        return None
    table = np.column_stack(list(parts.values()))
    sample = table[:: max(1, len(table) // _SAMPLE)]
    weights = np.linalg.lstsq(sample, np.full(len(sample), total), rcond=None)[0]
    chosen = np.abs(weights - 1) < 0.05
    if chosen.sum() < 2 or not _holds(table[:, chosen].sum(axis=1), total):
        return None
    return tuple(name for name, is_part in zip(names, chosen, strict=True) if is_part)
