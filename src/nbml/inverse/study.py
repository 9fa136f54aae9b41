"""The answer as an Optuna study: every front row and some of the others, for Optuna's plots."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.inverse.variables import Floats

if TYPE_CHECKING:
    import pandas as pd
    from optuna import Study

MOST_TRIALS = 2_000


@dataclass(frozen=True)
class Parameter:
    """An input as Optuna knows it.

    Attributes
    ----------
    name : str
    low, high : float or None
        Range of a number.
    levels : tuple of str
        Levels of a category.
    whole : bool
        Whether its values are whole numbers.
    """

    name: str
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    whole: bool = False


def to_study(
    parameters: Sequence[Parameter],
    directions: Sequence[str],
    metrics: Sequence[str],
    front: tuple[pd.DataFrame, Floats],
    others: tuple[pd.DataFrame, Floats],
    *,
    name: str = "nbml",
    most: int = MOST_TRIALS,
) -> Study:
    """A study in memory.

    Parameters
    ----------
    parameters : sequence of Parameter
    directions : sequence of {"maximize", "minimize"}
        Of each value.
    metrics : sequence of str
        What each value is.
    front : (DataFrame, ndarray)
        Inputs, one column a parameter in their order, and values. All become trials, first.
    others : (DataFrame, ndarray)
        Evaluated rows, thinned evenly to `most` trials in all; those with values that are not finite are left
        out.
    name : str
        Name of the study.
    most : int
        Trials in all.
    """
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(study_name=name, directions=list(directions))
    finally:
        optuna.logging.set_verbosity(verbosity)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(_distinct(metrics))
    finite = np.flatnonzero(np.isfinite(others[1]).all(axis=1))
    room = max(most - len(front[0]), 0)
    if len(finite) > room:
        finite = finite[np.linspace(0, len(finite) - 1, room).astype(np.intp)] if room else finite[:0]
    distributions = {
        one.name: _distribution(one, front[0].iloc[:, k], others[0].iloc[:, k])
        for k, one in enumerate(parameters)
    }
    for (frame, values), on_front in ((front, True), ((others[0].iloc[finite], others[1][finite]), False)):
        columns = [frame.iloc[:, k].tolist() for k in range(len(parameters))]
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params=dict(zip(distributions, cells, strict=True)),
                    distributions=distributions,
                    values=values[k].tolist(),
                    user_attrs={"front": on_front},
                )
                for k, cells in enumerate(zip(*columns, strict=True))
            ]
        )
    return study


def _distribution(one: Parameter, *columns: pd.Series[Any]) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if one.levels:
        return CategoricalDistribution(one.levels)
    low = min(
        [float(column.min()) for column in columns if len(column)] + ([] if one.low is None else [one.low])
    )
    high = max(
        [float(column.max()) for column in columns if len(column)] + ([] if one.high is None else [one.high])
    )
    return IntDistribution(int(low), int(high)) if one.whole else FloatDistribution(low, high)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names told apart by a number."""
    out: list[str] = []
    for name in names:
        out.append(name if name not in out else f"{name} ({len(out) + 1})")
    return out
