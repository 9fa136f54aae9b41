"""The statements that make the catalog in a database, as text that can be read before it is run."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from nbml.catalog.tables import EVENTS, INDEXES
from nbml.catalog.views import VIEWS

_PG_FUNCTION = """\
CREATE OR REPLACE FUNCTION nbml_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = 'append only'; END $$"""


def install_statements(dialect: sa.Dialect) -> list[str]:
    """Everything from tables to views; run again, it changes nothing.

    Parameters
    ----------
    dialect : Dialect
        SQLite's, PostgreSQL's or Databricks'.
    """
    return [statement.strip() for statement in _statements(dialect)]


def _statements(dialect: sa.Dialect) -> Iterator[str]:
    for table in EVENTS:
        text = str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)).strip()
        yield "\n".join(line.rstrip().expandtabs(2) for line in text.splitlines())
    if dialect.name != "databricks":
        for index in INDEXES:
            yield str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect))
    yield from append_only(dialect)
    yield from view_statements(dialect)


def append_only(dialect: sa.Dialect) -> Iterator[str]:
    """What makes the database itself refuse to change or delete an event."""
    names = [table.name for table in EVENTS]
    if dialect.name == "databricks":
        for name in names:
            yield f"ALTER TABLE {name} SET TBLPROPERTIES ('delta.appendOnly' = 'true')"
    elif dialect.name == "sqlite":
        for name in names:
            for what in ("UPDATE", "DELETE"):
                yield (
                    f"CREATE TRIGGER IF NOT EXISTS {name}_no_{what.lower()} BEFORE {what} ON {name} "
                    "BEGIN SELECT RAISE(ABORT, 'append only'); END"
                )
    else:
        yield _PG_FUNCTION
        for name in names:
            yield (
                f"CREATE OR REPLACE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
                "FOR EACH ROW EXECUTE FUNCTION nbml_append_only()"
            )


def view_statements(dialect: sa.Dialect) -> Iterator[str]:
    """The views of current state."""
    create = "CREATE VIEW IF NOT EXISTS" if dialect.name == "sqlite" else "CREATE OR REPLACE VIEW"
    for view in VIEWS:
        body = view.select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        lines = (line.strip() for line in str(body).splitlines())
        yield f"{create} {view.name} AS\n" + "\n".join(lines)
