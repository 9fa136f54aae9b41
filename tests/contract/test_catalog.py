"""The catalog is the same on SQLite, on a real PostgreSQL and on Unity Catalog's dialect (contract)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from nbml.catalog import queries
from nbml.catalog.ddl import install_statements
from nbml.catalog.store import Catalog
from nbml.catalog.tables import DATASETS, EDGES, EVENTS, MEMBERS, MODELS, RUNS
from nbml.catalog.ulid import new_ulid
from nbml.catalog.views import CURRENT_RUNS
from nbml.errors import CatalogError, NbmlError
from nbml.platform.choose import platform
from nbml.settings import Settings

HOSTILE = [
    '"; DROP TABLE nbml_runs; --',
    "'); DELETE FROM nbml_runs; --",
    "`x`",
    ":`id_m0`",
    "強度[MPa]",
    "%(x)s",
    "a?b",
]


@pytest.fixture(params=["sqlite", "postgres", "databricks"])
def settings(request, tmp_path, monkeypatch) -> Iterator[Settings]:
    """Where the catalog is."""
    if request.param == "databricks":
        stand = request.getfixturevalue("stand_in")
        made = Settings()
        Catalog.open(made, install=True)
        stand.workspace.statements.clear()
        yield made
        return
    if request.param == "sqlite":
        yield Settings(home=tmp_path / "home")
        return
    url = sa.make_url(request.getfixturevalue("postgres_url"))
    name = f"t{uuid4().hex[:12]}"
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield Settings(
        home=tmp_path / "home",
        catalog_url=SecretStr(url.set(database=name).render_as_string(hide_password=False)),
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


def open_as(settings: Settings, user: str) -> Catalog:
    return Catalog.open(settings, user=user)


def run(job_id: str, state: str = "queued", step: int = 0, *, project: str = "mixes", **more: object) -> dict:
    return {
        "project": project, "job_id": job_id, "task": "train", "step": step, "state": state, "title": "t",
        "targets_json": "[]", **more,
    }  # fmt: skip


def test_opening_twice_makes_it_once(settings):
    first, second = open_as(settings, "ana"), open_as(settings, "ben")
    assert first.version() == second.version() == 1
    rows = first.read(sa.select(EVENTS[0]))
    assert [row["user_name"] for row in rows] in (["ana"], ["ana@example.com"])


def test_the_last_event_of_a_run_holds(settings):
    catalog = open_as(settings, "ana")
    catalog.append((RUNS, [run("j1"), run("j2")]))
    catalog.append((RUNS, [run("j1", "succeeded", 2, seconds=1.25, scores_json='{"強度": 0.5}')]))
    found = {row["job_id"]: row for row in queries.runs(catalog)}
    assert found["j1"]["state"] == "succeeded"
    assert found["j1"]["seconds"] == 1.25
    assert json.loads(found["j1"]["scores_json"]) == {"強度": 0.5}
    assert found["j2"]["state"] == "queued"
    assert found["j2"]["seconds"] is None
    assert found["j1"]["user_name"] == "ana"


def test_a_clock_that_jumps_back_does_not_revive_a_run(settings):
    """F34"""
    catalog = open_as(settings, "ana")
    catalog.append((RUNS, [run("j1", "succeeded", 2)]))
    late = {"id": new_ulid(), "made_at": "2099-01-01T00:00:00.000000Z"}
    catalog.append((RUNS, [run("j1", "queued", 0, **late)]))
    assert queries.runs(catalog)[0]["state"] == "succeeded"


def test_who_sees_what(settings):
    ana, ben = open_as(settings, "ana"), open_as(settings, "ben")
    ana.append(*queries.begin_project(ana, "mixes"), (RUNS, [run("j1"), run("j3", project="default")]))
    assert queries.begin_project(ben, "mixes") == []
    assert queries.begin_project(ben, "default") == []
    ben.append((RUNS, [run("j2"), run("j4", project="default")]))
    seen = lambda catalog: {row["job_id"] for row in queries.runs(catalog)}  # noqa: E731
    assert seen(ana) == {"j1", "j2", "j3"}
    assert seen(ben) == {"j2", "j4"}
    with pytest.raises(CatalogError) as failure:
        queries.add_member(ben, "mixes", "ben")
    assert failure.value.code == "NBML-K12"
    queries.add_member(ana, "mixes", "ben")
    assert seen(ben) == {"j1", "j2", "j4"}
    assert queries.members(ben, "mixes") == ["ana", "ben"]
    assert [row["project"] for row in queries.projects(ben)] == ["mixes"]
    queries.remove_member(ana, "mixes", "ben")
    assert seen(ben) == {"j2", "j4"}
    assert queries.members(ben, "mixes") == []


def test_two_runs_of_one_name_are_two(settings):
    """F32"""
    catalog = open_as(settings, "ana")
    catalog.append((RUNS, [run("j1"), run("j2")]))
    assert [row["title"] for row in queries.runs(catalog)] == ["t", "t"]


def test_lineage_goes_both_ways(settings):
    catalog = open_as(settings, "ana")
    names = ("from_kind", "from_id", "relation", "to_kind", "to_id")
    links = [
        ("dataset", "d1", "read by", "run", "j1"),
        ("run", "j1", "made", "model", "m1"),
        ("model", "m1", "predicted", "run", "j2"),
        ("dataset", "d2", "read by", "run", "j2"),
        ("run", "j2", "made", "model", "m1"),
    ]
    catalog.append((EDGES, [{"project": "mixes", **dict(zip(names, link, strict=True))} for link in links]))
    found = queries.lineage(catalog, "run", "j1")
    assert [edge["from_id"] for edge in found.upstream] == ["d1"]
    assert {edge["to_id"] for edge in found.downstream} == {"m1", "j2"}
    assert {edge["from_id"] for edge in queries.lineage(catalog, "run", "j2").upstream} >= {
        "m1",
        "d2",
        "j1",
        "d1",
    }
    with pytest.raises(CatalogError) as failure:
        queries.lineage(catalog, "run", "none")
    assert failure.value.code == "NBML-K13"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_only_values(settings, name):
    """S19"""
    catalog = open_as(settings, name)
    catalog.append(*queries.begin_project(catalog, name), (RUNS, [run(name, project=name, error_code=name)]))
    row = queries.runs(catalog, project=name)[0]
    assert (row["job_id"], row["project"], row["error_code"], row["user_name"]) == (name,) * 4
    queries.add_member(catalog, name, name)
    assert queries.members(catalog, name) == [name]


def test_many_rows_at_once(settings):
    """No statement has more parameters than the smallest database takes."""
    catalog = open_as(settings, "ana")
    rows = [{"project": "p", "member": f"m{k:04}", "state": "in"} for k in range(300)]
    catalog.append((MEMBERS, [*rows, {"project": "p", "member": "ana", "state": "in"}]))
    assert len(queries.members(catalog, "p")) == 301


def test_the_database_refuses_to_change_what_was_written(settings):
    catalog = open_as(settings, "ana")
    catalog.append((RUNS, [run("j1")]))
    for statement in (sa.update(RUNS).values(state="x"), sa.delete(RUNS)):
        with pytest.raises(sa.exc.DBAPIError), catalog.engine.begin() as connection:
            connection.execute(statement)
    assert queries.runs(catalog)[0]["state"] == "queued"


def test_a_write_is_whole_or_not_at_all(settings, request):
    if settings.environment == "databricks":
        pytest.skip("Delta has no transaction over several tables; the order of writing stands in for it")
    catalog = open_as(settings, "ana")
    broken = {"id": "not-null-is-asked-for", "project": None}
    with pytest.raises(NbmlError) as failure:
        catalog.append((RUNS, [run("j1")]), (MODELS, [broken]))
    assert failure.value.code == "NBML-K07"
    assert queries.runs(catalog) == []


def test_several_writers_at_once(settings):
    """F28"""
    if settings.environment == "databricks":
        pytest.skip("concurrent commits are Delta's business: INSERT never conflicts with INSERT")
    writers, faults = 6, []

    def write(k: int) -> None:
        try:
            catalog = open_as(settings, f"user{k}")
            for number in range(5):
                catalog.append((RUNS, [run(f"j{k}-{number}")]))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(k,)) for k in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    catalog = open_as(settings, "x")
    assert len(catalog.read(sa.select(CURRENT_RUNS.rows))) == writers * 5
    assert len(catalog.read(sa.select(EVENTS[0]))) == 1


def test_datasets_have_versions(settings):
    catalog = open_as(settings, "ana")
    row = {"project": "mixes", "name": "mix.csv", "sha256": "a", "n_rows": 2, "n_columns": 3}
    catalog.append((DATASETS, [row, row | {"sheet_json": "{}"}, row | {"sha256": "b"}]))
    found = queries.datasets(catalog, project="mixes")
    assert [(one["sha256"], one["sheet_json"]) for one in found] == [("b", None), ("a", "{}")]


def test_a_newer_schema_is_refused(settings):
    """F27"""
    catalog = open_as(settings, "ana")
    catalog.append((EVENTS[0], [{"version": 99, "nbml_version": "9.9"}]))
    with pytest.raises(CatalogError) as failure:
        open_as(settings, "ana")
    assert failure.value.code == "NBML-K02"
    assert "99" in failure.value.message


def test_an_older_schema_is_migrated(settings):
    """F27"""
    open_as(settings, "ana").append((RUNS, [run("j1")]))

    def two(dialect: sa.Dialect) -> list[str]:
        column = "(note STRING)" if dialect.name == "databricks" else "note TEXT"
        return [f"ALTER TABLE nbml_runs ADD COLUMN{'S' if dialect.name == 'databricks' else ''} {column}"]

    engine = platform(settings).tables.engine()
    if settings.environment == "databricks":
        with pytest.raises(CatalogError) as failure:
            Catalog(engine, "ana", steps={2: two}, wanted=2)
        assert failure.value.code == "NBML-K05"
    migrated = Catalog(engine, "ana", steps={2: two}, wanted=2, install=True)
    assert migrated.version() == 2
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT job_id, note FROM nbml_runs")).all() == [("j1", None)]
    if engine.dialect.name == "sqlite":
        copies = list((settings.home / "catalog").glob("nbml.v1-*.db"))
        assert len(copies) == 1


def test_installing_again_changes_nothing(settings):
    catalog = open_as(settings, "ana")
    catalog.append((RUNS, [run("j1")]))
    with catalog.engine.connect() as connection:
        for statement in install_statements(catalog.engine.dialect):
            connection.exec_driver_sql(statement)
        connection.commit()
    assert [row["job_id"] for row in queries.runs(open_as(settings, "ana"))] == ["j1"]
