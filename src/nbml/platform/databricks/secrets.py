"""Secrets of a Databricks secret scope."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pydantic import SecretStr

from nbml.errors import PlatformError
from nbml.platform.databricks.client import asking
from nbml.platform.names import check_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient


class ScopeSecrets:
    """The secrets of one scope."""

    def __init__(self, client: Callable[[], WorkspaceClient], scope: str) -> None:
        self._client, self._scope = client, scope

    def get(self, name: str) -> SecretStr:
        """The secret of a name."""
        place = f"{self._scope}/{check_secret(name)}"
        try:
            with asking(place, privilege="READ (secret scope)"):
                found = self._client().secrets.get_secret(self._scope, name)
        except PlatformError as error:
            if error.code == "NBML-U12":
                raise PlatformError("NBML-U23", name=name, place=place) from None
            raise
        return SecretStr(base64.b64decode(found.value or "").decode("utf-8"))

    def names(self) -> list[str]:
        """Names of the scope's secrets."""
        with asking(self._scope, privilege="READ (secret scope)"):
            return sorted(one.key or "" for one in self._client().secrets.list_secrets(self._scope))
