"""The one base of everything that is written down or sent: strict, frozen, finite numbers only."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A record whose unknown fields are an error and whose numbers are finite or null."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        ser_json_inf_nan="null",
        protected_namespaces=(),
        populate_by_name=True,
    )
