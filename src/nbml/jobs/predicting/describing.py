"""What is known of a job's inputs and targets beforehand: ranges, levels, rugs, a row to begin with."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING

import numpy as np

from nbml.engine.job_folder import JobFolder
from nbml.jobs.history.about import read_about
from nbml.jobs.listing import jobs
from nbml.jobs.predicting.opened import OpenModels, Value, has_models
from nbml.settings import Settings
from nbml.spec.columns import Column, ColumnSheet
from nbml.spec.messages.predict_room import (
    FamilyLine,
    InputLine,
    ModelList,
    ModelView,
    RunWithModels,
    TargetLine,
)
from nbml.spec.prediction import NoteLine

if TYPE_CHECKING:
    from nbml.ml.feature import Feature
    from nbml.ml.models.base import Floats

MOST_MODELS = 200
RUG = 120


def list_models(settings: Settings | None = None) -> ModelList:
    """Jobs that have left models, newest first, at most 200."""
    settings = settings or Settings()
    lines = [
        RunWithModels(
            job_id=line.id,
            title=line.title,
            created=line.created,
            targets=line.targets,
            families=line.models,
            data=line.data,
            n_rows=line.n_rows,
        )
        for line in jobs(limit=None, settings=settings)
        if line.task == "train"
        and line.state in ("succeeded", "cancelled")
        and has_models(JobFolder.of(settings.jobs, line.id))
    ]
    return ModelList(models=tuple(lines[:MOST_MODELS]), more=max(len(lines) - MOST_MODELS, 0))


def describe(models: OpenModels) -> ModelView:
    """The models of a job and where a profiler begins."""
    reference = models.predictor.bundle.reference
    X = None if reference is None else reference.domain.X
    start = _start(models, X)
    notes = [note.to_dict() for note in models.predictor.bundle.notes]
    return ModelView(
        job_id=models.job_id,
        title=read_about(models.written.folder).name or models.written.spec.title,
        targets=tuple(_target(models, name) for name in models.targets),
        inputs=tuple(
            _input(feature, models.record.sheet, None if X is None else X[:, place])
            for place, feature in enumerate(models.features)
        ),
        start=start,
        order=_by_effect(models, start),
        has_distance=reference is not None,
        has_rows=models.written.folder.data.exists(),
        notes=tuple(
            NoteLine(code=note["code"], message=note["message"], next_step=note["next_step"])
            for note in notes
        ),
    )


def _target(models: OpenModels, name: str) -> TargetLine:
    column = _column(models.record.sheet, name)
    lines = []
    for place, family in enumerate(models.predictor.families[name]):
        leader = next(
            (row for row in models.record.leaderboard if row.target == name and row.family == family), None
        )
        rmse = None if leader is None else leader.scores.get("rmse")
        reached = [one.level for one in leader.coverage if one.is_reachable] if leader else []
        lines.append(
            FamilyLine(
                family=family,
                is_chosen=place == 0,
                rmse=None if rmse is None else rmse.pooled,
                spread=None if rmse is None else rmse.spread,
                coverage={f"{one.level:g}": one.share for one in leader.coverage} if leader else {},
                highest=max(reached, default=None),
            )
        )
    return TargetLine(
        name=name,
        label=(column.label if column else "") or name,
        unit=column.unit if column else None,
        families=tuple(lines),
    )


def _input(feature: Feature, sheet: ColumnSheet, values: Floats | None) -> InputLine:
    column = _column(sheet, feature.name)
    return InputLine(
        name=feature.name,
        label=(column.label if column else "") or feature.name,
        unit=column.unit if column else None,
        kind=feature.kind,
        low=feature.low,
        high=feature.high,
        step=_step(feature),
        levels=feature.levels,
        had_missing=feature.had_missing,
        is_needed=not feature.is_empty,
        rug=() if values is None else _rug(feature, values),
    )


def _column(sheet: ColumnSheet, name: str) -> Column | None:
    return next((column for column in sheet.columns if column.name == name), None)


def _step(feature: Feature) -> float:
    """1, 2 or 5 times a power of ten, about a hundredth of the range."""
    if feature.kind != "number" or feature.low is None or feature.high is None or feature.high <= feature.low:
        return 1.0
    rough = (feature.high - feature.low) / 100
    if not isfinite(rough) or rough <= 0:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    return float(f"{next(k for k in (1, 2, 5, 10) if k * power >= rough * 0.999) * power:.6g}")


def _rug(feature: Feature, values: Floats) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    if feature.kind in ("category", "boolean"):
        counts = np.bincount(known.astype(np.intp), minlength=len(feature.levels) or 2)
        return tuple((counts / max(len(known), 1)).round(4).tolist())
    if len(known) > RUG:
        known = np.quantile(known, np.linspace(0, 1, RUG))
    return tuple(float(f"{value:.6g}") for value in np.unique(known))


def _start(models: OpenModels, X: Floats | None) -> tuple[Value, ...]:
    """The kept training row nearest to the middle of the data; the middle itself where none was kept."""
    features = models.features
    if X is None or not len(X):
        return tuple(_middle(feature) for feature in features)
    away = np.zeros(len(X))
    for place, feature in enumerate(features):
        column = X[:, place]
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        if feature.kind == "category":
            away += np.where(column == np.bincount(known.astype(np.intp)).argmax(), 0.0, 1.0)
        else:
            width = float(np.subtract(*np.quantile(known, (0.9, 0.1)))) or 1.0
            away += np.nan_to_num(np.abs(column - np.median(known)) / width, nan=1.0)
    return decode(features, X[int(away.argmin())])


def decode(features: tuple[Feature, ...], encoded: Floats) -> tuple[Value, ...]:
    """An encoded row as values: numbers, texts of levels, None where missing."""
    return tuple(
        None if np.isnan(code) else feature.levels[int(code)] if feature.kind == "category" else float(code)
        for feature, code in zip(features, encoded, strict=True)
    )


def _middle(feature: Feature) -> Value:
    if feature.kind == "category":
        return feature.levels[0] if feature.levels else None
    if feature.low is None or feature.high is None:
        return None
    middle = (feature.low + feature.high) / 2
    return middle if feature.kind == "number" else float(round(middle))


def _by_effect(models: OpenModels, start: tuple[Value, ...]) -> tuple[int, ...]:
    """Places of the inputs, the one whose curve is the tallest first, as a share of its target's tallest."""
    found = models.predictor.curves(models.named(start), points=9)
    heights = np.array(
        [[np.ptp(curve.lines[name].predicted) for name in models.targets] for curve in found.curves]
    ).reshape(len(found.curves), len(models.targets))
    most = heights.max(axis=0, initial=0.0)
    shares = np.divide(heights, most, out=np.zeros_like(heights), where=most > 0).max(axis=1, initial=0.0)
    return tuple(np.argsort(-shares, kind="stable").tolist())
