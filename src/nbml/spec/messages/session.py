"""What every panel speaks of whatever its rooms: who looks at what, in which language, on which cluster.

The state holds names and counts only, never rows, because a notebook may save it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.messages.base import Id, JobId, PanelFault, Request
from nbml.spec.snapshot import Snapshot

Language = Literal["en", "ja"]
RoomName = Literal["data", "train", "explain", "predict", "optimize", "runs"]
LineState = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]


class TableSummary(Strict):
    """The table in hand, without its rows."""

    name: str = Field(description="File name, or what the DataFrame is called.")
    n_rows: int
    n_columns: int
    sha256: str = Field(description="Hash of the content.")
    source: Literal["file", "frame", "upload", "job"] = "frame"
    warnings: int = Field(default=0, description="Decisions of the reader that deserve a look.")
    errors: int = Field(default=0, description="Findings that stop training.")
    revision: int = Field(default=0, description="Counts changes of the table and of its column sheet.")


class JobLine(Strict):
    """The job in hand; how far it has come is in its snapshot."""

    id: str
    title: str
    state: LineState = Field(description="As in the snapshot; interrupted when nobody runs it any more.")
    targets: tuple[str, ...] = ()
    units: dict[str, str] = Field(default_factory=dict, description="Of targets that have one, by name.")
    models: tuple[str, ...] = ()
    task: Literal["train", "optimize"] = Field(default="train", description="Which room it belongs to.")


class ClusterLine(Strict):
    """Whether there is somewhere to run, in words."""

    state: Literal["off", "starting", "ready", "failed"] = "off"
    text: str = ""


class SessionState(Strict):
    """What all rooms of a panel share."""

    language: Language = "en"
    rooms: tuple[RoomName, ...] = ()
    room: RoomName | None = None
    home_ok: bool = Field(default=True, description="Whether NBML_HOME can be written.")
    table: TableSummary | None = None
    job: JobLine | None = None
    cluster: ClusterLine = ClusterLine()
    fault: PanelFault | None = Field(default=None, description="What ails the panel as a whole.")


class StateMessage(Strict):
    """Fields of the session state that changed; the others stay as they are."""

    v: Literal[1] = 1
    kind: Literal["state"] = "state"
    state: dict[str, object] = Field(description="Field of SessionState to its new value.")


class JobView(Strict):
    """A job as a view needs it to begin with."""

    job_id: str
    seq: int
    snapshot: Snapshot


class PanelSnapshot(Strict):
    """All a view needs to draw a panel: the synced trait `snapshot`, and the answer to hello."""

    v: Literal[1] = 1
    language: Language = "en"
    rooms: tuple[RoomName, ...] = ()
    room: RoomName | None = None
    state: SessionState = SessionState()
    job: JobView | None = None


class Hello(Request):
    """A view stands, or has missed something. Answered with PanelSnapshot."""

    kind: Literal["hello"] = "hello"
    have: dict[JobId, int] = Field(
        default_factory=dict, max_length=100, description="Last seq seen, by job; for the record."
    )
    language: str | None = Field(default=None, max_length=40, description="The browser's, such as ja-JP.")


class OpenJob(Request):
    """Show a job, running or ended. Answered with PanelSnapshot."""

    kind: Literal["open_job"] = "open_job"
    job_id: JobId


class CloseJob(Request):
    """Show no job any more; the job goes on."""

    kind: Literal["close_job"] = "close_job"


class StopJob(Request):
    """Stop a job and keep what it has finished."""

    kind: Literal["stop_job"] = "stop_job"
    job_id: JobId


class SetLanguage(Request):
    """Speak this language from now on. Answered with PanelSnapshot."""

    kind: Literal["set_language"] = "set_language"
    language: Language


class SetRoom(Request):
    """Remember the room in front, so that a reloaded page opens it again."""

    kind: Literal["set_room"] = "set_room"
    room: RoomName


class FigureModule(Request):
    """Send the module that draws figures, as chunks of base64 of gzip. Answered with ModuleSent."""

    kind: Literal["figure_module"] = "figure_module"


class PanelModule(Request):
    """Send the panel's own module and style as chunks of JSON {js, css}; asked by relay.js alone."""

    kind: Literal["panel_module"] = "panel_module"


class StaticView(Request):
    """What a saved notebook shows of the panel, as it is now. Answered with StaticBlock."""

    kind: Literal["static_view"] = "static_view"


class Cancel(Request):
    """Give up another request; it is answered with a fault, unless its answer is on the way already."""

    kind: Literal["cancel"] = "cancel"
    target_request_id: Id


class StaticBlock(Strict):
    """The output beside the live view, for a page that has forgotten which of its outputs it is."""

    token: str = Field(description="The panel's own; the block's class ends in it.")
    html: str
    text: str


class ModuleSent(Strict):
    """What the chunks before this answer make up when joined; for figures, base64 of gzip of JavaScript."""

    chunks: int
    characters: int = Field(description="Of the joined text.")
    sha256: str = Field(description="Of the joined text, as UTF-8.")


Requests = (
    Hello,
    OpenJob,
    CloseJob,
    StopJob,
    SetLanguage,
    SetRoom,
    FigureModule,
    PanelModule,
    StaticView,
    Cancel,
)
Answers: dict[type[Request], type[Strict]] = {
    Hello: PanelSnapshot,
    OpenJob: PanelSnapshot,
    SetLanguage: PanelSnapshot,
    FigureModule: ModuleSent,
    PanelModule: ModuleSent,
    StaticView: StaticBlock,
}
