"""Whether the rows can be shared out to folds, and whether the folds would be fair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.finding import SHOWN, error, row_numbers, warning
from nbml.data.checks.values import shown_alike, spelled_alike
from nbml.data.checks.view import TrainingView
from nbml.data.patterns import serial_date
from nbml.spec.columns import Column, Finding

DOMINANT_SHARE = 0.5
"""A group with more than this share of the rows leaves less for training than it holds out."""

LOGO_LIMIT = 10
"""As in ``nbml.ml.folds``: up to so many groups each is a fold."""

_TIME_WORDS = frozenset({"year", "yr", "date", "datetime", "timestamp"})
_TIME_SIGNS = re.compile("年|日付|日時")


def check_split(view: TrainingView, n_folds: int | Literal["logo"] | None) -> Iterator[Finding]:
    """Check rows, groups and the fold column against each other."""
    n_usable = int(np.count_nonzero(view.usable))
    if n_usable < 2:
        yield error("NBML-D10", rows=n_usable)
        return
    if isinstance(n_folds, int) and n_folds < 2:
        yield error("NBML-D55", folds=n_folds)
    if view.fold_column is not None:
        yield from _check_fold_column(view, view.fold_column)
    elif view.group is not None:
        yield from _check_groups(view, view.group, n_folds)
    else:
        if n_folds == "logo":
            yield error("NBML-D58")
        elif n_usable < (folds := 5 if n_folds is None else n_folds):
            yield error("NBML-D11", rows=n_usable, folds=folds)
        if times := [column.name for column in view.sheet.columns if _tells_time(column)]:
            yield warning("NBML-D42", times, names=times)


def _check_fold_column(view: TrainingView, name: str) -> Iterator[Finding]:
    folds, values = view.codes(name)
    if (folds < 0).any():
        yield error("NBML-D54", [name], count=int((folds < 0).sum()), rows=row_numbers(folds < 0))
        return
    if len(used := np.unique(folds[view.usable])) == 1:
        yield error("NBML-D56", [name], value=str(values[used[0]]))
    if view.group is None:
        return
    groups, names = view.codes(view.group)
    if (groups < 0).any():
        yield _missing_group(view.group, groups)
        return
    pairs = np.unique(np.stack([groups, folds]), axis=1)
    parted = np.flatnonzero(np.bincount(pairs[0]) > 1)
    if parted.size:
        shown = [str(names[g]) for g in parted[:SHOWN]]
        yield error("NBML-D57", [name, view.group], count=int(parted.size), groups=shown)


def _check_groups(view: TrainingView, name: str, n_folds: int | Literal["logo"] | None) -> Iterator[Finding]:
    codes, values = view.codes(name)
    if (codes < 0).any():
        yield _missing_group(name, codes)
        return
    used, groups = np.unique(codes[view.usable], return_inverse=True)
    names = [values[code] for code in used]
    n_rows, n_groups = groups.size, len(names)
    if n_groups == 1:
        yield error("NBML-D12", [name], group=str(names[0]), rows=n_rows)
        return
    if twins := spelled_alike(names, as_numbers=True):
        yield warning("NBML-D73", [name], column=name, count=len(twins), groups=shown_alike(twins))
    if isinstance(n_folds, int) and n_groups < n_folds:
        yield error("NBML-D13", [name], groups=n_groups, folds=n_folds)
    sizes = np.bincount(groups)
    share = sizes.max() / n_rows
    if share > DOMINANT_SHARE:
        group = str(names[int(sizes.argmax())])
        rows = int(sizes.max())
        yield warning("NBML-D14", [name], column=name, group=group, rows=rows, percent=round(100 * share))
    singles = np.flatnonzero(sizes == 1)
    if n_groups == n_rows:
        yield warning("NBML-D65", [name], column=name, rows=n_rows)
    elif singles.size and (n_folds == "logo" or (n_folds is None and n_groups <= LOGO_LIMIT)):
        shown = [str(names[g]) for g in singles[:SHOWN]]
        yield warning("NBML-D64", [name], column=name, count=int(singles.size), groups=shown)


def _missing_group(name: str, groups: NDArray[np.intp]) -> Finding:
    return error("NBML-D15", [name], count=int((groups < 0).sum()), rows=row_numbers(groups < 0))


def _tells_time(column: Column) -> bool:
    label = (column.label or column.name).lower()
    if column.kind == "date" or serial_date(label, column.low, column.high):
        return True
    return bool(_TIME_WORDS.intersection(re.split(r"[^a-z]+", label)) or _TIME_SIGNS.search(label))
