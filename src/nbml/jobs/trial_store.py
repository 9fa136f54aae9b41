"""What trials leave on disk: fold results as they come, then one file a trial.

A fold's result is written by the worker before it answers, so a worker or supervisor that dies afterwards
loses nothing. A finished trial keeps its out-of-fold predictions; only the best trial so far keeps models.
"""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.durable import storage_error

MODEL = "model:"
Predictions = NDArray[np.float32]


@dataclass(frozen=True)
class FoldRecord:
    """The result of one (trial, fold).

    Attributes
    ----------
    predictions : ndarray of float32, shape (n_held_out,)
        Predictions of the held-out rows in row order.
    seconds : float
        Processor seconds of fit and predict.
    params : dict
        Hyperparameters it was fitted with.
    """

    predictions: Predictions
    seconds: float
    params: dict[str, Any]


@dataclass(frozen=True)
class TrialRecord:
    """A finished trial.

    Attributes
    ----------
    params : dict
        Its hyperparameters.
    predictions : ndarray of float32, shape (n_rows,)
        Out-of-fold predictions; NaN where a fold failed.
    value : float or None
        RMSE over all out-of-fold rows; None when the trial failed.
    folds : list of float or None
        RMSE by fold.
    seconds : list of float
        Processor seconds by fold.
    error : dict or None
        Why it failed, as ``NbmlError.to_dict``.
    """

    params: dict[str, Any]
    predictions: Predictions
    value: float | None
    folds: list[float | None]
    seconds: list[float]
    error: dict[str, Any] | None = field(default=None)


class TrialStore:
    """The ``trials`` folder of a job; its methods may be called from several processes.

    Parameters
    ----------
    root : Path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def fold_file(self, study: str, trial: int, fold: int) -> Path:
        """Where the result and model of one (trial, fold) stand until the trial is done."""
        return self._root / study / f"{trial:06d}.fold-{fold}"

    def save_fold(
        self, study: str, trial: int, fold: int, record: FoldRecord, files: dict[str, bytes]
    ) -> None:
        """Write a fold's result and model in one step; a second result of the same fold is dropped."""
        path = self.fold_file(study, trial, fold)
        if self.load_fold(study, trial, fold) is not None:
            return
        models = {MODEL + name: np.frombuffer(content, np.uint8) for name, content in files.items()}
        about = np.array(json.dumps({"seconds": record.seconds, "params": record.params}))
        _save(path, predictions=record.predictions, about=about, **models)

    def load_fold(self, study: str, trial: int, fold: int) -> FoldRecord | None:
        """A fold's result, or None where there is none that is whole."""
        saved = _load(self.fold_file(study, trial, fold), "predictions", "about")
        return None if saved is None else FoldRecord(saved["predictions"], **json.loads(str(saved["about"])))

    def load_model_files(self, study: str, trial: int, fold: int) -> dict[str, bytes]:
        """The model of one (trial, fold) of a best trial, by file name."""
        with np.load(self.fold_file(study, trial, fold), allow_pickle=False) as saved:
            return {
                name.removeprefix(MODEL): saved[name].tobytes()
                for name in saved.files
                if name.startswith(MODEL)
            }

    def save_trial(self, study: str, trial: int, record: TrialRecord) -> None:
        """Write a finished trial."""
        about = {
            "params": record.params,
            "value": record.value,
            "folds": record.folds,
            "seconds": record.seconds,
            "error": record.error,
        }
        _save(
            self._trial_file(study, trial), predictions=record.predictions, about=np.array(json.dumps(about))
        )

    def load_trial(self, study: str, trial: int) -> TrialRecord | None:
        """A finished trial, or None where it is not, or not whole."""
        saved = _load(self._trial_file(study, trial), "predictions", "about")
        return (
            None
            if saved is None
            else TrialRecord(predictions=saved["predictions"], **json.loads(str(saved["about"])))
        )

    def drop_models(self, study: str, trial: int, n_folds: int) -> None:
        """Forget the models and fold results of a trial that is done and not the best."""
        for fold in range(n_folds):
            self.fold_file(study, trial, fold).unlink(missing_ok=True)

    def sweep(self, keep: Collection[tuple[str, int]]) -> None:
        """Forget the fold results of all trials but those named; the end of time leaves some open."""
        kept = {self.fold_file(study, trial, 0).with_suffix("") for study, trial in keep}
        for path in self._root.glob("*/*.fold-*"):
            if path.with_suffix("") not in kept:
                path.unlink(missing_ok=True)

    def _trial_file(self, study: str, trial: int) -> Path:
        return self._root / study / f"{trial:06d}.npz"


def _save(path: Path, **arrays: NDArray[Any]) -> None:
    """Write a file of arrays under a temporary name, then rename it; not waiting for the disk."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise storage_error(path, error) from error


def _load(path: Path, *names: str) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file; None where it is not there, or not whole since the power was lost."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            return {name: saved[name] for name in names}
    except (FileNotFoundError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None
