"""An explanation as the room shows it: its models and features in a list, a row with its cells."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np

from nbml.figures.explained_rows import spread_out
from nbml.jobs.explaining.explanation import Explanation
from nbml.jobs.explaining.picking import Picked
from nbml.jobs.explaining.shap_values import SAMPLED
from nbml.jobs.explaining.subject import Subject
from nbml.ml.explain.importance import mean_shap
from nbml.spec.messages.explain_room import (
    ExplainTarget,
    ExplainView,
    FeatureLine,
    ModelLine,
    PairLine,
    RowCell,
    RowLine,
    RowLines,
    RowView,
)

MOST_CELLS = 200


def view(subject: Subject, why: Explanation) -> ExplainView:
    """Sum up an explanation, in the language in force."""
    record = subject.result.record
    importance = mean_shap(why.explained)
    told, spread = why.told(), importance.spread
    return ExplainView(
        job_id=subject.job.id,
        target=why.target,
        label=told.target,
        unit=told.unit,
        family=why.family,
        of=why.of,
        about=told.about,
        targets=tuple(
            _models(subject, target) for target in record.targets if _models(subject, target).models
        ),
        features=tuple(
            FeatureLine(
                name=why.features[k],
                label=told.labels[k],
                unit=told.units[k],
                importance=float(importance.mean[k]),
                spread=None if spread is None else float(spread[k]),
                is_category=told.is_category(k),
            )
            for k in importance.order
        ),
        group=record.group,
        n_rows=len(why.explained.rows),
        is_sampled=why.family in SAMPLED,
        has_final=record.state == "succeeded",
        has_pairs=why.family not in SAMPLED,
    )


def row_view(why: Explanation, row: int) -> RowView:
    """One row, counted from 0."""
    place, one, told = why.place(row), why.explained, why.told()
    order = np.argsort(-np.abs(one.values[place]), kind="stable")[:MOST_CELLS]
    at = np.array([place])
    line = _line(why, place)
    return RowView(
        **line.model_dump(),
        base=float(one.base[place]),
        cells=tuple(
            RowCell(
                name=why.features[k],
                label=told.labels[k],
                value=_cell(why, int(k), float(one.X[place, k])),
                effect=float(one.values[place, k]),
                x=_known(float(spread_out(told, int(k), at)[0][0])),
            )
            for k in order
        ),
        figure=json.loads(why.waterfall(row).to_json()),
    )


def row_lines(why: Explanation, picked: Picked) -> RowLines:
    """Rows as a list."""
    return RowLines(rows=tuple(_line(why, int(place)) for place in picked.places), total=picked.total)


def pair_lines(why: Explanation, pairs: Sequence[tuple[int, int, float]]) -> tuple[PairLine, ...]:
    """The features behind pairs."""
    return tuple(PairLine(first=why.features[i], second=why.features[j]) for i, j, _ in pairs)


def _line(why: Explanation, place: int) -> RowLine:
    one = why.explained
    predicted = float(one.base[place] + one.values[place].sum())
    measured = _known(float(one.measured[place]))
    return RowLine(
        row=int(one.rows[place]) + 1 if why.is_of_table else 0,
        predicted=predicted,
        measured=measured,
        residual=None if measured is None else measured - predicted,
    )


def _models(subject: Subject, target: str) -> ExplainTarget:
    rows = [r for r in subject.result.record.leaderboard if r.target == target and r.trial is not None]
    return ExplainTarget(
        target=target, models=tuple(ModelLine(family=row.family, chosen=row.chosen) for row in rows)
    )


def _cell(why: Explanation, feature: int, value: float) -> str:
    """A value as plain text; what draws it makes it safe."""
    if math.isnan(value):
        return ""
    levels = why.explained.features[feature].levels
    return levels[int(value)] if levels else f"{value:.6g}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
