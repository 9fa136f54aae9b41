"""A finished job as a file for the browser to keep: a report, or a notebook with its table."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from nbml.errors import PanelError
from nbml.jobs.job import Job
from nbml.spec.messages.handing_on import HandedOn, HandOn

if TYPE_CHECKING:
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session

LARGEST_BYTES = 50_000_000
"""A larger file is not sent through the notebook's channel."""
_ODD = re.compile(r"[^\w-]+")


def hand_on(session: Session, request: HandOn, progress: Progress) -> HandedOn:
    """Make the file and send it.

    Raises
    ------
    JobError
        NBML-J05 where the job left no result, NBML-J40 where it is no training.
    PanelError
        NBML-V08 for a notebook whose table is too large for this way.
    """
    job = Job(request.job_id, session.settings)
    stem = _ODD.sub("_", job.title)[:60].strip("_") or job.id
    progress.tell(0, None, session.say(f"panel.hand_on.making_{request.what}"))
    if request.what == "report":
        suffix, content = "html", _report(session, request, job, progress)
    else:
        suffix, content = "zip", _notebook(session, stem, job)
    progress.check()
    chunks = progress.send_text(b64encode(gzip.compress(content)).decode("ascii"))
    return HandedOn(name=f"{stem}.{suffix}", chunks=chunks)


def _report(session: Session, request: HandOn, job: Job, progress: Progress) -> bytes:
    from nbml.report.writing import render_report

    def tell(done: int, total: int) -> None:
        progress.check()
        progress.tell(done, total, session.say("panel.hand_on.making_report"))

    page = render_report(job, language=session.language, theme=request.theme, tell=tell)
    return page.encode("utf-8")


def _notebook(session: Session, stem: str, job: Job) -> bytes:
    from nbml.report.notebook import make_notebook

    made = make_notebook(job, stem, language=session.language)
    if len(made.data) > LARGEST_BYTES:
        raise PanelError("NBML-V08", mb=round(len(made.data) / 1e6), job_id=job.id)
    return made.archive()
