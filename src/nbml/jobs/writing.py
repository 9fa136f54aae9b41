"""Writing a job down before it runs: the resolved spec and the training columns, in a folder of its own."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from nbml.data.checks import resolve_features
from nbml.data.store import save_frame
from nbml.durable import write_text
from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.errors import SpecError
from nbml.jobs.training_data import check
from nbml.jobs.written_job import FINDINGS, WrittenJob
from nbml.platform.choose import current_user
from nbml.settings import Settings
from nbml.spec.columns import ColumnSheet
from nbml.spec.parse import spec_to_json
from nbml.spec.train import Resolved, TrainSpec

if TYPE_CHECKING:
    from nbml.data.table import Table

LIBRARIES = (
    "nbml",
    "numpy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "catboost",
    "optuna",
    "ray",
    "mlflow",
    "shap",
)


def write_job(spec: TrainSpec, table: Table, settings: Settings) -> WrittenJob:
    """Settle a spec for a table and write the job down; nothing runs yet.

    Parameters
    ----------
    spec : TrainSpec
        As asked. One that was resolved before is settled anew, and its data hash must be the table's.
    table : Table
        The rows; they are copied, so later changes to the frame or its file do not reach the job.
    settings : Settings

    Raises
    ------
    SpecError
        NBML-S07 when the table is not the one the spec was resolved for.
    DataError
        When the checks find an error; nothing is written then.
    """
    if spec.data.sha256 not in (None, table.sha256):
        raise SpecError("NBML-S07", expected=spec.data.sha256, found=table.sha256)
    sheet = _with_kinds(table.columns, spec)
    features = resolve_features(
        sheet, targets=spec.targets, features=spec.features, group=spec.group, fold_column=spec.fold_column
    )
    used = {*features, *spec.targets, *(spec.features or ())} | {
        c for c in (spec.group, spec.fold_column) if c
    }
    columns = [name for name in table.columns.names if name in used]
    warnings = check(spec, table.frame, sheet)
    folder = JobFolder.of(settings.jobs, new_job_id()).make()
    frame = table.frame[columns]
    stored = save_frame(frame, folder.data)
    kept = ColumnSheet(columns=tuple(sheet[name] for name in columns))
    write_text(folder.data / "columns.json", kept.model_dump_json())
    write_text(folder.data / "findings.json", FINDINGS.dump_json(list(warnings)).decode())
    resolved = Resolved(
        job_id=folder.job_id,
        features=features,
        n_rows=len(frame),
        versions=library_versions(),
        user=current_user(settings),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        columns_sha256=stored,
    )
    spec = spec.model_copy(
        update={"resolved": resolved, "data": spec.data.model_copy(update={"sha256": table.sha256})}
    )
    write_text(folder.spec, spec_to_json(spec))
    return WrittenJob(folder, spec)


def _with_kinds(sheet: ColumnSheet, spec: TrainSpec) -> ColumnSheet:
    unknown = [name for name in spec.kinds if name not in sheet]
    if unknown:
        raise SpecError("NBML-S06", column=unknown[0], role="kinds", columns=list(sheet.names), close="-")
    return ColumnSheet(
        columns=tuple(
            column.model_copy(update={"kind": spec.kinds[column.name], "role": "feature"})
            if column.name in spec.kinds
            else column
            for column in sheet.columns
        )
    )


def library_versions() -> dict[str, str]:
    """Versions here of Python, nbml and the libraries that a job is described with."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
