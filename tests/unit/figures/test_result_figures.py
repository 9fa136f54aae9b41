"""Figures of out-of-fold predictions and searches: bounded, whole where it matters, and text is text."""

import numpy as np
import pytest

from nbml.figures.fold_scores import fold_scores
from nbml.figures.parameter_importance import parameter_importance
from nbml.figures.parity import parity
from nbml.figures.residuals import residuals
from nbml.figures.row_points import MOST_TOLD, HeldOut
from nbml.figures.search_history import History, search_history
from nbml.figures.theme import MOST_POINTS

HOSTILE = "<img src=x onerror=alert(1)> %{x} $a$"


def held_out(n=60, n_levels=4, **more):
    rng = np.random.default_rng(0)
    measured = rng.normal(50, 10, n)
    codes = rng.integers(0, n_levels, n)
    return HeldOut(
        rows=np.arange(n),
        measured=measured,
        predicted=measured + rng.normal(size=n),
        name=HOSTILE,
        unit="MPa",
        codes=codes,
        levels=[f"{HOSTILE} {level}" for level in range(n_levels)],
        level_name=HOSTILE,
        told={HOSTILE: [HOSTILE] * n, "x": measured},
        **more,
    )


def points(figure):
    return [trace for trace in figure.data if trace.hovertext is not None]


@pytest.mark.parametrize("draw", [parity, residuals])
@pytest.mark.parametrize(("n", "n_levels"), [(60, 4), (60, 30), (1, 1), (0, 1), (5000, 3)])
def test_every_row_is_drawn_once(draw, n, n_levels):
    figure = draw(held_out(n, n_levels))
    rows = sorted(int(row) for trace in points(figure) for row in trace.customdata)
    assert rows == list(range(1, n + 1))
    assert "<img" not in figure.to_json()
    assert len(points(figure)) <= 8


@pytest.mark.parametrize("draw", [parity, residuals])
def test_many_rows_are_thinned_but_not_the_worst(draw):
    """100,000 rows fit a message, the figure says what it left out, and the largest errors are there."""
    data = held_out(100_000)
    data.predicted[77_777] += 1_000
    figure = draw(data)
    rows = {int(row) for trace in points(figure) for row in trace.customdata}
    assert 77_778 in rows
    assert len(rows) <= MOST_POINTS + 50
    assert "100,000" in figure.layout.annotations[0].text
    assert len(figure.to_json()) < 4_000_000


def test_few_rows_tell_their_values_and_many_their_number():
    few, many = points(parity(held_out(20)))[0], points(parity(held_out(MOST_TOLD + 1)))[0]
    assert few.hovertext[0].count("<br>") == 4
    assert many.hovertext[0].count("<br>") == 2


def test_history_of_a_search_with_failures():
    history = History(HOSTILE, np.arange(5), np.array([5, np.nan, 4, np.nan, 4.5]),
                      ["complete", "failed", "complete", "pruned", "complete"])  # fmt: skip
    figure = search_history([history, History("mlp", np.arange(0), np.empty(0), [])], unit="MPa")
    best = next(trace for trace in figure.data if trace.mode == "lines" and len(trace.x))
    assert list(best.y) == [5, 4, 4]
    symbols = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert "x" in symbols
    assert "line-ns-open" in symbols
    assert "<img" not in figure.to_json()


def test_one_bad_trial_does_not_flatten_the_history():
    values = np.append(np.linspace(5, 4, 30), 1e9)
    low, high = search_history([History("a", np.arange(31), values, ["complete"] * 31)]).layout.yaxis.range
    assert low < 4
    assert high < 10


def test_fold_scores_leave_undefined_folds_open():
    figure = fold_scores(
        {"lightgbm": [1.0, None], "baseline": [2.0, 3.0]}, [HOSTILE, "b"], [10, 20], unit="MPa"
    )
    assert list(figure.data[0].y) == [1.0, None]
    assert "<img" not in figure.to_json()


def test_importance_has_the_largest_on_top():
    figure = parameter_importance({"a": 0.1, HOSTILE: 0.7, "c": 0.2}, trials=30)
    assert list(figure.data[0].x) == [0.1, 0.2, 0.7]
    assert "30" in figure.layout.annotations[0].text
