"""What a training job keeps for intervals and the domain, and how its intervals would have done so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nbml.engine.executor import Outcome
from nbml.jobs.study_run import StudyRun
from nbml.jobs.training_data import Prepared
from nbml.jobs.trial_store import TrialStore
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.cross import mean_by_unit
from nbml.ml.intervals.guarantee import Guarantee
from nbml.ml.models import family
from nbml.ml.models.base import Floats
from nbml.ml.reference import Reference, learn_reference
from nbml.spec.result import Coverage, GroupCoverage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Levels at which coverage is measured."""

GROUPS = 50
"""Groups that are named in the result, the worst first."""


def keep_reference(
    prepared: Prepared,
    studies: Sequence[StudyRun],
    store: TrialStore,
    answers: Mapping[str, Outcome],
    *,
    seed: int,
    threads: int,
) -> Reference:
    """Learn the reference rows of a job from its best trials.

    Parameters
    ----------
    prepared : Prepared
    studies : sequence of StudyRun
        At least one of them with a best trial.
    store : TrialStore
    answers : mapping of str to Outcome
        Holds the final models; without one the model of the first fold stands in for it.
    seed, threads : int
    """
    predictions = {}
    leading: dict[int, StudyRun] = {}
    for study in studies:
        if study.best is None:
            continue
        trial = store.load_trial(study.plan.id, study.best.number)
        assert trial is not None
        predictions[study.target_index, study.plan.family] = trial.predictions.astype(np.float64)
        ahead = leading.get(study.target_index)
        if ahead is None or ahead.best is None or study.best.value < ahead.best.value:
            leading[study.target_index] = study
    data = prepared.data
    return learn_reference(
        data.X,
        data.Y,
        data.layout,
        data.folds,
        answers=[_answer(study, store, answers, threads) for _, study in sorted(leading.items())],
        predictions=predictions,
        groups=_codes(prepared.groups),
        rows=prepared.rows,
        seed=seed,
    )


def measure_coverage(calibration: Calibration, reference: Reference, prepared: Prepared) -> list[Coverage]:
    """Coverage of the held-out rows at some levels, over all and by group; see docs/intervals.md."""
    known = calibration.known
    residual, unit = calibration.difficulty.residual[known], calibration.unit[known]
    names = _names(prepared.groups)
    found = []
    for level in LEVELS:
        half = calibration.half_widths(level)
        is_finite = bool(np.isfinite(half).all())
        covered = (residual <= half).astype(np.float64)
        promise = Guarantee.of(calibration, level, is_grouped=reference.is_grouped)
        found.append(
            Coverage(
                level=level,
                share=mean_by_unit(covered, unit) if is_finite else None,
                of_rows=float(covered.mean()) if is_finite else None,
                median_width=float(np.median(2 * half)) if is_finite else None,
                worst_case=promise.worst_case,
                n_rows=len(known),
                n_units=promise.n_units,
                is_grouped=promise.is_grouped,
                is_reachable=promise.is_reachable,
                is_local=promise.is_local,
                groups=_by_group(covered, unit, names) if names and is_finite else (),
            )
        )
    return found


def _by_group(covered: Floats, unit: NDArray[np.int64], names: Sequence[str]) -> tuple[GroupCoverage, ...]:
    groups = [
        GroupCoverage(group=names[code], n_rows=int(rows.sum()), share=float(covered[rows].mean()))
        for code in np.unique(unit)
        for rows in [unit == code]
    ]
    return tuple(sorted(groups, key=lambda one: one.share)[:GROUPS])


def _answer(
    study: StudyRun, store: TrialStore, answers: Mapping[str, Outcome], threads: int
) -> Callable[[Floats], Floats]:
    assert study.best is not None
    final = answers.get(f"{study.plan.id}/final")
    files = (
        final.value
        if final is not None and final.error is None
        else store.load_model_files(study.plan.id, study.best.number, 0)
    )
    model = family(study.plan.family).load(files)
    return lambda X: model.predict(X, threads=threads)


def _names(groups: Sequence[str] | None) -> list[str]:
    return sorted(set(groups)) if groups is not None else []


def _codes(groups: Sequence[str] | None) -> NDArray[np.int64] | None:
    if groups is None:
        return None
    numbers = {name: code for code, name in enumerate(_names(groups))}
    return np.array([numbers[name] for name in groups], dtype=np.int64)
