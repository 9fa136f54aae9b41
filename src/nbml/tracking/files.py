"""The files of a run: tables and sheets as JSON and CSV, and the data set as MLflow lists it.

Owns their names and forms. No raw row of the user's table is among them but the out-of-fold table's target
and predictions. Knows nothing of runs.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.spec.result import TrainRecord
from nbml.tracking.names import shown
from nbml.tracking.spool import Operation

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

    from nbml.spec.columns import Column
    from nbml.spec.train import TrainSpec

TRIALS = "trials.json"
_TYPES = {"number": "double", "integer": "double", "boolean": "double"}


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder to fill before it is uploaded; removed afterwards, and leftovers of a kill with it."""
    for left in folder.glob("upload-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="upload-", dir=folder) as made:
        yield Path(made)


def write_trials(folder: Path, trials: Sequence[Operation], folds: Sequence[str]) -> None:
    """All trials of a search as a table that MLflow shows."""
    names = list(dict.fromkeys(name for trial in trials for name in trial["params"]))
    columns = ["number", "state", "rmse", *(f"rmse {fold}" for fold in folds), "seconds", "error", *names]
    rows = [
        [
            trial["number"],
            trial["state"],
            trial["value"],
            *(trial["folds"][k] if k < len(trial["folds"]) else None for k in range(len(folds))),
            trial["seconds"],
            trial["error"],
            *(trial["params"].get(name) for name in names),
        ]
        for trial in sorted(trials, key=lambda trial: int(trial["number"]))
    ]
    dump(folder / TRIALS, {"columns": columns, "data": rows})


def write_job(
    folder: Path,
    job_folder: Path,
    spec: TrainSpec,
    record: TrainRecord | None,
    ending: Operation,
    notices: Sequence[Operation],
) -> None:
    """What was asked, what came of it, and with what it was made."""
    dump(folder / "spec.json", _without_home(spec))
    shown_of = ("level", "code", "message")
    dump(folder / "notices.json", [{name: one[name] for name in shown_of} for one in notices])
    if record is None:
        dump(folder / "error.json", ending.get("error"))
        return
    said = record.model_dump(mode="json")
    dump(folder / "leaderboard.json", said["leaderboard"])
    dump(folder / "column_sheet.json", said["sheet"])
    dump(folder / "warnings.json", said["warnings"])
    versions = {} if spec.resolved is None else spec.resolved.versions
    here = {name: version(name) for name in ("nbml", "mlflow")}
    dump(folder / "versions.json", {"python": platform.python_version(), **versions, **here})
    if (job_folder / record.cv_result).exists():
        shutil.copyfile(job_folder / record.cv_result, folder / "cv_result.csv")


def dataset(spec: TrainSpec, record: TrainRecord) -> DatasetInput:
    """The table as an input of the run: its name, hash, columns and sizes, no row of it and no path."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    columns = [_column(one) for one in record.sheet.columns if one.role != "ignored"]
    schema = json.dumps({"mlflow_colspec": columns})
    return DatasetInput(
        Dataset(
            name=shown(Path(spec.data.path).name if spec.data.path else spec.data.name, 400),
            digest=record.data_sha256[:36],
            source_type="local",
            source=json.dumps({"uri": shown(Path(spec.data.path or spec.data.name).name, 400)}),
            schema=schema if len(schema) < 60_000 else None,
            profile=json.dumps({"num_rows": record.n_rows, "num_elements": record.n_rows * len(columns)}),
        ),
        [InputTag("mlflow.data.context", "training")],
    )


def sha256(models: Path) -> str:
    """Hash of a bundle's manifest, hence of all that is in it."""
    return hashlib.sha256((models / "manifest.json").read_bytes()).hexdigest()


def _column(column: Column) -> dict[str, Any]:
    kind = _TYPES.get(column.kind, "string")
    return {"type": kind, "name": column.name, "required": column.missing_share == 0}


def _without_home(spec: TrainSpec) -> dict[str, Any]:
    """The spec with a path under the user's home written from there, so that it names no user."""
    said = spec.model_dump(mode="json", by_alias=True)
    path = said["data"]["path"]
    if path is not None and Path(path).is_relative_to(Path.home()):
        said["data"]["path"] = str(Path("~") / Path(path).relative_to(Path.home()))
    return said


def dump(path: Path, value: Any) -> None:
    """Write strict JSON in ASCII."""
    path.write_text(json.dumps(value, ensure_ascii=True, allow_nan=False, indent=1), encoding="ascii")
