"""The catalog and the jobs' folders brought together again after a kill, a full disk or a server away (F23).

A folder without an entry is entered; an entry of this machine whose folder is gone is marked as missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from pydantic import ValidationError

from nbml.catalog.entries import STEPS
from nbml.catalog.recording import enter
from nbml.catalog.store import Catalog
from nbml.catalog.tables import RUNS
from nbml.catalog.views import CURRENT_RUNS
from nbml.errors import NbmlError
from nbml.settings import Settings
from nbml.spec.parse import parse_job


@dataclass(frozen=True)
class Synced:
    """What was looked at and done.

    Attributes
    ----------
    seen : int
        Folders and entries looked at.
    entered, missing : int
        Jobs entered, and entries marked as missing.
    unreadable : tuple of str
        Job folders that could not be read.
    """

    seen: int
    entered: int
    missing: int
    unreadable: tuple[str, ...] = ()


def sync(catalog: Catalog, settings: Settings, *, states: Iterable[tuple[str, str, str | None]]) -> Synced:
    """Bring catalog and folders together for the catalog's user.

    Parameters
    ----------
    states : iterable of (job id, state, error code)
        The jobs whose folders are here, each with how it stands; only ended ones are entered.
    """
    rows = CURRENT_RUNS.rows
    mine = catalog.read(sa.select(rows).where(rows.c.user_name == catalog.user))
    known = {row["job_id"]: row for row in mine}
    entered, unreadable, here = 0, [], set()
    for job_id, state, error_code in states:
        here.add(job_id)
        row = known.get(job_id)
        if state not in STEPS or (row is not None and row["step"] >= STEPS[state]):
            continue
        folder = settings.jobs / job_id
        try:
            spec = parse_job(json.loads((folder / "spec.json").read_text(encoding="utf-8")))
            if spec.resolved is not None and spec.resolved.user == catalog.user:
                enter(catalog, spec, folder, state, error_code=error_code)
                entered += 1
        except (OSError, ValueError, ValidationError) as error:
            unreadable.append(f"{job_id}: {type(error).__name__}")
        except NbmlError as error:
            if error.code.startswith(("NBML-K", "NBML-U")):
                raise
            unreadable.append(f"{job_id}: {error.code}")
    gone = [row for row in mine if row["job_id"] not in here and _is_lost(row, settings.jobs)]
    blank = {"id", "made_at", "user_name"}
    catalog.append((RUNS, [{k: v for k, v in row.items() if k not in blank} | _MISSING for row in gone]))
    return Synced(len(here | known.keys()), entered, len(gone), tuple(unreadable))


_MISSING = {"state": "missing", "step": STEPS["missing"]}


def _is_lost(row: dict[str, object], jobs: Path) -> bool:
    """Whether nothing of a run is left: no folder here, and it was not kept in MLflow either."""
    return row["state"] != "missing" and row["run_id"] is None and not (jobs / str(row["job_id"])).exists()
