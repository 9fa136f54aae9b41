"""The data sets of the catalog as they can be had again: the rows that a training has kept with it.

A training keeps the columns it used, so a version of a table outlives its file, its notebook and its upload.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.written_job import WrittenJob
from nbml.settings import Settings
from nbml.spec.columns import Column, ColumnSheet, Role
from nbml.spec.reading import Decision, ReadReport, shown
from nbml.spec.train import TrainSpec

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.jobs.opening import AnyJob

MOST_VERSIONS = 200
_MOST_RUNS = 5_000


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A version of a data set, and the training that has its rows.

    Attributes
    ----------
    job_id, title : str
        The latest training on it whose folder is here.
    name, project, user : str
        As the catalog calls it.
    version : int
        From 1, in the order in which the contents of that name were first used.
    n_rows, n_columns : int
        Columns that were used.
    used : str
        When that training was made, UTC, ISO 8601.
    """

    job_id: str
    title: str
    name: str
    project: str
    user: str
    version: int
    n_rows: int
    n_columns: int
    used: str


def kept_tables(settings: Settings | None = None) -> tuple[list[KeptTable], int]:
    """The versions of data sets that the user sees, latest use first, and how many more have no rows here.

    Raises
    ------
    CatalogError
        As the catalog fails.
    """
    from nbml.catalog.queries import runs, versions
    from nbml.catalog.store import Catalog

    settings = settings or Settings()
    catalog = Catalog.open(settings)
    held: dict[str, dict[str, Any]] = {}
    for run in runs(catalog, limit=_MOST_RUNS):
        sha256 = run["dataset_sha256"]
        if sha256 is not None and sha256 not in held and _is_here(run["job_id"], settings):
            held[sha256] = run
    rows = versions(catalog, limit=MOST_VERSIONS)
    made = [_line(row, held[row["sha256"]]) for row in rows if row["sha256"] in held]
    return sorted(made, key=lambda one: one.job_id, reverse=True), len(rows) - len(made)


def kept_table(job: WrittenJob) -> Table:
    """The rows that a training has kept, with the roles it gave them.

    Raises
    ------
    ReadError
        NBML-R31 when they are gone, NBML-R32 when they are not what was kept.
    """
    from nbml.data.store import load_frame
    from nbml.data.table import Table

    spec, folder = job.spec, job.folder.data
    assert spec.resolved is not None
    frame = load_frame(folder, spec.resolved.columns_sha256)
    known = _sheet(job.folder)
    sheet = ColumnSheet(columns=tuple(_column(known[str(n)], i, spec) for i, n in enumerate(frame.columns)))
    rows, width = frame.shape
    kept = Decision.model_validate(
        {"key": "data_room.kept", "fields": {"title": spec.title, "rows": rows, "width": width}}
    )
    return Table(frame, sheet, ReadReport(decisions=(kept,)), None, spec.resolved.columns_sha256)


def kept_name(spec: TrainSpec) -> str:
    """What the catalog calls the data set of a training."""
    from nbml.catalog.entries import source_name

    return spec.data.name if spec.data.path is None else source_name(spec.data.path)


def target_units(job: AnyJob) -> dict[str, str]:
    """Units of a training's targets, where the column sheet it has kept names one."""
    if job.spec.task != "train":
        return {}
    try:
        sheet = _sheet(job.paths)
    except (OSError, ValueError):
        return {}
    named = {name: sheet[name].unit for name in job.spec.targets[:50] if name in sheet}
    return {name: shown(unit, 20) for name, unit in named.items() if unit}


def _sheet(folder: JobFolder) -> ColumnSheet:
    return ColumnSheet.model_validate_json((folder.data / "columns.json").read_text("utf-8"))


def _line(row: dict[str, Any], run: dict[str, Any]) -> KeptTable:
    return KeptTable(
        job_id=run["job_id"],
        title=run["title"],
        name=row["name"],
        project=row["project"],
        user=row["user_name"],
        version=row["version"],
        n_rows=row["n_rows"],
        n_columns=row["n_columns"],
        used=run["made_at"],
    )


def _is_here(job_id: str, settings: Settings) -> bool:
    try:
        return JobFolder.of(settings.jobs, job_id).exists()
    except JobError:
        return False


def _column(column: Column, position: int, spec: TrainSpec) -> Column:
    assert spec.resolved is not None
    roles: dict[str, Role] = dict.fromkeys(spec.resolved.features, "feature")
    roles |= dict.fromkeys(spec.targets, "target")
    if spec.group is not None:
        roles[spec.group] = "group"
    if spec.fold_column is not None:
        roles[spec.fold_column] = "fold"
    role = roles.get(column.name, "ignored")
    return column.model_copy(update={"position": position, "role": role})
