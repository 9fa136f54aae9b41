"""The workspace's client, and what its failures mean in nbml's words.

databricks-sdk finds credentials in its own order (environment, profile, runtime); nbml reads none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from nbml.errors import PlatformError
from nbml.masking import scrub
from nbml.settings import Settings

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

RETRY_S = 60
"""How long the SDK tries again what is refused for the moment (429, 503), as Retry-After says."""
_TOKEN_WORDS = ("invalid access token", "token is expired", "token expired", "invalid token", "credential")


def workspace_client(settings: Settings, *, retry_s: int = RETRY_S) -> WorkspaceClient:
    """A client of the workspace; nothing is asked of it yet.

    Raises
    ------
    PlatformError
        NBML-U02 when databricks-sdk is not installed, NBML-U03 when it finds no credentials.
    """
    try:
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.config import Config
    except ImportError as error:
        raise PlatformError("NBML-U02", package="databricks-sdk") from error
    try:
        config = Config(
            host=settings.workspace,
            product="nbml",
            product_version=version("nbml"),
            retry_timeout_seconds=retry_s,
            http_timeout_seconds=60,
        )
    except ValueError as error:
        raise PlatformError("NBML-U03", reason=_line(error)) from None
    return WorkspaceClient(config=config)


@contextmanager
def asking(what: str, *, privilege: str = "-") -> Iterator[None]:
    """Do something in the workspace; its failures become nbml's, without credentials.

    Parameters
    ----------
    what : str
        What is asked for: a path, a name.
    privilege : str
        What the user needs for it, for the sentence of a refusal.

    Raises
    ------
    PlatformError
        NBML-U10 for a credential that is not accepted, NBML-U11 without the privilege, NBML-U12 for what is
        not there, NBML-U13 for what is there already, NBML-U14 when the workspace is busy or away, NBML-U15
        else.
    """
    try:
        from databricks.sdk.errors import OperationFailed
        from databricks.sdk.errors.base import DatabricksError
        from requests import RequestException
    except ImportError as error:
        raise PlatformError("NBML-U02", package="databricks-sdk") from error
    try:
        yield
    except (DatabricksError, OperationFailed, RequestException, TimeoutError) as error:
        code = verdict(error)
        raise PlatformError(code, what=what, privilege=privilege, reason=_line(error)) from None
    except ValueError as error:
        # What the SDK raises when credentials cannot be had or renewed.
        raise PlatformError("NBML-U03", reason=_line(error)) from None


def verdict(error: Exception) -> str:
    """The code of a failure."""
    from databricks.sdk import errors
    from requests import RequestException

    if isinstance(error, errors.Unauthenticated):
        return "NBML-U10"
    if isinstance(error, errors.PermissionDenied):
        is_token = any(words in str(error).lower() for words in _TOKEN_WORDS)
        return "NBML-U10" if is_token else "NBML-U11"
    if isinstance(error, errors.NotFound):
        return "NBML-U12"
    if isinstance(error, errors.ResourceConflict | errors.AlreadyExists):
        return "NBML-U13"
    refused = errors.TooManyRequests | errors.TemporarilyUnavailable | errors.InternalError
    if isinstance(error, refused | TimeoutError | RequestException):
        return "NBML-U14"
    return "NBML-U15"


def _line(error: Exception) -> str:
    lines = scrub(str(error)).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]
