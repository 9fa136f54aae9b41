"""``nbml submit`` and ``logs``, and ``status`` and ``cancel`` with ``--address``: jobs of a Ray cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbml.cli import faults
from nbml.cli.options import Json
from nbml.cli.progress import Progress, Teller
from nbml.cli.screen import err, out, write_json
from nbml.cli.show import show_result
from nbml.i18n import text
from nbml.spec.reading import shown

if TYPE_CHECKING:
    from rich.console import Console

    from nbml.jobs.submission.submission import Submission
    from nbml.spec.events import AnyEvent

Address = Annotated[str, typer.Option(help="cli.option.address", metavar="URL", show_default=False)]
JobAt = Annotated[
    str | None, typer.Option("--address", help="cli.option.job_at", metavar="URL", show_default=False)
]


def submit(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="cli.option.spec", show_default=False)],
    address: Address,
    home: Annotated[str | None, typer.Option(help="cli.option.home", metavar="FOLDER")] = None,
    by_path: Annotated[bool, typer.Option("--by-path", help="cli.option.by_path")] = False,
    pip: Annotated[bool, typer.Option("--pip", help="cli.option.pip")] = False,
    wheel: Annotated[Path | None, typer.Option(help="cli.option.wheel", metavar="FILE")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="cli.option.detach_submission")] = False,
    as_json: Json = False,
) -> None:
    """Run the job of a spec file on a Ray cluster."""
    from nbml.jobs.submission import submission as batch

    submitted = batch.submit(spec, address, home=home, by_path=by_path, pip=pip, wheel=wheel)
    if as_json:
        write_json({"type": "submission", "id": submitted.id, "address": submitted.client.address})
    elif detach:
        out().print(submitted.id)
    else:
        err().print(text("cli.submitted", id=submitted.id))
    if not detach:
        raise typer.Exit(_attend(submitted, as_json=as_json))
    if not as_json:
        _say(submitted, "cli.submission.detached")


def logs(
    submission_id: Annotated[str, typer.Argument(metavar="ID", help="cli.option.submission")],
    address: Address,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="cli.option.follow_logs")] = False,
    as_json: Json = False,
) -> None:
    """Print what a submitted job has said."""
    seen, teller = _at(address, submission_id), Teller()
    if follow:
        raise typer.Exit(_attend(seen, as_json=as_json))
    for said in seen.so_far():
        _show(seen, said, out(), teller, as_json=as_json)


def show_status(submission_id: str, address: str, *, follow: bool, as_json: bool) -> None:
    """How a submission stands, or all of it to its end."""
    seen = _at(address, submission_id)
    if follow:
        raise typer.Exit(_attend(seen, as_json=as_json))
    state = seen.look()
    if as_json:
        write_json(
            {
                "type": "status",
                "state": state.state,
                "exit_code": state.exit_code,
                "snapshot": seen.snapshot.model_dump(mode="json"),
            }
        )
        return
    out().print(text("cli.submission.state", id=seen.id, state=state.state))
    if seen.snapshot.seq:
        out().print(Progress(seen.snapshot, seen.snapshot.elapsed_s))
    if state.is_over:
        _end(seen, as_json=False)


def ask_to_stop(submission_id: str, address: str, *, as_json: bool) -> None:
    """Stop a submission, keeping what is finished."""
    seen = _at(address, submission_id)
    asked = seen.stop()
    state = seen.client.look(seen.id).state
    if as_json:
        write_json({"type": "cancel", "id": seen.id, "asked": asked, "state": state})
    else:
        key = "cli.submission.stop_asked" if asked else "cli.submission.had_ended"
        out().print(text(key, id=seen.id, state=state), soft_wrap=True)


def _at(address: str, submission_id: str) -> Submission:
    from nbml.jobs.submission.submission import Submission

    return Submission.at(address, submission_id)


def _attend(submitted: Submission, *, as_json: bool) -> int:
    """Stay to the end; Ctrl-C leaves the job where it is."""
    teller = Teller()
    try:
        for said in submitted.follow():
            _show(submitted, said, err(), teller, as_json=as_json)
        return _end(submitted, as_json=as_json)
    except KeyboardInterrupt:
        if not as_json:
            _say(submitted, "cli.submission.left")
        return faults.CANCELLED


def _show(
    submitted: Submission, said: AnyEvent | str, console: Console, teller: Teller, *, as_json: bool
) -> None:
    """An event as JSON or in the lines it is worth; what is no event, such as a library's words, as it is."""
    if isinstance(said, str):
        if not as_json:
            console.print(shown(said, 2_000), soft_wrap=True)
    elif as_json:
        write_json(said.model_dump(mode="json"))
    else:
        for line in teller.lines(said, submitted.snapshot):
            console.print(line, soft_wrap=True)


def _say(submitted: Submission, key: str) -> None:
    err().print(text(key, id=submitted.id, address=submitted.client.address), soft_wrap=True)


def _end(submitted: Submission, *, as_json: bool) -> int:
    """Show what came of it; the job's own exit code."""
    from nbml.jobs.submission.submission import fault_of

    end = submitted.end()
    if (answer := submitted.answer) is not None:
        if as_json:
            write_json(answer)
        else:
            show_result(out(), submitted.record(), Path(answer["folder"]))
            job_id = submitted.snapshot.job_id
            out().print(text("cli.submission.opens", id=job_id, folder=answer["folder"]), soft_wrap=True)
    elif (fault := fault_of(submitted, end)) is not None:
        code = faults.tell(fault, as_json=as_json)
        return code if end.exit_code is None else end.exit_code
    if end.state == "STOPPED":
        return faults.CANCELLED
    return faults.JOB_FAILED if end.exit_code is None else end.exit_code
