"""Where the rows of the table in hand come from, for a spec that is a file and for code run elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbml.spec.reading import ReadOptions
from nbml.spec.train import DataSource
from nbml.widgets.rooms.data_room import room_of

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.widgets.session import Session

FRAME = "df"
_OF_ROWS = {"copies", "missing_target", "infinite"}


@dataclass(frozen=True)
class RowSource:
    """The rows, said in three ways.

    Attributes
    ----------
    data : DataSource
        For the spec; without a path where no file alone gives these rows.
    first : str
        First argument of the call: a path, or the name of a variable.
    is_path : bool
    before : str
        Lines of Python that make that variable; empty where it is there already.
    """

    data: DataSource
    first: str
    is_path: bool
    before: str = ""


def source_of(session: Session, table: Table) -> RowSource:
    """Where the rows of the session's table come from.

    A file gives a path and how it is read. Rows that were decided about in the Data room, and files that
    were dropped into the panel, are made by the Data room's own code.
    """
    name = session.state.table.name if session.state.table else "table"
    draft = room_of(session).now
    if draft is None or draft.table is not table:
        path = Path(table.path).absolute() if table.path is not None else None
        if path is not None and path.is_file():
            return RowSource(DataSource(path=str(path), name=name), str(path), is_path=True)
        return RowSource(DataSource(name=name), name if name.isidentifier() else FRAME, is_path=False)
    origin, options = draft.origin, draft.options
    is_as_read = not _OF_ROWS & draft.preparation.said.keys()
    if is_as_read and origin.path is not None and origin.kind != "upload":
        path = origin.path.absolute()
        return RowSource(DataSource(path=str(path), read=options, name=name), str(path), is_path=True)
    if is_as_read and options == ReadOptions() and origin.kind in ("frame", "table"):
        known = origin.name if origin.name.isidentifier() else FRAME
        return RowSource(DataSource(name=name), known, is_path=False)
    return RowSource(DataSource(name=name), "table", is_path=False, before=room_of(session).code())
