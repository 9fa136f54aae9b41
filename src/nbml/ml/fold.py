"""Fit one fold and predict its held-out rows; keep what can be prepared once per fold.

Owns the least unit of work of a search. Knows no study, no executor and no score.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.folds import Folds
from nbml.ml.models.base import Family, FittedModel, Floats, Layout, Params, ShouldStop

PREPARED_BYTES = 1 << 29
"""Bytes of matrices behind the prepared sets a bench keeps."""


@dataclass(frozen=True, eq=False)
class FoldOutcome:
    """A fitted fold.

    Attributes
    ----------
    predictions : ndarray of float64, shape (n_held_out,)
        Predictions of the held-out rows in their order, all finite, in target units.
    model : FittedModel
        The model that has not seen these rows.
    fit_s, predict_s : float
        Wall-clock seconds of the fit and of the prediction.
    cpu_s : float
        CPU seconds of the calling thread in both; all of them when fitted with one thread.
    """

    predictions: Floats
    model: FittedModel
    fit_s: float
    predict_s: float
    cpu_s: float


def evaluate_fold(
    family: Family,
    prepared: Any,
    X: Floats,
    y: Floats,
    train_idx: NDArray[np.intp],
    held_out_idx: NDArray[np.intp],
    layout: Layout,
    params: Params,
    *,
    seed: int,
    threads: int,
    should_stop: ShouldStop,
) -> FoldOutcome:
    """Fit on one part of the rows and predict another.

    Parameters
    ----------
    family : Family
    prepared : object or None
        What ``family.prepare`` made of the training rows that have a target; made here when None.
    X : ndarray of float64, shape (n_rows, n_features)
    y : ndarray of float64, shape (n_rows,)
        Target; rows where it is NaN are not learnt from, but predicted where held out.
    train_idx, held_out_idx : ndarray of intp
        Row positions.
    layout : Layout
    params : dict
    seed, threads : int
    should_stop : callable
        Asked between two rounds.

    Raises
    ------
    FitStoppedError
        When ``should_stop`` said so.
    ModelError
        Those of the family; NBML-M07 where a prediction is not finite.
    """
    learnt = train_idx[~np.isnan(y[train_idx])]
    cpu, begun = time.thread_time(), time.perf_counter()
    if prepared is None:
        prepared = family.prepare(X[learnt], layout, threads=threads)
    model = family.fit(prepared, y[learnt], params, seed=seed, threads=threads, should_stop=should_stop)
    fitted = time.perf_counter()
    predictions = model.predict(X[held_out_idx], threads=threads)
    done, cpu = time.perf_counter(), time.thread_time() - cpu
    bad = int((~np.isfinite(predictions)).sum())
    if bad:
        raise ModelError("NBML-M07", family=family.name, count=bad)
    return FoldOutcome(predictions, model, fitted - begun, done - fitted, cpu)


class FoldBench:
    """Evaluates folds of one table, preparing each training part once. Used by one thread at a time.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_features)
    Y : ndarray of float64, shape (n_rows, n_targets)
        Targets; NaN where a row has none. Targets missing in the same rows share what is prepared.
    layout : Layout
    folds : Folds
    threads, seed : int
        Given to every fit.
    prepared_bytes : int
        Bounds what is kept, counted as the bytes of the training rows; the least used goes first. One
        set is always kept.
    """

    def __init__(
        self,
        X: Floats,
        Y: Floats,
        layout: Layout,
        folds: Folds,
        *,
        threads: int,
        seed: int,
        prepared_bytes: int = PREPARED_BYTES,
    ) -> None:
        self._X, self._Y, self._layout, self._folds = X, Y, layout, folds
        self._threads, self._seed = threads, seed
        self._kept = max(1, prepared_bytes // max(1, X.nbytes))
        self._prepared: OrderedDict[tuple[str, int, bytes], Any] = OrderedDict()
        self._has_target = ~np.isnan(Y)
        self._masks = [np.packbits(column).tobytes() for column in self._has_target.T]

    def evaluate(
        self, family: Family, target: int, fold: int, params: Params, *, should_stop: ShouldStop
    ) -> FoldOutcome:
        """Fit and predict one fold of one target; see `evaluate_fold`."""
        return evaluate_fold(
            family,
            self._prepare(family, target, fold),
            self._X,
            self._Y[:, target],
            self._folds.train(fold),
            self._folds.held_out(fold),
            self._layout,
            params,
            seed=self._seed,
            threads=self._threads,
            should_stop=should_stop,
        )

    def fit_all(self, family: Family, target: int, params: Params, *, should_stop: ShouldStop) -> FittedModel:
        """Fit all rows that have the target, with the rounds scaled from the folds' training parts."""
        rows = np.flatnonzero(self._has_target[:, target])
        n_train = rows.size * (1 - 1 / self._folds.n_folds)
        final = family.final_params(params, n_train=n_train, n_rows=rows.size)
        prepared = family.prepare(self._X[rows], self._layout, threads=self._threads)
        return family.fit(
            prepared,
            self._Y[rows, target],
            final,
            seed=self._seed,
            threads=self._threads,
            should_stop=should_stop,
        )

    def _prepare(self, family: Family, target: int, fold: int) -> Any:
        key = family.name, fold, self._masks[target]
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        while len(self._prepared) >= self._kept:
            self._prepared.popitem(last=False)
        train = self._folds.train(fold)
        rows = train[self._has_target[train, target]]
        made = family.prepare(self._X[rows], self._layout, threads=self._threads)
        self._prepared[key] = made
        return made
