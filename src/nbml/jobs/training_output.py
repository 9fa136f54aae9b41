"""What a training job writes when its searches are over: models, tables, Shapley values, leaderboard."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.durable import write_bytes
from nbml.jobs.context import JobContext
from nbml.jobs.reference import keep_reference, measure_coverage
from nbml.jobs.search_loop import SearchLoop
from nbml.jobs.study_run import StudyRun
from nbml.jobs.training_data import Prepared
from nbml.jobs.trial_store import TrialStore
from nbml.ml.baseline import mean_baseline
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import FINAL, fold_part
from nbml.ml.bundle.writer import BundleWriter
from nbml.ml.metrics import FoldScores, score_folds
from nbml.ml.reference import Reference
from nbml.spec.columns import ColumnSheet
from nbml.spec.events import ArtifactReady, Fault, Score
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.train import TrainSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASELINE = "baseline"


def write_output(
    context: JobContext,
    prepared: Prepared,
    studies: list[StudyRun],
    loop: SearchLoop,
    *,
    sheet: ColumnSheet,
    cancelled: bool,
    seconds: float,
) -> TrainRecord:
    """Write everything but ``result.json`` and say what was written.

    Parameters
    ----------
    context : JobContext
    prepared : Prepared
    studies : list of StudyRun
        At least one of them with a best trial.
    loop : SearchLoop
        Holds the answers of the explaining and final tasks.
    sheet : ColumnSheet
        Kinds of the columns.
    cancelled : bool
        Whether the job was stopped: then there are fold models but no final ones.
    seconds : float
        Wall time of the job so far.
    """
    spec, folder, data = context.spec, context.folder, prepared.data
    assert spec.resolved is not None
    assert spec.data.sha256 is not None
    store = TrialStore(folder.trials)
    leaders: list[Leader] = []
    predicted: list[dict[str, NDArray[np.float32]]] = []
    for index, target in enumerate(spec.targets):
        of_target = [study for study in studies if study.target_index == index]
        chosen = min(
            (s for s in of_target if s.best), key=lambda s: s.best.value if s.best else 0.0, default=None
        )
        dummy = score_folds(data.Y[:, index], mean_baseline(data.Y[:, index], data.folds), data.folds)
        predicted.append({})
        leaders.append(Leader(target=target, family=BASELINE, study=None, scores=_scores(dummy)))
        for study in sorted(of_target, key=lambda s: s.best.value if s.best else np.inf):
            leader, out_of_fold = _leader(context, prepared, study, store, loop, is_chosen=study is chosen)
            leaders.append(leader)
            if out_of_fold is not None:
                name = (
                    f"predicted_{target}" if study is chosen else f"predicted_{target} ({study.plan.family})"
                )
                predicted[index][name] = out_of_fold
    reference = keep_reference(
        prepared, studies, store, loop.answers, seed=spec.seed, threads=spec.resources.threads
    )
    leaders = [_with_coverage(leader, spec, reference, prepared) for leader in leaders]
    _write_models(context, prepared, studies, store, loop, leaders, reference)
    _write_cv_result(folder.root / "cv_result.csv", spec, prepared, predicted)
    for name in ("models", "cv_result.csv"):
        context.log.emit(ArtifactReady(name=name, path=name))
    return TrainRecord(
        job_id=folder.job_id,
        state="cancelled" if cancelled else "succeeded",
        title=spec.title,
        targets=spec.targets,
        features=spec.resolved.features,
        group=spec.group,
        fold_names=data.folds.names,
        fold_scheme=data.folds.scheme,
        n_rows=len(data.X),
        data_sha256=spec.data.sha256,
        leaderboard=tuple(leaders),
        warnings=prepared.warnings,
        sheet=sheet,
        search_s=round(loop.search_s, 3),
        busy_share=round(loop.busy_share, 4),
        clock_share=round(loop.clock_share, 4),
        seconds=round(seconds, 3),
    )


def _leader(
    context: JobContext,
    prepared: Prepared,
    study: StudyRun,
    store: TrialStore,
    loop: SearchLoop,
    *,
    is_chosen: bool,
) -> tuple[Leader, NDArray[np.float32] | None]:
    """A row of the leaderboard with the out-of-fold predictions of the best trial."""
    plan = study.plan
    common: dict[str, Any] = {
        "target": plan.target,
        "family": plan.family,
        "study": plan.id,
        "trials_failed": study.failed,
        "trials_complete": study.told - study.failed,
        "seconds": round(study.seconds, 3),
    }
    if study.best is None:
        first = study.first_error
        return Leader(**common, scores={}, error=None if first is None else Fault(**first.to_dict())), None
    trial = store.load_trial(plan.id, study.best.number)
    assert trial is not None
    data = prepared.data
    scores = score_folds(data.Y[:, study.target_index], trial.predictions, data.folds)
    shap, rows = _write_shap(context, prepared, study, loop)
    leader = Leader(
        **common,
        chosen=is_chosen,
        trial=study.best.number,
        params=study.best.params,
        scores=_scores(scores),
        shap=shap,
        shap_rows=rows,
    )
    return leader, trial.predictions


def _scores(scores: dict[str, FoldScores]) -> dict[str, Score]:
    return {
        name: Score(
            metric=name,
            pooled=s.pooled.value,
            mean=s.mean,
            spread=s.spread,
            folds=tuple(fold.value for fold in s.folds),
            undefined=dict(s.undefined),
        )
        for name, s in scores.items()
    }


def _write_shap(
    context: JobContext, prepared: Prepared, study: StudyRun, loop: SearchLoop
) -> tuple[str | None, int]:
    """Put the folds' Shapley values together; a fold that failed is told and left out."""
    answers = [loop.answers.get(f"{study.plan.id}/explain/{k}") for k in range(prepared.data.folds.n_folds)]
    for answer in answers:
        if answer is not None and answer.error is not None:
            context.note(answer.error)
    parts = [a.value for a in answers if a is not None and a.error is None]
    if not parts:
        return None, 0
    rows = np.concatenate([part["rows"] for part in parts])
    order = np.argsort(rows, kind="stable")
    positions = prepared.rows[rows]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        rows=positions[order],
        values=np.concatenate([part["values"] for part in parts])[order],
        base=np.concatenate([np.full(len(part["rows"]), part["base"]) for part in parts])[order],
        fold=prepared.data.folds.assignment[rows[order]],
        features=np.array(prepared.encoder.names, dtype=np.str_),
    )
    name = f"shap/{study.plan.id}.npz"
    write_bytes(context.folder.root / name, buffer.getvalue())
    context.log.emit(ArtifactReady(name=name, path=name))
    return name, len(rows)


def _write_models(
    context: JobContext,
    prepared: Prepared,
    studies: list[StudyRun],
    store: TrialStore,
    loop: SearchLoop,
    leaders: list[Leader],
    reference: Reference,
) -> None:
    writer = BundleWriter(context.folder.models)
    for study in studies:
        if study.best is None:
            continue
        plan = study.plan
        for fold in range(prepared.data.folds.n_folds):
            writer.add(
                study.target_index,
                plan.family,
                fold_part(fold),
                store.load_model_files(plan.id, study.best.number, fold),
            )
        final = loop.answers.get(f"{plan.id}/final")
        if final is not None and final.error is None:
            writer.add(study.target_index, plan.family, FINAL, final.value)
        elif final is not None and final.error is not None:
            context.note(final.error)
    writer.finish(
        encoder=prepared.encoder,
        targets=context.spec.targets,
        cards=_cards(context.spec, leaders),
        golden=prepared.data.X[:3],
        reference=reference,
    )


def _with_coverage(leader: Leader, spec: TrainSpec, reference: Reference, prepared: Prepared) -> Leader:
    calibration = reference.calibrations.get((spec.targets.index(leader.target), leader.family))
    if calibration is None:
        return leader
    return leader.model_copy(update={"coverage": tuple(measure_coverage(calibration, reference, prepared))})


def _cards(spec: TrainSpec, leaders: list[Leader]) -> list[ModelCard]:
    return [
        ModelCard(
            spec.targets.index(row.target),
            row.family,
            params=row.params,
            chosen=row.chosen,
            scores={name: score.pooled for name, score in row.scores.items()},
        )
        for row in leaders
        if row.trial is not None
    ]


def _write_cv_result(
    path: Path, spec: TrainSpec, prepared: Prepared, predicted: list[dict[str, NDArray[np.float32]]]
) -> None:
    """The out-of-fold table in the row order of the input; a row that took no part is empty."""
    import pandas as pd

    folds, rows = prepared.data.folds, prepared.rows
    taken = set(spec.targets)
    columns: dict[str, Any] = {_free("fold", taken): np.array(folds.names, dtype=object)[folds.assignment]}
    for index, target in enumerate(spec.targets):
        columns[target] = prepared.data.Y[:, index]
        for name, values in predicted[index].items():
            columns[_free(name, taken | columns.keys())] = values
    result = pd.DataFrame(columns, index=rows).reindex(range(prepared.n_input))
    table = result.to_csv(index=False, lineterminator="\n")
    write_bytes(path, table.encode("utf-8"))


def _free(name: str, taken: set[str]) -> str:
    """A name of nbml's own that is no target's: the user's names come first."""
    while name in taken:
        name += " (nbml)"
    return name
