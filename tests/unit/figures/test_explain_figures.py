"""Figures of explanations: whole, honest about what they leave out, and text is text (S1)."""

import base64
import re

import numpy as np
import pytest

from nbml.figures.beeswarm import beeswarm, swarm
from nbml.figures.dependence import dependence
from nbml.figures.explained_rows import Told, aside, place_of, spread_out
from nbml.figures.interaction import interaction, pair
from nbml.figures.partial_dependence import partial_dependence
from nbml.figures.permutation import disagreeing, permutation
from nbml.figures.shap_bar import shap_bar
from nbml.figures.theme import MOST_POINTS
from nbml.figures.waterfall import waterfall
from nbml.i18n import speaking
from nbml.ml.explain.explained import Answering, Explained
from nbml.ml.explain.importance import Importance, mean_shap
from nbml.ml.explain.partial import partial_dependence as curves
from nbml.ml.feature import Feature

HOSTILE = "<img src=x onerror=alert(1)> %{x} $a$"
LEVELS = ("<b>鋼</b>", "b", "c", HOSTILE)


def told(n=200, n_features=3, *, missing=True, folds=3, rows=None):
    """Numbers, and a category as the last feature."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, n_features))
    X[:, -1] = np.arange(n) % len(LEVELS)
    if missing and n > 4:
        X[0, 0] = X[1, -1] = np.nan
    features = (
        *(Feature(f"{HOSTILE} {k}", "number", (), -3.0, 3.0) for k in range(n_features - 1)),
        Feature("材質", "category", LEVELS),
    )
    values = rng.normal(size=X.shape) * np.arange(n_features, 0, -1)
    rows = np.arange(n) * 2 if rows is None else rows
    one = Explained(features, X, values, np.full(n, 50.0), np.arange(n) % folds, rows, rng.normal(50, 5, n))
    labels = tuple(feature.name for feature in features)
    return Told(one, labels, (*[HOSTILE] * (n_features - 1), None), HOSTILE, "MPa", "210 rows", "by folds")


def numbers(array):
    """Array of a trace, as it was given."""
    return np.asarray(array, dtype=np.float64)


def texts(figure):
    """Every text of a figure as plotly would read it."""
    said = figure.to_json()
    return re.sub(r'"bdata":"[^"]*"', "", said)


def all_figures(one):
    n = len(one.explained.rows)
    model = type("Model", (), {"predict": lambda self, X, threads=1: np.nansum(X, axis=1)})()
    held = Answering(one.explained.X, np.zeros(n, dtype=np.int64), {0: model})
    partial = curves(held, 0, one.explained.features[0])
    by_level = curves(held, len(one.labels) - 1, one.explained.features[-1])
    lost = Importance(np.arange(len(one.labels)) * 1.0, np.ones((3, len(one.labels))))
    step = -(-n // len(partial.curves))
    codes = np.arange(n)[::step] % 3
    yield shap_bar(one)
    yield beeswarm(one, row=n // 2)
    yield waterfall(one, n // 2)
    yield dependence(one, 0, len(one.labels) - 1, row=0)
    yield dependence(one, len(one.labels) - 1, 0)
    yield interaction(one, [(0, 1, 2.5)], n_rows=max(n - 1, 1))
    yield pair(one, 0, len(one.labels) - 1, one.explained.values[:, 0], np.arange(n))
    yield partial_dependence(one, 0, partial, codes=codes, levels=[HOSTILE, "b", "c"], by=HOSTILE)
    yield partial_dependence(one, len(one.labels) - 1, by_level)
    yield permutation(one, lost, n_rows=n)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("n", [1, 5, 200])
def test_names_are_text_and_every_figure_says_whose_rows_s1(n, lang):
    with speaking(lang):
        for figure in all_figures(told(n)):
            said = texts(figure)
            assert "<img" not in said
            assert "<b>鋼" not in said
            assert "%{x} $" not in said
            assert "explain_room." not in said
            assert "210 rows" in figure.layout.title.text
            assert "by folds" in figure.layout.title.text


@pytest.mark.parametrize("n", [1, 200, 3000])
def test_every_row_stands_once_in_every_swarm(n):
    one = told(n)
    figure = beeswarm(one)
    points = [trace for trace in figure.data if trace.customdata is not None]
    for name in one.names(mean_shap(one.explained).order):
        rows = np.concatenate([numbers(trace.customdata) for trace in points if trace.name == name])
        assert sorted(rows) == [2 * k + 1 for k in range(n)]
    assert {trace.type for trace in points} == {"scattergl" if n * 3 >= 3000 else "scatter"}


def test_more_rows_are_thinned_and_the_figure_says_so_but_the_chosen_one_stays():
    one = told(30_000)
    figure = beeswarm(one, row=12_345)
    points = [trace for trace in figure.data if trace.customdata is not None]
    assert sum(len(trace.x) for trace in points) <= MOST_POINTS + 3
    assert "6,66" in figure.layout.title.text
    assert 2 * 12_345 + 1 in np.concatenate([numbers(trace.customdata) for trace in points])
    mark = figure.data[-1]
    np.testing.assert_allclose(numbers(mark.x), one.explained.values[12_345, mean_shap(one.explained).order])
    assert len(figure.to_json()) < 2_000_000  # one message of a panel


def test_levels_are_told_apart_and_named():
    one = told()
    figure = beeswarm(one, [2])
    (trace,) = (trace for trace in figure.data if trace.customdata is not None)
    by_level = {}
    for row, colour in zip(numbers(trace.customdata), trace.marker.color, strict=True):
        code = one.explained.X[int(row) // 2, 2]
        by_level.setdefault(None if np.isnan(code) else code, set()).add(colour)
    assert all(len(colours) == 1 for colours in by_level.values())
    assert len({next(iter(colours)) for colours in by_level.values()}) == 5  # four levels and missing
    assert "●" in figure.layout.yaxis.ticktext[0]


def test_a_swarm_grows_with_the_rows_that_share_a_value():
    assert np.all(swarm(np.zeros(1), 1.0) == 0)
    wide = swarm(np.concatenate([np.zeros(50), np.arange(5.0) + 10]), 0.1)
    assert np.ptp(wide[:50]) > 0.7
    assert np.all(wide[50:] == 0)
    assert np.abs(swarm(np.random.default_rng(0).normal(size=5000), 0.05)).max() <= 0.5


@pytest.mark.parametrize("n_features", [2, 3, 12, 13, 14, 40])
def test_the_waterfall_adds_up(n_features):
    """Each bar begins where the one above ends; the last is the prediction."""
    one = told(20, n_features)
    figure = waterfall(one, 7)
    (bars,) = (trace for trace in figure.data if trace.type == "bar")
    base, x = numbers(bars.base), numbers(bars.x)
    ends = base + x
    np.testing.assert_allclose(base[1:-1], ends[:-2])
    np.testing.assert_allclose([ends[0], ends[-1]], [50.0, one.explained.predicted[7]])
    np.testing.assert_allclose(ends[-2], one.explained.predicted[7])
    assert len(x) == min(n_features, 13) + 2
    said = [float(text.replace("−", "-")) for text in bars.text]
    unit = 10.0 ** -len(bars.text[0].partition(".")[2])
    np.testing.assert_allclose(said[0] + sum(said[1:-1]), said[-1], atol=unit * len(said) / 2)
    low, high = figure.layout.xaxis.range
    assert low <= min(ends.min(), one.explained.measured[7])
    assert high >= max(ends.max(), one.explained.measured[7])


def test_bars_left_out_are_summed():
    one = told(50, 25)
    figure = shap_bar(one)
    mean = np.abs(one.explained.values).mean(axis=0)
    np.testing.assert_allclose(numbers(figure.data[0].x).sum(), mean.sum())
    assert len(figure.data[0].x) == 21
    assert len(shap_bar(one, [3, 1]).data[0].x) == 2


def test_missing_values_have_a_place_of_their_own():
    one = told()
    x, _ = spread_out(one, 0, np.arange(200))
    assert x[0] < np.nanmin(one.explained.X[:, 0])
    codes, axis = spread_out(one, 2, np.arange(200))
    assert round(codes[1]) == len(LEVELS)
    assert len(axis["ticktext"]) == len(LEVELS) + 1


def test_a_row_stands_at_the_same_side_of_its_level_in_every_figure():
    rows = np.arange(1000)
    assert np.abs(aside(rows)).max() <= 0.28
    np.testing.assert_array_equal(aside(rows)[100:200], aside(rows[100:200]))


def test_a_row_is_found_by_its_position_in_the_table():
    one = told(rows=np.array([3, 10, 11]), n=3)
    assert [place_of(one.explained, row) for row in (3, 10, 11, 0, 4, 12)] == [0, 1, 2, None, None, None]


def test_disagreement_is_marked_only_where_it_matters():
    used = Importance(np.array([5.0, 4, 3, 2, 1, 0.0001]), np.zeros((1, 6)))
    lost = Importance(np.array([0.0, 4, 3, 2, 1, 0.5]), np.zeros((1, 6)))
    assert disagreeing(used, lost) == [0]
    assert disagreeing(used, used) == []


def test_curves_carry_their_rug_and_band():
    one = told()
    held = Answering(
        one.explained.X,
        np.arange(200) % 3,
        {k: type("M", (), {"predict": lambda self, X, threads=1, k=k: k * X[:, 1]})() for k in range(3)},
    )
    figure = partial_dependence(one, 1, curves(held, 1, one.explained.features[1]))
    assert [trace.fill for trace in figure.data].count("toself") == 1
    rug = figure.data[-1]
    assert rug.yaxis == "y2"
    assert len(rug.x) == 200


def test_arrays_travel_as_base64():
    """JSON only on the wire, and small: arrays are plotly's own base64, not lists."""
    said = beeswarm(told(3000)).to_json()
    found = re.findall(r'"bdata":"([^"]+)"', said)
    assert len(found) > 5
    assert base64.b64decode(found[0].encode().decode("unicode_escape"))
