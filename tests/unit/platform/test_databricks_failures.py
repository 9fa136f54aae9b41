"""What a workspace answers when it does not do what it is asked, met through its own clients."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from tests.fixtures.databricks.workspace import EXPIRED_TOKEN, TOKEN

from nbml.errors import PlatformError
from nbml.platform.choose import current_user, platform
from nbml.platform.credentials import credentials_of
from nbml.platform.databricks.tables import UnityTables
from nbml.platform.local.identity import login_name
from nbml.platform.ports import Platform
from nbml.settings import Settings
from nbml.spec.source import TableName

TABLE = TableName("lab", "mixes", "t")
ME, FILES, WAREHOUSE = "/api/2.0/preview/scim/v2/Me", "/api/2.0/fs", "/sql/1.0/warehouses"


@pytest.fixture
def ports(stand_in) -> Platform:
    stand_in.workspace.tables["lab", "mixes", "t"] = [pa.table({"a": [1.0]})]
    return platform(Settings())


def code_of(call) -> str:
    with pytest.raises(PlatformError) as failure:
        call()
    assert TOKEN not in str(failure.value)
    return failure.value.code


@pytest.mark.parametrize("token", [EXPIRED_TOKEN, "dapi-of-another-workspace"])
def test_a_credential_that_is_not_accepted(stand_in, monkeypatch, tmp_path, token):
    """Expired (401), unknown (403): both are named as such, and the token is not."""
    monkeypatch.setenv("DATABRICKS_TOKEN", token)
    ports, file = platform(Settings()), tmp_path / "a.csv"
    file.write_text("a")
    assert code_of(ports.identity.current) == "NBML-U10"
    assert code_of(lambda: ports.files.keep(file, "datasets")) == "NBML-U10"
    assert code_of(lambda: ports.secrets.get("x")) == "NBML-U10"
    monkeypatch.setenv("NBML_WAREHOUSE", "bbbb000000000000")
    assert code_of(lambda: platform(Settings()).tables.read(TABLE)) == "NBML-U10"


def test_no_credentials_at_all(stand_in, monkeypatch):
    monkeypatch.delenv("DATABRICKS_TOKEN")
    monkeypatch.delenv("DATABRICKS_HOST")
    monkeypatch.setenv("HOME", str(stand_in.home))
    monkeypatch.setenv("PATH", "")
    assert code_of(platform(Settings()).identity.current) == "NBML-U03"


@pytest.mark.parametrize("privilege", ["READ VOLUME", "WRITE VOLUME"])
def test_a_missing_privilege_is_named(stand_in, ports, tmp_path, privilege):
    stand_in.workspace.denied.add(privilege)
    file = tmp_path / "a.csv"
    file.write_text("a")
    files = ports.files
    asked = (
        (lambda: files.names("datasets")) if "READ" in privilege else (lambda: files.keep(file, "datasets"))
    )
    with pytest.raises(PlatformError) as failure:
        asked()
    assert failure.value.code == "NBML-U11"
    assert privilege in failure.value.next_step


def test_no_right_to_select(stand_in, ports):
    stand_in.workspace.denied.add("SELECT")
    with pytest.raises(PlatformError) as failure:
        ports.tables.read(TABLE)
    assert failure.value.code == "NBML-U11"
    assert "SELECT" in failure.value.next_step


@pytest.mark.parametrize("status", [429, 503])
def test_busy_for_a_moment(stand_in, ports, status):
    """Retry-After is honoured by the client itself."""
    stand_in.workspace.fail(ME, status, "RESOURCE_EXHAUSTED", retry_after=0, times=2)
    assert ports.identity.current().user == "ana@example.com"
    assert sum(path == ME for _, path in stand_in.workspace.requests) == 3


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, "NOT_FOUND", "NBML-U12"),
        (409, "RESOURCE_CONFLICT", "NBML-U13"),
        (400, "INVALID_PARAMETER_VALUE", "NBML-U15"),
        (500, "INTERNAL_ERROR", "NBML-U14"),
    ],
)
def test_each_answer_has_its_code(stand_in, ports, status, error, code):
    stand_in.workspace.fail(ME, status, error, times=50)
    assert code_of(ports.identity.current) == code


def test_a_volume_that_is_not_there(stand_in, monkeypatch, tmp_path):
    monkeypatch.setenv("NBML_VOLUME", "/Volumes/lab/nbml/absent")
    file = tmp_path / "a.csv"
    file.write_text("a")
    assert code_of(lambda: platform(Settings()).files.keep(file, "datasets")) == "NBML-U12"


def test_someone_else_kept_the_same_file_at_the_same_time(stand_in, ports, tmp_path):
    """Same name, same content: nothing to quarrel about."""
    file = tmp_path / "a.csv"
    file.write_text("a")
    name = ports.files.keep(file, "datasets")
    stand_in.workspace.fail(f"{FILES}/files", 404, "NOT_FOUND", times=1, method="HEAD")
    assert ports.files.keep(file, "datasets") == name


def test_a_file_that_changed_on_the_way(stand_in, ports, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("abc")
    name = ports.files.keep(file, "datasets")
    stand_in.workspace.files[f"/Volumes/lab/nbml/nbml/{name}"] = b"abd"
    assert code_of(lambda: ports.files.fetch(name, tmp_path / "back")) == "NBML-U22"
    assert list((tmp_path / "back").iterdir()) == []


def test_a_volume_file_is_read_again_when_it_changed(stand_in, ports):
    files = stand_in.workspace.files
    path = "/Volumes/lab/nbml/nbml/raw/温度 2026.csv"
    files[path] = b"a\n1\n"
    first = ports.files.local_path(path)
    assert first.read_bytes() == b"a\n1\n"
    assert ports.files.local_path(path) == first
    files[path] = b"a\n1\n2\n"
    assert ports.files.local_path(path).read_bytes() == b"a\n1\n2\n"


def test_a_slow_statement_is_waited_for(stand_in, ports):
    stand_in.workspace.slow_polls = 3
    assert ports.tables.read(TABLE)[0].num_rows == 1


def test_a_warehouse_that_is_away(stand_in, ports, monkeypatch):
    """503 again and again: the client's patience is bounded."""
    monkeypatch.setattr("nbml.platform.databricks.tables.RETRY_S", 2)
    stand_in.workspace.fail(WAREHOUSE, 503, times=1_000, retry_after=1)
    assert code_of(lambda: ports.tables.read(TABLE)) == "NBML-U14"


def test_a_view_has_no_versions(stand_in, ports):
    stand_in.workspace.views["lab", "mixes", "v"] = pa.table({"a": [1, 2]})
    rows, pinned = ports.tables.read(TableName("lab", "mixes", "v"))
    assert rows.num_rows == 2
    assert pinned.version is None


def test_a_running_warehouse_is_chosen(stand_in, ports):
    ports.tables.read(TABLE)
    assert any(path == f"{WAREHOUSE}/bbbb000000000000" for _, path in stand_in.workspace.requests)
    stand_in.workspace.warehouses.clear()
    assert code_of(lambda: ports.tables.read(TABLE)) == "NBML-U01"


def test_what_must_be_said_is_asked_for(stand_in, monkeypatch, tmp_path):
    monkeypatch.delenv("NBML_CATALOG")
    ports, file = platform(Settings()), tmp_path / "a.csv"
    file.write_text("a")
    assert code_of(lambda: ports.files.keep(file, "datasets")) == "NBML-U01"
    assert code_of(ports.tables.engine) == "NBML-U01"
    assert code_of(lambda: ports.tracking.model_name("m")) == "NBML-U01"
    assert ports.tracking.model_name("a.b.c") == "a.b.c"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a:b", "a..b"])
def test_model_names_that_unity_catalog_refuses(ports, name):
    assert code_of(lambda: ports.tracking.model_name(name)) == "NBML-U26"


def test_experiments_stand_in_the_users_folder(stand_in, ports):
    name = ports.tracking.experiment("強度 2026", "ana@example.com")
    assert name == "/Users/ana@example.com/ml-app/強度 2026"
    ports.tracking.prepare(name)
    assert stand_in.workspace.workspace_folders == {"/Users/ana@example.com/ml-app"}
    assert ports.tracking.experiment("../../etc", "u").startswith("/Users/u/ml-app/_")


def test_a_job_can_be_made_while_the_workspace_is_away(stand_in):
    stand_in.workspace.fail(ME, 403, times=99)
    assert current_user(Settings()) == login_name()


def test_credentials_for_a_supervisor(stand_in, monkeypatch):
    """From the environment where they are set, else the token in use; nothing else goes along."""
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ana")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    handed = credentials_of(Settings())
    assert handed == {
        "DATABRICKS_HOST": stand_in.url, "DATABRICKS_TOKEN": TOKEN, "MLFLOW_TRACKING_USERNAME": "ana",
    }  # fmt: skip
    assert credentials_of(Settings(environment="local")) == handed
    (stand_in.home.parent / "cfg").write_text(f"[DEFAULT]\nhost = {stand_in.url}\ntoken = {TOKEN}\n")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(stand_in.home.parent / "cfg"))
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.delenv(name)
    assert credentials_of(Settings())["DATABRICKS_TOKEN"] == TOKEN


def test_no_token_in_any_log(stand_in, ports, caplog, tmp_path):
    """S17"""
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "a.csv"
    file.write_text("a")
    ports.identity.current()
    ports.files.keep(file, "datasets")
    ports.tables.read(TABLE)
    engine = ports.tables.engine()
    said = caplog.text + repr(engine) + repr(engine.url) + repr(ports) + repr(Settings())
    assert TOKEN not in said
    assert not [
        path
        for path in Path(stand_in.home).rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]


def test_a_missing_package_is_said(stand_in, monkeypatch):
    for name in ("databricks.sdk", "databricks.sdk.errors", "databricks.sqlalchemy"):
        monkeypatch.setitem(sys.modules, name, None)
    assert code_of(platform(Settings()).identity.current) == "NBML-U02"
    tables = UnityTables(Settings(), lambda: None)
    assert code_of(tables.engine) == "NBML-U02"
