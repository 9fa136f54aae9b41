"""How a table is to be read and what the reader decided, for Python, command line, panels and specs alike.

Facts are kept, words come from the catalogue when they are shown. Knows nothing of files or frames.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import Field

from nbml.i18n import text
from nbml.spec.base import Strict
from nbml.spec.columns import Kind

Line = Annotated[int, Field(ge=1)]
Scalar = str | int | float | bool | None


class ReadOptions(Strict):
    """What the user says about a file; whatever is left out is found out and reported."""

    encoding: str | None = Field(default=None, description="Text encoding by its Python name, such as cp932.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Field separator.")
    decimal: Literal[".", ","] | None = Field(default=None, description="Decimal mark of numbers in text.")
    header: Literal["none"] | Line | tuple[Line, ...] | None = Field(
        default=None,
        description="Line of the header counted from 1, several lines whose names are joined, or none.",
    )
    first_row: Line | None = Field(default=None, description="Line of the first row of data, from 1.")
    sheet: str | Line | None = Field(default=None, description="Excel sheet by name, or by place from 1.")
    kinds: dict[str, Kind] = Field(default_factory=dict, description="Kind of a column, decided by the user.")
    missing_tokens: Literal["none"] | tuple[str, ...] | None = Field(
        default=None, description="More words that mean missing; none: only an empty cell does."
    )
    keep_tokens: dict[str, Literal["all"] | tuple[str, ...]] = Field(
        default_factory=dict, description="Words that are real values in a column, such as NA for a grade."
    )
    convert: Literal["all"] | tuple[str, ...] = Field(
        default=(), description="Columns whose 1,234, ¥, % or full-width digits become numbers."
    )


class Decision(Strict):
    """One thing the reader decided, with a stable key and the facts."""

    key: str = Field(description="Stable key of the catalogue, such as read.encoding.likely.")
    severity: Literal["note", "warning"] = Field(default="note", description="warning: look at this first.")
    columns: tuple[str, ...] = Field(default=(), description="Names of the columns it speaks of.")
    fields: dict[str, Scalar | list[str] | list[int]] = Field(
        default_factory=dict, description="Values for the placeholders of the sentence."
    )

    @property
    def words(self) -> str:
        """The decision as a sentence in the user's language, safe for one line of a terminal."""
        fields: dict[str, Any] = {
            name: brief([shown(str(item)) for item in value])
            if isinstance(value, list)
            else shown(value)
            if isinstance(value, str)
            else value
            for name, value in self.fields.items()
        }
        return text(self.key, columns=brief([shown(name) for name in self.columns]), **fields)


class ReadReport(Strict):
    """Every decision of one reading, in the order they were taken."""

    decisions: tuple[Decision, ...] = ()

    @property
    def warnings(self) -> tuple[Decision, ...]:
        """The decisions that deserve a look before training."""
        return tuple(decision for decision in self.decisions if decision.severity == "warning")

    def of(self, key: str) -> tuple[Decision, ...]:
        """The decisions with a key or under it: ``of("read.encoding")`` finds ``read.encoding.said``."""
        return tuple(d for d in self.decisions if d.key == key or d.key.startswith(f"{key}."))

    def __str__(self) -> str:
        return "\n".join(f"{'!' if d.severity == 'warning' else '-'} {d.words}" for d in self.decisions)


def shown(value: str, width: int = 80) -> str:
    r"""A name or cell made harmless for one line of text.

    Control, bidirectional and other invisible characters and line ends become ``\uXXXX``; what is longer
    than `width` is cut with an ellipsis.
    """
    visible = "".join(
        c if c == " " or unicodedata.category(c)[0] not in "CZ" or c == "\u3000" else f"\\u{ord(c):04x}"
        for c in value[: width + 1]
    )
    return visible if len(visible) <= width else visible[: width - 1] + "…"


def brief(items: list[str], most: int = 8) -> str:
    """Items joined by commas, with a count in place of what goes beyond `most`."""
    more = len(items) - most
    return ", ".join(items[:most]) + (f", … (+{more})" if more > 0 else "")
