"""Figures of an inverse search: a front in the plane and in space, its names letter by letter."""

import json

import numpy as np
import pandas as pd
import pytest

from nbml.figures.front import front, front_in_space

NAME = "<b>水</b> {x} & $y$"
TABLE = pd.DataFrame(
    {
        f"predicted_{NAME}": [1.0, 2.0, 3.0],
        "cost": [3.0, 1.0, 2.0],
        "a,b": [0.1, 0.2, 0.3],
        "knee": [False, True, False],
    }
)
MEASURED = (np.arange(5.0), np.arange(5.0), np.arange(5.0))
X = f"predicted_{NAME}"


@pytest.fixture(
    params=[
        lambda **more: front(TABLE, X, "cost", "a,b", measured=MEASURED[:2], **more),
        lambda **more: front_in_space(TABLE, X, "cost", "a,b", X, measured=MEASURED, **more),
    ],
    ids=["plane", "space"],
)
def drawn(request):
    return request.param()


def test_training_rows_lie_behind_and_the_knee_is_marked(drawn):
    behind, points = drawn.data
    assert len(behind.x) == 5
    assert points.customdata.tolist() == [0, 1, 2]
    assert points.marker.symbol[1] != points.marker.symbol[0]


def test_names_are_shown_and_not_read(drawn):
    """S: what looks like a tag, a template or TeX stays text."""
    said = json.dumps(json.loads(drawn.to_json()), ensure_ascii=False)
    assert "<b>" not in said
    assert "水" in said


def test_axes_in_space_read_no_entities():
    made = front_in_space(TABLE, X, "cost", "a,b")
    assert made.layout.scene.xaxis.title.text.startswith("‹b›水‹/b› {x} & $y$")
    assert len(made.data) == 1
