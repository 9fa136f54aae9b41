"""What may be wrong with a target: gaps, infinities, one value, text, too few values to be a quantity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from nbml.data.checks.finding import error, plain, row_numbers, warning
from nbml.data.checks.view import LARGEST, NUMERIC, Numbers, TrainingView
from nbml.spec.columns import Finding

FEW_VALUES = 10
"""A target of up to so many values, each met ten times on average, may be a class rather than a quantity."""


def check_targets(view: TrainingView) -> Iterator[Finding]:
    """Check each target by itself, then their gaps against each other."""
    for name in view.targets:
        if view.sheet[name].kind in NUMERIC:
            yield from _check_numbers(name, view.target_numbers[name], view.missing_target)
        else:
            yield _not_numeric(view, name)
    if view.missing_target == "drop":
        yield from _check_gaps(view)


def _check_numbers(name: str, y: Numbers, missing_target: Literal["refuse", "drop"]) -> Iterator[Finding]:
    gaps = np.isnan(y)
    if gaps.any() and missing_target == "refuse":
        yield error("NBML-D01", [name], column=name, count=int(gaps.sum()), rows=row_numbers(gaps))
    huge = np.abs(y) > LARGEST
    if huge.any():
        yield error("NBML-D02", [name], column=name, count=int(huge.sum()), rows=row_numbers(huge))
        return
    known = y[~gaps]
    if known.size < 2:
        if missing_target == "drop":
            yield error("NBML-D66", [name], column=name, rows=int(known.size))
        return
    if known.min() == known.max():
        yield error("NBML-D03", [name], column=name, value=plain(known[0]))
        return
    if np.ptp(known.astype(np.float32)) == 0:
        yield error("NBML-D61", [name], column=name, low=float(known.min()), high=float(known.max()))
        return
    values = np.unique(known)
    if values.size == 2 or (values.size <= FEW_VALUES and values.size * 10 <= known.size):
        shown = [plain(value) for value in values]
        yield warning("NBML-D07", [name], column=name, count=int(values.size), values=shown)


def _not_numeric(view: TrainingView, name: str) -> Finding:
    import pandas as pd

    values = view.frame[name]
    present = values.notna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        reads = np.zeros(len(values), dtype=bool)
    else:
        reads = pd.to_numeric(values.astype("str"), errors="coerce").notna().to_numpy()
    odd = np.flatnonzero(present & ~reads)
    if not odd.size and present.any():
        return error("NBML-D67", [name], column=name, count=int(present.sum()))
    row = int(odd[0]) if odd.size else 0
    value = str(values.iloc[row])[:40] if odd.size else ""
    count, rows = int(np.count_nonzero(present & reads)), int(present.sum())
    return error("NBML-D06", [name], column=name, count=count, row=row + 1, value=value, rows=rows)


def _check_gaps(view: TrainingView) -> Iterator[Finding]:
    """Say which rows are left out (D1), and that targets have rows of their own (D41)."""
    gaps = {name: np.isnan(y) for name, y in view.target_numbers.items() if np.isnan(y).any()}
    for name, where in gaps.items():
        yield warning("NBML-D59", [name], column=name, count=int(where.sum()), rows=row_numbers(where))
    masks = [np.isnan(y) for y in view.target_numbers.values()]
    if any(not np.array_equal(mask, masks[0]) for mask in masks[1:]):
        counts = [int(np.count_nonzero(~mask)) for mask in masks]
        yield warning("NBML-D41", list(view.target_numbers), targets=list(view.target_numbers), counts=counts)
