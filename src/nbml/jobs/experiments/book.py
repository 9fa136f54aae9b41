"""The book of a search's experiments: rows planned, results entered, rows taken out; a file in its folder."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.durable import write_text
from nbml.errors import OptimizeError
from nbml.spec.experiments import Experiment, ExperimentBook, Foreseen, Why

if TYPE_CHECKING:
    from nbml.jobs.optimize.result import OptimizeResult

Cells = tuple[str | bool | int | float | None, ...]
FILE = "experiments.json"
_WRITING = threading.Lock()


def read_book(folder: Path) -> ExperimentBook:
    """The experiments of a search; none where none was planned."""
    path = folder / FILE
    return ExperimentBook.model_validate_json(path.read_bytes()) if path.exists() else ExperimentBook()


def plan(result: OptimizeResult, rows: Sequence[tuple[int, Why]]) -> ExperimentBook:
    """Plan rows of the Pareto table; a row that is planned already stays as it is.

    Parameters
    ----------
    result : OptimizeResult
    rows : sequence of (int, str)
        Row of the Pareto table, and why it was chosen.

    Raises
    ------
    OptimizeError
        NBML-O63 for a row that the table does not have.
    """
    table, places, now = result.pareto, cells_of(result), _now()
    with _WRITING:
        book = read_book(result.folder)
        known, last, added = {one.cells for one in book.experiments}, book.last, []
        for row, why in rows:
            if not 0 <= row < len(table):
                raise OptimizeError("NBML-O63", row=row + 1, count=len(table))
            cells = places[row]
            if cells in known:
                continue
            known.add(cells)
            last += 1
            foreseen = tuple(_foreseen(table, target, row) for target in result.record.targets)
            added.append(Experiment(number=last, planned=now, why=why, cells=cells, foreseen=foreseen))
        return _write(result, book, (*book.experiments, *added), last)


def cells_of(result: OptimizeResult) -> list[Cells]:
    """What to set, for each row of the Pareto table."""
    columns = ([_plain(cell) for cell in result.pareto[name].tolist()] for name in result.inputs)
    return list(zip(*columns, strict=True))


def measure(result: OptimizeResult, number: int, target: str, value: float | None) -> ExperimentBook:
    """Enter what was measured of a target; None takes it back.

    Raises
    ------
    OptimizeError
        NBML-O64 when there is no such experiment, NBML-O65 for a number that is not finite.
    """
    if value is not None and not math.isfinite(value):
        raise OptimizeError("NBML-O65", target=target, field="measured")
    with _WRITING:
        book = read_book(result.folder)
        one = _find(book, number)
        if target not in {told.target for told in one.foreseen}:
            raise OptimizeError("NBML-O31", place="target", target=target, targets=[], close="–")
        measured = {name: known for name, known in one.measured.items() if name != target}
        if value is not None:
            measured[target] = float(value)
        new = one.model_copy(update={"measured": measured, "measured_at": _now() if measured else None})
        rows = tuple(new if other.number == number else other for other in book.experiments)
        return _write(result, book, rows, book.last)


def drop(result: OptimizeResult, number: int) -> ExperimentBook:
    """Take an experiment out of the plan, with what was measured of it.

    Raises
    ------
    OptimizeError
        NBML-O64 when there is none.
    """
    with _WRITING:
        book = read_book(result.folder)
        _find(book, number)
        rows = tuple(one for one in book.experiments if one.number != number)
        return _write(result, book, rows, book.last)


def _find(book: ExperimentBook, number: int) -> Experiment:
    for one in book.experiments:
        if one.number == number:
            return one
    raise OptimizeError("NBML-O64", number=number)


def _write(
    result: OptimizeResult, book: ExperimentBook, rows: tuple[Experiment, ...], last: int
) -> ExperimentBook:
    new = book.model_copy(update={"inputs": result.inputs, "experiments": rows, "last": last})
    write_text(result.folder / FILE, new.model_dump_json(indent=1))
    return new


def _foreseen(table: Any, target: str, row: int) -> Foreseen:
    def cell(part: str) -> float | None:
        if f"{part}_{target}" not in table.columns:
            return None
        value = float(table[f"{part}_{target}"].iloc[row])
        return value if math.isfinite(value) else None

    return Foreseen(target=target, value=cell("predicted") or 0.0, lower=cell("lower"), upper=cell("upper"))


def _plain(cell: Any) -> str | bool | int | float | None:
    value = cell.item() if isinstance(cell, np.generic) else cell
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
