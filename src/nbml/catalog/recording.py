"""Jobs enter the catalog when they are made and when they end. A catalog that fails never fails a job.

``made`` and ``finished`` give back what went wrong instead of raising it; the caller says it as a notice and
``nbml catalog sync`` enters the job later.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from nbml.errors import CatalogError, NbmlError
from nbml.masking import scrub
from nbml.platform.choose import platform
from nbml.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbml.catalog.store import Catalog
    from nbml.platform.ports import Person
    from nbml.spec.parse import JobSpec

MANIFEST = "models/manifest.json"


def made(spec: JobSpec, settings: Settings) -> CatalogError | None:
    """Enter a job that has just been written down.

    Where a write takes seconds, as in Unity Catalog, nothing is done now: ``finished`` enters both.

    Returns
    -------
    CatalogError or None
        NBML-K10 with the reason when it could not be entered.
    """
    if is_slow(settings):
        return None
    return _tried(lambda: _enter_made(_open(spec, settings), spec, settings))


def finished(
    spec: JobSpec, folder: Path, settings: Settings, state: str, *, error_code: str | None = None
) -> CatalogError | None:
    """Enter how a job ended, with its data set, models and lineage.

    Parameters
    ----------
    spec : TrainSpec
        The resolved spec.
    folder : Path
        The job's folder; ``result.json`` in it is read where there is one.
    state : str
        succeeded, failed or cancelled.
    error_code : str, optional
        Code of the failure.

    Returns
    -------
    CatalogError or None
        NBML-K10 with the reason when it could not be entered.
    """
    return _tried(lambda: enter(_open(spec, settings), spec, folder, state, error_code=error_code))


def is_slow(settings: Settings) -> bool:
    """Whether a write to the catalog is a commit to Delta."""
    return settings.environment == "databricks" and settings.catalog_url is None


def enter(
    catalog: Catalog, spec: JobSpec, folder: Path, state: str, *, error_code: str | None = None
) -> None:
    """Write a job's end, and its beginning where that is not there yet. May be done twice.

    Raises
    ------
    NbmlError
        As the catalog fails.
    """
    from nbml.catalog import entries
    from nbml.catalog.queries import begin_project
    from nbml.catalog.tables import DATASETS, EDGES, MODELS, RUNS
    from nbml.spec.front import OptimizeRecord
    from nbml.spec.result import TrainRecord

    assert spec.resolved is not None
    result = folder / "result.json"
    said = result.read_bytes() if result.exists() else None
    record = TrainRecord.model_validate_json(said) if said and spec.task == "train" else None
    search = OptimizeRecord.model_validate_json(said) if said and spec.task == "optimize" else None
    manifest = folder / MANIFEST
    sha256 = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None
    registered = _registered(folder)
    runs = [entries.run_row(spec, state, record=record or search, error_code=error_code)]
    if not _is_known(catalog, spec.resolved.job_id):
        runs.insert(0, entries.run_row(spec, "queued", made_at=_utc(spec.resolved.created)))
    catalog.append(
        *begin_project(catalog, spec.project),
        (DATASETS, [entries.dataset_row(spec, record)] if spec.task == "train" else []),
        (
            MODELS,
            []
            if record is None or spec.task != "train"
            else entries.model_rows(spec, record, manifest_sha256=sha256, registered=registered),
        ),
        (EDGES, entries.edge_rows(spec, manifest_sha256=sha256)),
        (RUNS, runs),
    )


def _enter_made(catalog: Catalog, spec: JobSpec, settings: Settings) -> None:
    from nbml.catalog import entries
    from nbml.catalog.queries import begin_project
    from nbml.catalog.tables import DATASETS, EDGES, RUNS, USERS

    catalog.append(
        (USERS, _new_person(catalog, platform(settings).identity.current())),
        *begin_project(catalog, spec.project),
        (DATASETS, [entries.dataset_row(spec, None)] if spec.task == "train" else []),
        (EDGES, entries.edge_rows(spec, manifest_sha256=None)),
        (RUNS, [entries.run_row(spec, "queued")]),
    )


def _new_person(catalog: Catalog, person: Person) -> list[dict[str, object]]:
    """The user's event, where his name or groups are new."""
    import sqlalchemy as sa

    from nbml.catalog import entries
    from nbml.catalog.views import CURRENT_USERS

    row = entries.user_row(person)
    if person.user != catalog.user:
        return []
    known = catalog.read(sa.select(CURRENT_USERS.rows).where(CURRENT_USERS.rows.c.user_name == catalog.user))
    return [] if known and all(known[0][name] == value for name, value in row.items()) else [row]


def _is_known(catalog: Catalog, job_id: str) -> bool:
    import sqlalchemy as sa

    from nbml.catalog.tables import RUNS

    return bool(catalog.read(sa.select(RUNS.c.id).where(RUNS.c.job_id == job_id).limit(1)))


def _open(spec: JobSpec, settings: Settings) -> Catalog:
    from nbml.catalog.store import Catalog

    assert spec.resolved is not None
    return Catalog.open(settings, user=spec.resolved.user)


def _registered(folder: Path) -> tuple[str | None, str | None]:
    """Name and version in the registry, as the job's upload noted them."""
    state = folder / "tracking" / "state.json"
    kept = (json.loads(state.read_bytes()).get("kept") if state.exists() else None) or {}
    return kept.get("registered_as"), kept.get("version")


def _utc(stamp: str) -> str:
    """A spec's time of making in the form of the catalog."""
    from datetime import UTC, datetime

    moment = datetime.fromisoformat(stamp).astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _tried(write: Callable[[], None]) -> CatalogError | None:
    try:
        write()
    except NbmlError as error:
        return CatalogError("NBML-K10", reason=f"{error.code} {error.message}")
    except Exception as error:
        # Whatever it is, it must not end the job; it is told, by its kind at least.
        return CatalogError("NBML-K10", reason=scrub(f"{type(error).__name__}: {error}")[:300])
    return None
