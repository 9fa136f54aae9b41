"""How new rows are made from good ones. Each operator gives points; repair makes them feasible.

Simulated binary crossover and polynomial mutation (Deb, Agrawal 1995), differential steps (Storn, Price
1997), steps to the next cell of the models, exchanges inside a mixture, and single inputs drawn anew. Levels
are taken over or drawn, never averaged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nbml.inverse.cells import Cells
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints

ETA_CROSS = 15.0
Operator = Callable[[Ints, Ints, Ints], Floats]


class Operators:
    """The operators of one search.

    Parameters
    ----------
    space : Space
    cells : Cells
    rng : Generator
    eta : float
        Distribution index of mutation.
    """

    def __init__(self, space: Space, cells: Cells, rng: np.random.Generator, *, eta: float) -> None:
        self._space, self._cells, self._rng, self._eta = space, cells, rng, eta
        self._free = np.array([i for i, v in enumerate(space.variables) if v.count > 1], dtype=np.intp)
        self.is_free = bool(len(self._free))
        """Whether any input may change."""
        self._span = np.maximum(space.high - space.low, 1).astype(np.float64)
        self._parts = [m.columns for m in space.mixtures if len(m.columns) > 1]
        self._mixed = np.unique(np.concatenate(self._parts)) if self._parts else np.zeros(0, dtype=np.intp)
        self.named: dict[str, Operator] = {
            "cross": self.cross,
            "differ": self.differ,
            "beside": self.beside,
            "anew": self.anew,
        }
        if self._parts:
            self.named["exchange"] = self.exchange

    def cross(self, first: Ints, second: Ints, third: Ints) -> Floats:  # noqa: ARG002
        """Simulated binary crossover, then polynomial mutation of about one input a row."""
        rng, n, d = self._rng, *first.shape
        u = rng.random((n, d))
        power = 1 / (ETA_CROSS + 1)
        beta = np.where(u <= 0.5, (2 * u) ** power, (1 / (2 * (1 - u) + 1e-12)) ** power)
        beta *= rng.choice([-1.0, 1.0], size=(n, d))
        crossed = 0.5 * (first + second) + 0.5 * beta * (first - second)
        out = np.where(rng.random((n, d)) < 0.5, crossed, first)
        levels = self._space.categories
        out[:, levels] = np.where(rng.random((n, len(levels))) < 0.5, first[:, levels], second[:, levels])
        return self._mutate(out, 1.0 / max(len(self._free), 1))

    def differ(self, first: Ints, second: Ints, third: Ints) -> Floats:
        """A row moved by the difference of two others, on some inputs."""
        rng, n, d = self._rng, *first.shape
        factor = rng.uniform(0.3, 0.9, size=(n, 1))
        keep = rng.random((n, d)) < 0.5
        out = np.where(keep, first, first + factor * (second - third))
        levels = self._space.categories
        out[:, levels] = np.where(keep[:, levels], first[:, levels], second[:, levels])
        return out

    def beside(self, first: Ints, second: Ints, third: Ints) -> Floats:  # noqa: ARG002
        """The next cell on one or two inputs."""
        rng, out = self._rng, first.astype(np.float64)
        for turn in range(2):
            rows = np.arange(len(first)) if turn == 0 else np.flatnonzero(rng.random(len(first)) < 0.4)
            which = self._free[rng.integers(len(self._free), size=len(rows))]
            up = rng.random(len(rows)) < 0.5
            for i in np.unique(which):
                mine = rows[which == i]
                out[mine, i] = self._cells.beside(first[mine], int(i), up[which == i], rng)
        return out

    def anew(self, first: Ints, second: Ints, third: Ints) -> Floats:  # noqa: ARG002
        """One or two inputs drawn from their whole range."""
        rng, out = self._rng, first.astype(np.float64)
        times = 1 + (rng.random(len(first)) < 0.3)
        for turn in range(2):
            rows = np.flatnonzero(times > turn)
            which = self._free[rng.integers(len(self._free), size=len(rows))]
            low, high = self._space.low[which], self._space.high[which]
            out[rows, which] = low + rng.random(len(rows)) * (high - low + 1) - 0.5
        return out

    def exchange(self, first: Ints, second: Ints, third: Ints) -> Floats:  # noqa: ARG002
        """Part of one share of a mixture given to another, sometimes all of it."""
        rng, out = self._rng, first.astype(np.float64)
        which = rng.integers(len(self._parts), size=len(first))
        for k, parts in enumerate(self._parts):
            rows = np.flatnonzero(which == k)
            giver = parts[_weighted(first[np.ix_(rows, parts)].astype(np.float64) + 1e-9, rng)]
            taker = parts[rng.integers(len(parts), size=len(rows))]
            room = first[rows, giver] - self._space.low[giver]
            most = np.maximum(room, 1).astype(np.float64)
            amount = np.where(rng.random(len(rows)) < 0.25, room, np.rint(most ** rng.random(len(rows))))
            out[rows, giver] -= amount
            np.add.at(out, (rows, taker), amount)
        return out

    def _mutate(self, out: Floats, rate: float) -> Floats:
        rng = self._rng
        chosen = rng.random(out.shape) < rate
        u = rng.random(out.shape)
        power = 1 / (self._eta + 1)
        step = np.where(u < 0.5, (2 * u) ** power - 1, 1 - (2 * (1 - u)) ** power)
        moved = out + np.where(chosen, step * self._span, 0.0)
        moved += np.where(chosen & (np.abs(step * self._span) < 0.5), np.sign(step), 0.0)
        for i in self._space.categories:
            variable = self._space.variables[i]
            drawn = rng.integers(variable.count, size=len(out))
            moved[:, i] = np.where(chosen[:, i], drawn, out[:, i])
        return moved


def _weighted(weights: Floats, rng: np.random.Generator) -> np.ndarray:
    """One column a row, drawn by weight."""
    total = np.cumsum(weights, axis=1)
    return np.asarray((total < rng.random((len(weights), 1)) * total[:, -1:]).sum(axis=1))
