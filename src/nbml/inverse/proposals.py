"""Which experiments to do next: some that should be best, some that teach most, some where nothing was tried.

Greedy and deterministic; every choice looks at what is already chosen, so that a batch does not repeat
itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.goals import normal_cdf
from nbml.inverse.space import Space
from nbml.inverse.trust import gower
from nbml.inverse.variables import Floats

Reason = Literal["exploit", "explore", "fill"]
REACH = 0.25
"""Rows nearer to a chosen one than this share of the usual distance to measured rows count less."""


@dataclass(frozen=True, eq=False)
class Proposals:
    """Rows to try.

    Attributes
    ----------
    rows : ndarray of int, shape (n_chosen,)
        Positions among the candidates, in the order chosen.
    reasons : tuple of str
        exploit: likely the best; explore: good and uncertain; fill: far from everything tried.
    scores : ndarray of float64
        What it was chosen by: desirability, probability of improvement, distance; each less the nearness of
        what is already chosen.
    """

    rows: NDArray[np.intp]
    reasons: tuple[Reason, ...]
    scores: Floats


def propose(
    space: Space,
    values: Floats,
    desirability: Floats,
    spread: Floats,
    measured: Floats,
    count: int,
    *,
    best: float | None = None,
    mix: tuple[float, float, float] = (0.5, 0.3, 0.2),
) -> Proposals:
    """Choose among candidates.

    Parameters
    ----------
    space : Space
    values : ndarray of float64, shape (n_rows, n_variables)
        Feasible candidates.
    desirability : ndarray of float64, shape (n_rows,)
        Their score, 0 to 1.
    spread : ndarray of float64, shape (n_rows,)
        Uncertainty of the score, in its unit; NaN counts as none.
    measured : ndarray of float64, shape (n_measured, n_variables)
        What was tried.
    count : int
        How many are wanted.
    best : float, optional
        The best measured score; the best candidate's if unset.
    mix : tuple of float
        Shares of exploit, explore and fill.
    """
    spread = np.nan_to_num(spread)
    top = float(desirability.max(initial=0.0)) if best is None else best
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (desirability - top) / spread, np.where(desirability > top, np.inf, -np.inf))
    improvement = normal_cdf(z) * (spread > 0)
    away = gower(space, values, measured).min(axis=1) if len(measured) else np.ones(len(values))
    scores: dict[Reason, Floats] = {
        "exploit": desirability,
        "explore": improvement + spread / max(float(spread.max(initial=0.0)), 1e-12) * 0.1,
        "fill": away,
    }
    plan = _plan(min(count, len(values)), mix)
    near = np.full(len(values), np.inf)
    free = np.ones(len(values), dtype=bool)
    rows: list[int] = []
    reasons: list[Reason] = []
    kept: list[float] = []
    reach = max(REACH * float(np.median(away)), 1e-9)
    for reason in plan:
        score = scores[reason] * (1 - np.exp(-((near / reach) ** 2))) if rows else scores[reason]
        if reason == "fill":
            score = np.minimum(away, near)
        k = int(np.where(free, score, -np.inf).argmax())
        rows.append(k)
        reasons.append(reason)
        kept.append(float(score[k]))
        free[k] = False
        near = np.minimum(near, gower(space, values, values[k : k + 1])[:, 0])
    return Proposals(np.array(rows, dtype=np.intp), tuple(reasons), np.array(kept))


def _plan(count: int, mix: tuple[float, float, float]) -> list[Reason]:
    """The reasons in turn, so that any beginning of the list keeps the shares as well as it can."""
    kinds: tuple[Reason, ...] = ("exploit", "explore", "fill")
    given = np.zeros(3)
    plan: list[Reason] = []
    for n in range(count):
        k = int((np.array(mix) * (n + 1) - given).argmax())
        given[k] += 1
        plan.append(kinds[k])
    return plan
