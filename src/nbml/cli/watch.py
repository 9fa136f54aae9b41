"""Stays with a job to its end: shows progress, asks once at Ctrl-C, gives the exit code.

Leaving never harms the job: it belongs to its supervisor, not to this process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Literal

import typer
from rich.live import Live

from nbml.cli import faults
from nbml.cli.follow import Feed, Interrupts
from nbml.cli.progress import Progress, Teller
from nbml.cli.screen import err, is_dialogue, out, write_json
from nbml.cli.show import show_result
from nbml.errors import JobError
from nbml.i18n import text
from nbml.settings import Settings
from nbml.spec.events import AnyEvent
from nbml.spec.snapshot import Snapshot, fold

if TYPE_CHECKING:
    from nbml.cli.follow import AnyJob

Left = Literal["left"]


def attend(start: Callable[[], AnyJob], *, detach: bool, as_json: bool) -> None:
    """Start a job, stay with it and end the command with its exit code; or only name the job.

    Raises
    ------
    CommandError
        NBML-C10 when the job would run inside this process and could not outlive it.
    """
    if detach and Settings().executor != "ray":
        raise faults.CommandError("NBML-C10")
    job = start()
    if not detach:
        if not as_json:
            err().print(text("cli.job", id=job.id))
        raise typer.Exit(watch(job, as_json=as_json))
    if as_json:
        write_json({"type": "job", "id": job.id, "folder": str(job.folder)})
    else:
        out().print(job.id)
        err().print(text("cli.detached", id=job.id), soft_wrap=True)


def watch(job: AnyJob, *, as_json: bool = False) -> int:
    """Follow a job to its end and show its result.

    Parameters
    ----------
    job : Job or OptimizeJob
        Running or finished.
    as_json : bool
        Events and then the result as JSON lines on stdout, and nothing else.

    Returns
    -------
    int
        Exit code, see ``nbml.cli.main``.
    """
    view = _View(job, as_json=as_json)
    with Interrupts().counted() as interrupts, view.shown():
        for event in Feed(job).events():
            if event is not None:
                view.take(event)
            if interrupts.take() and _interrupted(job, view, interrupts) == "left":
                _say_how_to_return(job, view)
                return faults.CANCELLED
    return _end(job, view.snapshot, as_json=as_json)


class _View:
    """What is on the screen: a live picture, plain lines, or JSON."""

    def __init__(self, job: AnyJob, *, as_json: bool) -> None:
        self.snapshot = Snapshot(job_id=job.id)
        self.as_json = as_json
        self._teller = Teller()
        self.asked_to_stop = False
        self._console = err()
        self._seen_at = time.monotonic()
        is_live = not as_json and self._console.is_terminal
        self.live = (
            Live(get_renderable=self.picture, console=self._console, refresh_per_second=8)
            if is_live
            else None
        )

    def shown(self) -> Live | nullcontext[None]:
        """The block within which the picture stands."""
        return self.live or nullcontext()

    def take(self, event: AnyEvent) -> None:
        """Go on by one event."""
        self.snapshot = fold(self.snapshot, event)
        self._seen_at = time.monotonic()
        lines = self._teller.lines(event, self.snapshot)
        if self.as_json:
            write_json(event.model_dump(mode="json"))
        elif self.live is None:
            for line in lines:
                self._console.print(line, soft_wrap=True)

    def picture(self) -> Progress:
        """The job as of now; the clock goes on between events."""
        job = self.snapshot
        since = 0.0 if job.is_finished else time.monotonic() - self._seen_at
        hint = (
            "" if not is_dialogue() else text("cli.hint.stopping" if self.asked_to_stop else "cli.hint.stop")
        )
        return Progress(job, job.elapsed_s + since, hint, self._teller.task)

    def say(self, line: str) -> None:
        """A line above or after the picture, never among JSON."""
        if not self.as_json:
            self._console.print(line, soft_wrap=True)


def _interrupted(job: AnyJob, view: _View, interrupts: Interrupts) -> Left | None:
    """What Ctrl-C means: a question where one can be asked, else stop; a second one leaves."""
    if view.asked_to_stop:
        return "left"
    if is_dialogue() and not view.as_json:
        answer = _ask(view, interrupts)
        if answer is not True:
            return "left" if answer == "left" else None
    view.asked_to_stop = True
    view.say(text("cli.stopping"))
    job.cancel()
    return None


def _ask(view: _View, interrupts: Interrupts, read: Callable[[str], str] = input) -> bool | Left:
    if view.live is not None:
        view.live.stop()
    try:
        with interrupts.raised():
            err().print(text("cli.ask.stop"), end=" ")
            answer = read("")
    except KeyboardInterrupt:
        err().print()
        return "left"
    except EOFError:
        answer = ""
    if view.live is not None:
        view.live.start()
    return answer.strip().lower() in ("y", "yes", "はい")


def _say_how_to_return(job: AnyJob, view: _View) -> None:
    stays = view.snapshot.executor not in ("inline", "cluster")
    view.say(text("cli.left.goes_on" if stays else "cli.left.ends", id=job.id))


def _end(job: AnyJob, snapshot: Snapshot, *, as_json: bool) -> int:
    if snapshot.state == "failed" and snapshot.error is not None:
        code = faults.tell(snapshot.error, as_json=as_json)
        _folder(job, as_json=as_json)
        return code or faults.JOB_FAILED
    if not snapshot.is_finished:
        raise JobError("NBML-C02", id=job.id, state=job.status)
    try:
        result = job.result()
    except JobError as failure:
        faults.tell(failure, as_json=as_json)
        return faults.CANCELLED if snapshot.state == "cancelled" else faults.exit_code(failure.code)
    if as_json:
        write_json(
            {"type": "result", "folder": str(job.folder), "record": result.record.model_dump(mode="json")}
        )
    else:
        show_result(out(), result.record, job.folder)
    return faults.CANCELLED if snapshot.state == "cancelled" else faults.OK


def _folder(job: AnyJob, *, as_json: bool) -> None:
    if not as_json:
        err().print(text("cli.see_folder", folder=str(job.folder)), soft_wrap=True)
