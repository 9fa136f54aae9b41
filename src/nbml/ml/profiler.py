"""What-if curves: every target along every input through one row, in one batch of predictions.

Owns the grids and the shape of the answer. Knows nothing of figures, sliders or jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbml.errors import PredictError
from nbml.ml.bundle.reader import Bundle
from nbml.ml.choice import Choice
from nbml.ml.feature import Feature
from nbml.ml.models.base import Floats
from nbml.ml.rows import Rows

Value = float | str | None


@dataclass(frozen=True, eq=False)
class Line:
    """One target along the values of an input, or at the current row (one value).

    Attributes
    ----------
    predicted : ndarray of float64, shape (n_values,)
        In target units.
    lower, upper : ndarray of float64, shape (n_values,), or None
        Bounds, where an interval was asked for and can be given.
    """

    predicted: Floats
    lower: Floats | None = None
    upper: Floats | None = None


@dataclass(frozen=True, eq=False)
class Curve:
    """All targets along one input, the others held at the current row.

    Attributes
    ----------
    input : str
    values : tuple of float, str or None
        Ascending numbers with the current one among them; levels of a category in their order; None is
        missing and stands last where the current row lacks the value.
    at : int
        Place of the current value among them.
    lines : dict of str to Line
        By target.
    distance : ndarray of float64, shape (n_values,), or None
        Distance to the training data, 0 to 1, where it was asked for.
    """

    input: str
    values: tuple[Value, ...]
    at: int
    lines: dict[str, Line]
    distance: Floats | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """Curves through one row.

    Attributes
    ----------
    here : dict of str to Line
        The targets at the row itself.
    distance : float or None
        Of the row itself.
    flags : str
        Of the row itself; see ``nbml.ml.notes.split_flags``.
    curves : tuple of Curve
        One an input, in the order asked.
    """

    here: dict[str, Line]
    distance: float | None
    flags: str
    curves: tuple[Curve, ...]


def profile(
    bundle: Bundle,
    row: Rows,
    *,
    inputs: Sequence[str] | None = None,
    points: int = 50,
    grid: Mapping[str, Sequence[Value]] | None = None,
    target: str | Sequence[str] | None = None,
    family: str | None = None,
    interval: float | None = None,
    distance: bool = False,
    threads: int = 1,
) -> Profile:
    """Predict every target along every input through a row.

    Parameters
    ----------
    bundle : Bundle
    row : dict, Series, DataFrame or list of dict
        One row; see ``nbml.ml.rows.to_frame``.
    inputs : sequence of str, optional
        Features to vary; all in the order of the model if unset.
    points : int
        Values of a number, evenly over its training range; whole numbers and booleans take no more than
        there are, a category takes all its levels. The current value is always among them.
    grid : mapping of str to sequence, optional
        Values of single inputs instead.
    target, family
        As for ``Predictor.predict``.
    interval : float, optional
        Level of intervals; without it only the final models are asked, which is several times faster.
    distance : bool
        Whether to give distances to the training data.
    threads : int

    Raises
    ------
    PredictError
        As ``Predictor.predict``; NBML-P14 for other than one row, NBML-P15 for an input that is none or a
        value that it cannot have.
    """
    encoder = bundle.encoder
    encoded = encoder.encode(row)
    if len(encoded.X) != 1:
        raise PredictError("NBML-P14", rows=len(encoded.X))
    if interval is not None and not 0 < interval < 1:
        raise PredictError("NBML-P12", interval=str(interval)[:40])
    choice, here = Choice.of(bundle, target, family), encoded.X[0]
    places = {name: k for k, name in enumerate(encoder.names)}
    names = list(encoder.names if inputs is None else inputs)
    for name in {*names, *(grid or {})} - places.keys():
        raise PredictError("NBML-P15", input=name, reason="?", inputs=list(encoder.names)[:20])
    axes = [
        _with(here[places[name]], _codes(encoder.features[places[name]], points, (grid or {}).get(name)))
        for name in names
    ]
    stops = np.cumsum([1, *map(len, axes)])
    X = np.repeat(here[None], stops[-1], axis=0)
    for name, start, codes in zip(names, stops, axes, strict=False):
        X[start : start + len(codes), places[name]] = codes
    near = choice.near(X, threads) if interval or distance else None
    answers = {name: choice.answer(name, X, near, interval, threads, spread=False) for name in choice.cards}
    reference = bundle.reference
    scores = reference.domain.score(near) if reference and near is not None and distance else None

    def lines(part: slice) -> dict[str, Line]:
        return {
            name: Line(
                one.predicted[part],
                None if one.lower is None else one.lower[part],
                None if one.upper is None else one.upper[part],
            )
            for name, one in answers.items()
        }

    curves = []
    for name, start, codes in zip(names, stops, axes, strict=False):
        part = slice(start, start + len(codes))
        values = tuple(_value(encoder.features[places[name]], code) for code in codes)
        at = _place(codes, here[places[name]])
        curves.append(Curve(name, values, at, lines(part), None if scores is None else scores[part]))
    score = None if scores is None else float(scores[0])
    return Profile(lines(slice(0, 1)), score, str(encoded.flags[0]), tuple(curves))


def _codes(feature: Feature, points: int, given: Sequence[Value] | None) -> Floats:
    """Values of an input as the matrix has them, ascending."""
    if given is not None:
        if feature.kind == "category":
            texts = np.array([None if v is None else str(v) for v in given], dtype=object)
            if unknown := [v for v in texts if v is not None and v not in feature.levels]:
                raise PredictError(
                    "NBML-P15", input=feature.name, reason=unknown[0], inputs=list(feature.levels)[:20]
                )
            return feature.encode(texts)[0]
        try:
            return np.unique(np.array(given, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise PredictError(
                "NBML-P15", input=feature.name, reason=str(error)[:80], inputs=[feature.kind]
            ) from error
    if feature.kind == "category":
        return np.arange(len(feature.levels), dtype=np.float64)
    if feature.low is None or feature.high is None:
        return np.empty(0)
    even = np.linspace(feature.low, feature.high, max(points, 2))
    return np.unique(even if feature.kind == "number" else np.round(even))


def _with(current: Any, codes: Floats) -> Floats:
    """The values with the current one in its place; a missing one last."""
    if np.isnan(current):
        return np.append(codes[~np.isnan(codes)], np.nan)
    if (codes == current).any():
        return codes
    place = len(codes) if len(codes) and np.isnan(codes[-1]) else np.searchsorted(codes, current)
    return np.insert(codes, place, current)


def _place(codes: Floats, current: Any) -> int:
    return len(codes) - 1 if np.isnan(current) else int(np.flatnonzero(codes == current)[0])


def _value(feature: Feature, code: Any) -> Value:
    if np.isnan(code):
        return None
    return feature.levels[int(code)] if feature.kind == "category" else float(code)
