"""The search: deterministic, quiet, never stopped by a sampler, cheap for long."""

from __future__ import annotations

import importlib.util
import logging
import math
import warnings

import numpy as np
import optuna
import pytest

from nbml.errors import DependencyError, ModelError
from nbml.ml.models.base import Param
from nbml.ml.search import SAMPLERS, Search
from nbml.ml.tpe import Tpe

SPACE = {
    "rounds": Param("int", 10, 300, log=True),
    "rate": Param("float", 1e-3, 1.0, log=True),
    "share": Param("float", 0.0, 1.0),
    "depth": Param("int", 2, 6),
    "mode": Param("choice", choices=("x", "y", 3)),
    "fixed": Param("float", 0.5, 0.5),
    "only": Param("choice", choices=("z",)),
}
START = {"rounds": 100, "rate": 0.1, "share": 0.5, "depth": 4, "mode": "y", "fixed": 9.0, "only": "z"}
HERE = [s for s in SAMPLERS if s != "gp" or importlib.util.find_spec("torch")]


def score(params):
    return (math.log(params["rate"]) + 4) ** 2 + (params["share"] - 0.3) ** 2 + 0.1 * abs(params["depth"] - 3)


def walk(search, n=25, at_once=3):
    """Ask with up to ``at_once`` open, tell in the order asked."""
    asked, waiting = [], []
    for _ in range(n):
        asked.append(search.ask())
        waiting.append(asked[-1])
        if len(waiting) == at_once:
            number, params = waiting.pop(0)
            search.tell(number, score(params))
    return asked


@pytest.mark.parametrize("sampler", HERE)
def test_points_lie_in_the_space_and_are_plain_values(sampler):
    for number, params in walk(Search(SPACE, START, sampler, seed=3)):
        assert isinstance(number, int)
        assert params.keys() == SPACE.keys()
        assert type(params["rounds"]) is int
        assert 10 <= params["rounds"] <= 300
        assert type(params["rate"]) is float
        assert 1e-3 <= params["rate"] <= 1.0
        assert type(params["depth"]) is int
        assert 2 <= params["depth"] <= 6
        assert params["mode"] in ("x", "y", 3)
        assert (params["fixed"], params["only"]) == (0.5, "z")


@pytest.mark.parametrize("sampler", HERE)
def test_same_seed_and_same_calls_give_the_same_points(sampler):
    one, two = (walk(Search(SPACE, START, sampler, seed=3)) for _ in range(2))
    assert one == two
    assert one != walk(Search(SPACE, START, sampler, seed=4))
    assert [number for number, _ in one] == list(range(25))


@pytest.mark.parametrize("sampler", HERE)
def test_start_is_trial_zero(sampler):
    number, params = Search(SPACE, START, sampler, seed=0).ask()
    assert number == 0
    assert params == START | {"fixed": 0.5}


def test_points_do_not_depend_on_the_global_generators():
    np.random.seed(1)
    one = walk(Search(SPACE, START, seed=3))
    np.random.seed(2)
    assert one == walk(Search(SPACE, START, seed=3))


def test_tpe_finds_better_points_than_random():
    def best(sampler):
        found = []
        for seed in range(5):
            search = Search(SPACE, START, sampler, seed=seed)
            walk(search, 60, at_once=1)
            found.append(search.best.value)
        return np.mean(found)

    assert best("tpe") < 0.7 * best("random")


def test_every_integer_is_drawn_about_equally_often():
    search = Search({"depth": Param("int", 2, 6)}, {}, "random", seed=0)
    counts = np.bincount([search.ask()[1]["depth"] for _ in range(1000)], minlength=7)[2:]
    assert counts.min() > 150  # expectation 200, standard deviation 13


def test_best_is_the_earliest_of_equals_and_ignores_failures():
    search = Search(SPACE, START, "random", seed=0)
    numbers = [search.ask()[0] for _ in range(6)]
    for number, value in zip(numbers, [None, 2.0, math.nan, 1.0, -math.inf, 1.0], strict=True):
        search.tell(number, value)
    assert (search.best.number, search.best.value) == (3, 1.0)


def test_nothing_told_means_no_best_f43():
    search = Search(SPACE, START, seed=0)
    search.tell(search.ask()[0], None)
    assert search.best is None


def test_a_trial_is_told_once():
    search = Search(SPACE, START, seed=0)
    number, _ = search.ask()
    search.tell(number, 1.0)
    with pytest.raises(KeyError):
        search.tell(number, 1.0)


def test_all_trials_failing_does_not_stop_the_search():
    search = Search(SPACE, START, seed=0)
    for _ in range(30):
        search.tell(search.ask()[0], math.inf)
    assert search.fallback is None


def test_what_a_caller_does_to_the_parameters_stays_with_the_caller():
    search = Search(SPACE, START, seed=0)
    number, params = search.ask()
    params["rate"] = 99.0
    search.tell(number, 1.0)
    assert search.best.params["rate"] == 0.1


@pytest.mark.parametrize("asks_before", [0, 12])
def test_random_search_takes_over_when_the_sampler_fails(monkeypatch, asks_before):
    def run():
        search = Search(SPACE, START, "tpe", seed=5)
        before = walk(search, asks_before, at_once=1)
        monkeypatch.setattr(Tpe, "infer_relative_search_space", broken)
        after = walk(search, 10)
        monkeypatch.undo()
        return search, before + after

    def broken(*_):
        raise ValueError("no density")

    search, asked = run()
    assert search.fallback == "ValueError: no density"
    assert [number for number, _ in asked] == list(range(asks_before + 10))
    assert asked[0][1] == START | {"fixed": 0.5}
    assert asked == run()[1]
    states = {t.state.name for t in search._study.get_trials(deepcopy=False)}
    running = search._study.get_trials(states=(optuna.trial.TrialState.RUNNING,))
    assert states <= {"COMPLETE", "FAIL", "RUNNING"}
    assert len(running) == len(search._open)


def test_a_failing_random_search_is_an_error(monkeypatch):
    search = Search(SPACE, START, "random", seed=0)
    search.ask()

    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setattr(optuna.samplers.RandomSampler, "sample_independent", broken)
    with pytest.raises(ValueError, match="broken"):
        search.ask()


def test_unknown_sampler():
    with pytest.raises(ModelError, match="NBML-M13"):
        Search(SPACE, START, "annealing", seed=0)


def test_gp_without_torch_names_the_command(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(DependencyError) as caught:
        Search(SPACE, START, "gp", seed=0)
    assert caught.value.code == "NBML-X01"
    assert 'pip install "nbml[gp]"' in caught.value.next_step


@pytest.mark.parametrize("sampler", HERE)
def test_silent_and_leaves_logging_and_warnings_alone(sampler, capfd):
    before = optuna.logging.get_verbosity()
    filters = list(warnings.filters)
    seen = []
    handler = logging.Handler()
    handler.emit = seen.append
    logging.getLogger("optuna").addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as raised:
            warnings.simplefilter("always")
            walk(Search(SPACE, START, sampler, seed=0), 15)
    finally:
        logging.getLogger("optuna").removeHandler(handler)
    assert (seen, raised, capfd.readouterr()) == ([], [], ("", ""))
    assert optuna.logging.get_verbosity() == before
    assert list(warnings.filters) == filters
