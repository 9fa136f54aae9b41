"""The first feasible rows: spread over the ranges, the simplex and the choices, none drawn in vain.

Plain ranges by scrambled Sobol points, mixtures by exponential shares projected on their grid. Where linear
rows leave little, corners come from the mixed-integer program and are mixed by hit-and-run steps on the
lattice.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from nbml.errors import OptimizeError
from nbml.inverse.contradiction import Model
from nbml.inverse.moves import walk
from nbml.inverse.repair import settle
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints

CORNERS = 24
MIXING = 4
ENOUGH = 0.25
NODES = 200


def sample(space: Space, size: int, rng: np.random.Generator) -> Ints:
    """Feasible rows, as different as may be.

    Parameters
    ----------
    space : Space
    size : int
        How many are wanted; there are fewer where the space has fewer.
    rng : Generator

    Returns
    -------
    ndarray of int64, shape (at most size, n_variables)

    Raises
    ------
    OptimizeError
        NBML-O13 when no feasible row is found.
    """
    drawn, fits = settle(space, draw(space, 2 * size, rng))
    drawn = drawn[fits & space.is_feasible(drawn)]
    if len(drawn) < ENOUGH * size and not space.is_simple:
        drawn = np.concatenate([drawn, _corners(space, size, rng)])
        if len(drawn) and space.moves:
            low, high = space.bounds(starts := drawn[rng.integers(len(drawn), size=size)])
            mixed = walk(starts, low, high, space.variables, space.rows, space.moves, rng, sweeps=MIXING)
            drawn = np.concatenate([mixed[space.is_feasible(mixed)], drawn])
    if not len(drawn):
        raise OptimizeError(
            "NBML-O13", count=2 * size, constraints=[c.label for c in space.constraints] or "–", least="–"
        )
    _, first = np.unique(drawn, axis=0, return_index=True)
    return drawn[np.sort(first)][:size]


def draw(space: Space, size: int, rng: np.random.Generator) -> Floats:
    """Positions spread over the space's box, mixtures over their simplex; not feasible yet."""
    d = len(space)
    points = qmc.Sobol(max(d, 1), rng=rng).random(1 << max(size - 1, 1).bit_length())[:size, :d]
    wanted = space.low + points * (space.high - space.low + 1) - 0.5
    for mixture in space.mixtures:
        columns = mixture.columns
        shares = -(np.log(np.maximum(points[:, columns], 1e-12)) ** rng.choice([1.0, 2.0], size=(size, 1)))
        low = space.low[columns]
        room = np.maximum(mixture.total - low.sum(), 0)
        wanted[:, columns] = low + room * shares / shares.sum(axis=1, keepdims=True)
    for _, columns, count in space.counts:
        keep = rng.integers(count.least, min(count.most, len(columns)), size=size, endpoint=True)
        rank = rng.permuted(np.tile(np.arange(len(columns)), (size, 1)), axis=1)
        wanted[:, columns] = np.where(rank < np.maximum(keep, 1)[:, None], wanted[:, columns], 0.0)
    for i in space.semi:
        wanted[rng.random(size) < 0.3, i] = 0.0
    return np.asarray(wanted, dtype=np.float64)


def _corners(space: Space, size: int, rng: np.random.Generator) -> Ints:
    """Rows that are best for random costs."""
    model = Model(space)
    span = np.maximum(np.array(model.program.high) - np.array(model.program.low), 1e-12)
    found = []
    for _ in range(min(CORNERS, size)):
        point = model.program.solve(rng.normal(size=len(span)) / span, nodes=NODES)
        if point is not None:
            found.append(model.positions(point))
    rows = np.array(found, dtype=np.int64).reshape(len(found), len(space))
    return rows[space.is_feasible(rows)]
