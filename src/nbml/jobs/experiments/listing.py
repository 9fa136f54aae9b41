"""The experiments of a search as a room lists them: cells, what was foreseen and measured, figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nbml.jobs.experiments.book import cells_of
from nbml.jobs.experiments.comparing import figure_of, inside
from nbml.jobs.experiments.extending import can_extend
from nbml.spec.experiments import Experiment, ExperimentBook
from nbml.spec.messages.optimize_experiments import (
    ExperimentLine,
    ExperimentList,
    ExperimentResult,
    ForeseenFigure,
)

if TYPE_CHECKING:
    from nbml.jobs.optimize.result import OptimizeResult


def experiment_list(result: OptimizeResult, book: ExperimentBook) -> ExperimentList:
    """Everything the room shows of the book of a search, in the language in force."""
    targets = result.record.targets
    places = {cells: row for row, cells in reversed(list(enumerate(cells_of(result))))}
    made = ((target, figure_of(book, target)) for target in targets)
    return ExperimentList(
        inputs=result.inputs,
        targets=targets,
        rows=tuple(_line(one, places.get(one.cells)) for one in book.experiments),
        figures=tuple(
            ForeseenFigure(target=target, figure=json.loads(figure.to_json()))
            for target, figure in made
            if figure is not None
        ),
        can_extend=can_extend(result, book),
    )


def _line(one: Experiment, row: int | None) -> ExperimentLine:
    return ExperimentLine(
        number=one.number,
        planned=one.planned,
        why=one.why,
        cells=one.cells,
        row=row,
        results=tuple(
            ExperimentResult(
                **told.model_dump(),
                measured=one.measured.get(told.target),
                is_inside=inside(told, one.measured.get(told.target)),
            )
            for told in one.foreseen
        ),
    )
