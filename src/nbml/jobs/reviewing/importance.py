"""How much each hyperparameter had to do with the scores of a search.

Method: functional ANOVA over a random forest of the trials (Hutter, Hoos and Leyton-Brown, "An efficient
approach for assessing hyperparameter importance", ICML 2014), as Optuna implements it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from nbml.jobs.reviewing.trials import LoggedTrial
from nbml.ml.models.base import Param
from nbml.ml.search import quiet

LEAST_TRIALS = 10
"""Below so many complete trials a share would say nothing."""
MOST_TRIALS = 500
"""Trials a forest is grown on; beyond that an even share of them."""


def importance(trials: Sequence[LoggedTrial], space: Mapping[str, Param]) -> dict[str, float] | None:
    """Shares of the scores' variance by parameter, main effects; they add up to 1.

    Parameters
    ----------
    trials : sequence of LoggedTrial
        Those without a score are left out.
    space : mapping of str to Param
        What was searched; parameters with one value have no share.

    Returns
    -------
    dict of str to float or None
        None with fewer than 10 complete trials, or when all scored the same. The same for the same trials.

    Notes
    -----
    The trials are those of a search, which looks where scores are good; shares are of what it has seen.
    """
    told = [t for t in trials if t.value is not None and math.isfinite(t.value)]
    if len(told) > MOST_TRIALS:
        told = [told[i * len(told) // MOST_TRIALS] for i in range(MOST_TRIALS)]
    values = {t.value for t in told}
    if len(told) < LEAST_TRIALS or len(values) < 2:
        return None
    names = [
        name
        for name, param in space.items()
        if all(name in t.params for t in told) and len({repr(t.params[name]) for t in told}) > 1
    ]
    if not names:
        return None
    distributions = {name: _distribution(space[name]) for name in names}
    with quiet():
        study = optuna.create_study()
        study.add_trials(
            [
                optuna.create_trial(
                    params={name: _inside(t.params[name], space[name]) for name in names},
                    distributions=distributions,
                    value=t.value,
                )
                for t in told
            ]
        )
        shares = optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.FanovaImportanceEvaluator(n_trees=32, seed=0)
        )
    return {name: float(shares[name]) for name in names}


def _distribution(param: Param) -> BaseDistribution:
    if param.kind == "choice":
        return CategoricalDistribution(param.choices)
    assert param.low is not None
    assert param.high is not None
    if param.kind == "int":
        return IntDistribution(int(param.low), int(param.high), log=param.log)
    return FloatDistribution(param.low, param.high, log=param.log)


def _inside(value: object, param: Param) -> object:
    if param.kind == "choice" or not isinstance(value, int | float):
        return value
    assert param.low is not None
    assert param.high is not None
    return min(max(value, type(value)(param.low)), type(value)(param.high))
