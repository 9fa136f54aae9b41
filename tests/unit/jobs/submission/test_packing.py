"""What goes to a cluster: its size is looked at first, the user's names stay here, no secret goes along."""

import json
import subprocess
import sys
import zipfile

import pytest

import nbml
from nbml.engine.submitting import preflight
from nbml.engine.submitting.client import JobsClient
from nbml.engine.submitting.environment import runtime_environment, ship_wheel, versions
from nbml.errors import EngineError
from nbml.jobs.launch import open_log
from nbml.jobs.submission import packing
from nbml.jobs.submission.again import interrupted_before, remember
from nbml.jobs.writing import write_job
from nbml.settings import Settings
from nbml.spec.events import JobFinished
from nbml.spec.parse import load_spec


def spec_of(path):
    return nbml.make_spec(path, "y")


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "a $(rm -rf ~) 配合.csv"
    file.write_text("a,y\n1,2\n")
    return file


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    return made


def test_the_table_travels_under_a_name_of_ours(table, folder):
    """S7: no name of the user's becomes a path or a word of a command."""
    packing.pack(spec_of(table), folder)
    assert sorted(file.name for file in folder.iterdir()) == [
        "nbml_asked.json", "nbml_preflight.py", "spec.yaml", "table.csv",
    ]  # fmt: skip
    spec = load_spec(folder / "spec.yaml")
    assert (spec.data.path, spec.data.name) == (str(folder / "table.csv"), table.stem)


@pytest.mark.parametrize("path", ["/data/far.csv", "/Volumes/a/b/c/t.csv", "main.lab.mixes"])
def test_a_path_of_the_cluster_is_left_as_it_is(path, folder):
    spec = spec_of("/x")
    spec = spec.model_copy(update={"data": spec.data.model_copy(update={"path": path})})
    packing.pack(spec, folder, by_path=path == "/data/far.csv")
    assert load_spec(folder / "spec.yaml").data.path == path
    assert not list(folder.glob("table*"))


def test_too_much_is_refused_before_it_is_copied(table, folder, monkeypatch):
    monkeypatch.setattr(packing, "MAX_PACKAGE_BYTES", 4)
    with pytest.raises(EngineError) as raised:
        packing.pack(spec_of(table), folder)
    assert raised.value.code == "NBML-E50"
    assert list(folder.iterdir()) == []


def test_a_table_that_is_not_there_is_named(folder, tmp_path):
    with pytest.raises(EngineError) as raised:
        packing.pack(spec_of(tmp_path / "gone.csv"), folder)
    assert (raised.value.code, raised.value.fields) == ("NBML-E51", {"path": str(tmp_path / "gone.csv")})


def test_the_environment_holds_no_secret(monkeypatch):
    """S17: tokens, passwords and addresses that carry one stay here."""
    for name, value in {
        "NBML_RAY_TOKEN": "hush-token",
        "NBML_CATALOG_URL": "postgresql://me:hush-db@host/db",
        "NBML_TRACKING_URI": "https://me:hush-mlflow@host",
        "NBML_REGISTRY_URI": "https://registry.example",
        "DATABRICKS_TOKEN": "hush-dapi",
    }.items():
        monkeypatch.setenv(name, value)
    made = runtime_environment(Settings(), home="/shared", pip=True)
    assert "hush" not in json.dumps(made)
    assert made["env_vars"]["NBML_REGISTRY_URI"] == "https://registry.example"
    assert made["env_vars"]["NBML_HOME"] == "/shared"
    assert f"nbml=={versions()['nbml']}" in made["pip"]
    assert not any(line.startswith("ray==") for line in made["pip"])


@pytest.mark.parametrize("address", ["head:8265", "ftp://head", "http://me:pw@head", "http://head?token=x"])
def test_an_address_with_a_secret_or_none_is_refused(address):
    with pytest.raises(EngineError) as raised:
        JobsClient(address, Settings())
    assert raised.value.code == "NBML-E40"
    assert "pw" not in str(raised.value)
    assert "token=x" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("nbml-1-cp311-cp311-linux.whl", ["nbml/a.py"]),
        ("nbml-1 -r evil-py3-none-any.whl", ["nbml/a.py"]),
        ("other-1-py3-none-any.whl", ["nbml/a.py"]),
        ("nbml-1-py3-none-any.whl", ["../a.py"]),
        ("nbml-1-py3-none-any.whl", []),
    ],
)
def test_what_is_no_wheel_of_nbml_is_refused(tmp_path, folder, name, members):
    wheel = tmp_path / name
    if members:
        with zipfile.ZipFile(wheel, "w") as archive:
            for member in members:
                archive.writestr(member, "")
    else:
        wheel.write_bytes(b"no zip")
    with pytest.raises(EngineError) as raised:
        ship_wheel(wheel, folder, whole=False)
    assert raised.value.code == "NBML-E46"
    assert list(folder.iterdir()) == []


def test_a_wheel_for_pip_lies_where_its_content_says(tmp_path, folder, table):
    """Ray keeps an environment by the words that ask for it: two builds of one version must not share it."""
    places = []
    for words in ("old", "new"):
        wheel = tmp_path / "nbml-1.2-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("nbml/a.py", words)
        made = folder / words
        made.mkdir()
        packing.pack(spec_of(table), made, wheel=wheel, pip=True)
        asked = runtime_environment(Settings(), home=None, pip=True, wheel=wheel)["pip"]
        place = next(line for line in asked if line.endswith(".whl"))
        assert (made / place.partition("/")[2]).read_bytes() == wheel.read_bytes()
        assert json.loads((made / "nbml_asked.json").read_text())["nbml"] == "1.2"
        assert not any(line.startswith("nbml==") for line in asked)
        places.append(place)
    assert places[0] != places[1]


@pytest.mark.parametrize(("asked", "code"), [({}, 0), ({"numpy": "0.1"}, 4), ({"no-such-package": "1"}, 4)])
def test_the_look_before_the_job(tmp_path, asked, code):
    """F18: run as the cluster runs it, by a Python that need not have nbml."""
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(versions(("numpy", "ray")) | asked))
    done = subprocess.run([sys.executable, preflight.__file__, str(file)], capture_output=True, text=True)
    assert done.returncode == code
    if code:
        error = json.loads(done.stderr)
        assert error["code"] == "NBML-E45"
        for name, version in asked.items():
            assert error["fields"]["here"] == f"{name} {version}"
            assert name in error["fields"]["there"]


def test_only_an_interrupted_job_is_taken_up(tmp_path, table):
    settings = Settings(home=tmp_path / "home")
    spec = spec_of(table)
    assert interrupted_before(spec, "0" * 64, settings) is None
    remember(spec, "0" * 64, "01GONE", settings)
    assert interrupted_before(spec, "0" * 64, settings) is None
    many = table.with_name("many.csv")
    many.write_text("a,y\n" + "".join(f"{k},{k % 7}\n" for k in range(60)))
    rows = nbml.read(many)
    written = write_job(spec, rows, settings)
    remember(spec, rows.sha256, written.folder.job_id, settings)
    elsewhere = spec.model_copy(update={"data": spec.data.model_copy(update={"path": "/elsewhere.csv"})})
    assert interrupted_before(elsewhere, rows.sha256, settings) == written.folder.job_id
    other = spec.model_copy(update={"seed": 7})
    assert interrupted_before(other, rows.sha256, settings) is None
    with open_log(written) as log:
        log.emit(JobFinished(state="failed"))
    assert interrupted_before(spec, rows.sha256, settings) is None
