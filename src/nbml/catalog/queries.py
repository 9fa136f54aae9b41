"""What one user sees: his own things and those of his projects. A filter for sight, not a fence.

Rights to data are those of the database, Unity Catalog and MLflow; nbml grants and withholds none. The
project ``default`` is everyone's own and shared with nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from nbml.catalog.store import Catalog
from nbml.catalog.tables import DATASETS, MEMBERS, PROJECTS
from nbml.catalog.views import (
    CURRENT_DATASETS,
    CURRENT_EDGES,
    CURRENT_MEMBERS,
    CURRENT_MODELS,
    CURRENT_PROJECTS,
    CURRENT_RUNS,
)
from nbml.errors import CatalogError

PRIVATE = "default"
Rows = list[dict[str, Any]]


@dataclass
class Lineage:
    """Where a thing comes from and what came of it.

    Attributes
    ----------
    upstream, downstream : list of dict
        Edges, nearest first: ``from_kind, from_id, relation, to_kind, to_id``.
    """

    kind: str
    id: str
    upstream: Rows = field(default_factory=list)
    downstream: Rows = field(default_factory=list)


def runs(
    catalog: Catalog, *, project: str | None = None, state: str | None = None, limit: int | None = 50
) -> Rows:
    """The runs that the catalog's user sees, newest first."""
    rows = CURRENT_RUNS.rows
    query = sa.select(rows).where(_seen(rows, catalog.user)).order_by(rows.c.job_id.desc())
    if state is not None:
        query = query.where(rows.c.state == state)
    return catalog.read(_of(query, rows, project).limit(limit))


def datasets(catalog: Catalog, *, project: str | None = None, limit: int | None = 50) -> Rows:
    """The data sets that the catalog's user sees, one row a version, newest first."""
    rows = CURRENT_DATASETS.rows
    query = sa.select(rows).where(_seen(rows, catalog.user)).order_by(rows.c.id.desc())
    return catalog.read(_of(query, rows, project).limit(limit))


def versions(catalog: Catalog, *, limit: int | None = 50) -> Rows:
    """The data sets as ``datasets`` gives them, each with its ``version``.

    Contents of one name in one project count from 1 in the order in which a user first had them.
    """
    found = datasets(catalog, limit=limit)
    columns = DATASETS.c
    thing = (columns.project, columns.user_name, columns.name, columns.sha256)
    first = sa.select(*thing, sa.func.min(columns.id).label("first")).where(_seen(DATASETS, catalog.user))
    known: dict[tuple[str, ...], list[str]] = {}
    for row in catalog.read(first.group_by(*thing).order_by(sa.text("first"))):
        known.setdefault((row["project"], row["user_name"], row["name"]), []).append(row["sha256"])
    for row in found:
        same = known[row["project"], row["user_name"], row["name"]]
        row["version"] = same.index(row["sha256"]) + 1
    return found


def models(
    catalog: Catalog, *, project: str | None = None, job_id: str | None = None, limit: int | None = 50
) -> Rows:
    """The models that the catalog's user sees, newest first."""
    rows = CURRENT_MODELS.rows
    query = sa.select(rows).where(_seen(rows, catalog.user)).order_by(rows.c.id.desc())
    if job_id is not None:
        query = query.where(rows.c.job_id == job_id)
    return catalog.read(_of(query, rows, project).limit(limit))


def projects(catalog: Catalog) -> Rows:
    """The projects that are the user's: he began them or was taken in."""
    rows = CURRENT_PROJECTS.rows
    return catalog.read(
        sa.select(rows).where(rows.c.project.in_(_mine(catalog.user))).order_by(rows.c.project)
    )


def members(catalog: Catalog, project: str) -> list[str]:
    """Who sees what is in a project of the user's; empty for one that is not."""
    rows = CURRENT_MEMBERS.rows
    query = sa.select(rows.c.member).where(rows.c.project == project, rows.c.state == "in")
    found = [row["member"] for row in catalog.read(query.order_by(rows.c.member))]
    return found if catalog.user in found else []


def add_member(catalog: Catalog, project: str, member: str) -> None:
    """Let someone see what is in a project.

    Raises
    ------
    CatalogError
        NBML-K12 for a project that is not the user's.
    """
    _change_member(catalog, project, member, "in")


def remove_member(catalog: Catalog, project: str, member: str) -> None:
    """Let someone see no longer what others have in a project.

    Raises
    ------
    CatalogError
        NBML-K12 for a project that is not the user's.
    """
    _change_member(catalog, project, member, "out")


def begin_project(catalog: Catalog, project: str) -> list[tuple[sa.Table, Rows]]:
    """The events that begin a project with its first member; none for one that is there, or is private."""
    rows = CURRENT_PROJECTS.rows
    if project == PRIVATE or catalog.read(sa.select(rows.c.id).where(rows.c.project == project).limit(1)):
        return []
    first = {"project": project, "member": catalog.user, "state": "in"}
    return [(PROJECTS, [{"project": project, "state": "active"}]), (MEMBERS, [first])]


def lineage(catalog: Catalog, kind: str, id: str, *, depth: int = 10) -> Lineage:
    """What leads to a data set, run or model, and what it leads to, as far as the user sees it.

    Raises
    ------
    CatalogError
        NBML-K13 when no edge that he sees touches it.
    """
    found = Lineage(kind, id, _walk(catalog, kind, id, "to", depth), _walk(catalog, kind, id, "from", depth))
    if not found.upstream and not found.downstream:
        raise CatalogError("NBML-K13", kind=kind, id=id[:100])
    return found


def _walk(catalog: Catalog, kind: str, id: str, near: str, depth: int) -> Rows:
    """Edges away from a thing, breadth first, each once."""
    rows, far = CURRENT_EDGES.rows, "from" if near == "to" else "to"
    walked: dict[str, dict[str, Any]] = {}
    front = {(kind, id)}
    for _ in range(depth):
        match = sa.or_(
            *(
                sa.and_(rows.c[f"{near}_kind"] == one, rows.c[f"{near}_id"] == two)
                for one, two in sorted(front)
            )
        )
        query = sa.select(rows).where(_seen(rows, catalog.user), match).order_by(rows.c.id).limit(1_000)
        edges = [edge for edge in catalog.read(query) if edge["id"] not in walked]
        walked |= {edge["id"]: edge for edge in edges}
        front = {(edge[f"{far}_kind"], edge[f"{far}_id"]) for edge in edges}
        if not front:
            break
        front = set(sorted(front)[:50])
    return list(walked.values())


def _seen(rows: sa.FromClause, user: str) -> sa.ColumnElement[bool]:
    return sa.or_(rows.c.user_name == user, rows.c.project.in_(_mine(user)))


def _mine(user: str) -> sa.Select[Any]:
    rows = CURRENT_MEMBERS.rows
    return sa.select(rows.c.project).where(rows.c.member == user, rows.c.state == "in")


def _of(query: sa.Select[Any], rows: sa.TableClause, project: str | None) -> sa.Select[Any]:
    return query if project is None else query.where(rows.c.project == project)


def _change_member(catalog: Catalog, project: str, member: str, state: str) -> None:
    if project == PRIVATE or catalog.user not in members(catalog, project):
        raise CatalogError("NBML-K12", project=project[:200])
    catalog.append((MEMBERS, [{"project": project, "member": member, "state": state}]))
