"""What a search has learnt of the models from the rows it asked for: guesses for rows it might ask for next.

Radial basis functions [1]_ of Matérn's kind with a linear trend through the evaluated rows, over inputs
measured in the cells of the models: where trees cut often, a step counts for more, and an input that no tree
looks at counts for nothing. Targets are guessed; goals, formulas and limits on them are computed from those.

.. [1] H.-M. Gutmann (2001), A Radial Basis Function Method for Global Optimization.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

from nbml.inverse.cells import Cells
from nbml.inverse.constraints import FormulaLimit
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.variables import Floats, Ints

NUGGET = 1e-3
DIGITS = 6
"""Of guesses in standard deviations, so that the last bits, which differ with threads, decide nothing."""


class Guide:
    """A model of the models.

    Parameters
    ----------
    problem : Problem
    cells : Cells
    """

    def __init__(self, problem: Problem, cells: Cells) -> None:
        self._problem, self._cells = problem, cells
        self._n_targets = len(problem.surrogate.targets)
        self._is_dear = any(not isinstance(limit, FormulaLimit) for limit in problem.limits)
        """Whether limits cost more than a prediction: then violations are guessed like a target."""

    def fit(self, rows: Rows) -> bool:
        """Learn from evaluated rows; False where too few of them have finite predictions."""
        rows = rows.take(np.isfinite(rows.predicted).all(axis=1) & np.isfinite(rows.violation))
        if len(rows) < 2:
            return False
        self._x = self._coordinates(rows.positions)
        y = np.column_stack([rows.predicted, rows.violation]) if self._is_dear else rows.predicted
        self._mean, spread = y.mean(axis=0), y.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        kernel = _kernel(self._x, self._x)
        kernel[np.diag_indices(len(kernel))] += NUGGET
        factor = cho_factor(kernel, overwrite_a=True, check_finite=False)
        self._weights = cho_solve(factor, (y - self._mean) / self._spread, check_finite=False)
        return True

    def guess(self, positions: Ints) -> Rows:
        """Rows as the models may be expected to see them; nothing is predicted or counted."""
        y = np.round(_kernel(self._coordinates(positions), self._x) @ self._weights, DIGITS)
        y = y * self._spread + self._mean
        missed = np.maximum(y[:, -1], 0.0) if self._is_dear else None
        return self._problem.guess(positions, y[:, : self._n_targets], missed)

    def _coordinates(self, positions: Ints) -> Floats:
        """Positions in cells, each input 0 to 1; levels are corners of a simplex."""
        at, out = self._cells.of(positions), [np.zeros((len(positions), 1))]
        for i, variable in enumerate(self._problem.space.variables):
            ends = self._cells.ends[i]
            if variable.is_category:
                out.append((positions[:, [i]] == np.arange(variable.count)) * np.sqrt(0.5))
            elif ends is None:
                out.append(positions[:, [i]] / max(variable.count - 1, 1))
            elif len(ends):
                out.append(at[:, [i]] / len(ends))
        return np.concatenate(out, axis=1)


def _kernel(a: Floats, b: Floats) -> Floats:
    n = a.shape[1]
    far = cdist(a, b) * np.sqrt(3 / n)
    return np.asarray((1 + far) * np.exp(-far) + 1.0 + 4 / n * (a - 0.5) @ (b - 0.5).T)
