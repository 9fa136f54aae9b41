"""All that a finished job has about its rows and models, opened once for every explanation of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from nbml.data.store import load_frame
from nbml.engine.budget import cpu_budget
from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.result import TrainResult
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import FINAL, fold_part
from nbml.ml.bundle.reader import Bundle
from nbml.ml.models.base import FittedModel, Floats
from nbml.spec.result import Leader

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from nbml.jobs.job import Job
    from nbml.settings import Settings
    from nbml.spec.train import TrainSpec

NO_FOLD = -2
"""Fold of a row that took no part."""


class Asked(Protocol):
    """What is needed of a job beside its result."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def folder(self) -> Path:
        """Where its files are."""
        ...

    @property
    def settings(self) -> Settings:
        """Those in force."""
        ...

    @property
    def spec(self) -> TrainSpec:
        """What was asked for."""
        ...


@dataclass(frozen=True, eq=False)
class Subject:
    """A finished job with its table and models.

    Attributes
    ----------
    job : Asked
    result : TrainResult
    """

    job: Asked
    result: TrainResult

    @classmethod
    def of(cls, job: Job) -> Subject:
        """Open a job's result.

        Raises
        ------
        JobError
            NBML-J05 where the job left no result.
        """
        job.require_result()
        return cls(job, TrainResult.load(job.folder))

    @cached_property
    def bundle(self) -> Bundle:
        """The models, sealed."""
        return self.result.predictor.bundle

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The training table in the row order of the input."""
        resolved = self.job.spec.resolved
        assert resolved is not None
        return load_frame(JobFolder(self.job.folder).data, resolved.columns_sha256)

    @cached_property
    def X(self) -> Floats:  # noqa: N802 - the field's name
        """All rows as models see them."""
        return self.bundle.encoder.encode(self.frame[list(self.bundle.encoder.names)]).X

    @cached_property
    def fold(self) -> NDArray[np.int64]:
        """Fold of each row of the input; `NO_FOLD` for rows that took no part."""
        places = {name: k for k, name in enumerate(self.result.record.fold_names)}
        named = self.result.cv_result.iloc[:, 0].tolist()
        return np.array([places.get(name, NO_FOLD) for name in named], dtype=np.int64)

    def measured(self, target: str) -> Floats:
        """A target by row of the input; NaN where it is missing."""
        return self.frame[target].to_numpy(dtype=np.float64, na_value=np.nan)

    def leader(self, target: str | None, family: str | None) -> Leader:
        """The row of the leaderboard: of the first target and the chosen family where none is given.

        Raises
        ------
        JobError
            NBML-J06 where there is no such model.
        """
        record = self.result.record
        target = target or record.targets[0]
        for row in record.leaderboard:
            if row.target == target and row.trial is not None and family in (row.family, None):
                if family is None and not row.chosen:
                    continue
                return row
        raise JobError("NBML-J06", target=target, family=family or "-")

    def models(self, leader: Leader) -> dict[int, FittedModel]:
        """The fold models by fold, each loaded and checked once."""
        card = self._card(leader)
        return {k: self.bundle.model(card, fold_part(k)) for k in range(len(self.result.record.fold_names))}

    def final(self, leader: Leader) -> FittedModel:
        """The model of all rows.

        Raises
        ------
        JobError
            NBML-V03 where a stopped job has none.
        """
        card = self._card(leader)
        if FINAL not in self.bundle.parts(card):
            raise JobError("NBML-V03", target=leader.target, family=leader.family)
        return self.bundle.model(card, FINAL)

    @property
    def threads(self) -> int:
        """Threads for what is computed in this process."""
        return cpu_budget(self.job.settings)

    def label(self, name: str) -> tuple[str, str | None]:
        """A column's name for show, and its unit."""
        sheet = self.result.record.sheet
        if name not in sheet:
            return name, None
        return sheet[name].label or name, sheet[name].unit

    def _card(self, leader: Leader) -> ModelCard:
        place = self.result.record.targets.index(leader.target)
        return next(c for c in self.bundle.cards if c.target == place and c.family == leader.family)
