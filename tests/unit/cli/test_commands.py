"""What each command asks of nbml, and how wrong questions are answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

import nbml
from nbml.cli.app import COMMANDS
from nbml.cli.options import header_lines
from nbml.spec.parse import load_spec
from nbml.spec.reading import ReadReport

SAID = {
    "--feature": "a", "--group": "lot", "--trials": "7", "--timeout": "600", "--folds": "logo",
    "--fold-column": "fold", "--seed": "1", "--sampler": "gp", "--encoding": "cp932", "--delimiter": "tab",
    "--header": "3,4", "--sheet": "2", "--missing-target": "drop", "--infinite": "missing", "--workers": "2",
    "--threads": "2", "--project": "p", "--name": "n", "--register-as": "m", "--alias": "best",
}  # fmt: skip
HEARD = {
    "targets": ["y", "z"], "features": ["a"], "group": "lot", "model": ["lightgbm", "catboost"], "trials": 7,
    "timeout_s": 600.0, "folds": "logo", "fold_column": "fold", "seed": 1, "sampler": "gp",
    "read": {"encoding": "cp932", "delimiter": "\t", "header": (3, 4), "sheet": 2}, "missing_target": "drop",
    "infinite": "missing", "workers": 2, "threads": 2, "project": "p", "name": "n", "register_as": "m",
    "alias": "best",
}  # fmt: skip


def test_every_option_of_train_reaches_the_spec(nbml_cli, face, table, monkeypatch):
    read = SimpleNamespace(path=str(table), report=ReadReport())
    monkeypatch.setitem(vars(nbml), "read", lambda path, options, labels: read)
    repeated = ["--target", "y", "-y", "z", "--model", "lightgbm", "--model", "catboost"]
    said = [word for pair in SAID.items() for word in pair]
    assert nbml_cli("train", str(table), *repeated, *said, "--detach").code == 0
    assert face.made == [{"path": str(table), **HEARD}]


def test_no_trials_means_time_alone(nbml_cli, face, table):
    nbml_cli("train", str(table), "-y", "y", "--trials", "0", "--timeout", "5", "--folds", "3", "--detach")
    assert face.made[0]["trials"] is None
    assert face.made[0]["folds"] == 3


def test_written_spec_reads_back_to_the_same_job(nbml_cli, face, table):
    file = table.parent / "job.yaml"
    assert nbml_cli("train", str(table), "-y", "y", "--write-spec", str(file), "--dry-run").code == 0
    assert face.specs == []
    assert load_spec(file).data.path == str(table)
    assert "path: mix.csv" in file.read_text(encoding="utf-8")
    assert nbml_cli("run", str(file), "--detach").code == 0
    assert face.specs == [load_spec(file)]


def test_dry_run_prints_the_spec(nbml_cli, face, table):
    printed = nbml_cli("train", str(table), "-y", "y", "--dry-run")
    assert printed.out.startswith("schema: nbml.job/1")
    assert json.loads(nbml_cli("train", str(table), "-y", "y", "--dry-run", "--json").out)["targets"] == ["y"]


def test_a_spec_never_overwrites_the_table(nbml_cli, face, table):
    before = table.read_bytes()
    done = nbml_cli("train", str(table), "-y", "y", "--write-spec", str(table))
    assert done.code == 2
    assert "NBML-C04" in done.err
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    "args",
    [
        ["train"],
        ["train", "absent.csv", "-y", "y"],
        ["nonsense"],
        ["status"],
        ["run", "absent.yaml"],
        ["--language", "xx", "jobs"],
        ["status", "absent"],
        ["cancel", "../x"],
    ],
)
def test_questions_that_cannot_be_answered_exit_2(nbml_cli, face, args):
    done = nbml_cli(*args)
    assert done.code == 2
    assert done.err
    assert not done.out
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("words", "lines"), [("none", "none"), ("4", 4), ("3, 4", (3, 4))])
def test_header_lines(words, lines):
    assert header_lines(words) == lines


@pytest.mark.parametrize("words", ["", "0", "a", "3,", "-1", "٣x"])
def test_header_lines_refused(nbml_cli, face, table, words):
    done = nbml_cli("train", str(table), "-y", "y", f"--header={words}")
    assert done.code == 2
    assert "NBML-C03" in done.err


def test_a_wrong_setting_is_named(nbml_cli, monkeypatch):
    monkeypatch.setenv("NBML_CPUS", "many")
    monkeypatch.setitem(vars(nbml), "jobs", lambda **_: [])
    done = nbml_cli("stop")
    assert done.code == 2
    assert "NBML_CPUS" in done.err


def test_status_of_an_interrupted_job_says_how_to_go_on(nbml_cli, face):
    face.job.status = "interrupted"
    face.job.log.pop()
    for args in (["status", "j1"], ["status", "j1", "--follow"]):
        done = nbml_cli(*args)
        assert done.code == 0
    assert "nbml resume j1" in done.out
    assert json.loads(nbml_cli("status", "j1", "--json").out)["state"] == "interrupted"


def test_status_of_a_finished_job_shows_its_result(nbml_cli, face):
    assert "Errors of about" in nbml_cli("status", "j1").out


def test_cancel_asks_only_a_running_job(nbml_cli, face):
    assert "is not running" in nbml_cli("cancel", "j1").out
    assert not face.job.cancelled.is_set()
    face.job.status = "running"
    assert json.loads(nbml_cli("cancel", "j1", "--json").out)["asked"] is True
    assert face.job.cancelled.is_set()


@dataclass
class Summary:
    id: str = "j1"
    state: str = "running"
    title: str = "[red]x"
    targets: tuple[str, ...] = ("y",)
    created: str = "2026-11-23T05:31:00+00:00"
    seconds: float | None = 75.0
    best: dict[str, float] = field(default_factory=lambda: {"y": 3.8971})
    user: str = "who"
    task: str = "train"
    front_size: int = 0


def test_jobs(nbml_cli, monkeypatch):
    monkeypatch.setitem(vars(nbml), "jobs", lambda limit, search: [Summary()] * limit)
    table = nbml_cli("jobs", "-n", "1").out
    for words in ("j1", "running", "[red]x", "3.897", "2026-11-23 05:31", "1 min 15 s"):
        assert words in table
    assert json.loads(nbml_cli("jobs", "-n", "1", "--json").out)["best"] == {"y": 3.8971}


def test_stop_leaves_running_jobs_alone(nbml_cli, monkeypatch):
    stopped = []
    monkeypatch.setitem(vars(nbml), "jobs", lambda **_: [Summary()])
    monkeypatch.setattr("nbml.engine.cluster.stop_head", lambda settings: stopped.append(settings) or True)
    done = nbml_cli("stop")
    assert (done.code, stopped) == (2, [])
    assert "NBML-C08" in done.err
    assert nbml_cli("stop", "--force").code == 0
    assert len(stopped) == 1


@dataclass
class Found:
    name: str
    verdict: str
    found: str = "2 cores"
    next_step: str = ""


@pytest.mark.parametrize(("verdict", "code"), [("ok", 0), ("warning", 0), ("failed", 4)])
def test_doctor_fails_only_where_something_failed(nbml_cli, monkeypatch, verdict, code):
    found = [Found("cores", "ok"), Found("ray", verdict, next_step="Do it.")]
    monkeypatch.setitem(vars(nbml), "doctor", lambda: found)  # fmt: skip
    done = nbml_cli("doctor")
    assert done.code == code
    assert "Do it." in done.out
    lines = nbml_cli("doctor", "--json").out.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["ok", verdict]


def test_version_needs_no_command(nbml_cli):
    assert nbml_cli("--version").out.split() == ["nbml", nbml.__version__]


def test_without_a_command_the_help_is_shown(nbml_cli):
    assert "nbml demo" in nbml_cli().out


def test_schemas(nbml_cli):
    spec, event = (json.loads(nbml_cli("schema", *args).out) for args in ([], ["--events"]))
    search = json.loads(nbml_cli("schema", "--task", "optimize").out)
    assert search["properties"]["task"]["const"] == "optimize"
    assert spec["properties"]["schema"]["const"] == "nbml.job/1"
    assert spec["additionalProperties"] is False
    assert event["discriminator"]["propertyName"] == "type"


def test_help_speaks_the_language_asked_for(nbml_cli, monkeypatch):
    monkeypatch.setenv("NBML_LANGUAGE", "en")
    assert "Column to predict" in nbml_cli("train", "--help").out
    assert "目的変数の列" in nbml_cli("train", "--help", "--language", "ja").out


@pytest.mark.parametrize("command", ["", *(command.__name__ for command in COMMANDS)])
def test_every_word_of_help_is_in_the_catalogue(nbml_cli, command):
    help_ = nbml_cli(*command.split(), "--help")
    assert help_.code == 0
    assert "cli." not in help_.out
