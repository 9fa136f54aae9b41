"""Which side of the ports is in force; the only place that knows both."""

from __future__ import annotations

from nbml.platform.ports import Platform
from nbml.settings import Settings


def platform(settings: Settings | None = None) -> Platform:
    """The ports of the settings. Nothing is connected yet.

    Raises
    ------
    PlatformError
        NBML-U02 when the packages for Databricks are not installed.
    """
    settings = settings or Settings()
    if settings.environment == "databricks":
        from nbml.platform.databricks.side import databricks_side

        return databricks_side(settings)
    from nbml.platform.local.side import local_side

    return local_side(settings)


def current_user(settings: Settings | None = None) -> str:
    """Name of the current user; the login name where the workspace does not say."""
    from nbml.errors import PlatformError
    from nbml.platform.local.identity import login_name

    try:
        return platform(settings).identity.current().user
    except PlatformError:
        return login_name()
