"""One answer of the profiler: every target along every input asked for, through one row."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from nbml.jobs.predicting.faults import located
from nbml.jobs.predicting.opened import OpenModels, Value
from nbml.ml.notes import split_flags
from nbml.spec.messages.predict_room import CurveLine, CurveView, FlagLine, Here, ProfileView

if TYPE_CHECKING:
    from nbml.ml.models.base import Floats
    from nbml.ml.profiler import Line, Profile

DIGITS = 5
"""Of the largest value of a curve: more than a screen can show."""


def profile_row(
    models: OpenModels,
    row: Sequence[Value],
    inputs: Sequence[int],
    *,
    families: Sequence[str] = (),
    interval: float | None = 0.9,
    points: int = 40,
) -> ProfileView:
    """Predict all targets along some inputs through a row, by one call of each model.

    Parameters
    ----------
    models : OpenModels
    row : sequence of float, str or None
        A value an input.
    inputs : sequence of int
        Places of those that are varied.
    families : sequence of str
        As for ``OpenModels.families``.
    interval : float, optional
        Level of the bounds.
    points : int
        Values of a number.

    Raises
    ------
    PredictError
        As ``nbml.ml.profiler.profile``, with the field it speaks of.
    """
    begun = time.perf_counter()
    names = models.encoder.names
    said = models.named(row)
    has_distance = models.predictor.bundle.reference is not None
    found: dict[str, Profile] = {}
    with located(names):
        for family, targets in models.groups(families):
            answer = models.predictor.curves(
                said,
                inputs=[names[place] for place in inputs if place < len(names)],
                points=points,
                target=targets,
                family=family,
                interval=interval,
                distance=has_distance and not found,
            )
            found |= dict.fromkeys(targets, answer)
    first = next(iter(found.values()))
    curves = tuple(
        CurveView(
            input=place,
            values=curve.values,
            at=curve.at,
            lines=tuple(_line(found[name].curves[k].lines[name]) for name in models.targets),
        )
        for k, (place, curve) in enumerate(
            zip([p for p in inputs if p < len(names)], first.curves, strict=True)
        )
    )
    places = {name: place for place, name in enumerate(names)}
    return ProfileView(
        here=tuple(_here(found[name].here[name]) for name in models.targets),
        distance=first.distance,
        flags=tuple(
            FlagLine.model_validate({"word": word, "input": places[name]})
            for word, name in split_flags(first.flags)
        ),
        curves=curves,
        ms=round(1e3 * (time.perf_counter() - begun), 2),
    )


def _here(line: Line) -> Here:
    return Here(
        predicted=float(line.predicted[0]),
        lower=None if line.lower is None else _finite(float(line.lower[0])),
        upper=None if line.upper is None else _finite(float(line.upper[0])),
    )


def _line(line: Line) -> CurveLine:
    bounds = [] if line.lower is None or line.upper is None else [line.lower, line.upper]
    lower, upper = ([_finite(v) for v in _short(bound).tolist()] for bound in bounds) if bounds else ([], [])
    return CurveLine(predicted=tuple(_short(line.predicted).tolist()), lower=tuple(lower), upper=tuple(upper))


def _short(values: Floats) -> Floats:
    """Rounded to what a drawing needs, so that messages stay small."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=0.0)
    return np.round(values, DIGITS - int(np.floor(np.log10(largest)))) if largest > 0 else values


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
