"""What a person says of a job after it was made: another name, a note."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict


class About(Strict):
    """Kept beside the job; the spec and the log never change."""

    v: Literal[1] = 1
    name: str | None = Field(default=None, max_length=200, description="Name for show; the spec's if unset.")
    note: str = Field(default="", max_length=10_000, description="Free text.")
