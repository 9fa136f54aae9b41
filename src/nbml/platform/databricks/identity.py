"""Who works in the workspace."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nbml.platform.databricks.client import asking
from nbml.platform.ports import Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient


class WorkspaceIdentity:
    """The user whose credentials are in use; asked once."""

    def __init__(self, client: Callable[[], WorkspaceClient]) -> None:
        self._client = client

    def current(self) -> Person:
        """The workspace's user name, name and groups."""
        return self._person

    @cached_property
    def _person(self) -> Person:
        with asking("/Me"):
            me = self._client().current_user.me()
        groups = tuple(sorted(group.display or "" for group in me.groups or ()))
        return Person(me.user_name or me.id or "unknown", me.display_name or "", groups)
