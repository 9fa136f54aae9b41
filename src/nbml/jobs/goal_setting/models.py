"""The models a form is about: opened once, and what their inputs and targets look like in the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nbml.jobs.listing import jobs
from nbml.jobs.optimize.setting import Known, know
from nbml.jobs.optimize.sources import open_sources
from nbml.ml.feature import Feature
from nbml.spec.messages.optimize_form import KnownInput, KnownTarget, RunChoice
from nbml.spec.optimize import Goal, OptimizeSpec

if TYPE_CHECKING:
    from nbml.inverse.variables import Floats
    from nbml.settings import Settings

BARS = 24
CHOICES = 50
LOOKED_AT = 200
"""Latest jobs among which trainings are looked for; a form is looked at with every change."""
DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Models:
    """Models by the runs they come from.

    Attributes
    ----------
    runs : tuple of str
    known : Known
    inputs : dict of str to KnownInput
        By name, in the order of the features.
    targets : dict of str to KnownTarget
    """

    runs: tuple[str, ...]
    known: Known
    inputs: dict[str, KnownInput]
    targets: dict[str, KnownTarget]

    @property
    def has_reference(self) -> bool:
        """Whether distances to the training data are known."""
        return any(source.bundle.reference is not None for source in self.known.sources)

    def measured(self, target: str) -> Floats:
        """What was measured of a target; nothing where the table is not at hand."""
        for source in self.known.sources:
            if source.measured is not None and target in source.measured.columns:
                return source.measured[target].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.zeros(0)


def open_models(runs: Sequence[str], settings: Settings) -> Models:
    """Open the models of some runs.

    Raises
    ------
    NbmlError
        As ``nbml.load``; NBML-O21 and NBML-O47 where runs do not go together.
    """
    any_goal = Goal(target="-", goal="maximize")
    spec = OptimizeSpec.model_validate({"runs": tuple(runs), "goals": (any_goal,)})
    known = know(open_sources(spec, settings))
    inputs = {name: _input(feature, known) for name, feature in known.features.items()}
    models = Models(tuple(runs), known, inputs, {})
    for source in known.sources:
        for name, card in source.choice.cards.items():
            models.targets[name] = _target(name, card.family, models.measured(name))
    return models


def choices(settings: Settings) -> tuple[RunChoice, ...]:
    """Trainings whose models can be searched with, newest first."""
    found = (line for line in jobs(limit=LOOKED_AT, settings=settings) if line.task == "train")
    ended = [line for line in found if line.state in ("succeeded", "cancelled") and line.best]
    return tuple(
        RunChoice(id=one.id, title=one.title, targets=one.targets, data=one.data, created=one.created)
        for one in ended[:CHOICES]
    )


def _input(feature: Feature, known: Known) -> KnownInput:
    column = None if known.frame is None else known.frame[feature.name]
    if feature.kind == "category":
        counts = {} if column is None else column.value_counts().to_dict()
        bars = tuple(int(counts.get(level, 0)) for level in feature.levels) if counts else ()
        return KnownInput(name=feature.name, kind="category", levels=feature.levels, bars=bars)
    values = np.zeros(0) if column is None else column.to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    return KnownInput(
        name=feature.name,
        kind=feature.kind,
        low=feature.low,
        high=feature.high,
        resolution=resolution(values),
        bars=_bars(values, feature.low, feature.high),
    )


def _target(name: str, family: str, values: Floats) -> KnownTarget:
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (None, None)
    return KnownTarget(name=name, low=low, high=high, bars=_bars(values, low, high), family=family)


def _bars(values: Floats, low: float | None, high: float | None) -> tuple[int, ...]:
    if not len(values) or low is None or high is None or not low < high:
        return ()
    counts, _ = np.histogram(values, bins=BARS, range=(low, high))
    return tuple(int(count) for count in counts)


def resolution(values: Floats) -> float | None:
    """The greatest number that all values are multiples of, with at most four decimals; None without one."""
    if not len(values) or np.abs(values).max() > 1e10:
        return None
    for digits in range(DECIMALS + 1):
        scaled = values * 10**digits
        if np.abs(scaled - np.round(scaled)).max() < 1e-6:
            whole = np.unique(np.abs(np.round(scaled)).astype(np.int64))
            return math.gcd(*whole.tolist()) / 10**digits or None
    return None
