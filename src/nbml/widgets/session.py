"""What a panel knows: language, table, job, the state its page sees. Rooms read and change it here.

Thread-safe. Knows neither anywidget nor any room.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nbml.i18n import LANGUAGES, language, text
from nbml.jobs.kept_tables import target_units
from nbml.jobs.opening import AnyJob, handle_of
from nbml.settings import Settings
from nbml.spec.messages.session import JobLine, SessionState, TableSummary
from nbml.spec.reading import shown
from nbml.widgets.feed import SNAPSHOT_BYTES, Feed
from nbml.widgets.outbox import Outbox

if TYPE_CHECKING:
    from nbml.data.table import Table

LATEST: Final = object()
"""What a handler gives back to answer with the panel as it is when the answer is sent."""
_NAMES, _WIDTH = 50, 80


class Session:
    """What all rooms of a panel share.

    Attributes
    ----------
    outbox : Outbox
        What goes to the page.
    roots : tuple of Path
        Folders that files may be opened from.
    table : Table or None
        The table in hand; set by ``use_table``.
    job : Job, OptimizeJob or None
        The job in hand; set by ``watch``.
    form : dict
        What a room keeps between requests, by room name; never sent by itself.
    selected : DataFrame or None
        The rows last chosen in the panel, for ``panel.selected``.
    lock : RLock
        Held for changes of several of these at once.
    """

    def __init__(
        self,
        outbox: Outbox,
        find_feed: Callable[[str, Settings], Feed],
        *,
        speech: str | None = None,
        rooms: Sequence[str] = (),
        room: str | None = None,
        roots: Sequence[Path] = (),
    ) -> None:
        said = speech or Settings().language
        self.outbox = outbox
        self.roots = tuple(roots)
        self.table: Table | None = None
        self.job: AnyJob | None = None
        self.form: dict[str, dict[str, Any]] = {}
        self.selected: Any = None
        self.lock = threading.RLock()
        self.feed: Feed | None = None
        self._units: dict[str, str] = {}
        self._find_feed = find_feed
        self._table_changes = 0
        self._is_said = said is not None
        self._stale: list[Callable[[], None]] = []
        self._state = SessionState.model_validate(
            {"language": said or language(), "rooms": tuple(rooms), "room": room, "home_ok": _home_ok()}
        )

    @property
    def settings(self) -> Settings:
        """Settings as they are now."""
        return Settings()

    @property
    def language(self) -> str:
        """The language the panel speaks; handlers run with it in force."""
        return self._state.language

    @property
    def state(self) -> SessionState:
        """What the page knows of all this."""
        return self._state

    def say(self, key: str, **fields: Any) -> str:
        """A sentence of the catalogue in the panel's language."""
        return text(key, self.language, **fields)

    def publish(self, **fields: Any) -> None:
        """Change fields of the session state and tell the page.

        Parameters
        ----------
        **fields : Any
            Fields of ``SessionState``; what stays as it was is not sent.
        """
        with self.lock:
            new = SessionState.model_validate(dict(self._state) | fields)
            changed = [name for name in fields if getattr(new, name) != getattr(self._state, name)]
            self._state = new
            if not changed:
                return
            self.outbox.change(new.model_dump(mode="json", include=set(changed)))
        for stale in self._stale:
            stale()

    def on_change(self, act: Callable[[], None]) -> None:
        """Call this after each change of the state; it must not block."""
        self._stale.append(act)

    def use_table(
        self, table: Table | None, *, name: str | None = None, source: str = "frame", errors: int = 0
    ) -> None:
        """Take a table in hand, or none; its name, shape and hash are published, never its rows."""
        with self.lock:
            self.table = table
            self._table_changes += 1
            if table is None:
                self.publish(table=None)
                return
            n_rows, n_columns = table.frame.shape
            summary = TableSummary.model_validate(
                {
                    "name": shown(name or (Path(table.path).name if table.path else "DataFrame")),
                    "n_rows": n_rows,
                    "n_columns": n_columns,
                    "sha256": table.sha256,
                    "source": source,
                    "warnings": len(table.report.warnings),
                    "errors": errors,
                    "revision": self._table_changes,
                }
            )
            self.publish(table=summary)

    def watch(self, job: AnyJob | str) -> None:
        """Show a job, running or ended: its state now, then everything that happens to it.

        Raises
        ------
        JobError
            NBML-J01 for what is no id, NBML-J02 when there is no such job.
        EngineError
            NBML-E07 when its log is damaged.
        """
        handle = handle_of(job, self.settings) if isinstance(job, str) else job
        feed = self._find_feed(handle.id, handle.settings)
        units = target_units(handle)
        with self.lock:
            self.job, self.feed, self._units = handle, feed, units
            self.tell_job(feed)
        self.outbox.put(lambda: {"v": 1, "kind": "snapshot", **feed.view()})

    def unwatch(self) -> None:
        """Show no job; it goes on."""
        with self.lock:
            self.job = self.feed = None
            self.publish(job=None)

    def tell_job(self, feed: Feed) -> None:
        """Publish the line of the job in hand, and what is wrong with its log, if anything."""
        with self.lock:
            if self.job is None or feed is not self.feed:
                return
            spec = self.job.spec
            line = JobLine.model_validate(
                {
                    "id": self.job.id,
                    "title": shown(feed.snapshot.title or spec.title, 200),
                    "state": feed.status,
                    "targets": tuple(shown(name, _WIDTH) for name in spec.targets[:_NAMES]),
                    "units": self._units,
                    "models": tuple(spec.models),
                    "task": spec.task,
                }
            )
            self.publish(job=line, fault=feed.fault)

    def speak(self, speech: str) -> None:
        """Speak this language from now on."""
        with self.lock:
            self._is_said = True
            self.publish(language=speech)

    def suggest_language(self, speech: str | None) -> None:
        """Speak the browser's language, unless one was chosen."""
        if speech and not self._is_said and speech[:2].lower() in LANGUAGES:
            self.speak(speech[:2].lower())

    def snapshot(self, limit: int = SNAPSHOT_BYTES) -> dict[str, Any]:
        """All a view needs to draw the panel (``PanelSnapshot``); at most so many bytes of it for the job."""
        with self.lock:
            state, feed = self._state, self.feed
        return {
            "v": 1,
            "language": state.language,
            "rooms": list(state.rooms),
            "room": state.room,
            "state": state.model_dump(mode="json"),
            "job": None if feed is None else feed.view(limit),
        }


def _home_ok() -> bool:
    """Whether jobs can be written down, without writing anything."""
    import os

    place = Settings().home
    while not place.exists() and place != place.parent:
        place = place.parent
    return os.access(place, os.W_OK)
