"""What it takes to do a finished job again: table, columns, folds, parameters. Knows no cells, no words."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nbml.errors import JobError
from nbml.jobs.explaining.subject import NO_FOLD, Subject
from nbml.ml.bundle.places import FINAL
from nbml.ml.models import family as family_of
from nbml.spec.result import Leader

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.job import Job

FIRST_ROWS = 5
"""Rows whose predictions stand in the notebook to be held against."""


@dataclass(frozen=True)
class TargetRecipe:
    """One target: which family, and what it was fitted with.

    Attributes
    ----------
    name, family : str
    params : dict
        Of the folds' models.
    final : dict or None
        What of `params` is another number in the fit on all rows; None where there was no such fit.
    rmse : float or None
        Over the held-out rows, as the job reported it.
    """

    name: str
    family: str
    params: dict[str, Any]
    final: dict[str, Any] | None
    rmse: float | None


@dataclass(frozen=True, eq=False)
class Recipe:
    """A job to be done again.

    Attributes
    ----------
    job_id, title : str
    targets : tuple of TargetRecipe
        Those that have a model.
    features : tuple of str
    levels : dict of str to tuple of str
        Of the categories among them.
    scheme : str
        How the folds were made; see ``nbml.ml.folds``.
    n_folds : int
    folds_by : str or None
        The group or fold column.
    seed, threads : int
    versions : dict of str to str
        Of Python, nbml and the libraries that made the job.
    table : bytes
        The rows that took part, as Parquet.
    expected : list of list of float
        What the job's models predict for the first rows, a row each, in the order of `targets`.
    """

    job_id: str
    title: str
    targets: tuple[TargetRecipe, ...]
    features: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    scheme: str
    n_folds: int
    folds_by: str | None
    seed: int
    threads: int
    versions: dict[str, str]
    table: bytes
    expected: list[list[float]]

    @classmethod
    def of(cls, job: Job, family: str | None = None) -> Recipe:
        """Gather a finished job.

        Parameters
        ----------
        job : Job
        family : str, optional
            The chosen one of each target when left out.

        Raises
        ------
        JobError
            NBML-J05 where the job left no result, NBML-J06 where it has no such model.
        """
        subject = Subject.of(job)
        spec, record = job.spec, subject.result.record
        assert spec.resolved is not None
        leaders = _leaders(subject, family)
        frame = subject.frame[subject.fold != NO_FOLD].reset_index(drop=True)
        first = subject.result.predictor.predict(
            frame.head(FIRST_ROWS), target=[one.target for one in leaders], family=family,
            interval=None, spread=False, distance=False,
        )  # fmt: skip
        features = subject.bundle.encoder.features
        return cls(
            job_id=job.id,
            title=record.title,
            targets=tuple(_target(subject, one) for one in leaders),
            features=tuple(feature.name for feature in features),
            levels={feature.name: feature.levels for feature in features if feature.levels},
            scheme=record.fold_scheme,
            n_folds=len(record.fold_names),
            folds_by=spec.fold_column or spec.group,
            seed=spec.seed,
            threads=spec.resources.threads,
            versions=spec.resolved.versions,
            table=_parquet(frame),
            expected=first[[f"predicted_{one.target}" for one in leaders]].to_numpy().tolist(),
        )

    @property
    def families(self) -> tuple[str, ...]:
        """Families that are fitted, each once."""
        return tuple(dict.fromkeys(one.family for one in self.targets))

    @property
    def table_sha256(self) -> str:
        """Hash of the table's file."""
        return sha256(self.table).hexdigest()


def _leaders(subject: Subject, family: str | None) -> list[Leader]:
    record = subject.result.record
    if family is not None:
        return [subject.leader(target, family) for target in record.targets]
    found = [leader for target in record.targets if (leader := record.chosen(target)) is not None]
    if not found:
        raise JobError("NBML-J06", target=record.targets[0], family="-")
    return found


def _target(subject: Subject, leader: Leader) -> TargetRecipe:
    rmse = leader.scores["rmse"].pooled
    bundle, place = subject.bundle, subject.result.record.targets.index(leader.target)
    card = next(one for one in bundle.cards if (one.target, one.family) == (place, leader.family))
    final = None
    if FINAL in bundle.parts(card):
        n_rows = int(subject.frame[leader.target].notna().sum())
        n_train = n_rows * (1 - 1 / len(subject.result.record.fold_names))
        grown = family_of(leader.family).final_params(leader.params, n_train=n_train, n_rows=n_rows)
        final = {name: value for name, value in grown.items() if value != leader.params.get(name)}
    return TargetRecipe(leader.target, leader.family, leader.params, final, rmse)


def _parquet(frame: pd.DataFrame) -> bytes:
    """The table without what pandas would keep beside it, so that no column's name is taken for an index."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
