"""From an older schema to this one: steps that only add, in one transaction, with a copy kept (F27)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from nbml.catalog.tables import VERSION

Step = Callable[[sa.Dialect], list[str]]

MIGRATIONS: Mapping[int, Step] = {}
"""Statements that lead to a version from the one before it, by that version. Version 1 is the first."""


def migration_statements(
    dialect: sa.Dialect, found: int, *, steps: Mapping[int, Step] = MIGRATIONS, wanted: int = VERSION
) -> list[str]:
    """All statements from a version to the wanted one, in order."""
    return [statement for version in range(found + 1, wanted + 1) for statement in steps[version](dialect)]
