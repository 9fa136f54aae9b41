"""The reference rows of a bundle as one file of plain arrays.

Owns the names, shapes and types in ``reference.npz`` and refuses everything else. Nothing is unpickled, and
what the archive says of its own size is checked before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.bundle.places import REFERENCE
from nbml.ml.domain.axes import Axis
from nbml.ml.domain.domain import Domain
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.difficulty import Difficulty
from nbml.ml.reference import Key, Reference

MAX_BYTES = 1 << 30
_FORMS: dict[str, tuple[str, int]] = {
    "X": ("<f8", 2),
    "rows": ("<i8", 1),
    "fold": ("<i8", 1),
    "unit": ("<i8", 1),
    "held_out": ("<f8", 1),
    "about": ("<i8", 1),
    "axis_feature": ("<i8", 1),
    "axis_knots": ("<f8", 1),
    "axis_places": ("<f8", 1),
    "axis_sizes": ("<i8", 1),
    "axis_slope": ("<f8", 1),
    "axis_missing": ("<f8", 1),
    "has_calibration": ("|b1", 1),
    "residual": ("<f8", 2),
    "own": ("<f8", 2),
    "means": ("<f8", 2),
    "typical": ("<f8", 1),
    "is_local": ("|b1", 1),
}


def reference_to_bytes(reference: Reference, keys: Sequence[Key]) -> bytes:
    """Write a reference; the same bytes for the same content.

    Parameters
    ----------
    reference : Reference
    keys : sequence of (target, family)
        The models of the bundle in its order; the file knows them by position.
    """
    domain = reference.domain
    found = [reference.calibrations.get(key) for key in keys]
    kept = [one for one in found if one is not None]
    arrays: dict[str, Any] = {
        "X": domain.X,
        "rows": domain.rows,
        "fold": reference.fold,
        "unit": reference.unit,
        "held_out": domain.held_out,
        "about": np.array([domain.n_rows, reference.is_grouped], dtype=np.int64),
        "axis_feature": np.array([axis.feature for axis in domain.axes], dtype=np.int64),
        "axis_knots": np.concatenate([np.zeros(0), *(axis.knots for axis in domain.axes)]),
        "axis_places": np.concatenate([np.zeros(0), *(axis.places for axis in domain.axes)]),
        "axis_sizes": np.array([len(axis.knots) for axis in domain.axes], dtype=np.int64),
        "axis_slope": np.array([axis.slope for axis in domain.axes], dtype=np.float64),
        "axis_missing": np.array([axis.missing for axis in domain.axes], dtype=np.float64),
        "has_calibration": np.array([one is not None for one in found], dtype=np.bool_),
        "residual": _stack([one.difficulty.residual for one in kept], len(domain.X)),
        "own": _stack([one.own for one in kept], len(domain.X)),
        "means": _stack([one.difficulty.means for one in kept], 0),
        "typical": np.array([one.difficulty.typical for one in kept], dtype=np.float64),
        "is_local": np.array([one.is_local for one in kept], dtype=np.bool_),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **{name: arrays[name].astype(form) for name, (form, _) in _FORMS.items()})
    return buffer.getvalue()


def reference_from_bytes(
    content: bytes, keys: Sequence[Key], n_features: int, n_folds: Mapping[Key, int]
) -> Reference:
    """Read what ``reference_to_bytes`` wrote.

    Parameters
    ----------
    content : bytes
    keys : sequence of (target, family)
        As at writing.
    n_features : int
        Columns of the encoded matrix.
    n_folds : mapping of (target, family) to int
        Fold models that each model of the bundle has.

    Raises
    ------
    ModelError
        NBML-M51 with the place for anything else.
    """
    a = _arrays(content)
    n = len(a["X"])
    n_axes, n_kept = len(a["axis_feature"]), int(a["has_calibration"].sum())
    _need(n > 0 and a["X"].shape[1] == n_features and not np.isinf(a["X"]).any(), "X")
    for name in ("rows", "fold", "unit"):
        _need(len(a[name]) == n and (a[name] >= 0).all(), name)
    _need(len(a["about"]) == 2 and a["about"][0] >= n and a["about"][1] in (0, 1), "about")
    _need(bool(np.isfinite(a["held_out"]).all() and (np.diff(a["held_out"]) >= 0).all()), "held_out")
    for name in ("axis_sizes", "axis_slope", "axis_missing"):
        _need(len(a[name]) == n_axes and bool(np.isfinite(a[name]).all() and (a[name] >= 0).all()), name)
    _need(bool(((a["axis_feature"] >= 0) & (a["axis_feature"] < n_features)).all()), "axis_feature")
    for name in ("axis_knots", "axis_places"):
        _need(len(a[name]) == a["axis_sizes"].sum() and bool(np.isfinite(a[name]).all()), name)
    _need(len(a["has_calibration"]) == len(keys), "has_calibration")
    for name in ("residual", "own"):
        _need(a[name].shape == (n_kept, n), name)
        _need(not np.isinf(a[name]).any() and not (a[name] < 0).any(), name)
    _need(bool((a["own"] > 0).all()), "own")
    _need(len(a["means"]) == n_kept and bool((a["means"] >= 0).all()), "means")
    for name in ("typical", "is_local"):
        _need(len(a[name]) == n_kept and bool(np.isfinite(a[name]).all()), name)
    stops = np.cumsum(a["axis_sizes"])
    axes = [
        Axis(
            int(a["axis_feature"][k]),
            a["axis_knots"][stop - size : stop],
            a["axis_places"][stop - size : stop],
            float(a["axis_slope"][k]),
            float(a["axis_missing"][k]),
        )
        for k, (size, stop) in enumerate(zip(a["axis_sizes"], stops, strict=True))
    ]
    _need(all((np.diff(axis.knots) > 0).all() for axis in axes), "axis_knots")
    domain = Domain(axes, a["X"], a["rows"], a["held_out"], int(a["about"][0]))
    calibrations: dict[Key, Calibration] = {}
    for key in (key for key, has in zip(keys, a["has_calibration"], strict=True) if has):
        k = len(calibrations)
        _need(n_folds[key] == a["means"].shape[1] and a["fold"].max() < n_folds[key], "fold")
        _need(not np.isnan(a["residual"][k]).all(), "residual")
        difficulty = Difficulty(a["residual"][k], a["fold"], a["means"][k], float(a["typical"][k]))
        calibrations[key] = Calibration(difficulty, a["own"][k], a["unit"], bool(a["is_local"][k]))
    return Reference(domain, a["fold"], a["unit"], bool(a["about"][1]), calibrations)


def _stack(rows: Sequence[NDArray[np.float64]], width: int) -> NDArray[np.float64]:
    return np.stack(rows) if rows else np.zeros((0, width))


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _need({one.filename for one in members} == {f"{name}.npy" for name in _FORMS}, "names")
            _need(len(members) == len(_FORMS), "names")
            _need(sum(one.file_size for one in members) <= MAX_BYTES, "size")
        with np.load(io.BytesIO(content), allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in _FORMS}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ModelError("NBML-M51", place=f"{REFERENCE}: {error}"[:200]) from error
    for name, (form, dimensions) in _FORMS.items():
        _need(arrays[name].dtype.str == form and arrays[name].ndim == dimensions, name)
    return arrays


def _need(holds: Any, place: str) -> None:
    if not holds:
        raise ModelError("NBML-M51", place=f"{REFERENCE}: {place}")
