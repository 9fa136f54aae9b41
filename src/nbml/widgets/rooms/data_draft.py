"""The Data room's table as a chain of drafts: where it is read from, how, and what was decided on top.

A draft never changes; each edit makes the next one, so that all can be undone. Knows no message and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from nbml.data.preparing import Preparation, prepare
from nbml.data.read import read
from nbml.data.table import Table
from nbml.errors import NbmlError, ReadError
from nbml.spec.reading import ReadOptions
from nbml.widgets.sources.frames import find_frame

OriginKind = Literal["file", "frame", "upload", "table", "kept", "example"]
_OF_COLUMNS: dict[str, Any] = {"kinds": {}, "keep_tokens": {}, "convert": ()}
_NO_SUCH_COLUMN = "NBML-R22"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from.

    Attributes
    ----------
    kind : {"file", "frame", "upload", "table", "kept", "example"}
        table for one that was read before the panel was shown, kept for the rows of a training.
    name : str
        For show: a file name, or the name of a DataFrame in the kernel.
    path : Path or None
        Of a file, an upload or an example, and of a table that came from a file.
    table : Table or None
        For table and kept.
    job_id : str or None
        Of the training that has kept the rows.
    """

    kind: OriginKind
    name: str
    path: Path | None = None
    table: Table | None = field(default=None, compare=False)
    job_id: str | None = None

    def read(self, options: ReadOptions, namespace: Mapping[str, Any], roots: Sequence[Path]) -> Table:
        """Read it; errors and table speak of its name, never of where an upload lies."""
        if self.kind == "frame":
            return read(find_frame(namespace, self.name), options)
        if self.table is not None and (self.path is None or options == ReadOptions()):
            return self.table if options == ReadOptions() else read(self.table.frame, options)
        assert self.path is not None
        try:
            table = read(self.path, options, roots=roots if self.kind == "file" else None)
        except ReadError as error:
            fields = error.fields | ({"path": self.name} if "path" in error.fields else {})
            raise ReadError(error.code, **fields) from error
        return replace(table, path=self.name) if self.kind == "upload" else table


@dataclass(frozen=True, slots=True)
class Draft:
    """One state of the table.

    Attributes
    ----------
    origin : Origin
    options : ReadOptions
        What the user said of the reading.
    preparation : Preparation
        What the user decided on top.
    read : Table or None
        As the reader made it; None when it cannot be read, or is old and would be read again.
    table : Table or None
        With the preparation.
    fault : NbmlError or None
        Why there is none.
    """

    origin: Origin
    options: ReadOptions = ReadOptions()  # noqa: RUF009 - frozen
    preparation: Preparation = field(default_factory=Preparation)
    read: Table | None = None
    table: Table | None = None
    fault: NbmlError | None = None

    def without_rows(self) -> Draft:
        """The same draft without the memory that its tables take."""
        return replace(self, read=None, table=None)


def first_draft(origin: Origin, namespace: Mapping[str, Any], roots: Sequence[Path]) -> Draft:
    """A source as it reads by itself; a draft with its fault when it does not."""
    return filled(Draft(origin), namespace, roots)


def filled(draft: Draft, namespace: Mapping[str, Any], roots: Sequence[Path]) -> Draft:
    """A draft with its tables, read where they are not there."""
    try:
        table = draft.read or draft.origin.read(draft.options, namespace, roots)
        return replace(draft, read=table, table=prepare(table, **draft.preparation.said), fault=None)
    except NbmlError as fault:
        return replace(draft, read=None, table=None, fault=fault)


def reread(
    draft: Draft, changes: Mapping[str, Any], namespace: Mapping[str, Any], roots: Sequence[Path]
) -> Draft:
    """The next draft with some options changed; roles, units and kinds stay for columns that still exist.

    Raises
    ------
    NbmlError
        When a table that could be read cannot be read so; the draft in force stays.
    """
    options = ReadOptions(**(draft.options.model_dump() | dict(changes)))
    try:
        table = draft.origin.read(options, namespace, roots)
    except ReadError as fault:
        if fault.code != _NO_SUCH_COLUMN:
            return _unread(draft, options, fault)
        names = draft.origin.read(options.model_copy(update=_OF_COLUMNS), namespace, roots).columns.names
        options = _within(options, names)
        table = draft.origin.read(options, namespace, roots)
    preparation = draft.preparation.within(table.columns.names)
    prepared = prepare(table, **preparation.said)
    return Draft(draft.origin, options, preparation, table, prepared)


def decided(draft: Draft, preparation: Preparation) -> Draft:
    """The next draft with another preparation of the same reading."""
    assert draft.read is not None
    return replace(draft, preparation=preparation, table=prepare(draft.read, **preparation.said), fault=None)


def _unread(draft: Draft, options: ReadOptions, fault: ReadError) -> Draft:
    if draft.table is not None:
        raise fault
    return replace(draft, options=options, fault=fault)


def _within(options: ReadOptions, names: Sequence[str]) -> ReadOptions:
    held = set(names)
    return options.model_copy(
        update={
            "kinds": {name: kind for name, kind in options.kinds.items() if name in held},
            "keep_tokens": {name: kept for name, kept in options.keep_tokens.items() if name in held},
            "convert": options.convert
            if options.convert == "all"
            else tuple(name for name in options.convert if name in held),
        }
    )
