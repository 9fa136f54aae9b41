"""From a job's spec and result to rows of the catalog. Pure: nothing is read or written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.masking import masked
from nbml.spec.result import TrainRecord

if TYPE_CHECKING:
    from nbml.platform.ports import Person
    from nbml.spec.front import OptimizeRecord
    from nbml.spec.parse import JobSpec
    from nbml.spec.train import TrainSpec

Row = dict[str, Any]
STEPS = {"queued": 0, "running": 1, "cancelled": 2, "failed": 2, "succeeded": 2, "missing": 3}


def user_row(person: Person) -> Row:
    """The event of a person."""
    return {
        "user_name": person.user,
        "display_name": person.name,
        "groups_json": json.dumps(person.groups, ensure_ascii=False),
    }


def dataset_row(spec: TrainSpec, record: TrainRecord | None, *, file: str | None = None) -> Row:
    """The event of a data set's version: name, hash, size, column sheet once it is known."""
    assert spec.resolved is not None
    source = spec.data.path
    sheet = None if record is None else record.sheet
    n_columns = len(spec.resolved.features) + len(spec.targets) if sheet is None else len(sheet.columns)
    return {
        "project": spec.project,
        "name": spec.data.name if source is None else source_name(source),
        "sha256": spec.data.sha256 or spec.resolved.columns_sha256,
        "n_rows": spec.resolved.n_rows,
        "n_columns": n_columns,
        "source": None if source is None else masked(source),
        "sheet_json": None if sheet is None else sheet.model_dump_json(),
        "file": file,
    }


def source_name(source: str) -> str:
    """Name for show of where a table comes from: the last part of a path, or the table's three names."""
    return Path(source).name or source


def run_row(
    spec: JobSpec,
    state: str,
    *,
    record: TrainRecord | OptimizeRecord | None = None,
    error_code: str | None = None,
    made_at: str | None = None,
) -> Row:
    """The event of a run that has come to a state."""
    assert spec.resolved is not None
    row: Row = {
        "project": spec.project,
        "job_id": spec.resolved.job_id,
        "task": spec.task,
        "step": STEPS[state],
        "state": state,
        "title": spec.title,
        "targets_json": json.dumps(spec.targets, ensure_ascii=False),
        "dataset_sha256": data_hash(spec),
        "n_rows": spec.resolved.n_rows if spec.task == "train" else None,
        "error_code": error_code,
        "versions_json": json.dumps(spec.resolved.versions),
    }
    if made_at is not None:
        row["made_at"] = made_at
    if record is not None:
        if isinstance(record, TrainRecord):
            scores = {target: _rmse(record, target) for target in record.targets}
            row["scores_json"] = json.dumps(scores, ensure_ascii=False)
        row |= {
            "seconds": record.seconds,
            "run_id": record.run_id,
            "tracking_uri": None if record.tracking_uri is None else masked(record.tracking_uri),
        }
    return row


def model_rows(
    spec: TrainSpec,
    record: TrainRecord,
    *,
    manifest_sha256: str | None,
    registered: tuple[str | None, str | None] = (None, None),
) -> list[Row]:
    """An event for each model that a run left: one a target and family."""
    return [
        {
            "project": spec.project,
            "job_id": record.job_id,
            "target": leader.target,
            "family": leader.family,
            "chosen": int(leader.chosen),
            "rmse": leader.scores["rmse"].pooled if "rmse" in leader.scores else None,
            "manifest_sha256": manifest_sha256,
            "registered_as": registered[0],
            "registered_version": registered[1],
        }
        for leader in record.leaderboard
        if leader.trial is not None
    ]


def edge_rows(spec: JobSpec, *, manifest_sha256: str | None) -> list[Row]:
    """What a run was made from, a data set or models, and the models that it made."""
    assert spec.resolved is not None
    run = spec.resolved.job_id
    links = []
    if (data := data_hash(spec)) is not None:
        links.append(("dataset", data, "read by", "run", run))
    if spec.task == "optimize":
        links += [("model", used.bundle_sha256, "searched by", "run", run) for used in spec.resolved.used]
    if manifest_sha256 is not None:
        links.append(("run", run, "made", "model", manifest_sha256))
    names = ("from_kind", "from_id", "relation", "to_kind", "to_id")
    return [{"project": spec.project, **dict(zip(names, link, strict=True))} for link in links]


def data_hash(spec: JobSpec) -> str | None:
    """Hash of the table that a run read; None for one that reads none."""
    if spec.task != "train" or spec.resolved is None:
        return None
    return spec.data.sha256 or spec.resolved.columns_sha256


def _rmse(record: TrainRecord, target: str) -> float | None:
    leader = record.chosen(target)
    return leader.scores["rmse"].pooled if leader is not None and "rmse" in leader.scores else None
