"""The figures of a job's result by name; finds the data, leaves the drawing to ``nbml.figures``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nbml.i18n import text
from nbml.jobs.result import TrainResult
from nbml.jobs.reviewing.importance import LEAST_TRIALS, importance
from nbml.jobs.reviewing.out_of_fold import held_out
from nbml.jobs.reviewing.trials import LoggedStudy, read_trials
from nbml.ml.models import family as family_of
from nbml.ml.models.base import Param, Shape
from nbml.ml.space import override

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from nbml.jobs.job import Job
    from nbml.spec.events import JobPlanned
    from nbml.spec.messages.train_room import Colour, FigureName


def result_figure(
    job: Job, name: FigureName, target: str, family: str | None = None, colour: Colour = "group"
) -> tuple[go.Figure | None, str]:
    """A figure of a result, or None with the reason why there is none.

    Raises
    ------
    JobError
        NBML-J05 where the job has no result, NBML-J06 where it has no such model.
    """
    if name in ("search_history", "parameter_importance"):
        plan, studies = read_trials(job.events())
        of_target = [study for study in studies.values() if study.plan.target == target]
        if name == "search_history":
            return _history(job, of_target), ""
        return _importance(job, plan, of_target, family)
    job.require_result()
    if name == "fold_scores":
        return _fold_scores(job, target), ""
    data = held_out(job, target, family, colour)
    if name == "parity":
        from nbml.figures.parity import parity

        return parity(data), ""
    from nbml.figures.residuals import residuals

    return residuals(data), ""


def _history(job: Job, studies: list[LoggedStudy]) -> go.Figure:
    from nbml.figures.search_history import History, search_history

    histories = [
        History(
            text(f"train_room.family.{study.plan.family}"),
            np.array([trial.number for trial in study.ended], dtype=np.int64),
            np.array([np.nan if t.value is None else t.value for t in study.ended], dtype=np.float64),
            [trial.state for trial in study.ended],
        )
        for study in studies
    ]
    return search_history(histories, unit=_unit(job, studies[0].plan.target) if studies else None)


def _importance(
    job: Job, plan: JobPlanned | None, studies: list[LoggedStudy], family: str | None
) -> tuple[go.Figure | None, str]:
    from nbml.figures.parameter_importance import parameter_importance

    chosen = family or _best_family(studies)
    study = next((s for s in studies if s.plan.family == chosen), None)
    if plan is None or study is None:
        return None, text("train_room.importance.too_few", least=LEAST_TRIALS)
    complete = sum(trial.value is not None for trial in study.ended)
    shares = importance(study.ended, _space(job, plan, study.plan.family))
    if shares is None:
        return None, text("train_room.importance.too_few", least=LEAST_TRIALS)
    return parameter_importance(shares, trials=complete), ""


def _fold_scores(job: Job, target: str) -> go.Figure:
    from nbml.figures.fold_scores import fold_scores

    record = TrainResult.load(job.folder).record
    rows = job.snapshot().fold_rows
    found = {row.family: row.scores["rmse"].folds for row in record.leaderboard
             if row.target == target and "rmse" in row.scores}  # fmt: skip
    models = [name for name in job.spec.models if name in found]  # in this order everywhere, so are colours
    scores = {text(f"train_room.family.{name}"): found[name] for name in models}
    scores |= {name: folds for name, folds in found.items() if name not in models}
    return fold_scores(scores, record.fold_names, rows, unit=record.sheet[target].unit)


def _space(job: Job, plan: JobPlanned, name: str) -> dict[str, Param]:
    """The space of a search, as the job made it."""
    from nbml.data.checks.view import NUMERIC
    from nbml.spec.columns import ColumnSheet

    resolved = job.spec.resolved
    assert resolved is not None
    sheet = ColumnSheet.model_validate_json((job.paths.data / "columns.json").read_text("utf-8"))
    categorical = sum(sheet[feature].kind not in NUMERIC for feature in resolved.features)
    changes = next((ranges for family, ranges in job.spec.search.space.items() if family == name), {})
    n_train = round(plan.n_rows * (1 - 1 / len(plan.fold_names)))
    shape = Shape(plan.n_rows, plan.n_features, n_train, categorical)
    return override(family_of(name).space(shape), changes)


def _best_family(studies: list[LoggedStudy]) -> str | None:
    best = [(min(t.value for t in s.ended if t.value is not None), s.plan.family)
            for s in studies if any(t.value is not None for t in s.ended)]  # fmt: skip
    return min(best)[1] if best else None


def _unit(job: Job, target: str) -> str | None:
    from nbml.spec.columns import ColumnSheet

    sheet = ColumnSheet.model_validate_json((job.paths.data / "columns.json").read_text("utf-8"))
    return sheet[target].unit if target in sheet else None
