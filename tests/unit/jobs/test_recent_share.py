"""How busy the workers were lately, from cumulative seconds of fits."""

from nbml.jobs.recent_share import FOLDS, WINDOW_S, RecentShare


def test_nothing_is_said_until_every_worker_has_done_a_few_folds():
    share = RecentShare(0.0)
    assert share.at(1.0, 0.5, 2 * FOLDS - 1, 2) is None
    assert share.at(2.0, 2.0, 2 * FOLDS, 2) == 0.5


def test_a_slow_start_is_forgotten():
    """Ten idle seconds, then two busy workers: the whole search says half, the last seconds say all."""
    share = RecentShare(0.0)
    told = [share.at(float(t), 2.0 * max(t - 10, 0), 20 * max(t - 10, 0), 2) for t in range(1, 21)]
    assert told[9] is None
    assert told[-1] == 1.0
    assert told[10] < 0.5


def test_long_folds_lengthen_the_window():
    """One fold of a minute at a time: a share over the last seconds alone would be nothing, then too much."""
    share = RecentShare(0.0)
    told = [share.at(float(t), 60.0 * (t // 60), t // 60, 1) for t in range(1, 601)]
    assert told[: 60 * FOLDS - 1] == [None] * (60 * FOLDS - 1)
    assert all(0.75 < one <= 1 for one in told[60 * FOLDS - 1 :])


def test_memory_is_bounded():
    share = RecentShare(0.0)
    for t in range(10_000):
        share.at(t / 10, t / 10, t, 1)
    assert len(share._marks) < 20 * WINDOW_S
