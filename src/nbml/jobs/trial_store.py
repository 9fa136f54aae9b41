"""What trials leave on disk: fold results as they come, then one file a trial.

A fold's result is written by the worker before it answers, so a worker or supervisor that dies afterwards
loses nothing. A finished trial keeps its out-of-fold predictions; models are written where a trial is the
best so far, or where a worker has no room for them.
"""

from __future__ import annotations

import json
import uuid
import zipfile
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nbml.durable import storage_error

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
        """Where the result of one (trial, fold) stands until the trial is done."""
        return self._root / study / f"{trial:06d}.fold-{fold}"

    def model_file(self, study: str, trial: int, fold: int) -> Path:
        """Where the model of one (trial, fold) stands once it is kept."""
        return self._root / study / f"{trial:06d}.fold-{fold}.model"

    def save_fold(self, study: str, trial: int, fold: int, record: FoldRecord) -> None:
        """Write a fold's result; a second one of the same fold is dropped."""
        path = self.fold_file(study, trial, fold)
        if not path.exists() or self.load_fold(study, trial, fold) is None:
            about = json.dumps({"seconds": record.seconds, "params": record.params}).encode()
            content = about + b"\n" + np.ascontiguousarray(record.predictions, "<f4").tobytes()
            _write(path, lambda file: file.write(b"%08x" % zlib.crc32(content) + content))

    def load_fold(self, study: str, trial: int, fold: int) -> FoldRecord | None:
        """A fold's result, or None where there is none that is whole."""
        try:
            saved = self.fold_file(study, trial, fold).read_bytes()
        except FileNotFoundError:
            return None
        checksum, content = saved[:8], saved[8:]
        if checksum != b"%08x" % zlib.crc32(content):
            return None
        about, _, predictions = content.partition(b"\n")
        return FoldRecord(np.frombuffer(predictions, "<f4").astype(np.float32), **json.loads(about))

    def save_model(self, study: str, trial: int, fold: int, files: dict[str, bytes]) -> None:
        """Write the model of one (trial, fold), all its files in one; a second one is dropped."""
        path = self.model_file(study, trial, fold)
        if not path.exists():
            arrays = {name: np.frombuffer(content, np.uint8) for name, content in files.items()}
            _write(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]

    def has_model(self, study: str, trial: int, fold: int) -> bool:
        """Whether the model of one (trial, fold) is kept."""
        return self.model_file(study, trial, fold).exists()

    def load_model_files(self, study: str, trial: int, fold: int) -> dict[str, bytes]:
        """The kept model of one (trial, fold), by file name."""
        with np.load(self.model_file(study, trial, fold), allow_pickle=False) as saved:
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
        _write(
            self._trial_file(study, trial),
            lambda file: np.savez(file, predictions=record.predictions, about=np.array(json.dumps(about))),
        )

    def load_trial(self, study: str, trial: int) -> TrialRecord | None:
        """A finished trial, or None where it is not, or not whole."""
        try:
            with (
                self._trial_file(study, trial).open("rb") as file,
                np.load(file, allow_pickle=False) as saved,
            ):
                return TrialRecord(predictions=saved["predictions"], **json.loads(str(saved["about"])))
        except (FileNotFoundError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
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

    def _trial_file(self, study: str, trial: int) -> Path:
        return self._root / study / f"{trial:06d}.npz"


def _write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file under a temporary name, then rename it; not waiting for the disk."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            fill(file)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise storage_error(path, error) from error
