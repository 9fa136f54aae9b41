"""Several finished jobs side by side: scores with their folds, and only the parameters that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.history.summary import summarise
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.history import ComparedModel, Comparison
from nbml.spec.result import TrainRecord

MOST = 8


def compare(job_ids: Sequence[str], *, settings: Settings | None = None) -> Comparison:
    """Put two to eight jobs side by side.

    Raises
    ------
    JobError
        NBML-J33 for fewer than two or more than eight; NBML-J01, NBML-J02 when there is no such job.
    """
    settings = settings or Settings()
    ids = tuple(dict.fromkeys(job_ids))
    if not 2 <= len(ids) <= MOST:
        raise JobError("NBML-J33", given=len(ids), most=MOST)
    specs = [read_job(job_id, settings).spec for job_id in ids]
    flat = [_flat(spec.model_dump(mode="json", exclude={"resolved", "schema_"})) for spec in specs]
    columns = {name: [one.get(name) for one in flat] for one in flat for name in one}
    differing = {
        name: tuple(values) for name, values in columns.items() if any(other != values[0] for other in values)
    }
    records = [_record(JobFolder.of(settings.jobs, job_id)) for job_id in ids]
    held = {
        (record.data_sha256, record.fold_names, record.fold_scheme, record.n_rows, record.group)
        for record in records
        if record is not None
    }
    return Comparison(
        jobs=tuple(summarise(job_id, settings) for job_id in ids),
        models=tuple(_models(records)),
        settings=differing,
        is_fair=len(held) == 1 and None not in records,
    )


def _models(records: Sequence[TrainRecord | None]) -> list[ComparedModel]:
    return [
        ComparedModel(
            job_id=record.job_id,
            target=leader.target,
            family=leader.family,
            scores=leader.scores,
            fold_names=record.fold_names,
            params=leader.params,
        )
        for record in records
        if record is not None
        for leader in record.leaderboard
        if leader.chosen or leader.family == "baseline"
    ]


def _record(folder: JobFolder) -> TrainRecord | None:
    if not folder.result.exists():
        return None
    return TrainRecord.model_validate_json(folder.result.read_bytes())


def _flat(value: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            flat |= _flat(inner, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = inner
    return flat
