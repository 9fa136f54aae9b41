"""Inverse search: nbml against pymoo's NSGA-II and Optuna's samplers, on the same models and the same space.

On each problem every method gets the same number of evaluations, and apart from that the same seconds, and
is judged by the hypervolume of all feasible rows it evaluated: no method loses what it found and dropped.
A prediction of a row is an evaluation, whoever asks for it; nobody is given measured rows to begin with.
Hypervolumes are in seen ranges of the targets, from their worse ends. Besides: the usual loop that asks for
one row at a time, the time to a first front, and 10^6 rows of a search checked for what they must keep.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psutil
from inverse_peers import METHODS, by_nbml, by_optuna
from inverse_problems import PROBLEMS, Volume, known_problem, table_problem
from measuring import arguments, dataset, median, run, say, warm_cluster

from nbml.errors import OptimizeError
from nbml.inverse.archive import Archive
from nbml.inverse.constraints import Count, mixture
from nbml.inverse.constraints.linear import linear
from nbml.inverse.contradiction import check
from nbml.inverse.goals import goal
from nbml.inverse.island import Island
from nbml.inverse.problem import Problem
from nbml.inverse.space import Space
from nbml.inverse.variables import number

HUNDREDS = ("Optuna TPE", "Optuna GP")
"""Too slow for thousands of evaluations."""
SLOW = ("Optuna NSGA-II", *HUNDREDS)
ENDLESS = 10_000
"""Evaluations that nbml is told where only seconds are given: what it takes by default."""


@dataclass
class Trace:
    """One run: objectives batch by batch, when each was there, and rows that broke a constraint."""

    batches: list[np.ndarray]
    times: list[float]
    broken: int

    def first(self, rows: int) -> np.ndarray:
        """The objectives of its first rows."""
        return np.concatenate(self.batches)[:rows]

    def until(self, seconds: float) -> np.ndarray:
        """What was there after so many seconds."""
        done = [batch for batch, at in zip(self.batches, self.times, strict=True) if at <= seconds]
        return np.concatenate(done) if done else self.batches[0][:0]

    def when(self, rows: int) -> float:
        """When so many rows were there, or all there are."""
        counts = np.cumsum([len(batch) for batch in self.batches])
        return self.times[min(int(np.searchsorted(counts, rows)), len(counts) - 1)]


def drive(label: str, problem: Problem, seed: int, *, evaluations: int = 0, seconds: float = 0.0) -> Trace:
    """Run a method until it has used so many evaluations and so many seconds."""
    trace, done = Trace([], [], 0), 0
    begun = time.perf_counter()
    for objectives, bad in METHODS[label](problem, evaluations or ENDLESS, seed):
        trace.batches.append(objectives)
        trace.times.append(time.perf_counter() - begun)
        trace.broken += bad
        done += len(objectives)
        if done >= evaluations and trace.times[-1] >= seconds:
            break
    return trace


def spread(values: list[float]) -> dict[str, Any]:
    """Mean and standard deviation over seeds, and each."""
    return {
        "mean": round(float(np.mean(values)), 5),
        "spread": round(float(np.std(values, ddof=1)), 5) if len(values) > 1 else None,
        "seeds": [round(value, 5) for value in values],
    }


def compare(problem: Problem, label: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """One method on one problem; nbml runs once a budget, others do not look ahead and one run serves all."""
    drive(label, problem, 99, evaluations=60)  # imports and first calls are nobody's time
    seeds = range(min(chosen.seeds, chosen.slow_seeds) if label in SLOW else chosen.seeds)
    budgets = [chosen.slow_evaluations] + [chosen.evaluations] * (label not in HUNDREDS)
    last = max(chosen.seconds, default=0.0)
    if label == "nbml":
        runs = {b: [drive(label, problem, seed, evaluations=b) for seed in seeds] for b in budgets}
        timed = [drive(label, problem, seed, seconds=last) for seed in seeds] if last else []
    else:
        timed = [drive(label, problem, seed, evaluations=budgets[-1], seconds=last) for seed in seeds]
        runs = dict.fromkeys(budgets, timed)
    volume, found = Volume(problem), {}
    for budget, traces in runs.items():
        rows = [trace.first(budget) for trace in traces]
        found[f"at_{budget}"] = spread([volume(one) for one in rows]) | {
            "seconds": median([trace.when(budget) for trace in traces]),
            "evaluated": int(np.median([len(one) for one in rows])),
            "rows_breaking_a_constraint": sum(trace.broken for trace in traces),
        }
    for mark in chosen.seconds:
        rows = [trace.until(mark) for trace in timed]
        found[f"in_{mark:g}_s"] = spread([volume(one) for one in rows]) | {
            "evaluated": int(np.median([len(one) for one in rows]))
        }
    return found


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    methods = [label for label in chosen.methods if label != "Optuna GP" or has("torch")]
    out: dict[str, Any] = {
        "budgets": [chosen.slow_evaluations, chosen.evaluations],
        "left_out": {label: "needs torch" for label in chosen.methods if label not in methods},
        "problems": {},
    }
    if not chosen.problems and chosen.only != "problems":
        out["first_front"] = first_front(chosen)
        out["one_at_a_time"] = loop(chosen)
        out["contradiction"] = contradiction()
        say(str({key: out[key] for key in ("first_front", "one_at_a_time", "contradiction")}))
        out["rows_checked"] = checked(50_000 if chosen.quick else 1_000_000)
        say(str(out["rows_checked"]))
    for name in [] if chosen.only == "rest" else chosen.problems or ("known front (ZDT1)", *PROBLEMS):
        problem = table_problem(chosen.data, name) if name in PROBLEMS else known_problem()
        found = out["problems"][name] = {}
        for label in methods:
            found[label] = compare(problem, label, chosen)
            say(f"{name:22} {label:15} {said(found[label])}")
    return out


def has(package: str) -> bool:
    """Whether a package is installed."""
    return importlib.util.find_spec(package) is not None


def said(found: dict[str, Any]) -> str:
    """The figures of one method on one line."""
    return "  ".join(f"{key}: {cell['mean']:.4f} ({cell['spread'] or 0:.4f})" for key, cell in found.items())


def loop(chosen: argparse.Namespace) -> dict[str, Any]:
    """The usual loop, all of it warm: Optuna asks one row, two models predict it, the study is told."""
    problem = table_problem(chosen.data, "energy_efficiency")
    evaluations = 500 if chosen.quick else chosen.evaluations
    METHODS["one at a time"] = by_optuna("nsga2", 1)
    seconds: dict[str, list[float]] = {}
    for label, times in (("nbml", 3), ("one at a time", 1)):
        drive(label, problem, 99, evaluations=100)
        seconds[label] = [
            drive(label, problem, seed, evaluations=evaluations).times[-1] for seed in range(times)
        ]
    mine, its = median(seconds["nbml"]), median(seconds["one at a time"])
    return {"evaluations": evaluations, "seconds": seconds, "ratio": round(mine / its, 4)}


class Blend:
    """Twelve parts: two targets that pull apart, in steps of 2 %."""

    targets, level = ("y", "z"), 0.9

    def predict(self, values):
        """As ``Surrogate.predict``."""
        cells = np.ceil(values / 2.0)
        return np.column_stack([cells @ np.arange(12.0), -(cells**2).sum(axis=1)])

    def bounds(self, values):
        """As ``Surrogate.bounds``."""
        unknown = np.full((len(values), 2), np.nan)
        return unknown, unknown

    def distance(self, values):
        """As ``Surrogate.distance``."""
        return np.full(len(values), np.nan)

    def thresholds(self):
        """As ``Surrogate.thresholds``."""
        return [np.arange(0, 100, 2.0)] * 12


def checked(count: int) -> dict[str, Any]:
    """A search over 12 parts at 0.1 % steps, at most 5 of them; every evaluated row recomputed as shown."""
    names = [f"p{i}" for i in range(12)]
    space = Space(
        [number(name, 0, 100, step=0.1) for name in names], [mixture(names, 100), Count(tuple(names), 5)]
    )
    goals = [goal("y", "maximize"), goal("z", "maximize")]
    scaled = [g.seen(np.array([0.0, top])) for g, top in zip(goals, (550.0, 2500.0), strict=True)]
    problem, archive = Problem(space, Blend(), scaled), Archive()
    broken = done = seed = 0
    resident = []
    while done < count:
        island = Island(problem, count - done, seed, archive=archive)
        while (rows := island.step()) is not None:
            tenths = np.rint(space.values(rows.positions) * 10).astype(int)
            broken += int(((tenths.sum(axis=1) != 1000) | ((tenths > 0).sum(axis=1) > 5)).sum())
            done += len(rows)
            resident.append((done, psutil.Process().memory_info().rss / 2**20))
        seed += 1
    early = next(mb for rows_done, mb in resident if rows_done >= count // 10)
    return {
        "rows": done,
        "breaking_a_constraint": broken,
        "memory_mb_after_a_tenth": round(early, 1),
        "memory_mb_at_the_end": round(resident[-1][1], 1),
    }


def contradiction() -> dict[str, Any]:
    """Seconds until constraints that clash are named: twelve parts, overlapping sums that cannot all hold."""
    names = [f"p{i}" for i in range(12)]
    rows = [mixture(names, 100), Count(tuple(names), 5, label="at most 5")]
    rows += [linear(dict.fromkeys(names[k : k + 4], 1), low=17, high=30) for k in range(0, 9, 2)]
    rows += [
        linear({"p0": 1, "p5": -2, "p9": 1}, low=0, high=0),
        linear(dict.fromkeys(names[:8], 1), high=32),
    ]
    rows += [linear({"p10": 1, "p11": 1}, low=60)]
    space = Space([number(name, 0, 100, step=0.1) for name in names], rows)
    seconds: list[float] = []
    for _ in range(3):
        begun = time.perf_counter()
        try:
            check(space)
        except OptimizeError as error:
            named = error.fields["constraints"]
        seconds.append(time.perf_counter() - begun)
    return {"constraints": len(rows), "named": named, "seconds": median(seconds)}


def first_front(chosen: argparse.Namespace) -> dict[str, Any]:
    """From the call of ``nbml.optimize`` until the first front is in the job's log, with a warm kernel."""
    import nbml

    about = dataset(chosen.data, "concrete_slump")
    table = pd.read_csv(about["path"]).drop(columns="No", errors="ignore")
    seconds, generation = [], []
    with warm_cluster():
        trained = nbml.train(table, targets=list(about["target"]), trials=3, shap=False, seed=0)
        trained.result()
        goals = dict.fromkeys(about["target"], "maximize")
        for seed in range(4):
            begun = time.perf_counter()
            job = nbml.optimize(trained.id, (), goals, evaluations=10_000, seed=seed)
            while not any(event.type == "front.changed" for event in job.events()):
                time.sleep(0.005)
            seconds.append(round(time.perf_counter() - begun, 3))
            job.result()
    for seed in range(3):
        problem = table_problem(chosen.data, "concrete_slump")
        begun = time.perf_counter()
        next(by_nbml(problem, ENDLESS, seed))
        generation.append(round(time.perf_counter() - begun, 4))
    return {"seconds_from_call": seconds, "first_generation_s": generation}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--evaluations", type=int, default=4_000)
    parser.add_argument("--slow-evaluations", type=int, default=400, help="also compare at so many")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--slow-seeds", type=int, default=2, help="of Optuna's samplers, which are slow")
    parser.add_argument(
        "--seconds", type=float, nargs="*", default=[], help="also compare at so many seconds"
    )
    parser.add_argument("--problems", nargs="*")
    parser.add_argument("--only", choices=["problems", "rest"], help="a part of it")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.evaluations, chosen.seeds, chosen.slow_seeds = 1_000, 2, 1
    chosen.seconds.sort()
    run("inverse_search", chosen, measure)


if __name__ == "__main__":
    main()
