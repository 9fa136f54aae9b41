"""Next experiments out of a result, and what became of past ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nbml.inverse.goals import desirability
from nbml.inverse.ranking import thin
from nbml.inverse.surrogate import trust_of
from nbml.jobs.experiments.book import read_book

if TYPE_CHECKING:
    from nbml.inverse.proposals import Proposals
    from nbml.jobs.optimize.result import OptimizeResult

MOST_CANDIDATES = 1_000


def propose_rows(
    result: OptimizeResult, count: int, *, candidates: str, choose: Callable[..., Proposals]
) -> pd.DataFrame:
    """As ``OptimizeResult.propose``."""
    setting = result.setting()
    problem = setting.problem
    table = result.pareto
    if candidates == "evaluated":
        known = result.evaluated
        known = known[known["violation"].to_numpy() <= 0]
        goals = known[[f"goal_{k + 1}" for k in range(len(problem.goals))]].to_numpy(dtype=np.float64)
        table = known.iloc[thin(goals, MOST_CANDIDATES)].reset_index(drop=True)
    values = _values(result, table)
    rows = problem.evaluate(problem.space.positions(values))
    trust = trust_of(problem.surrogate, values)
    score = problem.desirability(rows)
    low, high = rows.goals.copy(), rows.goals.copy()
    targets = {name: k for k, name in enumerate(problem.surrogate.targets)}
    for k, goal in enumerate(problem.goals):
        if goal.on == "target":
            bounds = trust.lower[:, targets[goal.label]], trust.upper[:, targets[goal.label]]
            low[:, k] = np.where(np.isfinite(bounds[0]), bounds[0], low[:, k])
            high[:, k] = np.where(np.isfinite(bounds[1]), bounds[1], high[:, k])
    spread = np.abs(desirability(problem.goals, high) - desirability(problem.goals, low)) / 3.3
    measured = setting.measured[~np.isnan(setting.measured).any(axis=1)]
    measured = np.concatenate([measured, _planned(result)])
    chosen = choose(problem.space, values, score, spread, measured, count)
    out = table.iloc[chosen.rows].reset_index(drop=True)
    out.insert(0, "reason", list(chosen.reasons))
    out.insert(1, "score", chosen.scores)
    return out


def compare_rows(result: OptimizeResult, measured: pd.DataFrame) -> pd.DataFrame:
    """As ``OptimizeResult.compare``."""
    names = list(result.inputs)
    columns: dict[str, Any] = {}
    places = _find(result.pareto[names], measured[names])
    others = _find(result.evaluated[names], measured[names]) if (places < 0).any() else places
    for target in result.record.targets:
        if target not in measured.columns:
            continue
        found = measured[target].to_numpy(dtype=np.float64, na_value=np.nan)
        columns[target] = found
        for part in ("predicted", "lower", "upper"):
            if f"{part}_{target}" in result.pareto.columns:
                known = result.pareto[f"{part}_{target}"].to_numpy(dtype=np.float64)
                columns[f"{part}_{target}"] = np.where(places >= 0, known[places], np.nan)
        elsewhere = result.evaluated[f"predicted_{target}"].to_numpy(dtype=np.float64)
        columns[f"predicted_{target}"] = np.where(
            (places < 0) & (others >= 0), elsewhere[others], columns[f"predicted_{target}"]
        )
        columns[f"error_{target}"] = found - columns[f"predicted_{target}"]
        if f"lower_{target}" in columns:
            lower, upper = columns[f"lower_{target}"], columns[f"upper_{target}"]
            columns[f"inside_{target}"] = (found >= lower) & (found <= upper)
    return pd.DataFrame(columns, index=measured.index)


def _planned(result: OptimizeResult) -> np.ndarray:
    """Experiments that are planned or done already, in the values of the space: they count as tried."""
    rows = [one.cells for one in read_book(result.folder).experiments]
    table = pd.DataFrame(rows, columns=list(result.inputs))
    return _values(result, table.dropna())


def _find(known: pd.DataFrame, wanted: pd.DataFrame) -> np.ndarray:
    """Where each wanted row stands among the known ones; -1 where it does not."""
    places = {_key(cells): k for k, cells in enumerate(zip(*(known[c] for c in known), strict=True))}
    return np.array([places.get(_key(cells), -1) for cells in zip(*(wanted[c] for c in wanted), strict=True)])


def _key(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(cell if isinstance(cell, str) else round(float(cell), 9) for cell in cells)


def _values(result: OptimizeResult, table: pd.DataFrame) -> np.ndarray:
    out = np.empty((len(table), len(result.inputs)))
    for i, one in enumerate(result.record.inputs):
        column = table[one.name]
        if one.kind == "category":
            places = {level: k for k, level in enumerate(one.levels)}
            out[:, i] = [places[str(cell)] for cell in column]
        else:
            out[:, i] = column.to_numpy(dtype=np.float64)
    return out
