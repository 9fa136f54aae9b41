"""``nbml report``: a finished training to hand on, as a page or as a notebook that does it again."""

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
    """Write a finished training as one HTML file, or as a notebook where the file ends so."""
    import nbml
    from nbml.errors import JobError
    from nbml.jobs.job import Job
    from nbml.report.notebook import write_notebook
    from nbml.report.writing import write_report

    job = nbml.open(job_id)
    if not isinstance(job, Job):
        raise JobError("NBML-J40", job_id=job.id, task=job.spec.task, wanted="train")
    output = output or Path(f"{job.id}.html")
    is_notebook = output.suffix.lower() == ".ipynb"
    if is_notebook:
        path = write_notebook(job, output, language=language)
    else:
        path = write_report(job, output, language=language, theme=theme)
    if as_json:
        write_json({"type": "notebook" if is_notebook else "report", "job_id": job.id, "path": str(path)})
    else:
        out().print(str(path), soft_wrap=True, markup=False, highlight=False)
