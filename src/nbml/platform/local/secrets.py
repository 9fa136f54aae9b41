"""Secrets from the environment: ``NBML_SECRET_<NAME>``."""

from __future__ import annotations

import os

from pydantic import SecretStr

from nbml.errors import PlatformError
from nbml.platform.names import check_secret

PREFIX = "NBML_SECRET_"


class LocalSecrets:
    """Secrets of this process's environment; ``-`` and ``.`` of a name stand as ``_``."""

    def get(self, name: str) -> SecretStr:
        """The secret of a name."""
        value = os.environ.get(PREFIX + _variable(check_secret(name)))
        if value is None:
            raise PlatformError("NBML-U23", name=name, place=PREFIX + _variable(name))
        return SecretStr(value)

    def names(self) -> list[str]:
        """Names as the environment has them, in lower case."""
        return sorted(key.removeprefix(PREFIX).lower() for key in os.environ if key.startswith(PREFIX))


def _variable(name: str) -> str:
    return name.upper().replace("-", "_").replace(".", "_")
