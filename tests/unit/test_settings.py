"""Settings: where each value comes from, and that no secret gets out of them."""

from __future__ import annotations

import json
import logging
import pickle

import pytest
from pydantic import SecretStr, ValidationError

from nbml.masking import masked, scrub
from nbml.settings import RUNTIME, Settings

SECRETS = {
    "NBML_RAY_TOKEN": "ray-tell-nobody",
    "NBML_CATALOG_URL": "postgresql://ana:pg-tell-nobody@db/nbml",
    "NBML_TRACKING_URI": "https://ana:ml-tell-nobody@mlflow.example/x?token=ml-tell-nobody",
    "NBML_REGISTRY_URI": "https://reg-tell-nobody@mlflow.example",
}


@pytest.fixture
def secretive(monkeypatch, tmp_path) -> Settings:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Settings(home=tmp_path)


def test_nothing_that_settings_say_holds_a_secret(secretive, caplog):
    """S17"""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("x").warning("%s %r", secretive, secretive)
    said = [str(secretive), repr(secretive), caplog.text, *(one.value for one in secretive.explained())]
    said += [json.dumps(secretive.model_dump(mode="json", exclude={"tracking_uri", "registry_uri"}))]
    assert "tell-nobody" not in "".join(said)


def test_a_pickled_copy_has_no_secrets(secretive):
    wire = pickle.dumps(secretive)
    assert b"tell-nobody" not in wire
    copy = pickle.loads(wire)
    assert (copy.ray_token, copy.catalog_url, copy.tracking_uri) == (None, None, None)
    assert copy.home == secretive.home


def test_an_address_without_a_credential_stays_in_the_copy():
    settings = Settings(tracking_uri="http://127.0.0.1:5000")
    assert pickle.loads(pickle.dumps(settings)).tracking_uri == "http://127.0.0.1:5000"


def test_the_environment_is_found_inside_the_runtime(monkeypatch):
    assert Settings().environment == "local"
    monkeypatch.setenv(RUNTIME, "17.3")
    assert Settings().environment == "databricks"
    assert Settings().explained()[0].origin == "runtime"
    monkeypatch.setenv("NBML_ENVIRONMENT", "local")
    assert Settings().environment == "local"
    assert Settings().explained()[0].origin == "environment"


def test_where_each_value_comes_from(monkeypatch):
    monkeypatch.setenv("NBML_SCHEMA", "lab_nbml")
    settings = Settings(catalog="lab", catalog_url=SecretStr("x"))
    origins = {one.variable: (one.value, one.origin) for one in settings.explained()}
    assert origins["NBML_SCHEMA"] == ("lab_nbml", "environment")
    assert origins["NBML_CATALOG"] == ("lab", "argument")
    assert origins["NBML_CATALOG_URL"] == ("**********", "argument")
    assert origins["NBML_WAREHOUSE"] == ("", "default")
    assert settings.volume_path == "/Volumes/lab/lab_nbml/nbml"
    assert Settings(volume="/Volumes/a/b/c/d").volume_path == "/Volumes/a/b/c/d"
    assert Settings().volume_path is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NBML_VOLUME", "/tmp/x"),
        ("NBML_WAREHOUSE", "a b"),
        ("NBML_WAREHOUSE", "../x"),
        ("NBML_ENVIRONMENT", "x"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://u:s3cret@h/db",
        "GET https://s3cret@h/x?sig=s3cret: 403", "Authorization: Bearer s3cret",
        "token dapis3cret".replace("s3cret", "0123456789abcdef"), "eyJhbGciOiJ9x.s3cretpayload.s3cretsig",
    ],
)  # fmt: skip
def test_credentials_are_scrubbed_from_words(text):
    assert "s3cret" not in scrub(text)
    assert "0123456789abcdef" not in scrub(text)


def test_what_is_no_credential_stays():
    text = "no such table: lab.mixes.t at https://h/x, user ana@example.com, dapifish"
    assert scrub(text) == text
    assert masked("databricks") == "databricks"
