"""Profiles of columns: bars, quartiles, missing values and frequent levels, quick enough to wait for.

Works column by column on a normalised frame, so that a wide table can be profiled as it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nbml.spec.profile import ColumnProfile, LevelCount
from nbml.spec.reading import shown

if TYPE_CHECKING:
    import pandas as pd

N_BARS = 20
MOST_LEVELS = 12
_LEVEL_CHARS = 60

Floats = NDArray[np.float64]


def profile(
    frame: pd.DataFrame,
    positions: Iterable[int] | None = None,
    *,
    n_bars: int = N_BARS,
    n_levels: int = MOST_LEVELS,
) -> tuple[ColumnProfile, ...]:
    """Profile columns of a frame as ``nbml.read`` makes it.

    Parameters
    ----------
    frame : DataFrame
        Columns of float64, int64, bool, text or datetime64; not changed.
    positions : iterable of int, optional
        Places of the columns, from 0; all when left out. One that is not there is an IndexError.
    n_bars : int
        Greatest number of bars; whole numbers over a short range get one bar each.
    n_levels : int
        Greatest number of levels listed, those with most rows first.

    Returns
    -------
    tuple of ColumnProfile
        In the order asked. Exact, with no sampling.

    Notes
    -----
    100,000 x 50 takes well under a second on one core; see ``benchmarks/profile_speed.py``.
    """
    places = range(frame.shape[1]) if positions is None else positions
    return tuple(_profile(frame.iloc[:, place], place, n_bars, n_levels) for place in places)


def bins(told: Floats, most: int) -> Floats:
    """Edges of equally wide bars over finite values.

    Whole numbers that span fewer than `most` get a bar each, centred on them; otherwise `most` bars from
    the least to the greatest value. One value gets one bar around it; none gives the edges 0 and 1.
    """
    if not told.size:
        return np.array([0.0, 1.0])
    low, high = float(told.min()), float(told.max())
    if low == high:
        half = max(0.5, abs(low) * 1e-9)
        return np.array([low - half, high + half]) if abs(low) < 1e300 else np.sort([low * 0.5, low])
    if high - low < most and abs(low) < 2**52 and np.array_equal(told, np.trunc(told)):
        return np.arange(low, high + 2) - 0.5
    share = np.arange(most + 1) / most
    edges: Floats = low * (1 - share) + high * share  # high - low may overflow
    edges[0], edges[-1] = low, high
    return edges


def counted(told: Floats, edges: Floats) -> NDArray[np.int64]:
    """Rows in each bar; the last one holds its upper edge, as a value there belongs to no other."""
    n = edges.size - 1
    low, high = edges[0] / 2, edges[-1] / 2  # halves, since the whole range may overflow
    with np.errstate(all="ignore"):
        scaled = (told / 2 - low) * (n / (high - low))
    places = np.clip(np.nan_to_num(scaled), 0, n - 1).astype(np.intp)
    return np.bincount(places, minlength=n).astype(np.int64)


def _profile(series: pd.Series[Any], position: int, n_bars: int, n_levels: int) -> ColumnProfile:
    kind = series.dtype.kind
    if kind in "fib":
        values = series.to_numpy(np.float64)
        return _ranged(values, position, n_bars)
    if kind == "M":
        moments = series.to_numpy("datetime64[ms]")
        stamps = np.where(np.isnat(moments), np.nan, moments.astype(np.int64))
        return _ranged(stamps, position, n_bars)
    return _levelled(series, position, n_levels)


def _ranged(values: Floats, position: int, n_bars: int) -> ColumnProfile:
    told = values[np.isfinite(values)]
    missing = int(np.isnan(values).sum())
    infinite = values.size - told.size - missing
    if not told.size:
        return ColumnProfile(position=position, shape="empty", n_missing=missing, n_infinite=infinite)
    edges = bins(told, n_bars)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, spread = float(told.mean()), float(told.std(ddof=1)) if told.size > 1 else float("nan")
    return ColumnProfile(
        position=position,
        shape="range",
        n_missing=missing,
        n_infinite=infinite,
        edges=tuple(edges.tolist()),
        bars=tuple(counted(told, edges).tolist()),
        quantiles=tuple(_quartiles(told)),
        mean=mean if np.isfinite(mean) else None,
        spread=spread if np.isfinite(spread) else None,
        n_levels=0,
    )


def _quartiles(told: Floats) -> list[float]:
    """Least value, quartiles (linear, Hyndman and Fan's type 7), greatest value; sorts only what it needs."""
    last = told.size - 1
    ranks = [last * share for share in (0.25, 0.5, 0.75)]
    around = sorted({int(r) for r in ranks} | {min(int(r) + 1, last) for r in ranks} | {0, last})
    parted = np.partition(told, around)
    inner = [
        float(parted[int(r)] * (1 - (r - int(r))) + parted[min(int(r) + 1, last)] * (r - int(r)))
        for r in ranks
    ]
    return [float(parted[0]), *inner, float(parted[last])]


def _levelled(series: pd.Series[Any], position: int, most: int) -> ColumnProfile:
    cells = pa.array(series, pa.large_string(), from_pandas=True)
    missing = cells.null_count
    counts = pc.value_counts(pc.drop_null(cells))
    if not len(counts):
        return ColumnProfile(position=position, shape="empty", n_missing=missing)
    rows: NDArray[np.int64] = counts.field("counts").to_numpy(zero_copy_only=False)
    first = np.argsort(-rows, kind="stable")[:most]
    words = counts.field("values").take(pa.array(first))
    return ColumnProfile(
        position=position,
        shape="levels",
        n_missing=missing,
        levels=tuple(
            LevelCount(level=shown(word, _LEVEL_CHARS), rows=int(rows[place]))
            for word, place in zip(_texts(words), first, strict=True)
        ),
        n_levels=len(counts),
    )


def _texts(words: pa.Array) -> Sequence[str]:
    return [str(word) for word in words.to_pylist()]
