"""nbml's TPE asks the points that Optuna's asks, at any mix of parameters, failures and open trials."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.ml import tpe
from nbml.ml.models.base import Param
from nbml.ml.search import Search

AXES = st.one_of(
    st.builds(lambda low, span: Param("float", low, low + span), st.floats(-5, 5), st.floats(0.1, 9)),
    st.builds(
        lambda low, times: Param("float", low, low * times, log=True), st.floats(1e-6, 9), st.floats(1.5, 1e4)
    ),
    st.builds(lambda low, n: Param("int", low, low + n), st.integers(1, 9), st.integers(1, 50)),
    st.just(Param("choice", choices=("x", "y", 3, None))),
)


class OptunasOwn(Search):
    """The search with the sampler that Optuna has."""

    def _new_sampler(self):
        seed = int(np.random.SeedSequence([self._seed, 0]).generate_state(1)[0])
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=self._n_startup)


def asked(kind, space, *, seed, n, open_trials, fails):
    """The points of a search, as numbers."""
    search = kind(space, {name: middle(p) for name, p in space.items()}, seed=seed)
    points, waiting = [], []
    for i in range(n):
        number, params = search.ask()
        points.append(params)
        waiting.append((number, params))
        if len(waiting) == open_trials:
            number, params = waiting.pop(0)
            search.tell(number, None if i % 7 in fails else score(params))
    assert search.fallback is None
    return points


def middle(param):
    """A start that is no choice of the sampler's."""
    return param.choices[1] if param.kind == "choice" else param.low


def score(params):
    return sum(math.sin(3 * v) + 0.01 * v for v in params.values() if isinstance(v, float)) + sum(
        v is None or v == "y" for v in params.values()
    )


@settings(max_examples=15, deadline=None)
@given(
    axes=st.lists(AXES, min_size=1, max_size=6),
    seed=st.integers(0, 2**32 - 1),
    open_trials=st.integers(1, 6),
    fails=st.sets(st.integers(0, 6), max_size=2),
)
def test_same_points_as_optuna(axes, seed, open_trials, fails):
    space = {f"p{len(axes) - i}": axis for i, axis in enumerate(axes)}
    ours, theirs = (
        asked(kind, space, seed=seed, n=60, open_trials=open_trials, fails=fails)
        for kind in (Search, OptunasOwn)
    )
    for one, other in zip(ours, theirs, strict=True):
        for name, value in one.items():
            if isinstance(value, float):
                assert value == pytest.approx(other[name], rel=1e-9, abs=1e-9)
            else:
                assert value == other[name]


def test_points_lie_in_their_ranges_to_the_last_bit():
    """exp(log(high)) may be past high; such a point would be no point of the space."""
    space = {"a": Param("float", 0.1, 0.3, log=True), "b": Param("float", 1e-3, 10.0, log=True)}
    search = Search(space, {"a": 0.3, "b": 10.0}, seed=0)
    for _ in range(200):
        number, params = search.ask()
        assert 0.1 <= params["a"] <= 0.3
        assert 1e-3 <= params["b"] <= 10.0
        search.tell(number, -params["a"] - params["b"])
    assert search.best.params["b"] > 9


def test_a_long_search_models_the_best_and_the_latest(monkeypatch):
    """However many were told, no density has more kernels than the window; the good ones stay."""
    monkeypatch.setattr(tpe, "WINDOW", 40)
    sizes = []
    mixture = tpe._Mixture

    def counted(rows, axes):
        sizes.append(len(rows))
        return mixture(rows, axes)

    monkeypatch.setattr(tpe, "_Mixture", counted)
    search = Search({"a": Param("float", 0.0, 1.0)}, {"a": 0.5}, seed=0)
    for _ in range(300):
        number, params = search.ask()
        search.tell(number, abs(params["a"] - 0.2))
    assert (max(sizes[::2]), max(sizes[1::2])) == (25, 40)
    assert search.best.value < 1e-3
