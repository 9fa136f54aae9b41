"""The models of one job, open: what is asked of them, whichever room or command asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError, PredictError, ReadError
from nbml.jobs.models import load
from nbml.jobs.written_job import WrittenJob, read_job
from nbml.settings import Settings
from nbml.spec.result import TrainRecord

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.encoder import Encoder
    from nbml.ml.feature import Feature
    from nbml.ml.predictor import Predictor

Value = float | str | None


@dataclass(frozen=True)
class OpenModels:
    """A finished job's models with all that is known of them.

    Attributes
    ----------
    written : WrittenJob
    record : TrainRecord
    predictor : Predictor
    targets : tuple of str
        Those that have a model, in the job's order; everything here goes by their places.
    """

    written: WrittenJob
    record: TrainRecord
    predictor: Predictor
    targets: tuple[str, ...]

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self.written.folder.job_id

    @property
    def encoder(self) -> Encoder:
        """How rows become what models see."""
        return self.predictor.bundle.encoder

    @property
    def features(self) -> tuple[Feature, ...]:
        """The inputs; everything here goes by their places."""
        return self.encoder.features

    @cached_property
    def training(self) -> pd.DataFrame:
        """The rows the job was given.

        Raises
        ------
        ReadError
            NBML-R31, NBML-R32 when they are not there any more.
        """
        from nbml.data.store import load_frame

        resolved = self.written.spec.resolved
        if resolved is None:
            raise ReadError("NBML-R31", sha256="-", folder=str(self.written.folder.data))
        return load_frame(self.written.folder.data, resolved.columns_sha256)

    def families(self, said: Sequence[str]) -> dict[str, str]:
        """The family that answers for each target.

        Parameters
        ----------
        said : sequence of str
            By target, empty for the chosen one; no entry at all means the chosen ones.

        Raises
        ------
        PredictError
            NBML-P10 for a family that was not kept.
        """
        known = self.predictor.families
        answering: dict[str, str] = {}
        for place, target in enumerate(self.targets):
            asked = said[place] if place < len(said) else ""
            if asked and asked not in known[target]:
                raise PredictError(
                    "NBML-P10",
                    target=target,
                    family=asked,
                    families=list(known[target]),
                    field=f"families.{place}",
                )
            answering[target] = asked or known[target][0]
        return answering

    def groups(self, said: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        """Families with the targets they answer for: the predictor asks one family at a time."""
        together: dict[str, list[str]] = {}
        for target, family in self.families(said).items():
            together.setdefault(family, []).append(target)
        yield from together.items()

    def named(self, row: Sequence[Value]) -> dict[str, Value]:
        """A row of values by place as the predictor takes it."""
        if len(row) != len(self.features):
            raise PredictError("NBML-P30", given=len(row), wanted=len(self.features))
        return {feature.name: value for feature, value in zip(self.features, row, strict=True)}


def open_models(job_id: str, settings: Settings | None = None) -> OpenModels:
    """Open the models of a job that has ended.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02, NBML-J40 for what is no training job here; NBML-J08 when it has left no models.
    ModelError
        When a file differs from its hash.
    PredictError
        NBML-P31 when it ended before any model was ready.
    """
    settings = settings or Settings()
    written = read_job(job_id, settings)
    if not has_models(written.folder):
        raise JobError("NBML-J08", job_id=job_id)
    record = TrainRecord.model_validate_json(written.folder.result.read_bytes())
    predictor = load(job_id)
    targets = tuple(name for name in predictor.targets if predictor.families[name])
    if not targets:
        raise PredictError("NBML-P31", job_id=job_id)
    return OpenModels(written, record, predictor, targets)


def has_models(folder: JobFolder) -> bool:
    """Whether a job has left a result and models."""
    return folder.result.exists() and (folder.models / "manifest.json").exists()
