"""Where a job is kept, once it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbml.tracking.spool import Spool


@dataclass(frozen=True)
class Kept:
    """A job in MLflow.

    Attributes
    ----------
    run_id : str
        The job's run.
    experiment_id : str
        Its experiment.
    tracking_uri : str
        Where, without a credential.
    model_uri : str or None
        ``models:/..`` of the trained model; None when the job left none.
    registered_as, version : str or None
        Name and version in the registry, when that was asked for and done.
    """

    run_id: str
    experiment_id: str
    tracking_uri: str
    model_uri: str | None = None
    registered_as: str | None = None
    version: str | None = None


def kept(job_folder: Path) -> Kept | None:
    """Where a job is kept, from its own folder; None while something is still to be uploaded."""
    if not (job_folder / "tracking" / "state.json").exists():
        return None
    said = Spool(job_folder).load_state().kept
    return None if said is None else Kept(**said)
