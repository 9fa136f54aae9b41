"""What a worker does for a training job: fit a fold, explain a fold, fit the final model.

Every task gives the same answer wherever it runs: it depends on the shared data, its own fields and the
job's seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nbml.engine.job_files import Files
from nbml.errors import ModelError
from nbml.jobs.held_models import HeldModels
from nbml.jobs.training_data import TrainingData
from nbml.jobs.trial_store import FoldRecord, TrialStore
from nbml.ml.fold import FoldBench, FoldOutcome
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape
from nbml.settings import Settings

LONG_FIT_S = 5.0
"""From here on a fit is dear and writing its model is not: it is written at once."""

WARM_MODULES = (
    "nbml.jobs.train_bench:warm",
    "nbml.ml.models.lightgbm_family",
    "nbml.ml.models.xgboost_family",
    "nbml.ml.models.catboost_family",
    "nbml.ml.models.mlp_family",
    "nbml.ml.shapley.kernels",
    "nbml.ml.shapley.oblivious_kernels",
)


def warm(_settings: Settings) -> None:
    """Have the compiled kernels of the Shapley values loaded before a fold is explained."""
    X = np.arange(40.0).reshape(-1, 1)
    learner = family("lightgbm")
    prepared = learner.prepare(X, Layout((0,)), threads=1)
    model = learner.fit(
        prepared, X[:, 0], learner.start(Shape(40, 1, 40)), seed=0, threads=1, should_stop=lambda: False
    )
    model.attribute(X, background=X, seed=0)


@dataclass(frozen=True)
class Shared:
    """What all tasks of a training job share; ``files`` says how a worker reaches the folder ``trials``."""

    data: TrainingData
    trials: str
    files: Files
    seed: int
    threads: int
    sampled_rows: int


class TrainBench:
    """The bench of training jobs; tasks are dictionaries with a ``do`` of fold, keep, explain or final."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._store = TrialStore(Path(shared.trials), shared.files)
        self._held = HeldModels(self._store)
        data = shared.data
        self._folds = FoldBench(
            data.X, data.Y, data.layout, data.folds, threads=shared.threads, seed=shared.seed
        )

    def run(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> Any:
        """Do one task."""
        return getattr(self, f"_{work['do']}")(work, should_stop)

    def hear(self, news: Mapping[str, Any]) -> None:
        """Write the models of the trial that is a study's best now."""
        self._held.keep(news["study"], news["best"])

    def _fold(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> FoldRecord:
        """Fit and predict one fold; the result stands on disk before it is answered."""
        key = work["study"], work["trial"], work["fold"]
        known = self._store.load_fold(*key)
        if known is not None:
            return known
        self._held.forget(work["study"], before=work["beaten"])
        outcome = self._evaluate(work, should_stop)
        if outcome.fit_s < LONG_FIT_S:
            self._held.hold(key, outcome.model)
        else:
            self._store.save_model(*key, outcome.model.files())
        record = FoldRecord(
            outcome.predictions.astype(np.float32),
            outcome.cpu_s,
            work["params"],
            outcome.fit_s + outcome.predict_s,
        )
        self._store.save_fold(*key, record)
        return record

    def _keep(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> None:
        """Fit a fold of the best trial again whose model died with its worker, and write it."""
        key = work["study"], work["trial"], work["fold"]
        if not self._store.has_model(*key):
            self._store.save_model(*key, self._evaluate(work, should_stop).model.files())

    def _evaluate(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> FoldOutcome:
        return self._folds.evaluate(
            family(work["family"]), work["target"], work["fold"], work["params"], should_stop=should_stop
        )

    def _explain(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> dict[str, Any]:
        """Shapley values of the held-out rows of one fold, by the model that did not see them."""
        del should_stop
        data, fold = self._shared.data, work["fold"]
        model = family(work["family"]).load(self._store.load_model_files(work["study"], work["trial"], fold))
        rows = data.folds.held_out(fold)
        if work["sampled"] and len(rows) > self._shared.sampled_rows:
            drawn = np.random.default_rng([self._shared.seed, fold]).choice(
                len(rows), self._shared.sampled_rows, replace=False
            )
            rows = rows[np.sort(drawn)]
        X = data.X[rows]
        parts = model.attribute(
            X, background=data.X[data.folds.train(fold)], seed=self._shared.seed, threads=self._shared.threads
        )
        gap = np.abs(parts.base + parts.values.sum(axis=1) - model.predict(X, threads=self._shared.threads))
        scale = np.abs(parts.values).sum(axis=1) + abs(parts.base)
        if (gap > 1e-5 * scale + 1e-12).any():
            raise ModelError("NBML-M20", family=work["family"], gap=float(gap.max()))
        return {"rows": rows, "values": parts.values, "base": parts.base}

    def _final(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> dict[str, bytes]:
        """Fit on all rows with the best parameters, rounds scaled to the larger table."""
        return self._folds.fit_all(
            family(work["family"]), work["target"], work["params"], should_stop=should_stop
        ).files()
