"""One line of the list of jobs, and its copy beside an ended job, so that long lists open at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nbml.durable import write_bytes
from nbml.engine.job_folder import JobFolder
from nbml.errors import EngineError, NbmlError
from nbml.jobs.history.about import read_about
from nbml.jobs.job import Job
from nbml.settings import Settings
from nbml.spec.result import TrainRecord

_FILE = "summary.json"
_VERSION = 1


@dataclass(frozen=True)
class JobSummary:
    """One line of the list of jobs.

    Attributes
    ----------
    title : str
        Name for show: the one given later, else the spec's.
    data, data_sha256 : str
        Name and content hash of the table it was made from.
    best, spread : dict of str to float
        Best RMSE so far by target, and its standard deviation over the folds once the job has ended.
    seconds : float
        Running time so far.
    run_id : str or None
        MLflow run, once it is kept there.
    note : str
        What was written to it.
    task : str
        What kind of job it is.
    """

    id: str
    state: str
    title: str
    project: str = ""
    targets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    created: str = ""
    user: str = ""
    seconds: float = 0.0
    best: dict[str, float] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)
    data: str = ""
    data_sha256: str = ""
    n_rows: int = 0
    trials: int = 0
    run_id: str | None = None
    note: str = ""
    task: str = "train"

    def matches(self, words: str) -> bool:
        """Whether every word of a search stands somewhere in the line, capitals aside."""
        parts = (self.id, self.state, self.title, self.project, self.data, self.user, self.note, self.task)
        line = "\n".join((*parts, *self.targets, *self.models, self.run_id or "")).casefold()
        return all(word in line for word in words.casefold().split())


_SAVED: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_SUMMARY = TypeAdapter(JobSummary)


def summarise(job_id: str, settings: Settings) -> JobSummary:
    """The line of a job. One that cannot be read is listed as damaged, with the reason as its title."""
    folder = JobFolder.of(settings.jobs, job_id)
    about = read_about(folder)
    stamp = _stamp(folder)
    line = _read_saved(folder.root / _FILE, stamp)
    if line is None:
        try:
            line = _compute(Job(job_id, settings))
        except (EngineError, NbmlError, ValidationError, ValueError, OSError) as error:
            return JobSummary(job_id, "damaged", str(error)[:200], note=about.note)
        if line.state in ("succeeded", "failed", "cancelled"):
            _save(folder.root / _FILE, stamp, line)
    return replace(line, title=about.name or line.title, note=about.note)


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
    resolved = job.spec.resolved
    source = job.spec.data
    return JobSummary(
        id=job.id,
        state=job.status,
        title=job.spec.title,
        project=job.spec.project,
        targets=job.spec.targets,
        models=job.spec.models,
        created=resolved.created if resolved else "",
        user=resolved.user if resolved else "",
        seconds=snapshot.elapsed_s,
        best=snapshot.scores or best,
        spread=spread,
        data=Path(source.path).name if source.path else source.name,
        data_sha256=source.sha256 or "",
        n_rows=snapshot.n_rows,
        trials=snapshot.trials_done,
        run_id=run_id,
        task=job.spec.task,
    )


def _stamp(folder: JobFolder) -> list[int]:
    """Sizes and times of what the line is made of; another stamp makes the saved line void."""
    stamp = [_VERSION]
    for path in (folder.events, folder.result, folder.spec):
        try:
            status = path.stat()
        except OSError:
            stamp += [0, 0]
        else:
            stamp += [status.st_size, status.st_mtime_ns]
    return stamp


def _read_saved(path: Path, stamp: list[int]) -> JobSummary | None:
    try:
        saved = _SAVED.validate_json(path.read_bytes())
        return _SUMMARY.validate_python(saved["line"]) if saved.get("stamp") == stamp else None
    except (OSError, ValidationError, KeyError):
        return None


def _save(path: Path, stamp: list[int], line: JobSummary) -> None:
    if not os.access(path.parent, os.W_OK):
        return
    content = _SAVED.dump_json({"stamp": stamp, "line": _SUMMARY.dump_python(line, mode="json")})
    write_bytes(path, content, sync=False)
