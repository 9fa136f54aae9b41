"""Every failure nbml reports: a stable code, what was wrong, and what to do next.

The code is the contract; the words come from the catalogue in ``nbml.i18n`` in the
user's language. This module knows nothing of the rest of nbml but the catalogue.
"""

from __future__ import annotations

from typing import Any

from nbml.i18n import text


class NbmlError(Exception):
    """A failure with a stable code and a next step.

    Parameters
    ----------
    code : str
        Stable identifier such as ``NBML-D01``, a key of the catalogue.
    **fields : Any
        Values for the placeholders of the catalogue's sentences: column, row, path, counts.
        They travel with the error (``to_dict``) and must be plain JSON values.

    Examples
    --------
    >>> DataError("NBML-D03", column="y", value=1.0).code
    'NBML-D03'
    """

    def __init__(self, code: str, /, **fields: Any) -> None:
        self.code = code
        self.fields = fields
        super().__init__(code)

    @property
    def message(self) -> str:
        """What was wrong, in the user's language."""
        return text(f"{self.code}.message", **self.fields)

    @property
    def next_step(self) -> str:
        """What to do about it, in the user's language."""
        return text(f"{self.code}.next", **self.fields)

    def to_dict(self) -> dict[str, Any]:
        """The error as an event, a ``--json`` answer or a result file carries it."""
        return {
            "code": self.code,
            "message": self.message,
            "next_step": self.next_step,
            "fields": self.fields,
        }

    def __str__(self) -> str:
        return f"[{self.code}] {self.message} {self.next_step}".rstrip()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.fields))


def _rebuild(kind: type[NbmlError], code: str, fields: dict[str, Any]) -> NbmlError:
    return kind(code, **fields)


class ReadError(NbmlError):
    """A file could not be read, or not without guessing (NBML-R..)."""


class DataError(NbmlError):
    """The table cannot be trained on as it is (NBML-D..)."""


class PredictError(NbmlError):
    """Rows to predict do not fit the model (NBML-P..)."""


class SpecError(NbmlError):
    """What was asked for is not a valid job (NBML-S..)."""


class ModelError(NbmlError):
    """A model could not be fitted, saved or loaded (NBML-M..)."""


class EngineError(NbmlError):
    """The place where jobs run failed (NBML-E..)."""


class JobError(NbmlError):
    """A job failed, was cancelled, or does not exist (NBML-J..)."""


class TrackingError(NbmlError):
    """MLflow could not keep or give back something (NBML-T..)."""


class OptimizeError(NbmlError):
    """What shall be searched for cannot be, or was not found (NBML-O..)."""


class PlatformError(NbmlError):
    """The workspace, or the machine in its place, did not do what it was asked (NBML-U..)."""


class CatalogError(NbmlError):
    """The catalog could not be opened, read or written (NBML-K..)."""


class PanelError(NbmlError):
    """A panel could not do what its page asked for (NBML-W..)."""


class DependencyError(NbmlError):
    """An optional package is missing (NBML-X..)."""
