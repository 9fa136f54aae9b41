"""Out-of-fold predictions of a finished job with the rows they belong to, ready to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbml.data.store import load_frame
from nbml.errors import JobError
from nbml.figures.row_points import HeldOut
from nbml.jobs.result import TrainResult

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.job import Job

TOLD_COLUMNS = 8
"""Columns of a row that are told on hover: the group, then features in file order."""


def held_out(
    job: Job, target: str, family: str | None = None, colour: Literal["group", "fold", "none"] = "group"
) -> HeldOut:
    """The rows of a target that have a value and a prediction.

    Parameters
    ----------
    job : Job
        One with a result.
    target : str
    family : str, optional
        The chosen one when left out.
    colour : {"group", "fold", "none"}
        What levels the rows get; group gives none where there is no group column.

    Raises
    ------
    JobError
        NBML-J06 where there is no such model.
    """
    result = TrainResult.load(job.folder)
    table = result.cv_result
    measured, predicted = _columns(result, table, target, family)
    places = np.flatnonzero(np.isfinite(measured) & np.isfinite(predicted))
    assert job.spec.resolved is not None
    frame = load_frame(job.paths.data, job.spec.resolved.columns_sha256).iloc[places]
    group = job.spec.group
    levels: Any = {
        "group": None if group is None else frame[group].tolist(),
        "fold": table.iloc[places, 0].tolist(),
        "none": None,
    }[colour]
    codes, names = (None, []) if levels is None else _coded(levels)
    told = [name for name in (group, *result.record.features) if name is not None and name in frame]
    column = result.record.sheet[target]
    return HeldOut(
        rows=places,
        measured=measured[places],
        predicted=predicted[places],
        name=column.label or target,
        unit=column.unit,
        codes=codes,
        levels=names,
        level_name=(group or "") if colour == "group" else "",
        told={name: frame[name].tolist() for name in list(dict.fromkeys(told))[:TOLD_COLUMNS]},
    )


def _columns(result: TrainResult, table: pd.DataFrame, target: str, family: str | None) -> tuple[Any, Any]:
    """The measured and predicted column, by place: names of nbml's own give way to the user's."""
    place = 1
    for name in result.record.targets:
        models = [row for row in result.record.leaderboard if row.target == name and row.trial is not None]
        if name == target:
            for offset, row in enumerate(models):
                if row.family == family or (family is None and row.chosen):
                    return table.iloc[:, place].to_numpy(), table.iloc[:, place + 1 + offset].to_numpy()
            break
        place += 1 + len(models)
    raise JobError("NBML-J06", target=target, family=family or "-")


def _coded(values: list[Any]) -> tuple[Any, list[str]]:
    """Codes and levels; -1 for a missing value. Numbers in their own order."""
    texts = [None if value is None or value != value else str(value) for value in values]
    names = sorted({t for t in texts if t is not None}, key=_natural)
    code = {name: place for place, name in enumerate(names)}
    return np.array([-1 if t is None else code[t] for t in texts], dtype=np.int64), names


def _natural(label: str) -> tuple[bool, float, str]:
    try:
        return False, float(label), label
    except ValueError:
        return True, 0.0, label
