"""Inverse search: nbml against pymoo's NSGA-II and Optuna's samplers, on the same models and the same space.

On each problem every method gets the same number of evaluations (and, apart, the same seconds) and is judged
by the hypervolume of all feasible rows it evaluated, so that no method loses what it found and dropped.
Hypervolumes are in shares of the box between the reference point (the worse end of what was measured of each
target) and the best of all methods and seeds. Where an input has steps or a mixture, the others get it as
well as their libraries allow: integers with steps, and a mixture as shares that are normalised and rounded
to the steps (pymoo, Optuna), which is the usual way. The rows that break a constraint are counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import psutil
from measuring import arguments, dataset, run, say

from nbml.inverse.constraints import Count, mixture
from nbml.inverse.front import hypervolume
from nbml.inverse.goals import goal
from nbml.inverse.models import Columns, ModelSurrogate, TargetModel
from nbml.inverse.nsga2 import Archive, search
from nbml.inverse.polish import polish
from nbml.inverse.problem import Problem
from nbml.inverse.repair import repair
from nbml.inverse.sampling import sample
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
    """Models of each target by LightGBM's defaults in nbml, on all rows; goals on the scale of the data."""
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


def by_nbml(problem: Problem, evaluations: int, seed: int, seconds: float | None = None):
    rng = np.random.default_rng(seed)
    main = evaluations if evaluations < 200 else round(0.9 * evaluations)
    end = None if seconds is None else time.perf_counter() + seconds
    found = Archive()
    for _ in search(problem, main, rng, archive=found, population=100 if seconds else None):
        if end and time.perf_counter() > end:
            break
    if end is None or time.perf_counter() < end:
        for _ in polish(problem, found, evaluations - len(found.rows), rng):
            if end and time.perf_counter() > end:
                break
    return found.rows.objectives, 0


def decode(problem: Problem, raw: np.ndarray) -> np.ndarray:
    """Positions of other methods' points: plain integers, and shares normalised and rounded for a mixture."""
    space = problem.space
    if space.mixtures:
        total = space.mixtures[0].total
        share = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-12)
        rows = np.rint(share * total).astype(np.int64)
        rows[np.arange(len(rows)), share.argmax(axis=1)] += total - rows.sum(axis=1)
        return rows
    return np.clip(np.rint(raw), 0, space.high).astype(np.int64)


def judged(problem: Problem, rows: np.ndarray) -> tuple[np.ndarray, int]:
    """Objectives of rows, infinite for those that break a constraint, and how many do."""
    fine = problem.space.is_feasible(rows)
    out = np.full((len(rows), problem.n_objectives), np.inf)
    if fine.any():
        out[fine] = problem.evaluate(rows[fine]).objectives
    return out, int((~fine).sum())


def by_pymoo(problem: Problem, evaluations: int, seed: int, seconds: float | None = None):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem as Pymoo
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize
    from pymoo.termination import get_termination

    seen, broken = [], 0

    class Wrapped(Pymoo):
        def __init__(self) -> None:
            d = len(problem.space)
            super().__init__(
                n_var=d,
                n_obj=problem.n_objectives,
                xl=np.zeros(d),
                xu=problem.space.high.astype(float),
                vtype=float,
            )

        def _evaluate(self, x, out, *_args, **_kwargs):
            nonlocal broken
            objectives, bad = judged(problem, decode(problem, np.asarray(x, dtype=float)))
            broken += bad
            seen.append(objectives)
            out["F"] = np.where(np.isfinite(objectives), objectives, 1e9)

    rounding = {} if problem.space.mixtures else {"repair": RoundingRepair(), "vtype": float}
    algorithm = NSGA2(
        pop_size=100,
        sampling=IntegerRandomSampling(),
        crossover=SBX(prob=0.9, eta=15, **rounding),
        mutation=PM(eta=20, **rounding),
        eliminate_duplicates=True,
    )
    stop = ("n_eval", evaluations) if seconds is None else ("time", seconds)
    minimize(Wrapped(), algorithm, get_termination(*stop), seed=seed, verbose=False, copy_algorithm=False)
    return np.concatenate(seen)[: None if seconds else evaluations], broken


def by_optuna(sampler: str, batch: int):
    def method(problem: Problem, evaluations: int, seed: int, seconds: float | None = None):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        made = {
            "nsga2": lambda: optuna.samplers.NSGAIISampler(population_size=100, seed=seed),
            "tpe": lambda: optuna.samplers.TPESampler(multivariate=True, seed=seed),
        }[sampler]()
        study = optuna.create_study(directions=["minimize"] * problem.n_objectives, sampler=made)
        space = problem.space
        choices = {
            v.name: optuna.distributions.CategoricalDistribution(list(range(v.count)))
            if v.is_category
            else optuna.distributions.IntDistribution(0, int(v.count - 1))
            for v in space.variables
        }
        seen, broken, done = [], 0, 0
        end = None if seconds is None else time.perf_counter() + seconds
        while done < evaluations and not (end and time.perf_counter() > end):
            trials = [study.ask(choices) for _ in range(min(batch, evaluations - done))]
            raw = np.array([[t.params[v.name] for v in space.variables] for t in trials], dtype=float)
            objectives, bad = judged(problem, decode(problem, raw))
            for trial, values in zip(trials, objectives, strict=True):
                if np.isfinite(values).all():
                    study.tell(trial, values.tolist())
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            seen.append(objectives)
            broken += bad
            done += len(trials)
        return np.concatenate(seen), broken

    return method


METHODS: dict[str, Callable[..., Any]] = {
    "nbml": by_nbml,
    "pymoo NSGA-II": by_pymoo,
    "Optuna NSGA-II": by_optuna("nsga2", 100),
    "Optuna TPE": by_optuna("tpe", 20),
}


def problems(chosen: argparse.Namespace) -> dict[str, Callable[[], Problem]]:
    made: dict[str, Callable[[], Problem]] = {"known front (ZDT1)": known_problem}
    for name in PROBLEMS:
        made[name] = lambda name=name: table_problem(chosen.data, name)
    return made


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    out: dict[str, Any] = {"evaluations": chosen.evaluations, "seeds": chosen.seeds, "problems": {}}
    for name, make in problems(chosen).items():
        if chosen.problems and name not in chosen.problems:
            continue
        problem = make()
        out["problems"][name] = compare(problem, chosen, name)
    if not chosen.problems:
        out["one_at_a_time"] = loop(chosen)
        out["rows_checked"] = checked(50_000 if chosen.quick else 1_000_000)
    return out


def compare(problem: Problem, chosen: argparse.Namespace, name: str) -> dict[str, Any]:
    volume = Volume(problem)
    slow = f"volume_at_{chosen.slow_evaluations}"
    rows: dict[str, Any] = {}
    for label in chosen.methods:
        is_slow = label.startswith("Optuna")
        budget = chosen.slow_evaluations if is_slow else chosen.evaluations
        cells = []
        for seed in range(min(chosen.seeds, chosen.tpe_seeds) if label == "Optuna TPE" else chosen.seeds):
            begun = time.perf_counter()
            objectives, broken = METHODS[label](problem, budget, seed)
            took = time.perf_counter() - begun
            few = objectives[: chosen.slow_evaluations]
            if label == "nbml":
                few, _ = METHODS[label](problem, chosen.slow_evaluations, seed)
            cells.append((volume(objectives), volume(few), took, broken, len(objectives)))
        volumes, fews, seconds, brokens, evaluated = (list(column) for column in zip(*cells, strict=True))
        rows[label] = {
            "volume": round(float(np.mean(volumes)), 5),
            "spread": round(float(np.std(volumes, ddof=1)), 5) if len(volumes) > 1 else None,
            slow: round(float(np.mean(fews)), 5),
            f"{slow}_spread": round(float(np.std(fews, ddof=1)), 5) if len(fews) > 1 else None,
            "seconds": round(float(np.median(seconds)), 3),
            "rows_breaking_a_constraint": int(sum(brokens)),
            "evaluated": int(np.median(evaluated)),
        }
        if chosen.seconds and label != "Optuna TPE":
            timed = [volume(METHODS[label](problem, 10**6, seed, chosen.seconds)[0]) for seed in range(2)]
            rows[label][f"volume_in_{chosen.seconds:g}_s"] = round(float(np.mean(timed)), 5)
        say(f"{name:22} {label:15} {rows[label]}")
    return rows


def loop(chosen: argparse.Namespace) -> dict[str, Any]:
    """The usual loop: Optuna asks one row, two models predict it, the study is told."""
    problem = table_problem(chosen.data, "energy_efficiency")
    evaluations = 500 if chosen.quick else 1_000
    seconds = {}
    for label, method in (("nbml", by_nbml), ("one at a time", by_optuna("nsga2", 1))):
        begun = time.perf_counter()
        method(problem, evaluations, 0)
        seconds[label] = round(time.perf_counter() - begun, 3)
    return {
        "evaluations": evaluations,
        "seconds": seconds,
        "ratio": seconds["nbml"] / seconds["one at a time"],
    }


def checked(count: int) -> dict[str, Any]:
    """Rows of 12 parts at 0.1 % steps, at most 5 of them, repaired; sums recomputed from shown values."""
    names = [f"p{i}" for i in range(12)]
    space = Space(
        [number(name, 0, 100, step=0.1) for name in names], [mixture(names, 100), Count(tuple(names), 5)]
    )
    rng = np.random.default_rng(0)
    anchors = sample(space, 10_000, rng)
    broken = done = 0
    resident = []
    while done < count:
        rows = repair(space, anchors + rng.normal(size=(len(anchors), 12)) * 300, anchors, rng)
        tenths = np.rint(space.values(rows) * 10).astype(int)
        broken += int(((tenths.sum(axis=1) != 1000) | ((tenths > 0).sum(axis=1) > 5)).sum())
        done += len(rows)
        resident.append(psutil.Process().memory_info().rss / 2**20)
    return {
        "rows": done,
        "breaking_a_constraint": broken,
        "memory_grew_mb": round(resident[-1] - resident[min(5, len(resident) - 1)], 1),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--evaluations", type=int, default=4_000)
    parser.add_argument("--slow-evaluations", type=int, default=400, help="for Optuna, which is slow")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.0, help="also compare at so many seconds")
    parser.add_argument("--tpe-seeds", type=int, default=1, help="TPE is slow on many inputs")
    parser.add_argument("--problems", nargs="*")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.evaluations, chosen.seeds = 1_000, 2
    run("inverse_search", chosen, measure)


if __name__ == "__main__":
    main()
