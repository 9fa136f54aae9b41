"""The way in: from a job, a result or an id to an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbml.errors import JobError
from nbml.jobs.explaining.explanation import Check, Explanation, _go_on
from nbml.jobs.explaining.shap_values import Of, final_values, held_out_values
from nbml.jobs.explaining.subject import Subject
from nbml.jobs.job import Job
from nbml.jobs.result import TrainResult

if TYPE_CHECKING:
    import pandas as pd


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
        A finished training; a str is its job id or MLflow run id. A running job is waited for.
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
        NBML-V04 no rows, NBML-V06 rows given for held-out models.
    """
    if rows is not None and of == "held_out":
        raise JobError("NBML-V06")
    job = _job_of(run)
    job.wait()
    return make_explanation(
        Subject.of(job), target, family, of=of or ("held_out" if rows is None else "final"), rows=rows
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


def _job_of(run: Any) -> Job:
    if isinstance(run, Job):
        return run
    if isinstance(run, TrainResult):
        return Job(run.record.job_id)
    from nbml.jobs.models import open_job

    job = open_job(str(run))
    if not isinstance(job, Job):
        raise JobError("NBML-J40", job_id=job.id, task=job.spec.task, wanted="train")
    return job
