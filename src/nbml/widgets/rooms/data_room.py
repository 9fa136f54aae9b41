"""What one panel's Data room holds: the draft in force, those before and after it, dropped files, findings.

Thread-safe; one request is worked on at a time. Knows no message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, finalize

from nbml.data.checks import check_training
from nbml.data.code import as_code, frame_expression, quoted
from nbml.data.gathering import gathered
from nbml.data.lines import first_lines
from nbml.data.preparing import Preparation
from nbml.data.remedies import Remedy, remedies
from nbml.data.table import Table
from nbml.errors import PanelError
from nbml.i18n import text
from nbml.spec.columns import Column, ColumnSheet, Finding, Kind, Role
from nbml.spec.reading import ReadOptions
from nbml.widgets.rooms.data_draft import Draft, Origin, decided, filled, first_draft, reread
from nbml.widgets.session import Session
from nbml.widgets.sources.frames import kernel_namespace
from nbml.widgets.sources.uploads import Uploads

MOST_STEPS = 100
_ROOMS: WeakKeyDictionary[Session, DataRoom] = WeakKeyDictionary()
_GUARD = threading.Lock()
_NEED_TARGET = frozenset({"NBML-D18", "NBML-D69"})


def room_of(session: Session) -> DataRoom:
    """The one Data room of a panel; its dropped files go when the panel goes."""
    with _GUARD:
        room = _ROOMS.get(session)
        if room is None:
            room = _ROOMS[session] = DataRoom(session)
            finalize(session, room.uploads.close)
        return room


class DataRoom:
    """The table in the making."""

    def __init__(self, session: Session) -> None:
        self._roots = session.roots
        self.uploads = Uploads(session.settings.home / "uploads")
        self.lock = threading.RLock()
        self.revision = 0
        self.now: Draft | None = None
        self._past: list[Draft] = []
        self._future: list[Draft] = []
        self._findings: tuple[int, tuple[tuple[Finding, tuple[Remedy, ...]], ...]] | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a draft before this one."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a draft was taken back."""
        return bool(self._future)

    def adopt(self, session: Session) -> None:
        """Begin with the table that the panel was given, or was given since by code."""
        with self.lock:
            table = session.table
            if table is None or (self.now is not None and self.now.table is table):
                return
            summary = session.state.table
            path = Path(table.path) if table.path is not None else None
            origin = Origin(
                "table",
                summary.name if summary else "DataFrame",
                path=path if path is not None and path.is_file() else None,
                table=table,
            )
            self._step(Draft(origin, read=table, table=table))

    def choose(self, session: Session, origin: Origin) -> None:
        """Read another source; the one before comes back by undo."""
        with self.lock:
            self._step(first_draft(origin, kernel_namespace(), self._roots))
            self._publish(session)

    def change_reading(self, session: Session, changes: Mapping[str, Any]) -> None:
        """Read again with options changed."""
        with self.lock:
            self._step(reread(self.draft, changes, kernel_namespace(), self._roots))
            self._publish(session)

    def change_kinds(self, session: Session, names: Sequence[str], kind: Kind | None) -> None:
        """Give columns a kind, or the one the reader finds; their roles follow the kind anew."""
        with self.lock:
            draft = self.draft
            kinds: dict[str, Kind] = {k: v for k, v in draft.options.kinds.items() if k not in names}
            if kind is not None:
                kinds |= dict.fromkeys(names, kind)
            next_draft = reread(draft, {"kinds": kinds}, kernel_namespace(), self._roots)
            roles = next_draft.preparation.roles
            kept = {k: v for k, v in roles.items() if k not in names or v in {"target", "group", "fold"}}
            self._step(decided(next_draft, replace(next_draft.preparation, roles=kept)))
            self._publish(session)

    def keep_words(self, session: Session, names: Sequence[str], *, keep: bool) -> None:
        """Have words such as NA be values of these columns, or mean missing again."""
        with self.lock:
            kept = {k: v for k, v in self.options.keep_tokens.items() if k not in names}
            self.change_reading(
                session, {"keep_tokens": kept | (dict.fromkeys(names, "all") if keep else {})}
            )

    def convert(self, session: Session, names: Sequence[str], *, convert: bool) -> None:
        """Make numbers of 1,234, signs and full-width digits in these columns, or leave them as text."""
        with self.lock:
            before = self.table.columns.names if self.options.convert == "all" else self.options.convert
            others = tuple(name for name in before if name not in names)
            self.change_reading(session, {"convert": (*others, *names) if convert else others})

    def change_roles(self, session: Session, names: Sequence[str], role: Role) -> None:
        """Give columns a role; one that a decision about rows has made goes with that decision."""

        def change(said: Preparation) -> Preparation:
            given = [name for name in names if not self.is_made(name)]
            said = said if len(given) == len(names) or role == "group" else replace(said, copies=None)
            return said.with_roles(given, role, self._given_sheet()) if given else said

        self._decide(session, change)

    def is_made(self, name: str) -> bool:
        """Whether a column is not in the source, but was made by a decision about rows."""
        return name not in self._given_sheet()

    def change_unit(self, session: Session, name: str, unit: str | None) -> None:
        """Give a column a unit, or none."""
        self._decide(session, lambda said: said.with_unit(name, unit))

    def change_rows(self, session: Session, **said: Any) -> None:
        """Change what is done about copies, rows without a target, infinite values."""
        self._decide(session, lambda before: replace(before, **said))

    def apply(self, session: Session, finding: int, remedy: int) -> None:
        """Do what a finding offers; NBML-W68 when it is offered no more."""
        with self.lock:
            found = self.findings()
            try:
                chosen = found[finding][1][remedy]
            except IndexError:
                raise PanelError("NBML-W68") from None
            if chosen.what == "role":
                self.change_roles(session, chosen.columns, chosen.value)  # type: ignore[arg-type]
            elif chosen.what == "kind":
                self.change_kinds(session, chosen.columns, chosen.value)  # type: ignore[arg-type]
            else:
                self.change_rows(session, **{chosen.what: chosen.value})

    def undo(self, session: Session) -> None:
        """Go back to the draft before; NBML-W69 when there is none."""
        self._go(session, self._past, self._future)

    def redo(self, session: Session) -> None:
        """Go forward again; NBML-W69 when nothing was taken back."""
        self._go(session, self._future, self._past)

    @property
    def options(self) -> ReadOptions:
        """What the user said of the reading."""
        return self.draft.options

    def first_lines(self) -> tuple[str, ...]:
        """The first lines of the file, none where there is no file; as the source reads now."""
        draft = self.draft
        path = draft.origin.path
        return () if path is None else first_lines(path, draft.options)

    def code(self) -> str:
        """The Python that makes this table."""
        draft = self.draft
        origin, comment = draft.origin, ""
        if origin.kind == "upload":
            source, comment = quoted(origin.name), text("data_room.code.upload")
        elif origin.path is not None:
            source = quoted(str(origin.path))
        elif origin.kind == "frame":
            source = frame_expression(origin.name)
        elif origin.job_id is not None:
            source = f"nbml.open({quoted(origin.job_id)}).table.frame"
        else:
            source, comment = "frame", text("data_room.code.frame")
        return as_code(source, draft.options, draft.preparation, comment)

    def tell_errors(self, session: Session) -> None:
        """Publish how many findings stop training."""
        with self.lock, session.lock:
            summary = session.state.table
            if summary is None or self.now is None or session.table is not self.now.table:
                return
            errors = sum(finding.severity == "error" for finding, _ in self.findings())
            session.publish(table=summary.model_copy(update={"errors": errors}))

    @property
    def table(self) -> Table:
        """The table in force; NBML-W67 when there is none."""
        table = self.now.table if self.now else None
        if table is None:
            raise PanelError("NBML-W67")
        return table

    def column(self, position: int) -> Column:
        """A column of the table by its place; NBML-W67 when there is none."""
        columns = self.table.columns.columns
        if not 0 <= position < len(columns):
            raise PanelError("NBML-W67")
        return columns[position]

    def expect(self, revision: int) -> None:
        """Refuse a request about another state of the table with NBML-W70."""
        if revision != self.revision:
            raise PanelError("NBML-W70")

    def findings(self) -> tuple[tuple[Finding, tuple[Remedy, ...]], ...]:
        """What the checks find by the roles in force, each with what can be done; kept until a change."""
        with self.lock:
            if self._findings is None or self._findings[0] != self.revision:
                self._findings = (self.revision, _check(self.table))
            return self._findings[1]

    def _decide(self, session: Session, change: Callable[[Preparation], Preparation]) -> None:
        with self.lock:
            draft = self.draft
            self._step(decided(draft, change(draft.preparation)))
            self._publish(session)

    def _given_sheet(self) -> ColumnSheet:
        """The columns of the source, with their roles in force."""
        draft = self.draft
        given = set(draft.read.columns.names) if draft.read else set()
        return ColumnSheet(columns=tuple(c for c in self.table.columns.columns if c.name in given))

    @property
    def draft(self) -> Draft:
        """The draft in force; NBML-W67 when there is none."""
        if self.now is None:
            raise PanelError("NBML-W67")
        return self.now

    def _step(self, draft: Draft) -> None:
        if self.now is not None:
            self._past.append(self.now)
            del self._past[:-MOST_STEPS]
        self._future.clear()
        self._put(draft)

    def _go(self, session: Session, there: list[Draft], back: list[Draft]) -> None:
        with self.lock:
            if not there:
                raise PanelError("NBML-W69")
            draft = there.pop()
            back.append(self.draft)
            is_whole = draft.table is not None or draft.fault is not None
            self._put(draft if is_whole else filled(draft, kernel_namespace(), self._roots))
            self._publish(session)

    def _put(self, draft: Draft) -> None:
        """Take a draft as the one in force; the others keep rows only where they share its reading."""
        self.now = draft
        self.revision += 1
        for steps in (self._past, self._future):
            steps[:] = [step if step.read is draft.read else step.without_rows() for step in steps]

    def _publish(self, session: Session) -> None:
        assert self.now is not None
        source = {"table": "frame", "kept": "job", "example": "file"}.get(
            self.now.origin.kind, self.now.origin.kind
        )
        session.use_table(self.now.table, name=self.now.origin.name, source=source)


def _check(table: Table) -> tuple[tuple[Finding, tuple[Remedy, ...]], ...]:
    roles: dict[str, list[str]] = {}
    for column in table.columns.columns:
        roles.setdefault(column.role, []).append(column.name)
    targets = roles.get("target", [])
    found = check_training(
        table.frame,
        table.columns,
        targets=targets,
        group=next(iter(roles.get("group", ())), None),
        fold_column=next(iter(roles.get("fold", ())), None),
    )
    told = [finding for finding in found if targets or finding.code not in _NEED_TARGET]
    return tuple((finding, remedies(finding, table.columns)) for finding in gathered(told))
