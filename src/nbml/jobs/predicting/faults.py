"""Which field of the room a refusal of the predictor belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nbml.errors import NbmlError

_FIELDS = {"NBML-P12": "interval", "NBML-C05": "beside", "NBML-C06": "format", "NBML-C07": "format"}


@contextmanager
def located(names: Sequence[str]) -> Iterator[None]:
    """Give an error the field it speaks of: ``inputs.3`` for a column, ``interval``, ``beside``..."""
    try:
        yield
    except NbmlError as error:
        field = error.fields.get("field") or _field(error, names)
        if field is None or "field" in error.fields:
            raise
        raise type(error)(error.code, **(error.fields | {"field": field})) from error


def _field(error: NbmlError, names: Sequence[str]) -> str | None:
    if error.code in _FIELDS:
        return _FIELDS[error.code]
    columns = error.fields.get("columns")
    said = error.fields.get("column", error.fields.get("input", columns[0] if columns else None))
    return f"inputs.{names.index(said)}" if said in names else None
