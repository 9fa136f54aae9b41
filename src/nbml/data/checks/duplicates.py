"""Rows that occur more than once and would be learnt in one fold and asked for in another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.finding import warning
from nbml.data.checks.view import TrainingView
from nbml.spec.columns import Finding

_Hashes = NDArray[np.uint64]


def check_duplicates(view: TrainingView) -> Iterator[Finding]:
    """Count rows equal to an earlier one in all features and targets (D18).

    Where rows are held together by a group or a fold column, only copies in another group or fold count.
    """
    suspects = _suspects(view)
    copies = _sets_of_copies(view, suspects)
    together = view.fold_column or view.group
    extra = copies >= 0
    if together is None:
        count = np.count_nonzero(extra) - (copies.max(initial=-1) + 1)
        if count:
            yield warning("NBML-D18", count=int(count), rows=[int(row) + 1 for row in suspects[extra][:2]])
        return
    parts, _ = view.codes(together)
    pairs = np.unique(np.stack([copies[extra], parts[suspects][extra]]), axis=1)
    spread = np.flatnonzero(np.bincount(pairs[0].astype(np.intp)) > 1)
    across = np.isin(copies, spread) & extra
    if spread.size:
        count = int(np.count_nonzero(across)) - spread.size
        yield warning("NBML-D69", [together], column=together, count=int(count))


def _suspects(view: TrainingView) -> NDArray[np.intp]:
    """Rows whose 64-bit hash is not their own; a superset of all copies, and cheap."""
    hashes = np.zeros(view.n_rows, dtype=np.uint64)
    for values in (*view.numbers.values(), *view.target_numbers.values()):
        hashes = _mix(hashes, (values + 0.0).view(np.uint64))  # + 0.0 makes -0.0 equal to 0.0
    for codes, _ in view.levels.values():
        hashes = _mix(hashes, codes.astype(np.int64).view(np.uint64))
    order = np.argsort(hashes, kind="stable")
    same = np.diff(hashes[order]) == 0
    twice = np.zeros(view.n_rows, dtype=bool)
    twice[order[1:][same]] = twice[order[:-1][same]] = True
    return np.flatnonzero(twice & view.usable)


def _mix(hashes: _Hashes, values: _Hashes) -> _Hashes:
    """Take one more column into the hashes: multiply by an odd constant, fold the high bits down."""
    mixed = (hashes ^ values) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def _sets_of_copies(view: TrainingView, suspects: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give each suspect the number of its set of equal rows; -1 where it is alone after all."""
    import pandas as pd

    codes = (codes for codes, _ in view.levels.values())
    values = (*view.numbers.values(), *view.target_numbers.values(), *codes)
    columns = [column[suspects] for column in values]
    if not columns or not suspects.size:
        return np.full(suspects.size, -1, dtype=np.intp)
    table = pd.DataFrame(dict(enumerate(columns)))
    numbers = table.groupby(list(table.columns), dropna=False, sort=False).ngroup().to_numpy()
    real = np.bincount(numbers) > 1
    renumbered = np.where(real, np.cumsum(real) - 1, -1)
    return np.asarray(renumbered[numbers], dtype=np.intp)
