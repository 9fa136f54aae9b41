"""What became of experiments: measured beside foreseen, as a table and as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.spec.experiments import Experiment, ExperimentBook, Foreseen

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

LEAD = ("number", "planned", "why")


def inside(told: Foreseen, measured: float | None) -> bool | None:
    """Whether a result lies in the interval it was foreseen with; None where either is not known."""
    if measured is None or told.lower is None or told.upper is None:
        return None
    return told.lower <= measured <= told.upper


def book_table(book: ExperimentBook) -> pd.DataFrame:
    """A row an experiment.

    Returns
    -------
    DataFrame
        ``number``, ``planned``, ``why``, the inputs, and for each target ``predicted_<target>``,
        ``lower_``, ``upper_``, ``measured_``, ``error_`` (measured - predicted) and ``inside_<target>``.
    """
    import pandas as pd

    rows = book.experiments
    columns: dict[str, list[Any]] = {}

    def add(name: str, cells: list[Any]) -> None:
        """Under its name, or another where an input has that name already."""
        while name in columns:
            name += "_"
        columns[name] = cells

    for place, name in enumerate(book.inputs):
        add(name, [one.cells[place] if place < len(one.cells) else None for one in rows])
    for name in LEAD:
        add(name, [getattr(one, name) for one in rows])
    for target in targets_of(book):
        told = [_of(one, target) for one in rows]
        found = [one.measured.get(target) for one in rows]
        add(f"predicted_{target}", [None if one is None else one.value for one in told])
        add(f"lower_{target}", [None if one is None else one.lower for one in told])
        add(f"upper_{target}", [None if one is None else one.upper for one in told])
        add(f"measured_{target}", found)
        add(
            f"error_{target}",
            [None if a is None or b is None else b - a.value for a, b in zip(told, found, strict=True)],
        )
        add(
            f"inside_{target}",
            [None if a is None else inside(a, b) for a, b in zip(told, found, strict=True)],
        )
    made = pd.DataFrame(columns)
    lead = [name for name in made.columns if name.rstrip("_") in LEAD and name not in book.inputs]
    return made[[*lead, *(name for name in made.columns if name not in lead)]]


def targets_of(book: ExperimentBook) -> tuple[str, ...]:
    """Targets that were foreseen, in order."""
    return tuple(dict.fromkeys(told.target for one in book.experiments for told in one.foreseen))


def figure_of(
    book: ExperimentBook, target: str, label: str = "", unit: str | None = None
) -> go.Figure | None:
    """Measured over foreseen, with the intervals; None while nothing of the target was measured."""
    from nbml.figures.foreseen import foreseen

    known = [
        (one.number, told, one.measured[target])
        for one in book.experiments
        if (told := _of(one, target)) is not None and target in one.measured
    ]
    if not known:
        return None
    return foreseen(
        numbers=[number for number, _, _ in known],
        predicted=np.array([told.value for _, told, _ in known]),
        lower=np.array([np.nan if told.lower is None else told.lower for _, told, _ in known]),
        upper=np.array([np.nan if told.upper is None else told.upper for _, told, _ in known]),
        measured=np.array([measured for _, _, measured in known]),
        name=label or target,
        unit=unit,
    )


def _of(one: Experiment, target: str) -> Foreseen | None:
    return next((told for told in one.foreseen if told.target == target), None)
