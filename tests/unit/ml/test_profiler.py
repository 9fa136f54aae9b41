"""What-if curves: the grids, the current point, and that they are what predict says."""

from __future__ import annotations

import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from tests.unit.ml.predicting import ENCODER, TARGETS, TRAINING, make

from nbml.errors import PredictError

ROW = {"温度[℃]": 0.123, "a,b": -0.5, "count": 7, "grade": "B"}


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return make(tmp_path_factory.mktemp("job") / "models")


def test_curves_say_what_predict_says(predictor):
    profile = predictor.curves(ROW, interval=0.8, distance=True, points=9)
    for curve in profile.curves:
        table = pd.DataFrame([ROW] * len(curve.values)).astype({curve.input: object})
        table[curve.input] = list(curve.values)
        expected = predictor.predict(table, interval=0.8)
        for target in TARGETS:
            line = curve.lines[target]
            assert_array_equal(line.predicted, expected[f"predicted_{target}"])
            assert_array_equal(line.lower, expected[f"lower_{target}"])
            assert_array_equal(line.upper, expected[f"upper_{target}"])
            assert line.predicted[curve.at] == profile.here[target].predicted[0]
        assert_array_equal(curve.distance, expected["distance"])
        assert curve.distance[curve.at] == profile.distance


def test_grids(predictor):
    """Numbers over the training range, whole numbers and levels as they are; the current value in place."""
    by_name = {curve.input: curve for curve in predictor.curves(ROW, points=50).curves}
    assert list(by_name) == list(ENCODER.names)
    number = by_name["温度[℃]"]
    assert len(number.values) == 51
    assert number.values[number.at] == 0.123
    assert list(number.values) == sorted(number.values)
    assert (number.values[0], number.values[-1]) == (TRAINING["温度[℃]"].min(), TRAINING["温度[℃]"].max())
    assert by_name["count"].values == tuple(map(float, range(30)))
    assert by_name["grade"].values == ENCODER.features[3].levels
    assert by_name["grade"].values[by_name["grade"].at] == "B"


def test_a_missing_value_stands_last_and_one_beyond_the_range_in_its_place(predictor):
    missing, beyond = predictor.curves(ROW | {"a,b": None, "温度[℃]": 99.0}, inputs=["a,b", "温度[℃]"]).curves
    assert missing.values[-1] is None
    assert missing.at == len(missing.values) - 1
    assert beyond.values[-1] == 99.0
    assert beyond.at == len(beyond.values) - 1


def test_grids_can_be_given(predictor):
    number, level = predictor.curves(
        ROW, inputs=["温度[℃]", "grade"], grid={"温度[℃]": [3, 1, 2], "grade": ["C\n;", "A"]}
    ).curves
    assert number.values == (0.123, 1.0, 2.0, 3.0)
    assert set(level.values) == {"C\n;", "A", "B"}


def test_without_intervals_only_the_final_models_are_asked(predictor):
    profile = predictor.curves(ROW, target=TARGETS[0])
    assert list(profile.here) == [TARGETS[0]]
    assert profile.distance is None
    assert profile.curves[0].lines[TARGETS[0]].lower is None


@pytest.mark.parametrize(
    ("row", "asked", "code"),
    [
        (TRAINING[:2], {}, "NBML-P14"),
        (TRAINING[:0], {}, "NBML-P14"),
        (ROW, {"inputs": ["x"]}, "NBML-P15"),
        (ROW, {"grid": {"x": [1]}}, "NBML-P15"),
        (ROW, {"grid": {"grade": ["Z"]}}, "NBML-P15"),
        (ROW, {"grid": {"温度[℃]": ["hot"]}}, "NBML-P15"),
        (ROW, {"interval": 1.5}, "NBML-P12"),
        (ROW, {"target": "z"}, "NBML-P09"),
        ({"a,b": 1}, {}, "NBML-P01"),
    ],
)
def test_what_cannot_be_answered_is_said(predictor, row, asked, code):
    with pytest.raises(PredictError, match=code):
        predictor.curves(row, **asked)


def test_flags_of_the_row_are_told(predictor):
    assert predictor.curves(ROW | {"grade": "Z"}).flags == "unseen:grade"
