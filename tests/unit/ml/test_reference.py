"""What is kept of the training rows: which rows, and the file that holds them."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from nbml.errors import ModelError
from nbml.ml.bundle.reference_file import reference_from_bytes, reference_to_bytes
from nbml.ml.folds import grouped_folds, plan_folds
from nbml.ml.models.base import Layout
from nbml.ml.reference import draw_rows, learn_reference

RNG = np.random.default_rng(0)
X = np.column_stack([RNG.random(120), RNG.integers(0, 4, 120)]).astype(float)
X[::9] = np.nan
Y = np.column_stack([X[:, 0], RNG.random(120)])
LAYOUT = Layout((0, 4))
KEYS = [(0, "lightgbm"), (0, "mlp"), (1, "lightgbm")]
N_FOLDS = dict.fromkeys(KEYS, 5)


def answer(rows):
    return np.nan_to_num(rows).sum(axis=1)


def learn(groups=None, **options):
    folds = plan_folds(120) if groups is None else grouped_folds(groups)
    return learn_reference(
        X,
        Y,
        LAYOUT,
        folds,
        answers=[answer, answer],
        predictions={(0, "lightgbm"): answer(X), (1, "lightgbm"): np.full(120, 0.5)},
        groups=groups,
        **options,
    )


REFERENCE = learn()
CONTENT = reference_to_bytes(REFERENCE, KEYS)


def read(content):
    return reference_from_bytes(content, KEYS, 2, N_FOLDS)


def test_the_file_says_the_same_again():
    again = read(CONTENT)
    assert reference_to_bytes(again, KEYS) == CONTENT == reference_to_bytes(learn(), KEYS)
    assert set(again.calibrations) == {KEYS[0], KEYS[2]}
    near = REFERENCE.domain.neighbours.query(X[:9], 20)
    centre = np.zeros((9, 5))
    for key, one in REFERENCE.calibrations.items():
        assert_array_equal(
            again.calibrations[key].bounds(centre, near, centre[:, 0], 0.8),
            one.bounds(centre, near, centre[:, 0], 0.8),
        )
    assert_array_equal(again.domain.score(near), REFERENCE.domain.score(near))


def changed(**arrays):
    with np.load(io.BytesIO(CONTENT), allow_pickle=False) as saved:
        whole = {name: saved[name] for name in saved.files}
    buffer = io.BytesIO()
    np.savez(buffer, **{name: value for name, value in (whole | arrays).items() if value is not None})
    return buffer.getvalue()


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": np.zeros((120, 3))},
        {"X": np.full((120, 2), np.inf)},
        {"X": np.zeros((120, 2), dtype=np.float32)},
        {"fold": np.full(120, 9)},
        {"fold": np.full(120, -1)},
        {"unit": np.zeros(3, np.int64)},
        {"own": np.zeros((2, 120))},
        {"residual": np.full((2, 120), np.nan)},
        {"axis_feature": np.array([0, 7, 1])},
        {"axis_places": np.zeros(2)},
        {"axis_knots": None},
        {"more": np.zeros(1)},
        {"rows": np.array([object()] * 120)},
    ],
    ids=lambda arrays: f"{next(iter(arrays))}",
)
def test_anything_else_is_refused(arrays):
    """S10: also an array of objects, which would have to be unpickled."""
    with pytest.raises(ModelError, match="NBML-M51"):
        read(changed(**arrays))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", CONTENT[:-30], b"\x80\x04K*."])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(ModelError, match="NBML-M51"):
        read(content)


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    from nbml.ml.bundle import reference_file

    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for one in old.infolist():
            new.writestr(one.filename, old.read(one))
    assert reference_to_bytes(read(packed.getvalue()), KEYS) == CONTENT
    monkeypatch.setattr(reference_file, "MAX_BYTES", 1000)
    with pytest.raises(ModelError, match="NBML-M51"):
        read(packed.getvalue())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(1, 100), st.booleans(), st.integers(0, 99))
def test_rows_are_drawn_evenly_over_groups(n_rows, n_groups, kept, is_grouped, seed):
    groups = np.random.default_rng(seed).integers(0, n_groups, n_rows) if is_grouped else None
    rows = draw_rows(n_rows, groups, kept, seed)
    assert_array_equal(rows, np.unique(rows))
    assert len(rows) == min(n_rows, kept) if not is_grouped else len(rows) <= min(n_rows, max(kept, 1))
    if groups is not None and n_rows > kept >= len(np.unique(groups)):
        sizes, found = np.bincount(groups), np.bincount(groups[rows], minlength=groups.max() + 1)
        most = found.max()
        assert_array_equal(found, np.minimum(sizes, most))
        assert np.minimum(sizes, most + 1).sum() > kept


def test_groups_are_kept_as_numbers_only():
    groups = np.repeat(np.arange(12), 10)
    reference = learn(groups, kept=60)
    assert reference.is_grouped
    assert reference.domain.is_sample
    assert_array_equal(np.bincount(reference.unit), np.full(12, 5))
    assert all(one.n_units == 12 for one in reference.calibrations.values())
    assert (groups[reference.domain.rows] == reference.unit).all()


@settings(max_examples=120, deadline=None)
@given(st.data(), st.integers(2, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_no_table_is_too_odd(data, n, seed, is_grouped):
    """A job must never fail at its end: tiny, constant, empty, missing, one level, targets with few rows."""
    rng = np.random.default_rng(seed)
    kinds = data.draw(
        st.lists(
            st.sampled_from(["flat", "empty", "gapped", "huge", "level", "levels"]), min_size=1, max_size=5
        )
    )
    columns = {
        "flat": np.full(n, 7.0),
        "empty": np.full(n, np.nan),
        "gapped": np.where(rng.random(n) < 0.5, np.nan, rng.normal(size=n)),
        "huge": rng.choice([-1.7e308, 0.0, 3.0, 1.7e308], n),
        "level": np.zeros(n),
        "levels": rng.integers(0, 3, n).astype(float),
    }
    X = np.column_stack([columns[kind] for kind in kinds])
    layout = Layout(tuple({"level": 1, "levels": 3}.get(kind, 0) for kind in kinds))
    y = rng.normal(size=n)
    y[1:][rng.random(n - 1) < 0.4] = np.nan
    groups = rng.integers(0, 3, n) if is_grouped else None
    if groups is not None:
        groups[:2] = 0, 1
    n_folds = min(n, data.draw(st.integers(2, 5)))
    folds = plan_folds(n, n_folds) if groups is None else grouped_folds(groups)
    kept = learn_reference(
        X,
        y[:, None],
        layout,
        folds,
        answers=[lambda rows: np.tanh(np.nan_to_num(rows)).sum(axis=1)],
        predictions={(0, "any"): rng.normal(size=n)},
        groups=groups,
    )
    again = reference_from_bytes(
        reference_to_bytes(kept, [(0, "any")]), [(0, "any")], X.shape[1], {(0, "any"): folds.n_folds}
    )
    new = np.vstack([X, np.full(X.shape[1], np.nan), np.full(X.shape[1], 1e308)])
    near = again.domain.neighbours.query(new, 20)
    score = again.domain.score(near)
    assert ((score >= 0) & (score <= 1)).all()
    centre = rng.normal(size=(len(new), folds.n_folds))
    for level in (0.01, 0.5, 0.99):
        lower, upper = again.calibrations[0, "any"].bounds(centre, near, centre[:, 0], level)
        assert (lower <= centre[:, 0]).all()
        assert (upper >= centre[:, 0]).all()
        again.calibrations[0, "any"].half_widths(level)
