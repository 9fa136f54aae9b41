"""A prediction run as it is written down: what was predicted, by which models, and how it went."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nbml.spec.base import Strict

PredictionId = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


class PredictedBy(Strict):
    """The model that answered for a target."""

    target: str
    family: str
    is_chosen: bool = Field(description="Whether it is the one that answers by default.")


class FlagCount(Strict):
    """How many rows are unusual in one way."""

    word: Literal["outside", "unseen", "missing"]
    input: str
    rows: int


class NoteLine(Strict):
    """Something to know of an answer that stands."""

    code: str
    message: str
    next_step: str = ""


class PredictionRecord(Strict):
    """``predictions/<id>.json`` in the folder of the models' job; the table lies beside it as Parquet."""

    v: Literal[1] = 1
    id: PredictionId = Field(description="ULID, sorted by time.")
    job_id: str
    models_sha256: str = Field(description="Of the manifest of the models, hence of every model file.")
    created: str = Field(description="UTC time, ISO 8601.")
    user: str = ""
    nbml: str = Field(default="", description="Version that predicted.")
    source: str = Field(description="Name of the table, for show.")
    source_sha256: str = Field(description="Hash of the table's content.")
    columns: dict[str, str] = Field(
        description="Column of the table by input of the model; inputs not needed are left out."
    )
    models: tuple[PredictedBy, ...]
    interval: float | None
    rows: int
    flagged: int = Field(description="Rows with a flag.")
    far: int | None = Field(description="Rows with a distance of 0.95 and more; null where none is known.")
    flags: tuple[FlagCount, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    answers: tuple[str, ...] = Field(description="Columns that were added to those of the table.")
    file: str = Field(description="The table with its answers, beside this file.")
    seconds: float = 0.0
