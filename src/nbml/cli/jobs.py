"""``nbml jobs``, ``status``, ``cancel``, ``resume``, ``flush``: finding a job again from anywhere."""

from __future__ import annotations

from typing import Annotated

import typer

from nbml.cli.lists import job_table
from nbml.cli.options import JobId, Json
from nbml.cli.progress import Progress
from nbml.cli.screen import err, out, write_json
from nbml.cli.show import show_result
from nbml.cli.submit import JobAt, ask_to_stop, show_status
from nbml.cli.watch import attend, watch
from nbml.i18n import text


def jobs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="cli.option.limit")] = 20,
    search: Annotated[str, typer.Option("--search", "-s", help="cli.option.search", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """List jobs, newest first."""
    import nbml

    found = nbml.jobs(limit=limit, search=search)
    if as_json:
        from pydantic_core import to_jsonable_python

        for job in found:
            write_json(to_jsonable_python(job))
    elif found:
        out().print(job_table(found))
    else:
        err().print(text("cli.no_jobs"))


def status(
    job_id: JobId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="cli.option.follow")] = False,
    address: JobAt = None,
    as_json: Json = False,
) -> None:
    """Show how a job stands, or stay with it to its end."""
    if address is not None:
        show_status(job_id, address, follow=follow, as_json=as_json)
        return
    import nbml

    job = nbml.open(job_id)
    is_search = isinstance(job, nbml.OptimizeJob)
    if follow and job.status != "interrupted":
        raise typer.Exit(watch(job, as_json=as_json))
    snapshot, state = job.snapshot(), job.status
    if as_json:
        write_json(
            {
                "type": "status",
                "state": state,
                "folder": str(job.folder),
                "snapshot": snapshot.model_dump(mode="json"),
            }
        )
        return
    console = out()
    console.print(Progress(snapshot, snapshot.elapsed_s, task="optimize" if is_search else "train"))
    if state == "interrupted":
        console.print(text("cli.interrupted", id=job.id), soft_wrap=True)
    elif state == "succeeded" or (state == "cancelled" and is_search and job.paths.result.exists()):
        show_result(console, job.result().record, job.folder)
    elif snapshot.error is not None:
        console.print(f"{snapshot.error.code}  {snapshot.error.message}\n{snapshot.error.next_step}")


def cancel(job_id: JobId, address: JobAt = None, as_json: Json = False) -> None:
    """Stop a job and keep what is finished."""
    if address is not None:
        ask_to_stop(job_id, address, as_json=as_json)
        return
    import nbml

    job = nbml.open(job_id)
    is_running = job.status in ("queued", "running")
    if is_running:
        job.cancel()
    if as_json:
        write_json({"type": "cancel", "id": job.id, "asked": is_running, "state": job.status})
    else:
        out().print(
            text(
                "cli.cancelled" if is_running else "cli.not_running",
                id=job.id,
                state=text(f"cli.state.{job.status}"),
            ),
            soft_wrap=True,
        )


def resume(
    job_id: JobId,
    detach: Annotated[bool, typer.Option("--detach", help="cli.option.detach")] = False,
    as_json: Json = False,
) -> None:
    """Take up a job that was interrupted, from what is finished."""
    import nbml

    attend(lambda: nbml.resume(job_id), detach=detach, as_json=as_json)


def flush(job_id: JobId, as_json: Json = False) -> None:
    """Put in MLflow what waits for it on disk."""
    import nbml

    run_id = nbml.open(job_id).flush()
    if as_json:
        write_json({"type": "flush", "id": job_id, "run_id": run_id})
    else:
        out().print(text("cli.flushed", run=run_id), soft_wrap=True)
