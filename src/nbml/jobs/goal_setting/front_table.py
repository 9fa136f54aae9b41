"""The Pareto table as a room shows it: columns with the part they play, training rows behind, rows nearby."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.figures.theme import thinned
from nbml.jobs.optimize.result import OptimizeResult
from nbml.spec.messages.optimize_room import (
    MEASURED_ROWS,
    SHOWN_ROWS,
    FrontColumn,
    FrontTable,
    MeasuredColumn,
    MeasuredRows,
    NearRow,
    NearRows,
    Role,
)

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.goal_setting.models import Models
    from nbml.jobs.optimize.job import OptimizeJob

SCORES = ("desirability", "probability", "pass_rate")
BOUNDS: tuple[Role, ...] = ("predicted", "lower", "upper")
NEAREST = 3


def result_of(job: OptimizeJob) -> OptimizeResult:
    """The result of an ended search.

    Raises
    ------
    JobError
        NBML-J05 where the job left none.
    """
    job.require_result()
    return OptimizeResult.load(job.folder)


def front_table(result: OptimizeResult) -> FrontTable:
    """The table, at most its first rows, with what is known of the search."""
    record, table = result.record, result.pareto
    shown = table.iloc[:SHOWN_ROWS]
    roles = list(_roles(result))
    columns = tuple(
        FrontColumn(key=str(table.columns[place]), role=role, of=of, cells=cells(shown.iloc[:, place]))
        for place, role, of in roles
    )
    names = set(table.columns)
    score = table["desirability"].to_numpy() if "desirability" in names else np.zeros(0)
    return FrontTable(
        job_id=record.job_id,
        title=record.title,
        columns=columns,
        n_rows=len(table),
        front_size=record.front_size,
        goals=record.goals,
        goal_columns=tuple(
            f"predicted_{goal.label}" if goal.on == "target" else goal.label for goal in record.goals
        ),
        inputs=record.inputs,
        runs=record.runs,
        is_feasible=record.is_feasible,
        is_partial=record.is_partial,
        evaluations=record.evaluations,
        hypervolume=record.hypervolume,
        knee=record.knee,
        best=int(score.argmax()) if len(score) else None,
        seconds=record.seconds,
        notices=record.notices,
        proof=record.proof,
        run_id=result.run_id,
        tracking_uri=record.tracking_uri,
    )


def measured_rows(models: Models) -> MeasuredRows:
    """Numeric inputs and targets of the training rows; of the run with most rows where there are several."""
    tables = [source.measured for source in models.known.sources if source.measured is not None]
    if not tables:
        return MeasuredRows(columns=(), n_rows=0)
    table = max(tables, key=len)
    at = thinned(len(table), MEASURED_ROWS)
    numeric = [name for name, one in models.inputs.items() if one.kind != "category"]
    there = [name for name in (*numeric, *models.targets) if name in table.columns]
    columns = [
        MeasuredColumn(name=name, cells=_numbers(table[name].iloc[at]))
        for name in there
        if table[name].dtype.kind in "iufb"
    ]
    return MeasuredRows(columns=tuple(columns), n_rows=len(table))


def nearest_rows(result: OptimizeResult, row: int) -> NearRows:
    """The training rows that the table names as nearest to one of its rows, cell by cell."""
    measured, table = result.measured, result.pareto
    if measured is None or row >= len(table):
        return NearRows(names=(), rows=())
    near = []
    for k in range(1, NEAREST + 1):
        if f"nearest_{k}" not in table.columns:
            break
        number = int(table[f"nearest_{k}"].iloc[row])
        distance = float(table[f"nearest_{k}_distance"].iloc[row])
        if 1 <= number <= len(measured):
            near.append(NearRow(row=number, distance=distance, cells=_texts(measured.iloc[number - 1])))
    return NearRows(names=tuple(str(name) for name in measured.columns), rows=tuple(near))


def _numbers(column: pd.Series[Any]) -> tuple[float | None, ...]:
    return tuple(cell if math.isfinite(cell) else None for cell in column.astype("float64").tolist())


def cells(column: pd.Series[Any]) -> tuple[str | bool | int | float | None, ...]:
    """Cells as JSON carries them; what is no number is null."""
    return tuple(_cell(cell) for cell in column.tolist())


def _cell(cell: Any) -> str | bool | int | float | None:
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    return cell if isinstance(cell, bool | int | str) or cell is None else str(cell)


def _texts(row: pd.Series[Any]) -> tuple[str | float | None, ...]:
    found = (_cell(cell.item() if isinstance(cell, np.generic) else cell) for cell in row.tolist())
    return tuple(str(cell) if isinstance(cell, bool) else cell for cell in found)


def _roles(result: OptimizeResult) -> Iterator[tuple[int, Role, str]]:
    """Place, role and subject of each column. The inputs come first, whatever they are called."""
    names = [str(name) for name in result.pareto.columns]
    n_inputs = len(result.inputs)
    for place in range(n_inputs):
        yield place, "input", names[place]
    formulas = {goal.label for goal in result.record.goals if goal.on == "formula"}
    for place in range(n_inputs, len(names)):
        name = names[place]
        role, of = _role(name, formulas, result.record.targets)
        if role is not None:
            yield place, role, of


def _role(name: str, formulas: set[str], targets: Sequence[str]) -> tuple[Role | None, str]:
    for target in targets:
        for part in BOUNDS:
            if name.rstrip("_") == f"{part}_{target}".rstrip("_"):
                return part, target
        if name.startswith("second_") and name.rstrip("_").endswith(f"_{target}".rstrip("_")):
            return "second", target
    if name in formulas:
        return "formula", name
    plain = name.rstrip("_")
    if plain in SCORES:
        return "score", plain
    if plain in ("distance", "outside"):
        return "trust", plain
    if plain.startswith("nearest_"):
        return "nearest", plain
    return ("mark", plain) if plain in ("meets", "knee") else (None, "")
