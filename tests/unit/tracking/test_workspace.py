"""MLflow in a workspace, through mlflow's own client: experiments by user, models by three names, aliases."""

from __future__ import annotations

import pytest
from tests.fixtures.databricks.stand_in import stand_in as stand_in
from tests.fixtures.databricks.workspace import TOKEN

from nbml.settings import Settings
from nbml.tracking.experiments import find_experiment
from nbml.tracking.promotion import CHAMPION, _by_alias
from nbml.tracking.store import connect, resolve

USER = "ana@example.com"


def test_the_store_of_a_workspace(stand_in):
    store = resolve(Settings())
    assert (store.uri, store.registry_uri, store.is_remote) == ("databricks", "databricks-uc", True)
    assert store.model_name("強度") == "lab.nbml.強度"
    assert store.experiment("mixes", USER) == f"/Users/{USER}/ml-app/mixes"
    assert TOKEN not in f"{store!r}{store.shown}"


def test_another_store_may_be_named_there(stand_in, monkeypatch):
    monkeypatch.setenv("NBML_TRACKING_URI", "http://127.0.0.1:5000")
    store = resolve(Settings())
    assert (store.uri, store.registry_uri) == ("http://127.0.0.1:5000", "http://127.0.0.1:5000")
    assert store.experiment("mixes", USER) == "mixes"
    assert store.model_name("m") == "m"


@pytest.mark.mlflow
def test_an_experiment_is_made_in_the_users_folder(stand_in):
    """The folder is made first: the workspace refuses an experiment without it."""
    store = resolve(Settings())
    client = connect(store)
    first = find_experiment(client, store, "強度 2026", USER)
    assert first[1] == f"/Users/{USER}/ml-app/強度 2026"
    assert stand_in.workspace.workspace_folders == {f"/Users/{USER}/ml-app"}
    assert find_experiment(client, store, "強度 2026", USER) == first


@pytest.mark.mlflow
def test_aliases_in_unity_catalog(stand_in):
    store = resolve(Settings())
    client, name = connect(store), store.model_name("m")
    client.create_registered_model(name)
    assert _by_alias(client, name, CHAMPION) is None
    client.set_registered_model_alias(name, CHAMPION, "3")
    assert _by_alias(client, name, CHAMPION) == "3"
    assert stand_in.workspace.models["lab.nbml.m"]["aliases"] == [{"alias": "champion", "version": "3"}]
