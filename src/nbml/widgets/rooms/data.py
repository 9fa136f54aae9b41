"""The Data room: each request is one call of what the room holds or of ``nbml.data`` and ``nbml.figures``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbml.errors import NbmlError
from nbml.spec.messages import data_room as wire
from nbml.spec.messages.base import Request
from nbml.widgets.bridge import Handler
from nbml.widgets.progress import Progress
from nbml.widgets.rooms.data_sources import HANDLERS as SOURCES
from nbml.widgets.rooms.data_sources import origin_of
from nbml.widgets.session import Session

if TYPE_CHECKING:
    from nbml.widgets.rooms.data_room import DataRoom

NAME = "data"
_MOST_FINDINGS = 200


def _room(session: Session) -> DataRoom:
    from nbml.widgets.rooms.data_room import room_of  # pandas, not before it is needed

    return room_of(session)


def _at(session: Session, revision: int) -> DataRoom:
    room = _room(session)
    room.expect(revision)
    return room


@contextmanager
def _field(name: str) -> Iterator[None]:
    """Say of a failure which field of the room it belongs to."""
    try:
        yield
    except NbmlError as fault:
        raise type(fault)(fault.code, **(fault.fields | {"field": name})) from fault


def _view(session: Session) -> wire.TableView:
    from nbml.widgets.rooms.data_view import view_of

    return view_of(_room(session))


def open_data(session: Session, _request: wire.OpenData, _progress: Progress) -> wire.TableView:
    """The room as it stands."""
    _room(session).adopt(session)
    return _view(session)


def choose(session: Session, request: wire.ChooseSource, progress: Progress) -> wire.TableView:
    """Read another source."""
    room = _room(session)
    progress.tell(0, None, session.say("data_room.reading"))
    room.choose(session, origin_of(session, request.source))
    return _view(session)


def read_anew(session: Session, request: wire.ReadAnew, progress: Progress) -> wire.TableView:
    """Read the same source with options changed."""
    said = request.model_dump(exclude_unset=True, exclude={"v", "kind", "request_id", "view_id", "revision"})
    progress.tell(0, None, session.say("data_room.reading"))
    room = _at(session, request.revision)
    with _field(f"read.{next(iter(said), 'encoding')}"):
        room.change_reading(session, said)
    return _view(session)


def edit(session: Session, request: wire.EditColumns, _progress: Progress) -> wire.TableView:
    """Change columns in the sheet."""
    room = _at(session, request.revision)
    names = [room.column(place).name for place in request.positions]
    place = request.positions[0]
    if request.role is not None:
        room.change_roles(session, names, request.role)
    if request.unit is not None:
        room.change_unit(session, names[0], request.unit.strip() or None)
    with _field(f"columns.{place}.kind"):
        if request.column_kind is not None:
            room.change_kinds(session, names, None if request.column_kind == "found" else request.column_kind)
        if request.words is not None:
            room.keep_words(session, names, keep=request.words == "keep")
        if request.convert is not None:
            room.convert(session, names, convert=request.convert)
    return _view(session)


def undo(session: Session, request: wire.Undo, _progress: Progress) -> wire.TableView:
    """Take the last change back."""
    _at(session, request.revision).undo(session)
    return _view(session)


def redo(session: Session, request: wire.Redo, _progress: Progress) -> wire.TableView:
    """Make it again."""
    _at(session, request.revision).redo(session)
    return _view(session)


def list_columns(session: Session, request: wire.ListColumns, _progress: Progress) -> wire.ColumnPage:
    """A page of the column sheet."""
    from nbml.widgets.rooms.data_cells import column_lines

    room = _at(session, request.revision)
    lines = column_lines(room.draft, request.start, request.count)
    return wire.ColumnPage(revision=request.revision, start=request.start, columns=lines)


def list_rows(session: Session, request: wire.ListRows, _progress: Progress) -> wire.Rows:
    """A window of the table."""
    from nbml.widgets.rooms.data_cells import cells

    table = _at(session, request.revision).table
    return wire.Rows(
        revision=request.revision,
        start=request.start,
        first_column=request.first_column,
        cells=cells(table, request.start, request.count, request.first_column, request.columns),
    )


def profile_columns(session: Session, request: wire.ProfileColumns, _progress: Progress) -> wire.Profiles:
    """How columns are distributed."""
    from nbml.data.profile import profile

    frame = _at(session, request.revision).table.frame
    places = range(request.start, min(request.start + request.count, frame.shape[1]))
    return wire.Profiles(revision=request.revision, profiles=profile(frame, places, n_levels=6))


def draw_columns(session: Session, request: wire.DrawColumns, _progress: Progress) -> wire.ChartView:
    """A figure of columns."""
    from nbml.widgets.rooms.data_charts import draw, draw_correlations

    room = _at(session, request.revision)
    if request.chart == "correlation":
        figure = draw_correlations(room.table, request.positions, request.method)
    else:
        others = [None if place is None else room.column(place) for place in (request.y, request.colour)]
        figure = draw(room.table, room.column(request.x), *others)
    return wire.ChartView(figure=json.loads(figure.to_json()))


def check(session: Session, request: wire.CheckTable, _progress: Progress) -> wire.CheckList:
    """What the checks find by the roles in force; the number of errors goes to the session's table line."""
    room = _at(session, request.revision)
    found = room.findings()
    room.tell_errors(session)
    places = {column.name: column.position for column in room.table.columns.columns}
    return wire.CheckList(
        revision=request.revision,
        has_target=any(column.role == "target" for column in room.table.columns.columns),
        findings=tuple(
            wire.FindingLine(
                code=finding.code,
                severity=finding.severity,
                message=finding.message,
                next_step=finding.next_step,
                columns=tuple(places[name] for name in finding.columns[:50] if name in places),
                remedies=tuple(wire.RemedyLine(text=session.say(f"remedy.{r.key}")) for r in remedies),
            )
            for finding, remedies in found[:_MOST_FINDINGS]
        ),
        more=max(0, len(found) - _MOST_FINDINGS),
    )


def apply_remedy(session: Session, request: wire.ApplyRemedy, _progress: Progress) -> wire.TableView:
    """Do what a finding offers."""
    _at(session, request.revision).apply(session, request.finding, request.remedy)
    return _view(session)


def take_back(session: Session, request: wire.TakeBackRows, _progress: Progress) -> wire.TableView:
    """Take back a decision about rows."""
    _at(session, request.revision).change_rows(session, **{request.what: None})
    return _view(session)


def select_rows(session: Session, request: wire.SelectRows, _progress: Progress) -> None:
    """Put rows in hand for ``panel.selected``."""
    frame = _at(session, request.revision).table.frame
    session.selected = frame.iloc[[row for row in request.rows if row < len(frame)]]


def show_lines(session: Session, _request: wire.FirstLines, _progress: Progress) -> wire.LinesView:
    """The first lines of the file."""
    return wire.LinesView(lines=_room(session).first_lines())


def as_code(session: Session, _request: wire.DataAsCode, _progress: Progress) -> wire.DataCode:
    """The Python that makes this table."""
    return wire.DataCode(code=_room(session).code())


HANDLERS: Mapping[type[Request], Handler] = {
    **SOURCES,
    wire.OpenData: open_data,
    wire.ChooseSource: choose,
    wire.ReadAnew: read_anew,
    wire.EditColumns: edit,
    wire.Undo: undo,
    wire.Redo: redo,
    wire.ListColumns: list_columns,
    wire.ListRows: list_rows,
    wire.ProfileColumns: profile_columns,
    wire.DrawColumns: draw_columns,
    wire.CheckTable: check,
    wire.ApplyRemedy: apply_remedy,
    wire.TakeBackRows: take_back,
    wire.SelectRows: select_rows,
    wire.FirstLines: show_lines,
    wire.DataAsCode: as_code,
}
