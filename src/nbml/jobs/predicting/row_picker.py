"""Training rows to start from: by number, by what stands in them, the extremes of a target, or at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.jobs.predicting.describing import decode
from nbml.jobs.predicting.opened import OpenModels
from nbml.spec.messages.predict_room import PickedRow, PickedRows

if TYPE_CHECKING:
    import pandas as pd

How = Literal["search", "highest", "lowest", "random"]


def pick_rows(
    models: OpenModels, how: How, *, target: int = 0, words: str = "", seed: int = 0, count: int = 20
) -> PickedRows:
    """Training rows as the profiler takes them.

    Parameters
    ----------
    models : OpenModels
    how : {"search", "highest", "lowest", "random"}
    target : int
        Place of the target whose extremes are asked for.
    words : str
        Every word must be found in a row: its number from 1, a number in it, or part of a text in it;
        capitals do not count. Holds for all ways of picking.
    seed : int
        For random rows: the same seed, the same rows.
    count : int
        At most so many.

    Raises
    ------
    ReadError
        NBML-R31, NBML-R32 when the rows are not there any more.
    """
    frame = models.training
    rows = np.flatnonzero(_matches(frame, words))
    found = len(rows)
    if how in ("highest", "lowest"):
        name = models.targets[target] if target < len(models.targets) else models.targets[0]
        values = frame[name].to_numpy(np.float64)[rows]
        rows, values = rows[~np.isnan(values)], values[~np.isnan(values)]
        rows = rows[np.argsort(-values if how == "highest" else values, kind="stable")]
    elif how == "random":
        rows = np.random.default_rng(seed).permutation(rows)
    chosen = frame.iloc[rows[:count]]
    encoded = models.encoder.encode(chosen).X
    measured = chosen[list(models.targets)].to_numpy(np.float64)
    return PickedRows(
        rows=tuple(
            PickedRow(
                row=int(row),
                values=decode(models.features, encoded[k]),
                measured=tuple(None if np.isnan(v) else float(v) for v in measured[k]),
            )
            for k, row in enumerate(rows[:count])
        ),
        found=found,
    )


def _matches(frame: pd.DataFrame, words: str) -> NDArray[np.bool_]:
    fits = np.ones(len(frame), dtype=bool)
    for word in words.split()[:10]:
        fits &= _has(frame, word)
    return fits


def _has(frame: pd.DataFrame, word: str) -> NDArray[np.bool_]:
    """Rows in which a word is the row's number from 1, a number, or part of a text."""
    has = np.zeros(len(frame), dtype=bool)
    number = _number(word.removeprefix("#"))
    if number is not None and number == int(number) and 1 <= number <= len(frame):
        has[int(number) - 1] = True
    for position in range(frame.shape[1]):
        column: pd.Series[Any] = frame.iloc[:, position]
        if column.dtype.kind in "biuf":
            if number is not None and not word.startswith("#"):
                has |= column.to_numpy(np.float64) == number
        else:
            has |= column.astype("str").str.contains(word, case=False, regex=False).to_numpy(bool)
    return has


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
