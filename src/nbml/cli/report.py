"""``nbml report``: a finished training as one file to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from nbml.cli.options import JobId, Json
from nbml.cli.screen import out, write_json


def report(
    job_id: JobId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="cli.option.report_file", show_default=False)
    ] = None,
    language: Annotated[
        Literal["en", "ja"] | None,
        typer.Option("--report-language", help="cli.option.report_language", show_default=False),
    ] = None,
    theme: Annotated[Literal["auto", "light", "dark"], typer.Option(help="cli.option.theme")] = "auto",
    as_json: Json = False,
) -> None:
    """Write a finished training as one HTML file."""
    import nbml
    from nbml.errors import JobError
    from nbml.jobs.job import Job
    from nbml.report.writing import write_report

    job = nbml.open(job_id)
    if not isinstance(job, Job):
        raise JobError("NBML-J40", job_id=job.id, task=job.spec.task, wanted="train")
    path = write_report(job, output or Path(f"{job.id}.html"), language=language, theme=theme)
    if as_json:
        write_json({"type": "report", "job_id": job.id, "path": str(path)})
    else:
        out().print(str(path), soft_wrap=True, markup=False, highlight=False)
