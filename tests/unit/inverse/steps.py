"""A surrogate of known shape, and spaces to search."""

import numpy as np

from nbml.inverse.goals import goal
from nbml.inverse.problem import Problem


class Steps:
    """Piecewise constant like trees: every input cut at tenths; two targets that pull apart."""

    level = 0.9

    def __init__(self, d, cut=10):
        self.d, self.cut = d, cut

    @property
    def targets(self):
        return ("y", "z")

    def predict(self, values):
        cells = np.ceil(values / self.cut)
        y = -((cells - 3) ** 2).sum(axis=1)
        z = -((cells - 6) ** 2).sum(axis=1)
        return np.column_stack([y, z]).astype(float)

    def bounds(self, values):
        both = self.predict(values)
        return both - 2, both + 2

    def distance(self, values):
        return np.clip(values[:, 0] / 100, 0, 1)

    def thresholds(self):
        return [np.arange(0, 100, self.cut, dtype=float)] * self.d


def problem_of(space, goals=None, limits=(), surrogate=None):
    goals = goals or [goal("y", "maximize"), goal("z", "maximize")]
    goals = [one.seen(np.array([-200.0, 0.0])) if one.on == "target" else one for one in goals]
    return Problem(space, surrogate or Steps(len(space)), goals, limits)
