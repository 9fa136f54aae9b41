"""One line of the list of jobs, and its copy beside an ended job, so that long lists open at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nbml.durable import write_text
from nbml.engine.job_folder import JobFolder
from nbml.errors import EngineError, NbmlError
from nbml.jobs.history.about import read_about
from nbml.jobs.job import Job
from nbml.jobs.opening import handle_of
from nbml.jobs.optimize.job import OptimizeJob
from nbml.settings import Settings
from nbml.spec.base import Strict
from nbml.spec.front import OptimizeRecord
from nbml.spec.history import JobSummary
from nbml.spec.result import TrainRecord

_FILE = "summary.json"
_VERSION = 2


class _Saved(Strict):
    """A line and the stamp of what it was made of."""

    stamp: tuple[int, ...]
    line: JobSummary


def summarise(job_id: str, settings: Settings) -> JobSummary:
    """The line of a job. One that cannot be read is listed as damaged, with the reason as its title."""
    folder = JobFolder.of(settings.jobs, job_id)
    about = read_about(folder)
    stamp = _stamp(folder)
    line = _read_saved(folder.root / _FILE, stamp)
    if line is None:
        try:
            job = handle_of(job_id, settings)
            line = _compute(job) if isinstance(job, Job) else _of_search(job)
        except (EngineError, NbmlError, ValidationError, ValueError, OSError) as error:
            return JobSummary(id=job_id, state="damaged", title=str(error)[:200], note=about.note)
        if line.state in ("succeeded", "failed", "cancelled"):
            _save(folder.root / _FILE, stamp, line)
    return line.model_copy(update={"title": about.name or line.title, "note": about.note})


def _compute(job: Job) -> JobSummary:
    snapshot = job.snapshot()
    best: dict[str, float] = {}
    for study in snapshot.studies:
        value = None if study.best is None else study.best.value
        if value is not None:
            best[study.target] = min(best.get(study.target, value), value)
    spread: dict[str, float] = {}
    run_id = None
    if job.paths.result.exists():
        record = TrainRecord.model_validate_json(job.paths.result.read_bytes())
        run_id = record.run_id
        for target in record.targets:
            chosen = record.chosen(target)
            value = None if chosen is None else chosen.scores["rmse"].spread
            if value is not None:
                spread[target] = value
    source = job.spec.data
    return JobSummary(
        **_of_any(job),
        best=snapshot.scores or best,
        spread=spread,
        data=Path(source.path).name if source.path else source.name,
        data_sha256=source.sha256 or "",
        n_rows=snapshot.n_rows,
        trials=snapshot.trials_done,
        run_id=run_id,
    )


def _of_search(job: OptimizeJob) -> JobSummary:
    """The line of an inverse search: its evaluations are its trials, its data those of its models."""
    front, resolved = job.snapshot().front, job.spec.resolved
    run_id = None
    if job.paths.result.exists():
        run_id = OptimizeRecord.model_validate_json(job.paths.result.read_bytes()).run_id
    used = () if resolved is None else resolved.used
    names = dict.fromkeys(one.data for one in used if one.data)
    return JobSummary(
        **_of_any(job),
        data=", ".join(names) or job.spec.data.name,
        data_sha256=next((one.data_sha256 for one in used if one.data_sha256), ""),
        n_rows=max((one.n_rows for one in used), default=0),
        trials=0 if front is None else front.evaluations,
        front_size=0 if front is None else front.size,
        run_id=run_id,
    )


def _of_any(job: Job | OptimizeJob) -> dict[str, Any]:
    """What the lines of all tasks have in common."""
    spec, resolved = job.spec, job.spec.resolved
    return {
        "id": job.id,
        "state": job.status,
        "title": spec.title,
        "project": spec.project,
        "targets": spec.targets,
        "models": spec.models,
        "created": resolved.created if resolved else "",
        "user": resolved.user if resolved else "",
        "seconds": job.seen.elapsed_s,
        "task": spec.task,
    }


def _stamp(folder: JobFolder) -> tuple[int, ...]:
    """Sizes and times of what the line is made of; another stamp makes the saved line void."""
    stamp = [_VERSION]
    for path in (folder.events, folder.result, folder.spec):
        try:
            status = path.stat()
        except OSError:
            stamp += [0, 0]
        else:
            stamp += [status.st_size, status.st_mtime_ns]
    return tuple(stamp)


def _read_saved(path: Path, stamp: tuple[int, ...]) -> JobSummary | None:
    try:
        saved = _Saved.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return saved.line if saved.stamp == stamp else None


def _save(path: Path, stamp: tuple[int, ...], line: JobSummary) -> None:
    if not os.access(path.parent, os.W_OK):
        return
    write_text(path, _Saved(stamp=stamp, line=line).model_dump_json(), sync=False)
