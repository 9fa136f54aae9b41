"""The one door for tables: a path or a DataFrame in, a ``Table`` with its report out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
from pydantic import ValidationError

from nbml.data.columnar import read_feather, read_parquet
from nbml.data.delimited import read_delimited
from nbml.data.encoding import decode
from nbml.data.excel import read_excel
from nbml.data.formats import SUFFIXES, check_text, detect
from nbml.data.frames import read_frame
from nbml.data.limits import ReadLimits, too_large
from nbml.data.names import near_equal, settle_names
from nbml.data.raw import Notes, RawTable
from nbml.data.sheet import build_sheet
from nbml.data.source import opened, resolve, unpack_gzip, unpack_zip
from nbml.data.store import hash_frame
from nbml.data.table import Table
from nbml.data.typed import settle_typed
from nbml.data.types import Settled, settle_text
from nbml.errors import ReadError
from nbml.spec.columns import ColumnSheet
from nbml.spec.reading import ReadOptions, shown


def read(
    source: str | Path | pd.DataFrame,
    options: ReadOptions | None = None,
    *,
    roots: Sequence[Path] | None = None,
    limits: ReadLimits | None = None,
    labels: Collection[str] = (),
    **said: Any,
) -> Table:
    """Read a table and say every decision taken on the way.

    CSV and its kin (plain, ``.gz``, or the one member of a ``.zip``), Excel (``.xlsx``), Parquet, Feather, or
    a DataFrame, which is copied. A file is known by its first bytes, not by its name.

    Parameters
    ----------
    source : str, Path or DataFrame
        A local regular file; no address, folder, device or pipe.
    options : ReadOptions, optional
        What the user knows better than the reader.
    roots : sequence of Path, optional
        Folders a file must lie in after links are followed; anywhere when not given.
    limits : ReadLimits, optional
        Size limits, also on what comes out of a compressed file.
    labels : collection of str, optional
        Columns that are compared and never counted with, such as the lot that groups rows: their words stay
        apart as written where numbers would not keep them so. Names that do not occur are passed over.
    **said : Any
        Fields of `ReadOptions`, over those of `options`: ``read(path, header=(3, 4), encoding="cp932")``.

    Returns
    -------
    Table
        The same for the same bytes and options on every machine.

    Raises
    ------
    ReadError
        NBML-R.. with the file and, where it applies, line, column and byte.
    """
    settings = _options(options, said)
    bounds = limits or ReadLimits()
    notes = Notes()
    path: str | None = None
    if isinstance(source, pd.DataFrame):
        name = "DataFrame"
        bounds.check_shape(name, *source.shape)
        raw = read_frame(source, notes)
    elif isinstance(source, str | Path):
        path, name = str(source), shown(str(source))
        raw = _read_file(resolve(source, roots), name, settings, bounds, notes)
    else:
        raise ReadError("NBML-R29", type=type(source).__name__)
    return _settle(raw, path, name, settings, bounds, notes, labels)


def _options(options: ReadOptions | None, said: Mapping[str, Any]) -> ReadOptions:
    base = options.model_dump(exclude_unset=True) if options else {}
    try:
        return ReadOptions(**{**base, **said})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ReadError("NBML-R21", option=where, reason=fault["msg"]) from None


def _read_file(path: Path, name: str, options: ReadOptions, limits: ReadLimits, notes: Notes) -> RawTable:
    with opened(path, limits) as (stream, size):
        limits.check_bytes(name, size)
        data = stream.read(size)
    kind = detect(data, name, path.suffix)
    packing = kind if kind in {"gzip", "zip"} else None
    if kind == "gzip":
        data = unpack_gzip(data, name, limits)
    elif kind == "zip":
        data = unpack_zip(data, name, limits)
    if packing:
        kind = detect(data, f"{name} > text")
        if kind != "text":
            raise ReadError("NBML-R09", path=name, format=f"{packing} > {kind}")
    suffix = path.suffix.lower()
    notes.add(
        "format",
        severity="note" if SUFFIXES.get(suffix, "text") == (packing or kind) else "warning",
        format=f"{kind} ({packing})" if packing else kind,
        name=path.name,
    )
    if kind == "excel":
        return read_excel(data, name, options, limits, notes)
    if kind == "parquet":
        return read_parquet(data, name, limits, notes)
    if kind == "feather":
        return read_feather(data, name, limits, notes)
    decoded = decode(data, name, options.encoding)
    del data
    check_text(decoded.text, name)
    notes.add(
        f"encoding.{decoded.how}",
        severity="warning" if decoded.plausible < 0.9 else "note",
        encoding=decoded.encoding,
        certainty=f"{decoded.plausible:.0%}",
    )
    return read_delimited(decoded.text, name, options, limits, notes)


def _settle(
    raw: RawTable,
    path: str | None,
    name: str,
    options: ReadOptions,
    limits: ReadLimits,
    notes: Notes,
    labels: Collection[str],
) -> Table:
    """From raw columns to a table: names, types, sheet, report, hash."""
    raw = _without_empty(raw, notes)
    names = settle_names(raw.names, notes, name, limits)
    named = {*options.kinds, *options.keep_tokens, *(() if options.convert == "all" else options.convert)}
    for unknown in sorted(named - set(names)):
        raise ReadError("NBML-R22", path=name, column=shown(unknown), columns=[shown(n) for n in names[:20]])
    settled: dict[str, Settled] = {}
    for position, (column_name, column) in enumerate(zip(names, raw.columns, strict=True)):
        is_text = not raw.typed and str(column.type) == "large_string"
        if is_text:
            if (longest := pc.max(pc.utf8_length(column)).as_py() or 0) > limits.cell_chars:
                raise too_large(name, "cell", longest, limits.cell_chars)
            settled[column_name] = settle_text(
                column_name, column, raw.decimal, options, notes, name, is_label=column_name in labels
            )
        else:
            fault = raw.faults.get(position)
            settled[column_name] = settle_typed(column_name, column, options, notes, name, fault)
    series = dict(enumerate(column.values for column in settled.values()))
    frame = pd.DataFrame(series, index=pd.RangeIndex(raw.n_rows))
    frame.columns = pd.Index(names, dtype=None if names else object)
    sheet = build_sheet(
        frame,
        kinds={n: s.kind for n, s in settled.items() if s.kind is not None},
        notes={n: s.note for n, s in settled.items() if s.note is not None},
        levels={names[position]: declared for position, declared in raw.levels.items()},
    )
    _report_sheet(sheet, raw.n_rows, notes)
    return Table(frame, sheet, notes.report(), path, hash_frame(frame))


def _without_empty(raw: RawTable, notes: Notes) -> RawTable:
    """Drop columns without a name or a value, which spreadsheets leave at the right edge."""
    if raw.typed:
        return raw
    kept = [
        i
        for i, (name, column) in enumerate(zip(raw.names, raw.columns, strict=True))
        if name.strip() or not _is_blank(column)
    ]
    if 0 < len(kept) < len(raw.names):
        notes.add("empty_columns", count=len(raw.names) - len(kept))
        raw.names, raw.columns = [raw.names[i] for i in kept], [raw.columns[i] for i in kept]
    return raw


def _is_blank(column: Any) -> bool:
    if str(column.type) != "large_string":
        return bool(column.null_count == len(column))
    return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()


def _report_sheet(sheet: ColumnSheet, rows: int, notes: Notes) -> None:
    if rows == 1:
        notes.warn("one_row")
    for column in sheet.columns:
        for alike in near_equal(column.levels):
            notes.warn("near_levels", column.name, levels=list(alike))
    with_unit = [column for column in sheet.columns if column.unit]
    if with_unit:
        notes.add("units", *(c.name for c in with_unit), found=[f"{c.label} [{c.unit}]" for c in with_unit])
    for kind in ("number", "integer", "boolean", "category"):
        held = [c.name for c in sheet.columns if c.kind == kind and c.role == "feature"]
        if held:
            notes.add(f"kinds.{kind}", *held, count=len(held))
    unused = [c for c in sheet.columns if c.role == "ignored"]
    if unused:
        notes.add("unused", *(c.name for c in unused), found=[f"{c.name} ({c.kind})" for c in unused])
    notes.add("shape", rows=rows, width=len(sheet.columns))
