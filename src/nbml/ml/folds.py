"""Cross-validation folds: which rows are held out together.

Owns the assignment of rows to folds and nothing else; numpy only. It does not know frames,
specs or models, and every scheme here is a function of its arguments and the seed alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.errors import DataError

Scheme = Literal["shuffled", "leave-one-group-out", "grouped", "given"]

LOGO_LIMIT = 10
"""Up to so many groups each group is a fold of its own."""

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Folds:
    """A partition of the rows into folds; each row is held out exactly once.

    Parameters
    ----------
    assignment : ndarray of int32, shape (n_rows,)
        Fold number of each row, 0 to n_folds - 1; copied and made read-only.
    names : tuple of str
        Name of each fold: ``cv1`` ..., or the value of the group or of the fold column.
    scheme : str
        How the folds were made, one of `Scheme`.
    """

    assignment: NDArray[np.int32]
    names: tuple[str, ...]
    scheme: Scheme

    def __post_init__(self) -> None:
        assignment = np.array(self.assignment, dtype=np.int32)
        assignment.setflags(write=False)
        object.__setattr__(self, "assignment", assignment)

    @property
    def n_folds(self) -> int:
        """Number of folds, at least 2."""
        return len(self.names)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows held out in each fold, shape (n_folds,)."""
        return np.bincount(self.assignment, minlength=self.n_folds).astype(np.int64)

    def held_out(self, k: int) -> NDArray[np.intp]:
        """Row positions of fold `k`, ascending."""
        return np.flatnonzero(self.assignment == k)

    def train(self, k: int) -> NDArray[np.intp]:
        """Row positions of all folds but `k`, ascending."""
        return np.flatnonzero(self.assignment != k)


def plan_folds(n_rows: int, n_folds: int = 5, seed: int = 42) -> Folds:
    """Shuffled folds of equal size, ``cv1`` to ``cv<n_folds>``.

    The numbers 1 to `n_folds` are tiled to the row count, cut and shuffled by
    ``numpy.random.default_rng(seed)``; sizes differ by one row at most. Bit for bit the same
    on every platform for the same `n_rows`, `n_folds` and `seed`.

    Raises
    ------
    DataError
        NBML-D10 with fewer than 2 rows, NBML-D55 with fewer than 2 folds, NBML-D11 with fewer rows
        than folds.

    Examples
    --------
    >>> plan_folds(7).assignment.tolist()
    [3, 2, 1, 4, 1, 0, 0]
    """
    if n_rows < 2:
        raise DataError("NBML-D10", rows=n_rows)
    _check_count(n_folds)
    if n_rows < n_folds:
        raise DataError("NBML-D11", rows=n_rows, folds=n_folds)
    numbers = np.tile(np.arange(1, n_folds + 1), n_rows // n_folds + 1)[:n_rows]
    np.random.default_rng(seed).shuffle(numbers)
    return Folds((numbers - 1).astype(np.int32), _numbered(n_folds), "shuffled")


def grouped_folds(
    groups: Iterable[Any], n_folds: int | Literal["logo"] | None = None, seed: int = 42
) -> Folds:
    """Folds that never part the rows of one group.

    With `n_folds` left out: leave-one-group-out up to 10 groups, else 5 folds. Folds are
    balanced by size: groups go, the largest first, each to the fold that has the fewest rows; groups of
    equal size in an order drawn by the seed. Fold sizes then differ by no more than the largest
    group's. A group's fold depends on the groups' names and sizes and on the seed, not on the order of
    the rows.

    Parameters
    ----------
    groups : iterable, length n_rows
        The group of each row, compared as text: ``00123`` and ``123`` are two groups.
    n_folds : int or "logo", optional
        Number of folds, or leave-one-group-out whatever the number of groups.
    seed : int

    Raises
    ------
    DataError
        NBML-D15 where a row has no group, NBML-D12 with one group only, NBML-D13 with fewer groups than
        folds, NBML-D55 with fewer than 2 folds, NBML-D10 with fewer than 2 rows.
    """
    labels, codes = _levels(groups, missing="NBML-D15")
    if codes.size < 2:
        raise DataError("NBML-D10", rows=int(codes.size))
    if len(labels) == 1:
        raise DataError("NBML-D12", group=labels[0], rows=int(codes.size))
    if n_folds == "logo" or (n_folds is None and len(labels) <= LOGO_LIMIT):
        return Folds(codes, labels, "leave-one-group-out")
    count = 5 if n_folds is None else n_folds
    _check_count(count)
    if len(labels) < count:
        raise DataError("NBML-D13", groups=len(labels), folds=count)
    sizes = np.bincount(codes)
    drawn = np.random.default_rng(seed).permutation(len(labels))
    filled = np.zeros(count, dtype=np.int64)
    fold_of_group = np.empty(len(labels), dtype=np.int32)
    for group in drawn[np.argsort(-sizes[drawn], kind="stable")]:
        emptiest = int(filled.argmin())
        fold_of_group[group] = emptiest
        filled[emptiest] += sizes[group]
    return Folds(fold_of_group[codes], _numbered(count), "grouped")


def given_folds(column: Iterable[Any]) -> Folds:
    """One fold for each value of a column, compared as text and named by it.

    Raises
    ------
    DataError
        NBML-D54 where a row has no value, NBML-D56 with one value only, NBML-D10 with fewer than 2 rows.
    """
    labels, codes = _levels(column, missing="NBML-D54")
    if codes.size < 2:
        raise DataError("NBML-D10", rows=int(codes.size))
    if len(labels) == 1:
        raise DataError("NBML-D56", value=labels[0])
    return Folds(codes, labels, "given")


def make_folds(
    n_rows: int,
    *,
    groups: Sequence[Any] | NDArray[Any] | None = None,
    fold_column: Sequence[Any] | NDArray[Any] | None = None,
    n_folds: int | Literal["logo"] | None = None,
    seed: int = 42,
) -> Folds:
    """Make the folds of a job: a given fold column first, then groups, else shuffled rows.

    Parameters
    ----------
    n_rows : int
    groups, fold_column : sequence, length n_rows, optional
        Values by row, compared as text. With both, no group may lie in two of the given folds.
    n_folds : int or "logo", optional
        See `grouped_folds`; 5 without groups. Not used with a fold column.
    seed : int

    Raises
    ------
    DataError
        Those of `plan_folds`, `grouped_folds` and `given_folds`; NBML-D57 where a given fold column
        parts a group, NBML-D58 for leave-one-group-out without groups.
    ValueError
        If `groups` or `fold_column` is not `n_rows` long.
    """
    for values in (groups, fold_column):
        if values is not None and len(values) != n_rows:
            raise ValueError(f"{len(values)} values for {n_rows} rows")
    if fold_column is not None:
        folds = given_folds(fold_column)
        if groups is not None:
            _check_unparted(groups, folds)
        return folds
    if groups is not None:
        return grouped_folds(groups, n_folds, seed)
    if n_folds == "logo":
        raise DataError("NBML-D58")
    return plan_folds(n_rows, 5 if n_folds is None else n_folds, seed)


def _check_unparted(groups: Iterable[Any], folds: Folds) -> None:
    labels, codes = _levels(groups, missing="NBML-D15")
    pairs = np.unique(np.stack([codes, folds.assignment]), axis=1)
    parted = np.flatnonzero(np.bincount(pairs[0]) > 1)
    if parted.size:
        shown = [labels[g] for g in parted[:_SHOWN]]
        raise DataError("NBML-D57", count=int(parted.size), groups=shown)


def _check_count(n_folds: int) -> None:
    if n_folds < 2:
        raise DataError("NBML-D55", folds=n_folds)


def _numbered(n_folds: int) -> tuple[str, ...]:
    return tuple(f"cv{number}" for number in range(1, n_folds + 1))


def _levels(values: Iterable[Any], *, missing: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Distinct values as text, numbers in their own order, and the code of each row."""
    rows = list(values)
    absent = [row for row, value in enumerate(rows) if _is_missing(value)]
    if absent:
        raise DataError(missing, count=len(absent), rows=[row + 1 for row in absent[:_SHOWN]])
    texts = [value if type(value) is str else str(value) for value in rows]
    labels = sorted(Counter(texts), key=_natural)
    code = {label: number for number, label in enumerate(labels)}
    return tuple(labels), np.fromiter((code[t] for t in texts), dtype=np.int32, count=len(texts))


def _is_missing(value: Any) -> bool:
    """None, NaN, NaT and pandas' NA, without importing pandas; NA is the one that is not even unequal."""
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def _natural(label: str) -> tuple[bool, float, str]:
    try:
        number = float(label)
    except ValueError:
        number = np.nan
    is_number = bool(np.isfinite(number))
    return (not is_number, number if is_number else 0.0, label)
