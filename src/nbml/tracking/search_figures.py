"""The figures of a front as files of its run: Plotly JSON, without a row of the training table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from nbml.spec.front import OptimizeRecord


def figures_of(record: OptimizeRecord, pareto: pd.DataFrame) -> dict[str, str]:
    """The front over its first two goals, a third as colour, and its parallel coordinates; JSON by file name.

    ``plotly.io.from_json`` reads them back.
    """
    from nbml.figures.front import front
    from nbml.figures.parallel_coordinates import parallel_coordinates

    if not len(pareto):
        return {}
    goals = [_column(goal.label, pareto) for goal in record.goals]
    inputs = [one.name for one in record.inputs]
    axes = list(dict.fromkeys([*goals, "desirability", *inputs]))
    free = [one.name for one in record.inputs if one.low != one.high or len(one.levels) > 1]
    colour = goals[2] if len(goals) > 2 else None
    lines = list(dict.fromkeys([*free, *goals]))
    return {
        "figure_front.json": str(front(pareto, axes[0], axes[1], colour).to_json()),
        "figure_parallel_coordinates.json": str(
            parallel_coordinates(pareto, lines, "desirability").to_json()
        ),
    }


def _column(label: str, pareto: pd.DataFrame) -> str:
    """The column of the table with a goal's value."""
    return f"predicted_{label}" if f"predicted_{label}" in pareto.columns else label
