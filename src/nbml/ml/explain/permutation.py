"""How much worse predictions of unseen rows get when a feature is shuffled, by the folds of the scores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nbml.ml.explain.explained import Answering
from nbml.ml.explain.importance import Importance
from nbml.ml.models.base import FittedModel, Floats

REPEATS = 5
MOST_ROWS = 20_000
"""Held-out rows that are predicted for each feature and repeat; more are thinned evenly over the folds."""
Check = Callable[[int, int], None]


def permutation_importance(
    rows: Answering,
    y: Floats,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    threads: int = 1,
    check: Check = lambda _done, _total: None,
) -> Importance:
    """Rise of the RMSE when a feature's values change places among the held-out rows of a fold [1]_ [2]_.

    Parameters
    ----------
    rows : Answering
        Held-out rows with the model of their fold.
    y : ndarray of float64, shape (n_rows,)
        Measured values; all finite.
    repeats : int
        Shuffles of each feature in each fold, averaged as mean squared errors.
    seed : int
        The same seed gives the same answer, whatever `threads`.
    threads : int
        Features shuffled at once.
    check : callable
        Told (done, total) after each feature of each fold; may raise to stop.

    Returns
    -------
    Importance
        In target units: ``mean`` from all rows pooled, ``by_fold`` each fold's own. Below 0 by chance where a
        feature does not help.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45, 2001.
    .. [2] A. Fisher, C. Rudin, F. Dominici, "All models are wrong, but many are useful", JMLR 20, 2019.
    """
    n_features = rows.X.shape[1]
    parts = rows.parts()
    plain, shuffled = np.empty(len(parts)), np.empty((len(parts), n_features))
    sizes = np.array([len(places) for _, places in parts])
    total = len(parts) * n_features
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        for k, (model, places) in enumerate(parts):
            X, known = rows.X[places], y[places]
            plain[k] = np.square(model.predict(X) - known).mean()

            def error(feature: int, k: int = k, X: Floats = X, known: Floats = known,
                      model: FittedModel = model) -> float:  # fmt: skip
                return _shuffled_error(model, X, known, feature, repeats, [seed, k, feature])

            for feature, found in enumerate(pool.map(error, range(n_features))):
                shuffled[k, feature] = found
                check(k * n_features + feature + 1, total)
    weight = sizes / sizes.sum()
    pooled = np.sqrt(weight @ shuffled) - np.sqrt(weight @ plain)
    return Importance(pooled, np.sqrt(shuffled) - np.sqrt(plain)[:, None])


def _shuffled_error(
    model: FittedModel, X: Floats, y: Floats, feature: int, repeats: int, seed: list[int]
) -> float:
    rng = np.random.default_rng(seed)
    column = X[:, feature]
    if ((column == column[:1]) | (np.isnan(column) & np.isnan(column[:1]))).all():
        return float(np.square(model.predict(X) - y).mean())
    many = np.repeat(X[None], repeats, axis=0)
    for one in many:
        one[:, feature] = rng.permutation(column)
    predicted = model.predict(many.reshape(-1, X.shape[1])).reshape(repeats, -1)
    return float(np.square(predicted - y).mean())
