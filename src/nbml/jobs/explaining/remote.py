"""A training that is in MLflow but not on this machine, opened for explanations from what its run holds.

The models keep up to 5,000 encoded training rows with their folds, the run its out-of-fold table: together
enough to explain held-out rows honestly. Group names and rows that were not kept are not there.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from nbml.errors import JobError, TrackingError
from nbml.jobs.explaining.subject import NO_FOLD, Subject
from nbml.jobs.result import TrainResult
from nbml.ml.bundle.places import FINAL
from nbml.ml.bundle.reader import Bundle, open_bundle
from nbml.ml.models.base import Floats
from nbml.ml.reference import Reference
from nbml.settings import Settings
from nbml.spec.columns import ColumnSheet
from nbml.spec.parse import parse_spec
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.train import TrainSpec
from nbml.tracking.load import RunRef, fetch_bundle, fetch_files

if TYPE_CHECKING:
    import pandas as pd

SPEC, TABLE, LEADERS, SHEET = "spec.json", "cv_result.csv", "leaderboard.json", "column_sheet.json"


@dataclass(frozen=True)
class RemoteJob:
    """What stands for the job: who it is and what was asked."""

    id: str
    settings: Settings
    spec: TrainSpec
    folder: Path


@dataclass(frozen=True, eq=False)
class RemoteSubject(Subject):
    """As `Subject`, of the rows that the models keep; all others count as having taken no part."""

    models_of: Bundle = field(kw_only=True)
    out_of_fold: pd.DataFrame = field(kw_only=True)

    @cached_property
    def bundle(self) -> Bundle:
        """The models, sealed and checked against the run's tag."""
        return self.models_of

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The kept rows as values, in their places among all rows; nothing where a row was not kept."""
        import pandas as pd

        columns = {}
        for feature, values in zip(self.bundle.encoder.features, self.X.T, strict=True):
            is_known = ~np.isnan(values)
            if feature.levels:
                texts = np.full(len(values), None, dtype=object)
                texts[is_known] = np.array(feature.levels, dtype=object)[values[is_known].astype(np.intp)]
                columns[feature.name] = texts
            else:
                columns[feature.name] = values
        return pd.DataFrame(columns | {name: self.measured(name) for name in self.result.record.targets})

    @cached_property
    def X(self) -> Floats:  # noqa: N802 - the field's name
        """All rows as models see them; NaN where a row was not kept."""
        reference = self._reference
        matrix = np.full((len(self.out_of_fold), len(self.bundle.encoder.features)), np.nan)
        matrix[reference.domain.rows] = reference.domain.X
        return matrix

    @cached_property
    def fold(self) -> NDArray[np.int64]:
        """Fold of each row of the input; `NO_FOLD` for rows that took no part or were not kept."""
        fold = np.full(len(self.out_of_fold), NO_FOLD, dtype=np.int64)
        fold[self._reference.domain.rows] = self._reference.fold
        return fold

    def measured(self, target: str) -> Floats:
        """A target by row of the input; NaN where it is missing."""
        return self.out_of_fold[target].to_numpy(dtype=np.float64, na_value=np.nan)

    @property
    def _reference(self) -> Reference:
        reference = self.bundle.reference
        if reference is None:
            raise JobError("NBML-V09")
        return reference


def open_remote(ref: RunRef, settings: Settings) -> RemoteSubject:
    """Open a run of MLflow.

    Raises
    ------
    TrackingError
        NBML-T08, NBML-T09 when it cannot be had, NBML-T11 when files are missing or are not nbml's.
    ModelError
        When the models cannot be opened.
    """
    import pandas as pd

    folder = fetch_bundle(ref, settings.home / "cache" / "models", settings)
    bundle = open_bundle(folder)
    files = fetch_files(ref, (SPEC, TABLE, LEADERS, SHEET), settings)
    try:
        spec = parse_spec(json.loads(files[SPEC]))
        leaders = TypeAdapter(tuple[Leader, ...]).validate_json(files[LEADERS])
        sheet = ColumnSheet.model_validate_json(files[SHEET])
        texts = pd.read_csv(io.BytesIO(files[TABLE]), dtype=str, keep_default_na=False, na_values=[""])
        table = texts.astype(dict.fromkeys(texts.columns[1:], np.float64))
        known = set(table.columns) >= set(bundle.targets) and _fits(bundle, len(table))
    except (ValidationError, ValueError) as error:
        raise TrackingError("NBML-T11", id=ref.run_id, files=[SPEC, TABLE, LEADERS, SHEET]) from error
    if not known:
        raise TrackingError("NBML-T11", id=ref.run_id, files=[TABLE])
    record = TrainRecord(
        job_id=ref.job_id or ref.run_id,
        state="succeeded" if all(FINAL in bundle.parts(card) for card in bundle.cards) else "cancelled",
        title=ref.title,
        targets=bundle.targets,
        features=bundle.encoder.names,
        fold_names=_fold_names(bundle, table),
        fold_scheme="",
        n_rows=len(table),
        data_sha256=spec.data.sha256 or "",
        leaderboard=tuple(leader.model_copy(update={"shap": None}) for leader in leaders),
        sheet=sheet,
        run_id=ref.run_id,
        tracking_uri=ref.tracking_uri,
    )
    job = RemoteJob(record.job_id, settings, spec, folder)
    return RemoteSubject(job, TrainResult(folder, record), models_of=bundle, out_of_fold=table)


def _fits(bundle: Bundle, n_rows: int) -> bool:
    """Whether the kept rows are rows of the table."""
    reference = bundle.reference
    return reference is None or int(reference.domain.rows.max(initial=-1)) < n_rows


def _fold_names(bundle: Bundle, table: pd.DataFrame) -> tuple[str, ...]:
    """Names of the folds by number, as the out-of-fold table has them for the kept rows."""
    n_folds = max(sum(part != FINAL for part in bundle.parts(card)) for card in bundle.cards)
    names = [str(k + 1) for k in range(n_folds)]
    if bundle.reference is not None:
        said = table.iloc[bundle.reference.domain.rows, 0].tolist()
        for k, name in zip(bundle.reference.fold.tolist(), said, strict=True):
            names[k] = str(name)
    return tuple(names)
