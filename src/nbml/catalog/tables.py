"""The catalog's tables: events that are only ever added, keyed by ULID, in types that every database has.

Text for times (ISO 8601, UTC), JSON and keys; whole numbers for flags. No identity column, no enumeration, no
foreign key to rely on: Delta has none of them, or pays for them with conflicts between writers.
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 1
"""Version of the schema that this nbml writes."""

METADATA = sa.MetaData()
_REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def _table(name: str, *columns: sa.Column[object]) -> sa.Table:
    """A table of events: key, time and user first."""
    return sa.Table(
        f"nbml_{name}",
        METADATA,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        *columns,
        sqlite_strict=True,
    )


def _text(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=null)


def _whole(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=null)


SCHEMA = _table("schema", _whole("version"), _text("nbml_version"))
USERS = _table("users", _text("display_name"), _text("groups_json"))
PROJECTS = _table("projects", _text("project"), _text("state"))
MEMBERS = _table("members", _text("project"), _text("member"), _text("state"))
DATASETS = _table(
    "datasets",
    _text("project"),
    _text("name"),
    _text("sha256"),
    _whole("n_rows"),
    _whole("n_columns"),
    _text("source", null=True),
    _text("sheet_json", null=True),
    _text("file", null=True),
)
RUNS = _table(
    "runs",
    _text("project"),
    _text("job_id"),
    _text("task"),
    _whole("step"),
    _text("state"),
    _text("title"),
    _text("targets_json"),
    _text("dataset_sha256", null=True),
    _whole("n_rows", null=True),
    _text("scores_json", null=True),
    sa.Column("seconds", _REAL),
    _text("run_id", null=True),
    _text("tracking_uri", null=True),
    _text("error_code", null=True),
    _text("versions_json", null=True),
)
MODELS = _table(
    "models",
    _text("project"),
    _text("job_id"),
    _text("target"),
    _text("family"),
    _whole("chosen"),
    sa.Column("rmse", _REAL),
    _text("manifest_sha256", null=True),
    _text("registered_as", null=True),
    _text("registered_version", null=True),
)
EDGES = _table(
    "edges",
    _text("project"),
    _text("from_kind"),
    _text("from_id"),
    _text("relation"),
    _text("to_kind"),
    _text("to_id"),
)
EVENTS = (SCHEMA, USERS, PROJECTS, MEMBERS, DATASETS, RUNS, MODELS, EDGES)

INDEXES = (
    sa.Index("nbml_runs_by_job", RUNS.c.job_id, RUNS.c.step, RUNS.c.id),
    sa.Index("nbml_runs_by_project", RUNS.c.project, RUNS.c.user_name),
    sa.Index("nbml_datasets_by_hash", DATASETS.c.sha256),
    sa.Index("nbml_edges_forward", EDGES.c.from_kind, EDGES.c.from_id),
    sa.Index("nbml_edges_back", EDGES.c.to_kind, EDGES.c.to_id),
)
"""Where a database has indexes."""
