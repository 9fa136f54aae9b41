"""Finding rows worth explaining: the worst errors, the highest predictions, or those that hold a value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbml.ml.explain.explained import Explained

Pick = Literal["worst", "highest", "lowest", "random", "search"]


@dataclass(frozen=True)
class Picked:
    """Rows that were found.

    Attributes
    ----------
    places : ndarray of int
        Places among the explained rows, the first worth looking at first.
    total : int
        How many there are in all.
    """

    places: NDArray[np.intp]
    total: int


def pick_rows(
    explained: Explained,
    how: Pick,
    words: str = "",
    *,
    most: int = 50,
    seed: int = 0,
    groups: NDArray[np.object_] | None = None,
) -> Picked:
    """Rows in the order to look at.

    Parameters
    ----------
    explained : Explained
    how : {"worst", "highest", "lowest", "random", "search"}
        worst by absolute error (rows without a measured value come last), highest and lowest by prediction.
    words : str
        For search: a row number from 1, a number a feature has, or part of a level or group.
    most, seed : int
    groups : ndarray of str, optional
        Group of each row, searched too.
    """  # fmt: skip
    n = len(explained.rows)
    if how == "search":
        found = _search(explained, words.strip(), groups)
        return Picked(found[:most], len(found))
    if how == "random":
        return Picked(np.random.default_rng(seed).permutation(n)[:most], n)
    keys = {
        "worst": -np.nan_to_num(np.abs(explained.residual), nan=-1.0),
        "highest": -explained.predicted,
        "lowest": explained.predicted,
    }
    return Picked(np.argsort(keys[how], kind="stable")[:most], n)


def _search(explained: Explained, words: str, groups: NDArray[np.object_] | None) -> NDArray[np.intp]:
    if not words:
        return np.arange(len(explained.rows))
    wanted, hit = words.casefold(), np.zeros(len(explained.rows), dtype=bool)
    value = _number(words)
    for k, feature in enumerate(explained.features):
        column = explained.X[:, k]
        if feature.levels:
            codes = [code for code, level in enumerate(feature.levels) if wanted in level.casefold()]
            hit |= np.isin(column, codes)
        elif value is not None:
            hit |= column == value
    if groups is not None:
        hit |= np.array([wanted in str(one).casefold() for one in groups], dtype=bool)
    named = (explained.rows + 1 == value) if value is not None else np.zeros(len(hit), dtype=bool)
    return np.concatenate([np.flatnonzero(named), np.flatnonzero(hit & ~named)])


def _number(words: str) -> float | None:
    try:
        value = float(words.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
