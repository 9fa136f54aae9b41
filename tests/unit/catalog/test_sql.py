"""The SQL that Unity Catalog gets, word by word, and read by a second parser."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from nbml.catalog.ddl import install_statements
from nbml.catalog.queries import PRIVATE, _mine, _seen
from nbml.catalog.store import PARAMETERS
from nbml.catalog.tables import EVENTS, MEMBERS, RUNS
from nbml.catalog.views import CURRENT_RUNS

GOLDEN = Path(__file__).parents[2] / "fixtures" / "databricks" / "install.sql"


@pytest.fixture
def dialect() -> sa.Dialect:
    base = pytest.importorskip("databricks.sqlalchemy.base", reason="nbml[databricks] is not installed")
    made = base.DatabricksDialect()
    made._force_paramstyle_to_native_mode()
    return made


def test_install_statements_are_those_that_were_looked_at(dialect):
    """To change them on purpose: write `";\\n\\n".join(install_statements(...)) + ";\\n"` to the file."""
    assert ";\n\n".join(install_statements(dialect)) + ";\n" == GOLDEN.read_text(encoding="utf-8")


def test_another_parser_reads_them(dialect):
    sqlglot = pytest.importorskip("sqlglot")
    for statement in install_statements(dialect):
        parsed = sqlglot.parse_one(statement, read="databricks")
        assert type(parsed).__name__ in ("Create", "Alter"), statement


def test_nothing_that_delta_has_not(dialect):
    words = "\n".join(install_statements(dialect)).upper()
    for word in (
        "IDENTITY",
        "FOREIGN KEY",
        "CHECK (",
        " INDEX ",
        "TRIGGER",
        "BLOB",
        " JSON",
        "VARCHAR",
        "UNIQUE",
    ):
        assert word not in words
    assert words.count("'DELTA.APPENDONLY' = 'TRUE'") == len(EVENTS)


def test_an_insert_binds_every_value(dialect):
    rows = [{"id": "a", "made_at": "t", "user_name": "u", "project": "p", "member": "'; DROP", "state": "in"}]
    compiled = sa.insert(MEMBERS).values(rows).compile(dialect=dialect)
    assert " ".join(str(compiled).split()) == (
        "INSERT INTO nbml_members (id, made_at, user_name, project, member, state) VALUES "
        "(:`id_m0`, :`made_at_m0`, :`user_name_m0`, :`project_m0`, :`member_m0`, :`state_m0`)"
    )
    assert compiled.params["member_m0"] == "'; DROP"


def test_a_query_of_what_is_seen(dialect):
    rows = CURRENT_RUNS.rows
    query = sa.select(rows.c.job_id).where(_seen(rows, "ana")).limit(5)
    assert " ".join(str(query.compile(dialect=dialect)).split()) == (
        "SELECT nbml_current_runs.job_id FROM nbml_current_runs WHERE nbml_current_runs.user_name = "
        ":`user_name_1` OR nbml_current_runs.project IN (SELECT nbml_current_members.project FROM "
        "nbml_current_members WHERE nbml_current_members.member = :`member_1` AND "
        "nbml_current_members.state = :`state_1`) LIMIT :`param_1`"
    )
    assert _mine("ana") is not None
    assert PRIVATE == "default"


def test_no_statement_has_more_parameters_than_are_taken():
    assert all(len(table.columns) <= PARAMETERS for table in EVENTS)
    assert len(RUNS.columns) * (PARAMETERS // len(RUNS.columns)) <= 255
