"""The envelopes of what panels and kernel say to each other: JSON only, no message over 4 MB.

A request gets exactly one reply and, if it was accepted, exactly one answer. Knows no room and no widget.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import AnyEvent
from nbml.spec.snapshot import Snapshot

MAX_MESSAGE_BYTES = 4_000_000
"""No message either way is larger; some front ends drop what is over 5 MB without a word."""
USUAL_BYTES = 512_000
"""Batches and chunks stay below this."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}$")]
JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


class Request(Strict):
    """What a view asks of the kernel; each kind is a subclass with its own `kind`."""

    v: Literal[1] = 1
    request_id: Id = Field(description="Made by the view, <view>-<n>; sent again, it is the same request.")
    view_id: Id = Field(description="The view that asks.")


class PanelFault(Strict):
    """Why something was refused or failed, in the panel's language."""

    code: str = Field(description="Stable code (NBML-..).")
    message: str = Field(description="What was wrong.")
    next_step: str = Field(default="", description="What to do about it.")
    field: str | None = Field(
        default=None, description="The form field it speaks of, such as columns.3.kind; null for none."
    )


class Reply(Strict):
    """The kernel has heard a request; work, if any, follows."""

    v: Literal[1] = 1
    kind: Literal["reply"] = "reply"
    request_id: str
    accepted: bool
    fault: PanelFault | None = Field(default=None, description="Why it was refused; null if accepted.")


class Answer(Strict):
    """The end of an accepted request."""

    v: Literal[1] = 1
    kind: Literal["answer"] = "answer"
    request_id: str
    value: dict[str, Any] | None = None
    fault: PanelFault | None = None


class ProgressNote(Strict):
    """How far a request has come; only the latest counts."""

    v: Literal[1] = 1
    kind: Literal["progress"] = "progress"
    request_id: str
    done: float
    total: float | None = None
    text: str = ""


class Chunk(Strict):
    """One piece of a text that is too long for one message; joined by index before the answer comes."""

    v: Literal[1] = 1
    kind: Literal["chunk"] = "chunk"
    request_id: str
    index: int = Field(ge=0)
    count: int = Field(ge=1)
    text: str


class EventBatch(Strict):
    """Events of a job in order. Lossy ones may be left out, so `seq_from` to `seq_to` says what it covers.

    A view that has seen ``seq >= seq_from - 1`` skips what it knows, applies the rest and is then at
    ``max(seq, seq_to)``; where ``seq_from`` is beyond that something is missing, and it asks by ``hello``.
    """

    v: Literal[1] = 1
    kind: Literal["events"] = "events"
    job_id: str
    seq_from: int
    seq_to: int
    events: tuple[AnyEvent, ...]


class SnapshotMessage(Strict):
    """The whole state of a job; takes the place of all a view knew of it."""

    v: Literal[1] = 1
    kind: Literal["snapshot"] = "snapshot"
    job_id: str
    seq: int
    snapshot: Snapshot
