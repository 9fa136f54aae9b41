"""Rows that hold most volume: greedy by strewn points, and who survives of three objectives and more."""

import numpy as np
import pytest

from nbml.inverse.front import hypervolume
from nbml.inverse.ranking import crowding, survivors
from nbml.inverse.volume import strewn, widest

RNG = np.random.default_rng(0)


def sphere(n, m, rng=RNG):
    """A front that bulges towards the ideal point."""
    rows = np.abs(rng.normal(size=(n, m)))
    return 1 - rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_points_lie_over_the_front_and_a_little_beyond():
    points = strewn(np.array([0.0, 10.0]), np.array([1.0, 30.0]), 5_000, np.random.default_rng(1))
    assert points.min(axis=0) == pytest.approx([0, 10], abs=0.05)
    assert points.max(axis=0) == pytest.approx([1.1, 32.0], abs=0.05)


def test_what_adds_most_comes_first_and_what_adds_nothing_never():
    points = strewn(np.zeros(2), np.ones(2), 4_000, np.random.default_rng(2))
    rows = np.array([[0.9, 0.9], [0.1, 0.5], [0.5, 0.1], [0.5, 0.1], [0.3, 0.3]])
    assert widest(rows, points, 5) in ([4, 1, 2], [4, 2, 1])
    assert widest(rows, points, 1) == [4]


def test_greedy_is_what_a_count_from_scratch_gives():
    rows, points = sphere(60, 3), RNG.random((500, 3))
    below = (rows[:, None, :] <= points[None]).all(axis=2)
    left, expected = np.ones(len(points), bool), []
    for _ in range(20):
        gain = (below & left).sum(axis=1)
        if not gain.max():
            break
        expected.append(int(gain.argmax()))
        left &= ~below[expected[-1]]
    assert widest(rows, points, 20) == expected


@pytest.mark.parametrize("m", [3, 4])
def test_survivors_of_many_objectives_hold_more_than_those_that_stand_alone(m):
    gains = []
    for seed in range(5):
        rows = sphere(160, m, np.random.default_rng(seed))
        kept = survivors(rows, np.zeros(len(rows)), 40)
        alone = np.argsort(-crowding(rows), kind="stable")[:40]
        assert len(set(kept.tolist())) == 40
        assert survivors(rows, np.zeros(len(rows)), 40).tolist() == kept.tolist()
        reference = np.full(m, 1.1)
        gains.append(hypervolume(rows[kept], reference) - hypervolume(rows[alone], reference))
    assert min(gains) > 0


def test_rows_that_add_nothing_fill_up_and_those_that_miss_a_limit_come_last():
    """Equal rows add nothing a second time, and still the population stays whole."""
    rows = np.repeat(sphere(5, 3), 6, axis=0)
    violation = np.where(np.arange(30) < 20, 0.0, 1.0)
    kept = survivors(rows, violation, 12)
    assert len(set(kept.tolist())) == 12
    assert (violation[kept] == 0).all()
    assert {tuple(rows[k]) for k in kept[:4]} == {tuple(row) for row in rows[:20]}
