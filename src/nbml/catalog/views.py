"""Current state: for each thing the event that holds, chosen by a window over its events.

A run's events are ordered by their step first: no clock may bring a finished run back to life (F34).
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from nbml.catalog.tables import DATASETS, EDGES, MEMBERS, METADATA, MODELS, PROJECTS, RUNS, USERS


@dataclass(frozen=True)
class View:
    """A view of the latest events.

    Attributes
    ----------
    rows : Table
        The view as a table to select from.
    select : Select
        What it is made of.
    """

    rows: sa.TableClause
    select: sa.Select[tuple[object, ...]]

    @property
    def name(self) -> str:
        """Its name in the database."""
        return str(self.rows.name)


def _latest(table: sa.Table, keys: tuple[str, ...], *, first: tuple[str, ...] = ()) -> View:
    """The last event of each key; events with a higher ``first`` come later whatever their time."""
    order = [table.c[name].desc() for name in (*first, "id")]
    place = sa.func.row_number().over(partition_by=[table.c[key] for key in keys], order_by=order)
    ranked = sa.select(table, place.label("place")).subquery("ranked")
    select = sa.select(*(ranked.c[column.name] for column in table.columns)).where(ranked.c.place == 1)
    name = table.name.replace("nbml_", "nbml_current_", 1)
    columns = [sa.column(column.name, column.type) for column in table.columns]
    return View(sa.table(name, *columns), select)


CURRENT_USERS = _latest(USERS, ("user_name",))
CURRENT_PROJECTS = _latest(PROJECTS, ("project",))
CURRENT_MEMBERS = _latest(MEMBERS, ("project", "member"))
CURRENT_DATASETS = _latest(DATASETS, ("project", "user_name", "sha256"))
CURRENT_RUNS = _latest(RUNS, ("job_id",), first=("step",))
CURRENT_MODELS = _latest(MODELS, ("job_id", "target", "family"))
CURRENT_EDGES = _latest(EDGES, ("from_kind", "from_id", "relation", "to_kind", "to_id"))
VIEWS = (
    CURRENT_USERS,
    CURRENT_PROJECTS,
    CURRENT_MEMBERS,
    CURRENT_DATASETS,
    CURRENT_RUNS,
    CURRENT_MODELS,
    CURRENT_EDGES,
)
assert all(view.name not in METADATA.tables for view in VIEWS)
