"""Who searches: nbml, pymoo and Optuna's samplers on one problem, each as an iterator over its batches.

Where an input has steps or a mixture, the others get it as well as their libraries allow: integers, and a
mixture as shares that are normalised and rounded to the steps, which is the usual way. Rows that break a
constraint are counted, and count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nbml.inverse.island import Island
from nbml.inverse.problem import Problem

Batch = tuple[np.ndarray, int]
"""Objectives of the rows of a batch, infinite for those that break a constraint, and how many do."""
Method = Callable[[Problem, int, int], Iterator[Batch]]
"""A problem, evaluations (those of nbml set its sizes; others ignore them) and a seed."""


def by_nbml(problem: Problem, evaluations: int, seed: int) -> Iterator[Batch]:
    """What nbml does by default, without measured rows to begin with."""
    island = Island(problem, evaluations, seed)
    while (rows := island.step()) is not None:
        yield rows.objectives, 0


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


def judged(problem: Problem, rows: np.ndarray) -> Batch:
    """Objectives of rows, infinite for those that break a constraint, and how many do."""
    fine = problem.space.is_feasible(rows)
    out = np.full((len(rows), problem.n_objectives), np.inf)
    if fine.any():
        out[fine] = problem.evaluate(rows[fine]).objectives
    return out, int((~fine).sum())


def by_pymoo(problem: Problem, evaluations: int, seed: int) -> Iterator[Batch]:
    """The NSGA-II of pymoo with a population of 100."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem as Pymoo
    from pymoo.core.termination import NoTermination
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    del evaluations
    born: list[Batch] = []

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
            objectives, bad = judged(problem, decode(problem, np.asarray(x, dtype=float)))
            born.append((objectives, bad))
            out["F"] = np.where(np.isfinite(objectives), objectives, 1e9)

    rounding = {} if problem.space.mixtures else {"repair": RoundingRepair(), "vtype": float}
    algorithm = NSGA2(
        pop_size=100,
        sampling=IntegerRandomSampling(),
        crossover=SBX(prob=0.9, eta=15, **rounding),
        mutation=PM(eta=20, **rounding),
        eliminate_duplicates=True,
    )
    algorithm.setup(Wrapped(), termination=NoTermination(), seed=seed, verbose=False)
    while algorithm.has_next():
        algorithm.next()
        yield from born
        born.clear()


def by_optuna(sampler: str, batch: int) -> Method:
    """One of Optuna's samplers, asked for so many rows at once."""

    def method(problem: Problem, evaluations: int, seed: int) -> Iterator[Batch]:
        import warnings

        import optuna

        del evaluations
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        made = {
            "nsga2": lambda: optuna.samplers.NSGAIISampler(population_size=100, seed=seed),
            "tpe": lambda: optuna.samplers.TPESampler(multivariate=True, seed=seed),
            "gp": lambda: optuna.samplers.GPSampler(seed=seed),
        }[sampler]()
        study = optuna.create_study(directions=["minimize"] * problem.n_objectives, sampler=made)
        space = problem.space
        choices = {
            v.name: optuna.distributions.CategoricalDistribution(list(range(v.count)))
            if v.is_category
            else optuna.distributions.IntDistribution(0, int(v.count - 1))
            for v in space.variables
        }
        while True:
            trials = [study.ask(choices) for _ in range(batch)]
            raw = np.array([[t.params[v.name] for v in space.variables] for t in trials], dtype=float)
            objectives, broken = judged(problem, decode(problem, raw))
            for trial, values in zip(trials, objectives, strict=True):
                if np.isfinite(values).all():
                    study.tell(trial, values.tolist())
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            yield objectives, broken

    return method


METHODS: dict[str, Method] = {
    "nbml": by_nbml,
    "pymoo NSGA-II": by_pymoo,
    "Optuna NSGA-II": by_optuna("nsga2", 100),
    "Optuna TPE": by_optuna("tpe", 20),
    "Optuna GP": by_optuna("gp", 5),
}
