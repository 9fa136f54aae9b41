"""Optuna's samplers as engines, asked in batches; what they suggest is repaired before it is evaluated."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.inverse.nsga2 import Archive, population_of
from nbml.inverse.problem import Problem
from nbml.inverse.repair import repair
from nbml.inverse.sampling import sample

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

BATCH = 20
FAILED = 1e300


def optuna_search(
    problem: Problem, evaluations: int, seed: int, sampler: str, archive: Archive
) -> Iterator[Archive]:
    """Search with a sampler of Optuna into an archive, which is given after every batch.

    Rows that miss a limit are told with their objectives and their violation as Optuna's constraint value.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = problem.space
    rng = np.random.default_rng(seed)
    distributions: dict[str, Any] = {
        str(i): optuna.distributions.CategoricalDistribution(list(range(v.count)))
        if v.is_category
        else optuna.distributions.IntDistribution(int(space.low[i]), int(space.high[i]))
        for i, v in enumerate(space.variables)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(
            directions=["minimize"] * problem.n_objectives, sampler=_sampler(sampler, seed, evaluations)
        )
        anchors = sample(space, 200, rng)
        batch = population_of(evaluations) if sampler.startswith("nsga") else BATCH
        while (left := evaluations - problem.evaluations) > 0:
            trials = [study.ask(distributions) for _ in range(min(batch, left))]
            wanted = np.array(
                [[t.params[str(i)] for i in range(len(space))] for t in trials], dtype=np.float64
            )
            rows = problem.evaluate(
                repair(space, wanted, anchors[rng.integers(len(anchors), size=len(trials))], rng)
            )
            archive.add(rows)
            for trial, values, violation in zip(trials, rows.objectives, rows.violation, strict=True):
                trial.set_constraint("limits", float(min(violation, FAILED)))
                if np.isfinite(values).all():
                    study.tell(trial, values.tolist())
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            yield archive


def _sampler(name: str, seed: int, evaluations: int) -> BaseSampler:
    from optuna import samplers

    match name:
        case "nsga2":
            return samplers.NSGAIISampler(population_size=population_of(evaluations), seed=seed)
        case "nsga3":
            return samplers.NSGAIIISampler(population_size=population_of(evaluations), seed=seed)
        case "tpe":
            return samplers.TPESampler(multivariate=True, seed=seed)
        case "gp":
            return samplers.GPSampler(seed=seed)
        case "random":
            return samplers.RandomSampler(seed=seed)
        case _:
            return samplers.QMCSampler(seed=seed)
