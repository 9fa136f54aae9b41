"""What trials leave on disk: fold results as they come, then one file a trial.

A fold's result is written by the worker before it answers, so a worker or supervisor that dies afterwards
loses nothing. A finished trial keeps its out-of-fold predictions; models are written where a trial is the
best so far, or where a worker has no room for them.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.engine.job_files import Files, FolderFiles

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
    clock_s : float
        Seconds by the clock of fit and predict.
    """

    predictions: Predictions
    seconds: float
    params: dict[str, Any]
    clock_s: float = 0.0


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
    files : Files, optional
        How its files are reached from here; without it, in the folder.
    """

    def __init__(self, root: Path, files: Files | None = None) -> None:
        self._root = root
        self._files: Files = files or FolderFiles(root)

    def fold_file(self, study: str, trial: int, fold: int) -> Path:
        """Where the result of one (trial, fold) stands until the trial is done."""
        return self._root / _fold_name(study, trial, fold)

    def model_file(self, study: str, trial: int, fold: int) -> Path:
        """Where the model of one (trial, fold) stands once it is kept."""
        return self._root / _model_name(study, trial, fold)

    def save_fold(self, study: str, trial: int, fold: int, record: FoldRecord) -> None:
        """Write a fold's result; a second one of the same fold is dropped."""
        if self.load_fold(study, trial, fold) is None:
            about = json.dumps(
                {"seconds": record.seconds, "params": record.params, "clock_s": record.clock_s}
            ).encode()
            content = about + b"\n" + np.ascontiguousarray(record.predictions, "<f4").tobytes()
            self._files.write(_fold_name(study, trial, fold), b"%08x" % zlib.crc32(content) + content)

    def load_fold(self, study: str, trial: int, fold: int) -> FoldRecord | None:
        """A fold's result, or None where there is none that is whole."""
        saved = self._files.read(_fold_name(study, trial, fold))
        if saved is None:
            return None
        checksum, content = saved[:8], saved[8:]
        if checksum != b"%08x" % zlib.crc32(content):
            return None
        about, _, predictions = content.partition(b"\n")
        return FoldRecord(np.frombuffer(predictions, "<f4").astype(np.float32), **json.loads(about))

    def save_model(self, study: str, trial: int, fold: int, files: dict[str, bytes]) -> None:
        """Write the model of one (trial, fold), all its files in one; a second one is dropped."""
        if not self.has_model(study, trial, fold):
            arrays = {name: np.frombuffer(content, np.uint8) for name, content in files.items()}
            self._files.write(_model_name(study, trial, fold), _archive(arrays))

    def has_model(self, study: str, trial: int, fold: int) -> bool:
        """Whether the model of one (trial, fold) is kept."""
        return self._files.has(_model_name(study, trial, fold))

    def load_model_files(self, study: str, trial: int, fold: int) -> dict[str, bytes]:
        """The kept model of one (trial, fold), by file name.

        Raises
        ------
        FileNotFoundError
            When it is not kept.
        """
        content = self._files.read(_model_name(study, trial, fold))
        if content is None:
            raise FileNotFoundError(_model_name(study, trial, fold))
        with np.load(io.BytesIO(content), allow_pickle=False) as saved:
            return {name: saved[name].tobytes() for name in saved.files}

    def save_trial(self, study: str, trial: int, record: TrialRecord) -> None:
        """Write a finished trial."""
        about = {
            "params": record.params,
            "value": record.value,
            "folds": record.folds,
            "seconds": record.seconds,
            "error": record.error,
        }
        arrays = {"predictions": record.predictions, "about": np.array(json.dumps(about))}
        self._files.write(_trial_name(study, trial), _archive(arrays))

    def load_trial(self, study: str, trial: int) -> TrialRecord | None:
        """A finished trial, or None where it is not, or not whole."""
        content = self._files.read(_trial_name(study, trial))
        if content is None:
            return None
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as saved:
                return TrialRecord(predictions=saved["predictions"], **json.loads(str(saved["about"])))
        except (EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return None

    def drop_folds(self, study: str, trial: int, n_folds: int) -> None:
        """Forget the models and fold results of a trial that is done and not the best."""
        for fold in range(n_folds):
            self.fold_file(study, trial, fold).unlink(missing_ok=True)
            self.model_file(study, trial, fold).unlink(missing_ok=True)

    def sweep(self, keep: Collection[tuple[str, int]]) -> None:
        """Forget the fold results and models of all trials but those named; some were open at the end."""
        kept = {(study, f"{trial:06d}") for study, trial in keep}
        for path in self._root.glob("*/*.fold-*"):
            if (path.parent.name, path.name.partition(".")[0]) not in kept:
                path.unlink(missing_ok=True)


def _fold_name(study: str, trial: int, fold: int) -> str:
    return f"{study}/{trial:06d}.fold-{fold}"


def _model_name(study: str, trial: int, fold: int) -> str:
    return f"{_fold_name(study, trial, fold)}.model"


def _trial_name(study: str, trial: int) -> str:
    return f"{study}/{trial:06d}.npz"


def _archive(arrays: dict[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()
