"""Figures of columns: right numbers, thinning that is said, no user text that plotly would act on."""

import json

import numpy as np
import pandas as pd
import pytest

from nbml.data.profile import profile
from nbml.figures.box_by_group import box_by_group
from nbml.figures.heat_map import correlation, correlation_map, count_map
from nbml.figures.histogram import histogram
from nbml.figures.scatter import scatter

HOSTILE = "<img src=x onerror=alert(1)> %{x} $y$"
RNG = np.random.default_rng(0)


def notes(figure):
    return " ".join(note.text for note in figure.layout.annotations)


def test_histogram_counts_every_finite_row_and_says_the_others():
    values = np.array([1.0, 2.0, 2.5, np.nan, np.inf])
    made = histogram(profile(pd.DataFrame({"x": values}), n_bars=4)[0], "x", "mm")
    assert sum(made.data[0].y) == 3
    assert "2 rows" in notes(made)
    assert made.layout.xaxis.title.text == "x [mm]"


def test_histogram_of_levels_says_how_many_are_not_drawn():
    frame = pd.DataFrame({"c": [f"l{i}" for i in range(60)]})
    made = histogram(profile(frame, n_levels=40)[0], "c")
    assert len(made.data[0].x) == 40
    assert "40 most frequent of 60" in notes(made)


def test_boxes_are_tukeys():
    values = np.array([1.0, 2, 3, 4, 100, 5, 6, np.nan])
    codes = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    box = box_by_group(values, codes, ["a", "b"], "y", "g")
    assert list(box.data[0].q1) == [2.0, 5.25]
    assert list(box.data[0].median) == [3.0, 5.5]
    assert list(box.data[0].upperfence) == [4.0, 6.0]
    assert list(box.data[1].y) == [100.0]


def test_of_many_groups_the_largest_are_drawn_and_it_is_said():
    codes = np.repeat(np.arange(50), np.arange(1, 51))
    made = box_by_group(RNG.normal(size=codes.size), codes, [f"g{i}" for i in range(50)], "y", "g")
    assert len(made.data[0].median) == 30
    assert "30 largest of 50" in notes(made)


def test_large_scatters_are_webgl_and_thinned_the_same_way_each_time():
    x, y = RNG.normal(size=(2, 50_000))
    made = scatter(x, y, "x", "y")
    again = scatter(x, y, "x", "y")
    assert made.data[0].type == "scattergl"
    assert len(made.data[0].x) == 20_000
    assert "20,000 of 50,000" in notes(made)
    assert made.to_json() == again.to_json()
    assert len(made.to_json()) < 1_000_000


def test_small_scatters_are_svg_and_whole():
    made = scatter(np.array([1.0, np.nan, 3.0]), np.array([1.0, 2.0, 3.0]), "x", "y")
    assert made.data[0].type == "scatter"
    assert list(made.data[0].customdata) == [1, 3]
    assert notes(made) == ""


def test_beyond_seven_levels_the_others_share_a_colour():
    codes = np.repeat(np.arange(10), 3)
    x = RNG.normal(size=30)
    made = scatter(x, x, "x", "y", codes=codes, levels=[f"l{i}" for i in range(10)], colour_name="c")
    assert len(made.data) == 8
    assert sum(len(trace.x) for trace in made.data) == 30


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("holes", [False, True])
def test_correlations_are_those_of_pandas(method, holes):
    X = RNG.normal(size=(200, 5))
    X[:, 3] = X[:, 0] ** 3 + 1e6
    X[:, 4] = 2.0
    if holes and method == "pearson":
        X[RNG.random(X.shape) < 0.1] = np.nan
        X[0, 1] = np.inf
    expected = pd.DataFrame(np.where(np.isinf(X), np.nan, X)).corr(method).to_numpy()
    np.testing.assert_allclose(correlation(X, method), expected, atol=1e-9)


def test_correlations_of_extreme_scales():
    """D38"""
    x = RNG.normal(size=100)
    X = np.column_stack([x * 1e300, x * 1e-300, -x])
    np.testing.assert_allclose(correlation(X), [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], atol=1e-9)


def test_correlations_of_nothing_in_common_are_undefined():
    X = np.full((10, 2), np.nan)
    X[:5, 0] = np.arange(5)
    X[5:, 1] = np.arange(5)
    assert np.isnan(correlation(X)[0, 1])
    assert correlation(np.empty((0, 2))).shape == (2, 2)


def test_the_correlation_map_names_its_method_and_its_limit():
    made = correlation_map(RNG.normal(size=(30, 70)), [f"c{i}" for i in range(70)], "spearman")
    assert "Spearman" in notes(made)
    assert "first 60 of 70" in notes(made)


def test_counts_of_two_categories():
    made = count_map(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 0]), ["a", "b"], ["c", "d"], "r", "q")
    assert np.array_equal(np.asarray(made.data[0].z), [[1, 1], [0, 1]])


def test_hostile_names_stay_text_in_every_figure():
    """S1"""
    codes = np.array([0, 1, 0, 1])
    x = np.array([1.0, 2.0, 3.0, 5.0])
    levels = [HOSTILE, HOSTILE + "2"]
    frame = pd.DataFrame({"c": [levels[c] for c in codes]})
    figures = [
        histogram(profile(pd.DataFrame({"x": x}))[0], HOSTILE, HOSTILE),
        histogram(profile(frame)[0], HOSTILE),
        box_by_group(x, codes, levels, HOSTILE, HOSTILE, HOSTILE),
        scatter(x, x, HOSTILE, HOSTILE, codes=codes, levels=levels, colour_name=HOSTILE),
        scatter(x, x, HOSTILE, HOSTILE, colour=x, colour_name=HOSTILE, x_unit=HOSTILE),
        correlation_map(np.column_stack([x, x[::-1]]), [HOSTILE, HOSTILE]),
        count_map(codes, codes, levels, levels, HOSTILE, HOSTILE),
    ]
    for figure in figures:
        said = json.loads(figure.to_json())
        del said["layout"]["template"]
        text = json.dumps(said, ensure_ascii=False)
        assert "<img" not in text
        assert "%{x} $y$" not in text
        assert "onerror" in text
