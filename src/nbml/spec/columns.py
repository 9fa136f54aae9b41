"""The column sheet: what nbml believes of every column of a table, and what the user may correct."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict

Role = Literal["feature", "target", "group", "fold", "ignored"]
Kind = Literal["number", "integer", "boolean", "category", "text", "date", "unsupported"]


class Column(Strict):
    """One column of a table."""

    name: str = Field(description="The name, unique in the table; any text.")
    position: int = Field(ge=0, description="Place in the file, from 0.")
    kind: Kind = Field(
        description="number, integer and boolean are numeric features; category has levels; "
        "text, date and unsupported are no features until changed."
    )
    role: Role = Field(default="feature", description="What the column is for; a suggestion until training.")
    label: str = Field(default="", description="The name without its unit and surrounding blanks, for show.")
    unit: str | None = Field(default=None, description="Unit taken from brackets in the name.")
    missing_share: float = Field(default=0.0, ge=0, le=1, description="Share of rows without a value.")
    n_unique: int = Field(default=0, ge=0, description="Number of distinct values, missing ones not counted.")
    low: float | None = Field(default=None, description="Least value of a numeric column.")
    high: float | None = Field(default=None, description="Greatest value of a numeric column.")
    levels: tuple[str, ...] = Field(default=(), description="Levels of a category in order, at most 1,000.")
    note: str | None = Field(
        default=None, description="Why the kind or role was chosen, when it is not plain."
    )


class ColumnSheet(Strict):
    """All columns of a table in file order."""

    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in file order."""
        return tuple(column.name for column in self.columns)


class Finding(Strict):
    """One result of the checks before training: an error stops, a warning is carried into the result."""

    code: str = Field(description="Stable code, a key of the catalogue (NBML-D..).")
    severity: Literal["error", "warning"]
    columns: tuple[str, ...] = Field(default=(), description="The columns it speaks of.")
    fields: dict[str, str | int | float | bool | list[str] | list[int] | list[float]] = Field(
        default_factory=dict, description="Values for the placeholders of the catalogue's sentence."
    )
    message: str = Field(description="What was found, in the user's language.")
    next_step: str = Field(description="What to do about it.")
