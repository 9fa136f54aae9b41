"""Where MLflow is: never the working directory, never with a credential (F30, S17)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbml.errors import TrackingError
from nbml.masking import masked, scrub
from nbml.settings import Settings
from nbml.tracking.store import resolve


def test_the_local_store_is_absolute_and_under_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = resolve(Settings(home=Path("here")))
    assert store.uri == f"sqlite:///{tmp_path.as_posix()}/here/mlflow/mlflow.db"
    assert store.artifacts == tmp_path / "here" / "mlflow" / "artifacts"
    assert store.registry_uri == store.uri


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_f30_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(TrackingError) as caught:
        resolve(Settings(home=blocked))
    assert caught.value.code == "NBML-T01"
    assert str(blocked) in str(caught.value)


@pytest.mark.parametrize("uri", ["sqlite:///mlflow.db", "mlruns", "file:///tmp/mlruns", "ftp://x/y", "./db"])
def test_an_address_that_follows_the_working_directory_is_refused(tmp_path: Path, uri: str) -> None:
    with pytest.raises(TrackingError) as caught:
        resolve(Settings(home=tmp_path, tracking_uri=uri))
    assert caught.value.code == "NBML-T02"


@pytest.mark.parametrize("uri", ["https://mlflow.example:8443", "databricks", "databricks://profile"])
def test_a_server_chooses_where_artifacts_go(tmp_path: Path, uri: str) -> None:
    store = resolve(Settings(home=tmp_path, tracking_uri=uri))
    assert store.is_remote
    assert store.uri == uri


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:p%40ss@h:1/p?token=abc#x", "https://h:1/p"),
        ("postgresql+psycopg://user:secret@db/name?sslmode=require", "postgresql+psycopg://db/name"),
        ("sqlite:////home/x/m.db", "sqlite:////home/x/m.db"),
        ("databricks://profile", "databricks://profile"),
    ],
)
def test_s17_an_address_is_shown_without_credentials(uri: str, shown: str) -> None:
    assert masked(uri) == shown
    assert scrub(f"API request to {uri} failed.") == f"API request to {shown} failed."


def test_s17_a_store_does_not_print_its_address(tmp_path: Path) -> None:
    store = resolve(Settings(home=tmp_path, tracking_uri="https://me:secret@h/"))
    assert "secret" not in repr(store)
    assert store.shown == "https://h/"


def test_importing_tracking_loads_no_mlflow() -> None:
    script = (
        "import sys, nbml.tracking.writer, nbml.tracking.load, nbml.tracking.kept\n"
        "print([m for m in ('mlflow', 'pandas', 'ray', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=90
    )
    assert done.stdout.strip() == "[]"
