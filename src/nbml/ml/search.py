"""The search of one study: Optuna in memory, asked for points and told their scores.

A search is a function of its space, seed and the calls made, so a supervisor that starts again gets the
same points by repeating them. It knows nothing of what a point is scored with; lower is better.
"""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState

from nbml.errors import DependencyError, ModelError
from nbml.ml.models.base import Param, Params
from nbml.ml.space import nearest, override
from nbml.ml.tpe import Tpe

__all__ = ["SAMPLERS", "Best", "Search", "override", "quiet"]

SAMPLERS = ("tpe", "random", "cmaes", "gp", "qmc")


class Best(NamedTuple):
    """The best trial told so far; the earliest of equals."""

    number: int
    params: Params
    value: float


class Search:
    """A sequential search over a space, minimising.

    Parameters
    ----------
    space : mapping of str to Param
        What is searched; a range whose bounds are equal, or a single choice, is fixed.
    start : dict
        The first point asked, moved into the space where it lies outside.
    sampler : {"tpe", "random", "cmaes", "gp", "qmc"}
        Optuna sampler, with Optuna's defaults; TPE in nbml's own arithmetic (`nbml.ml.tpe`).
    seed : int
        Seed of the sampler.
    n_startup : int
        Told trials before TPE or GP model anything; drawn at random.

    Attributes
    ----------
    best : Best or None
        The best trial told so far.
    fallback : str or None
        Why random search took over, once the sampler has failed.

    Raises
    ------
    DependencyError
        NBML-X01 where the GP sampler's torch is not installed.
    ModelError
        NBML-M13 for a sampler that does not exist.
    """

    def __init__(
        self,
        space: Mapping[str, Param],
        start: Params,
        sampler: str = "tpe",
        *,
        seed: int,
        n_startup: int = 10,
    ) -> None:
        if sampler not in SAMPLERS:
            raise ModelError("NBML-M13", name=sampler, known=list(SAMPLERS))
        if sampler == "gp" and importlib.util.find_spec("torch") is None:
            raise DependencyError("NBML-X01")
        self.best: Best | None = None
        self.fallback: str | None = None
        self._space = dict(space)
        self._distributions = {name: _distribution(p) for name, p in space.items() if not _is_fixed(p)}
        self._sampler, self._seed, self._n_startup = sampler, seed, n_startup
        self._asked = 0
        self._open: dict[int, tuple[optuna.Trial, Params]] = {}
        with quiet():
            self._study = self._new_study()
            self._study.enqueue_trial(_inner(nearest(space, start), self._distributions))

    def ask(self) -> tuple[int, Params]:
        """Give the next trial's number, from 0 on, and its parameters."""
        with quiet():
            trial = self._ask()
        drawn = trial.params
        params = {name: _value(param, drawn.get(name)) for name, param in self._space.items()}
        number, self._asked = self._asked, self._asked + 1
        self._open[number] = trial, params
        return number, dict(params)

    def tell(self, number: int, value: float | None) -> None:
        """Say how an open trial scored; None or a value that is not finite counts as failed.

        Raises
        ------
        KeyError
            For a trial that is not open.
        """
        trial, params = self._open.pop(number)
        with quiet():
            if value is None or not math.isfinite(value):
                self._study.tell(trial, state=TrialState.FAIL)
                return
            self._study.tell(trial, float(value))
            if self.best is None or value < self.best.value:
                self.best = Best(number, params, float(value))

    def _ask(self) -> optuna.Trial:
        try:
            return self._study.ask(self._distributions)
        except Exception as error:
            if self._sampler == "random":
                raise
            self.fallback = f"{type(error).__name__}: {error}"
            self._sampler = "random"
            ours = {trial.number for trial, _ in self._open.values()}
            for left in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                if left.number not in ours:
                    self._study.tell(left.number, state=TrialState.FAIL)
                    if meant := left.system_attrs.get("fixed_params"):
                        self._study.enqueue_trial(meant)
            self._study.sampler = self._new_sampler()
            return self._study.ask(self._distributions)

    def _new_study(self) -> optuna.Study:
        return optuna.create_study(
            storage=optuna.storages.InMemoryStorage(), sampler=self._new_sampler(), direction="minimize"
        )

    def _new_sampler(self) -> optuna.samplers.BaseSampler:
        seed = int(np.random.SeedSequence([self._seed, 0]).generate_state(1)[0])
        if self._sampler == "tpe":
            return Tpe(self._distributions, seed=seed, n_startup=self._n_startup)
        if self._sampler == "cmaes":
            return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
        if self._sampler == "gp":
            return optuna.samplers.GPSampler(
                seed=seed,
                n_startup_trials=self._n_startup,
                deterministic_objective=True,
                warn_independent_sampling=False,
            )
        if self._sampler == "qmc":
            return optuna.samplers.QMCSampler(
                seed=seed, scramble=True, warn_independent_sampling=False, warn_asynchronous_seeding=False
            )
        return optuna.samplers.RandomSampler(seed=seed)


def _is_fixed(param: Param) -> bool:
    return len(param.choices) == 1 if param.kind == "choice" else param.low == param.high


def _distribution(param: Param) -> BaseDistribution:
    """An integer is drawn as a real number and rounded: TPE is several times faster on those."""
    if param.kind == "choice":
        return CategoricalDistribution(param.choices)
    margin = 0.5 if param.kind == "int" else 0.0
    assert param.low is not None
    assert param.high is not None
    return FloatDistribution(param.low - margin, param.high + margin, log=param.log)


def _inner(params: Params, distributions: Mapping[str, BaseDistribution]) -> dict[str, Any]:
    return {
        name: value if isinstance(distributions[name], CategoricalDistribution) else float(value)
        for name, value in params.items()
        if name in distributions
    }


def _value(param: Param, drawn: Any) -> Any:
    """A parameter's value: what was drawn, rounded for an integer, or what it is fixed to."""
    if _is_fixed(param):
        return param.choices[0] if param.kind == "choice" else param.low
    if param.kind != "int":
        return drawn
    assert param.low is not None
    assert param.high is not None
    return int(min(max(math.floor(drawn + 0.5), param.low), param.high))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna's notes to itself and leave its logging as it was.

    Around a whole search it spares every question and answer the half millisecond that changing a level costs
    in a process of many loggers.
    """
    verbosity = optuna.logging.get_verbosity()
    if verbosity < optuna.logging.ERROR:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if verbosity < optuna.logging.ERROR:
            optuna.logging.set_verbosity(verbosity)
