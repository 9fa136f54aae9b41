"""A finished job as a room shows it: verdict, leaderboard, warnings, where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.i18n import text
from nbml.jobs.result import TrainResult
from nbml.jobs.reviewing.verdict import verdict
from nbml.spec.columns import Finding
from nbml.spec.events import Score
from nbml.spec.messages.train_room import (
    LeaderRow,
    ResultView,
    RunPlace,
    ScoreCell,
    TargetResult,
    WarningLine,
)
from nbml.spec.result import Leader, TrainRecord

if TYPE_CHECKING:
    from nbml.jobs.job import Job


def review(job: Job) -> ResultView:
    """Sum up the result of a job, in the language in force.

    Raises
    ------
    JobError
        NBML-J05 where the job left no result.
    """
    job.require_result()
    record = TrainResult.load(job.folder).record
    return ResultView(
        job_id=job.id,
        state=record.state,
        targets=tuple(_target(record, target) for target in record.targets),
        fold_names=record.fold_names,
        fold_scheme=record.fold_scheme,
        group=record.group,
        n_rows=record.n_rows,
        n_features=len(record.features),
        warnings=tuple(_warning(finding) for finding in record.warnings),
        run=run_place(record.run_id, record.tracking_uri),
        folder=str(job.folder),
        seconds=record.seconds,
        busy_share=min(record.busy_share, 1.0),
    )


def run_place(run_id: str | None, uri: str | None) -> RunPlace:
    """Where the run is kept; a page only for a server that has one."""
    is_server = uri is not None and uri.startswith(("http://", "https://"))
    url = f"{uri.rstrip('/')}/#/runs/{run_id}" if is_server and uri and run_id else None
    return RunPlace(run_id=run_id, uri=uri, url=url)


def _target(record: TrainRecord, target: str) -> TargetResult:
    said = verdict(record, target)
    return TargetResult(
        target=target,
        unit=record.sheet[target].unit,
        verdict=said.words,
        tone=said.tone,
        leaders=tuple(_row(row) for row in record.leaderboard if row.target == target),
    )


def _row(row: Leader) -> LeaderRow:
    return LeaderRow(
        family=row.family,
        chosen=row.chosen,
        rmse=_cell(row.scores.get("rmse")),
        mae=_cell(row.scores.get("mae")),
        r2=_cell(row.scores.get("r2")),
        trial=row.trial,
        trials_complete=row.trials_complete,
        trials_failed=row.trials_failed,
        seconds=row.seconds,
        params=row.params,
        error=row.error,
    )


def _cell(score: Score | None) -> ScoreCell | None:
    if score is None:
        return None
    why = {fold: text(f"undefined.{reason}") for fold, reason in score.undefined.items()}
    return ScoreCell(pooled=score.pooled, spread=score.spread, folds=score.folds, undefined=why)


def _warning(finding: Finding) -> WarningLine:
    return WarningLine(
        code=finding.code,
        message=text(f"{finding.code}.message", **finding.fields),
        next_step=text(f"{finding.code}.next", **finding.fields),
    )
