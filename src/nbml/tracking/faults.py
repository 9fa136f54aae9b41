"""What an error of MLflow means for the one who writes: wait, begin a new run, or leave it out.

Knows MLflow's error codes and nothing of what is written.
"""

from __future__ import annotations

from typing import Literal

from nbml.masking import scrub
from nbml.tracking.names import shown

Verdict = Literal["away", "refused"]

_WAIT = frozenset({401, 403, 408, 423, 429})


def verdict(error: Exception) -> Verdict | None:
    """Whether trying again may help.

    Returns
    -------
    {"away", "refused"} or None
        ``away``: nobody answers, the server failed, the store is locked, the disk is full, the credential
        is not accepted (it may be renewed). ``refused``: MLflow will say the same again. None: not an error
        of keeping things but of this program.
    """
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import OperationalError

    if isinstance(error, MlflowException):
        status = error.get_http_status_code()
        return "away" if status >= 500 or status in _WAIT else "refused"
    if isinstance(error, OSError | RequestException | OperationalError | TimeoutError):
        return "away"
    return None


def is_gone(error: Exception) -> bool:
    """Whether the error says that a thing does not exist."""
    return getattr(error, "error_code", "") in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND")


def is_taken(error: Exception) -> bool:
    """Whether the error says that a thing exists already."""
    return getattr(error, "error_code", "") in ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS")


def describe(error: Exception) -> str:
    """The error in one short line, without a credential."""
    text = scrub(str(error)).strip().splitlines()
    return shown(f"{type(error).__name__}: {text[0] if text else ''}", 500)
