"""What is handed on: a finished job as a file for the browser to keep. Every panel is asked this."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.messages.base import JobId, Request


class HandOn(Request):
    """A finished training as a file, sent ahead in chunks. Answered with HandedOn."""

    kind: Literal["hand_on"] = "hand_on"
    job_id: JobId
    what: Literal["report", "notebook"] = Field(
        description="One HTML page; or a ZIP of a notebook that does not need nbml and the table it reads."
    )
    theme: Literal["light", "dark"] = Field(default="light", description="Of a report.")


class HandedOn(Strict):
    """The file has been sent: gzip in base64, by chunks."""

    name: str = Field(description="What to call the file.")
    chunks: int


Requests: tuple[type[Request], ...] = (HandOn,)
Answers: dict[type[Request], type[Strict]] = {HandOn: HandedOn}
