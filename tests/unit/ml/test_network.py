"""The perceptron's own inputs and forward pass."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network import MLPRegressor

from nbml.ml.models.base import Layout
from nbml.ml.models.learner import centre_and_scale
from nbml.ml.models.levels import Levels
from nbml.ml.models.mlp_family import FAMILY, MLP
from nbml.ml.models.network import MOST_LEVELS, Inputs, Network

NAN = np.nan


def learn(X, n_levels):
    X = np.array(X, dtype=float)
    levels = Levels.learn(X, Layout(n_levels))
    return Inputs.learn(levels.clean(X), levels), levels


def test_inputs_are_standardised_imputed_indicated_and_one_hot():
    inputs, _ = learn([[0, 0, NAN], [2, 1, 5], [4, 1, NAN], [NAN, 2, 7]], (0, 3, 0))
    row = inputs.encode(np.array([[NAN, 1.0, 7.0], [4.0, NAN, NAN]]))
    median, spread = 2.0, np.std([0, 2, 4, 2])
    assert inputs.median[0] == median
    assert row[0, 0] == 0.0
    assert row[1, 0] == pytest.approx(2 / spread)
    assert row[:, 2:4].tolist() == [[1, 0], [0, 1]]  # missing, by column
    assert row[0, 4:].tolist() == [1, 0, 0]  # level 1 is the most frequent
    assert row[1, 4:].tolist() == [0, 0, 0]


def test_constant_and_empty_columns_give_no_input():
    inputs, _ = learn([[1, NAN, 3], [1, NAN, 4]], (0, 0, 0))
    assert inputs.encode(np.array([[9.0, 9.0, 3.5]])).tolist() == [[0.0]]


def test_rare_levels_share_one_input():
    codes = np.concatenate([np.repeat(np.arange(MOST_LEVELS), 3), np.arange(MOST_LEVELS, MOST_LEVELS + 40)])
    inputs, _ = learn(codes[:, None], (1000,))
    hot = inputs.encode(codes[:, None].astype(float))
    assert hot.shape[1] == MOST_LEVELS + 1
    assert (hot.sum(axis=1) == 1).all()
    assert (hot[-40:, MOST_LEVELS] == 1).all()


def test_nothing_is_learnt_from_rows_held_out():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 2))
    one, _ = learn(X[:20], (0, 0))
    assert one.centre == pytest.approx(X[:20].mean(axis=0))
    assert one.scale == pytest.approx(X[:20].std(axis=0))


def test_forward_pass_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    net = MLPRegressor(hidden_layer_sizes=(7, 5), max_iter=30, random_state=0)
    with pytest.warns(UserWarning, match="converged"):
        net.fit(X, X.sum(axis=1))
    plain = Inputs(np.arange(3), np.zeros(3), np.zeros(3), np.ones(3), np.array([], dtype=int), ())
    own = Network(plain, tuple(net.coefs_), tuple(net.intercepts_))
    assert own.predict(X, 1) == pytest.approx(net.predict(X), rel=1e-12)


def test_large_tables_are_predicted_in_chunks(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 3))
    model = FAMILY.fit(
        FAMILY.prepare(X, Layout((0, 0, 0)), threads=1),
        X[:, 0],
        {"epochs": 3, "learning_rate_init": 0.01, "alpha": 1e-3, "width": 8, "layers": 1, "batch_size": 50},
        seed=0,
        threads=1,
        should_stop=lambda: False,
    )
    whole = model.predict(X)
    monkeypatch.setattr("nbml.ml.models.network._CHUNK", 100)
    assert model.predict(X) == pytest.approx(whole, rel=1e-12)


def test_arrays_are_loaded_without_pickle():
    inputs, _ = learn([[0.0], [1.0]], (0,))
    files = Network(inputs, (np.ones((1, 1)),), (np.zeros(1),)).files()
    import io

    buffer = io.BytesIO()
    np.savez(buffer, numeric=np.array([object()], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        Network.load({**files, "model.npz": buffer.getvalue()})


def test_an_interrupt_within_an_epoch_is_not_swallowed_f7(monkeypatch):
    """scikit-learn answers an interrupt with a warning and goes on; the user's stop must get through."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    levels = Levels.learn(X, Layout((0, 0)))
    rows = MLP().pool(X, levels, 1)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(MLPRegressor, "_backprop", interrupt)
    params = MLP().start(type("S", (), {"n_train": 40})())
    with pytest.warns(UserWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        MLP().learn(rows, X[:, 0], params, seed=0, threads=1, should_stop=lambda: False)


@pytest.mark.parametrize("values", [[0.0, 1e-300], [1e300, 1.5e300, -1e300], [1e16, 1e16 + 2], [5e-324, 0.0]])
def test_centre_and_scale_hold_for_any_magnitude(values):
    centre, scale = centre_and_scale(np.array(values))
    assert np.isfinite(centre)
    assert 0 < scale < np.inf


def test_scale_is_zero_only_where_nothing_varies():
    centre, scale = centre_and_scale(np.full(7, 0.1))
    assert (centre, scale) == (0.1, 0.0)
