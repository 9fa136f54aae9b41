"""The way in: from a job, a result or an id to an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError, TrackingError
from nbml.jobs.explaining.explanation import Check, Explanation, _go_on
from nbml.jobs.explaining.remote import open_remote
from nbml.jobs.explaining.shap_values import Of, final_values, held_out_values
from nbml.jobs.explaining.subject import Subject
from nbml.jobs.job import Job
from nbml.jobs.models import folder_of
from nbml.jobs.opening import handle_of
from nbml.jobs.result import TrainResult
from nbml.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from nbml.tracking.load import RunRef


def explain(
    run: Job | TrainResult | str,
    target: str | None = None,
    family: str | None = None,
    *,
    of: Of | None = None,
    rows: pd.DataFrame | None = None,
) -> Explanation:
    """Explain what a trained model predicts, by Shapley values.

    Parameters
    ----------
    run : Job, TrainResult or str
        A finished training; a str is its job id, its MLflow run id or an address (``runs:/..``,
        ``models:/name@alias``). A running job is waited for. Of a run whose job is not on this machine the
        rows that its models keep are explained, at most 5,000.
    target : str, optional
        The first one when left out.
    family : str, optional
        The chosen one when left out.
    of : {"held_out", "final"}, optional
        held_out, the default: every row by the fold model that has not seen it, which is what the scores are
        of. final: by the model that predicts new rows, on the rows it was trained on, or on `rows`.
    rows : DataFrame, optional
        New rows for the final model to be explained on.

    Returns
    -------
    Explanation

    Raises
    ------
    JobError
        NBML-J02 no such job, NBML-J05 no result, NBML-J06 no such model, NBML-V03 no final model,
        NBML-V04 no rows, NBML-V06 rows given for held-out models, NBML-V09 no rows in a run of MLflow.
    TrackingError
        NBML-T06 to T09, NBML-T11 when a run of MLflow cannot be had or lacks what it needs.
    """
    if rows is not None and of == "held_out":
        raise JobError("NBML-V06")
    return make_explanation(
        subject_of(run), target, family, of=of or ("held_out" if rows is None else "final"), rows=rows
    )


def make_explanation(
    subject: Subject,
    target: str | None,
    family: str | None,
    *,
    of: Of,
    rows: pd.DataFrame | None = None,
    check: Check = _go_on,
) -> Explanation:
    """As ``explain``, of a job that is open; `check` is told (rows done, rows) and may raise to stop."""
    leader = subject.leader(target, family)
    material = (
        held_out_values(subject, leader, check)
        if of == "held_out"
        else final_values(subject, leader, rows, check)
    )
    if not len(material.explained.rows):
        raise JobError("NBML-V04")
    return Explanation(subject, leader, of, material, is_of_table=rows is None)


def explain_cells(
    subject: Subject,
    target: str | None,
    family: str | None,
    cells: Mapping[str, str | float | None],
    check: Check = _go_on,
) -> Explanation:
    """One row by the final model; features it does not name are missing, other names are ignored."""
    import pandas as pd

    row = pd.DataFrame([{name: cells.get(name) for name in subject.bundle.encoder.names}])
    return make_explanation(subject, target, family, of="final", rows=row, check=check)


def subject_of(run: Any) -> Subject:
    """A training by its handle, result, id or place in MLflow, opened; one that runs is waited for."""
    settings = Settings()
    if isinstance(run, TrainResult):
        run = Job(run.record.job_id, settings)
    if not isinstance(run, Job):
        identifier = str(run)
        if ":/" not in identifier and JobFolder.of(settings.jobs, identifier).exists():
            run = handle_of(identifier, settings)
        else:
            ref = _find(identifier, settings)
            if folder_of(ref, settings) is None:
                return open_remote(ref, settings)
            run = Job(ref.job_id, settings)
    if not isinstance(run, Job):
        raise JobError("NBML-J40", job_id=run.id, task=run.spec.task, wanted="train")
    run.wait()
    return Subject.of(run)


def _find(identifier: str, settings: Settings) -> RunRef:
    """A run of MLflow; what is neither an address nor known there is told as a job that is not here."""
    from nbml.tracking.load import find_run

    try:
        return find_run(identifier, settings)
    except TrackingError as error:
        if ":/" in identifier or error.code not in ("NBML-T04", "NBML-T06"):
            raise
        raise JobError("NBML-J02", job_id=identifier) from error
