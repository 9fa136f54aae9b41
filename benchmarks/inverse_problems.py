"""The problems that inverse search is compared on: models of five tables, and ZDT1, whose front is known.

Owns spaces, models and goals; knows nothing of who searches. Models are LightGBM's by nbml's defaults on all
rows, without tuning; goals are on the scale of the data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from measuring import dataset

from nbml.inverse.constraints import mixture
from nbml.inverse.front import hypervolume
from nbml.inverse.goals import goal
from nbml.inverse.models import Columns, ModelSurrogate, TargetModel
from nbml.inverse.problem import Problem
from nbml.inverse.space import Space
from nbml.inverse.variables import Variable, category, listed, number
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape

PROBLEMS: dict[str, dict[str, Any]] = {
    "energy_efficiency": {
        "goals": {"heating_load": "minimize", "cooling_load": "maximize"},
        "steps": {"orientation": 1, "glazing_area_distribution": 1, "overall_height": 3.5},
    },
    "concrete_slump": {
        "goals": {
            "SLUMP(cm)": "minimize",
            "FLOW(cm)": "maximize",
            "Compressive Strength (28-day)(Mpa)": "maximize",
        },
        "drop": ("No",),
    },
    "lnp_formulation": {
        "goals": {
            "drug_loading": "maximize",
            "encap_efficiency": "maximize",
            "particle_diameter": "minimize",
        },
        "steps": {
            "drug_input": 6,
            "solid_lipid_input": 12,
            "liquid_lipid_input": 12,
            "surfractant_input": 0.0005,
        },
    },
    "p3ht_conductivity": {
        "goals": {"conductivity": "maximize", "p3ht_content": "minimize"},
        "mixture": 100.0,
        "step": 0.1,
    },
    "oer_catalyst": {
        "goals": {"overpotential": "minimize", "ta_load": "minimize"},
        "mixture": 1.0,
        "step": 0.1,
    },
}


class Known:
    """ZDT1 on a fine grid: f1 = x0, f2 = g (1 - sqrt(x0 / g)), with g = 1 at the front."""

    targets = ("f1", "f2")

    def predict(self, values):
        """As ``Surrogate.predict``."""
        g = 1 + 9 * values[:, 1:].mean(axis=1)
        return np.column_stack([values[:, 0], g * (1 - np.sqrt(values[:, 0] / g))])

    level = 0.9

    def bounds(self, values):
        """As ``Surrogate.bounds``."""
        unknown = np.full((len(values), 2), np.nan)
        return unknown, unknown

    def distance(self, values):
        """As ``Surrogate.distance``."""
        return np.full(len(values), np.nan)

    def thresholds(self):
        """As ``Surrogate.thresholds``."""
        return [None] * 10


def known_problem() -> Problem:
    space = Space([number(f"x{i}", 0, 1) for i in range(10)])
    goals = [goal("f1", "minimize"), goal("f2", "minimize")]
    scaled = [g.seen(np.array([0.0, top])) for g, top in zip(goals, (1.1, 6.0), strict=True)]
    return Problem(space, Known(), scaled)


def table_problem(folder: Any, name: str) -> Problem:
    """Models of each target of a table on all its rows."""
    about, said = dataset(folder, name), PROBLEMS[name]
    frame = pd.read_csv(about["path"])
    targets = [t for t in said["goals"] if t in about["target"]]
    drop = {*about["target"], *(about.get("drop") or ()), *said.get("drop", ())}
    features = [c for c in frame.columns if c not in drop]
    variables: list[Variable] = []
    codes, levels = {}, []
    X = np.empty((len(frame), len(features)))
    for j, column in enumerate(features):
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values):
            step = said.get("steps", {}).get(column, said.get("step"))
            distinct = np.unique(values)
            low, high = (
                (0.0, said["mixture"]) if "mixture" in said else (float(distinct[0]), float(distinct[-1]))
            )
            variables.append(
                number(column, low, high, step=step)
                if step or len(distinct) > 12
                else listed(column, [float(v) for v in distinct])
            )
            X[:, j], n = values, 0
        else:
            known = sorted(values.unique())
            variables.append(category(column, known, known))
            X[:, j], n = [known.index(v) for v in values], len(known)
            codes[j] = np.arange(n, dtype=float)
        levels.append(n)
    constraints = [mixture(features, said["mixture"])] if "mixture" in said else []
    space, columns = Space(variables, constraints), Columns(np.arange(len(features)), codes)
    learner, layout = family("lightgbm"), Layout(tuple(levels))
    shape = Shape(len(X), len(features), round(0.8 * len(X)), len(codes))
    prepared = learner.prepare(X, layout, threads=1)
    params = learner.start(shape)
    models = []
    for target in targets:
        y = frame[target].to_numpy(dtype=float)
        fitted = learner.fit(prepared, y, params, seed=0, threads=1, should_stop=lambda: False)
        models.append(TargetModel(target, (fitted,), columns))
    goals = [
        goal(t, kind, on="target" if t in targets else "input").seen(frame[t].to_numpy(dtype=float))
        for t, kind in said["goals"].items()
    ]
    return Problem(space, ModelSurrogate(space, models), goals)


class Volume:
    """Hypervolume of feasible rows in goal units divided by their seen ranges."""

    def __init__(self, problem: Problem) -> None:
        self._scale, self._reference = problem.scales(), problem.reference()

    def __call__(self, objectives: np.ndarray) -> float:
        """The volume; rows with an infinite objective count nothing."""
        return hypervolume(objectives / self._scale, self._reference / self._scale)
