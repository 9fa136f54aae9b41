"""The panel as a notebook holds it: an anywidget whose page is served by the bridge and the pump."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from nbml.i18n import speaking
from nbml.spec.messages.base import Request
from nbml.spec.messages.session import StaticBlock, StaticView
from nbml.widgets.bridge import Bridge, Handler
from nbml.widgets.desk import Desk
from nbml.widgets.feed import Feed
from nbml.widgets.frame import HANDLERS
from nbml.widgets.modules import source
from nbml.widgets.outbox import Outbox
from nbml.widgets.progress import Progress
from nbml.widgets.pump import PUMP
from nbml.widgets.rooms import handlers, present
from nbml.widgets.routing import run_where_asked
from nbml.widgets.session import Session
from nbml.widgets.static_html import static_html, static_text
from nbml.widgets.warming import WARMING

_CARRIERS: WeakSet[WorkbenchPanel] = WeakSet()
"""Open panels that carry the whole module; one is enough."""


class WorkbenchPanel(anywidget.AnyWidget):
    """The workbench, or one room of it, in a notebook.

    Parameters
    ----------
    rooms : sequence of str, optional
        Rooms to show; all there are when left out.
    room : str, optional
        The one in front.
    language : {"en", "ja"}, optional
        NBML_LANGUAGE when left out, else the browser's.
    roots : sequence of Path, optional
        Folders that files may be opened from; the working directory when left out.
    prepare : callable, optional
        Called with the session before the page hears of it, to put a table or a job in hand.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        rooms: Sequence[str] | None = None,
        room: str | None = None,
        language: str | None = None,
        roots: Sequence[Path] | None = None,
        prepare: Callable[[Session], None] | None = None,
    ) -> None:
        self._token = secrets.token_hex(8)
        self._outbox = Outbox(PUMP.wake)
        names = tuple(present() if rooms is None else rooms)
        self.session = Session(
            self._outbox,
            PUMP.feed,
            speech=language,
            rooms=names,
            room=room or next(iter(names), None),
            roots=tuple(roots) if roots is not None else (Path.cwd(),),
        )
        if prepare is not None:
            prepare(self.session)
            self._outbox.take()  # is in the snapshot that the panel begins with
        self._desk = Desk(self._token)
        answering: dict[type[Request], Handler] = {**HANDLERS, **handlers(names)}
        answering[StaticView] = self._tell_static
        self._bridge = Bridge(self.session, self._desk, answering, self.deliver)
        self._is_shown = threading.Event()
        with speaking(self.session.language):
            script, style = source(self._token, is_first=not _CARRIERS)
        super().__init__(_esm=script, _css=style, snapshot=self.session.snapshot(PUMP.share))
        if not _CARRIERS:
            _CARRIERS.add(self)
        run_where_asked(self.comm)
        self.session.on_change(lambda: PUMP.mark(self))
        PUMP.enter(self)

    @property
    def table(self) -> Any:
        """The table in hand (``nbml.Table``), or None."""
        return self.session.table

    @property
    def job(self) -> Any:
        """The job in hand (``nbml.Job``), or None."""
        return self.session.job

    @property
    def selected(self) -> Any:
        """The rows last chosen in the panel as a DataFrame, or None."""
        return self.session.selected

    def close(self) -> None:
        """Take the panel off its page and end what serves it; jobs go on."""
        PUMP.leave(self)
        self._desk.close()
        self.session.unwatch()
        _CARRIERS.discard(self)
        super().close()

    def __del__(self) -> None:
        """Do nothing: an open panel is held by the pump, and a collection may come where a lock is held."""

    # what the pump calls

    @property
    def outbox(self) -> Outbox:
        """What waits for the page."""
        return self._outbox

    @property
    def feed(self) -> Feed | None:
        """The job that is shown."""
        return self.session.feed

    def deliver(self, message: dict[str, Any]) -> None:
        """Send a message to the page."""
        self.send(message)

    def refresh(self) -> None:
        """Renew the synced snapshot; by the pump alone."""
        self.snapshot = self.session.snapshot(PUMP.share)

    def job_moved(self, feed: Feed) -> None:
        """Tell the page how its job stands, and renew the static view when it has ended."""
        self.session.tell_job(feed)
        if feed.snapshot.is_finished and self._is_shown.is_set():
            self._publish_static(is_new=False)

    # what a page sends

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Refuse state from the page: it only asks, and two writers of a trait lose each other's values."""

    def _handle_custom_msg(self, content: Any, buffers: Sequence[Any]) -> None:
        self._bridge.receive(content, has_buffers=bool(buffers))

    # what a notebook keeps

    def _ipython_display_(self) -> None:
        """Show the live view and, hidden under it while it works, what a saved notebook shows."""
        shell = get_ipython()
        if shell is None:
            return
        data, metadata = self._live()
        data["text/plain"] = static_text(self.session)
        shell.display_pub.publish(data=data, metadata=metadata)
        self._publish_static(is_new=True)
        self._is_shown.set()
        WARMING.begin(self.session)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view with its static one in a single bundle, for whoever asks for that."""
        data, metadata = self._live(**kwargs)
        return data | self._static(), metadata

    def _live(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view; nothing once the panel is closed."""
        return (super()._repr_mimebundle_(**kwargs) if self.comm is not None else None) or ({}, {})

    def _static(self) -> dict[str, str]:
        return {"text/html": static_html(self.session, self._token), "text/plain": static_text(self.session)}

    def _tell_static(self, session: Session, _request: Request, _progress: Progress) -> StaticBlock:
        return StaticBlock(
            token=self._token, html=static_html(session, self._token), text=static_text(session)
        )

    def _publish_static(self, *, is_new: bool) -> None:
        shell = get_ipython()
        if shell is None:
            return
        shell.display_pub.publish(
            data=self._static(),
            metadata={},
            transient={"display_id": f"nbml-{self._token}"},
            update=not is_new,
        )

    def __repr__(self) -> str:
        return static_text(self.session)
