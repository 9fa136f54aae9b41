"""The command line for real: from a file to a result, on the inline executor and on Ray."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.cli import main
from nbml.jobs.history.lineage import lineage
from nbml.jobs.job import Job
from nbml.jobs.predicting.records import drop_record, list_records, table_path
from nbml.settings import Settings
from nbml.spec.parse import load_spec
from nbml.spec.result import TrainRecord
from nbml.tracking.store import resolve

pytestmark = [pytest.mark.mlflow, pytest.mark.slow, pytest.mark.timeout(600)]
TARGET, GROUP = "強度[MPa]", "ロット"
READERS = {
    ".csv": pd.read_csv,
    ".tsv": lambda file: pd.read_csv(file, sep="\t"),
    ".xlsx": lambda file: pd.read_excel(file, engine="openpyxl"),
    ".parquet": pd.read_parquet,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for this file, so that all its jobs are in one list."""
    return tmp_path_factory.mktemp("nbml")


@pytest.fixture(scope="module")
def mix(home: Path) -> Path:
    """A CP932 file with a preamble, Japanese names, units, lots, and one name that is markup."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"温度[℃]": rng.uniform(20, 90, 60).round(1), "<b>a,b</b>": rng.uniform(0, 1, 60)})
    frame["種類"] = rng.choice(["甲", "乙"], 60)
    frame[GROUP] = np.repeat(np.arange(12), 5)
    frame[TARGET] = 0.5 * frame["温度[℃]"] + 20 * frame["<b>a,b</b>"] + rng.normal(0, 1, 60).round(2)
    file = home / "配合.csv"
    file.write_text("試験記録\n\n" + frame.to_csv(index=False), encoding="cp932")
    return file


def process(home: Path, *args: str, executor: str) -> subprocess.Popen[str]:
    """A command line in a process of its own."""
    env = {**os.environ, "NBML_HOME": str(home), "NBML_EXECUTOR": executor, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "nbml", *args]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, cwd=home, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def printed(home: Path, *args: str, executor: str, code: int = 0) -> tuple[str, str]:
    """What it prints to stdout and stderr once it has ended, with this exit code."""
    running = process(home, *args, executor=executor)
    out, err = running.communicate(timeout=500)
    assert running.returncode == code, out + err
    return out, err


def result(lines: str) -> TrainRecord:
    """The result at the end of JSON lines."""
    last: dict[str, Any] = json.loads(lines.splitlines()[-1])
    assert last["type"] == "result"
    return TrainRecord.model_validate(last["record"])


@pytest.fixture(scope="module")
def trained(home: Path, mix: Path) -> TrainRecord:
    """A job of two families from the command line."""
    families = ["--model", "lightgbm", "--model", "xgboost", "--trials", "2", "--folds", "3"]
    args = ["--target", TARGET, "--group", GROUP, *families, "--write-spec", "job.yaml", "--json"]
    return result(printed(home, "train", mix.name, *args, executor="inline")[0])


@pytest.fixture
def nbml_cli(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[str, str]]:
    """A command line in this process, which spares loading the libraries again."""
    for name, value in {"NBML_HOME": str(home), "NBML_EXECUTOR": "inline", "COLUMNS": "120"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)

    def call(*args: str, code: int = 0) -> tuple[str, str]:
        ended = main(args)
        said = capsys.readouterr()
        assert ended == code, said.out + said.err
        return said.out, said.err

    return call


def test_a_job_is_found_and_shown_again(nbml_cli, trained):
    status, _ = nbml_cli("status", trained.job_id)
    assert "MPa on values of ロット it has not seen" in status
    assert "xgboost" in status
    assert trained.job_id in nbml_cli("jobs")[0]


def test_the_written_spec_gives_the_same_result(nbml_cli, home, trained):
    again = result(nbml_cli("run", "job.yaml", "--json")[0])
    assert load_spec(home / "job.yaml").data.path == str(home / "配合.csv")
    assert again.job_id != trained.job_id
    rows = [[(row.family, row.params, row.scores) for row in job.leaderboard] for job in (again, trained)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("suffix", READERS)
def test_predictions_stand_beside_the_rows(nbml_cli, home, mix, trained, suffix):
    """P2, P3, P12, S15: extra columns and another order change nothing; rows keep their order."""
    rows = pd.read_csv(mix, encoding="cp932", skiprows=2)
    rows.sample(frac=1, random_state=0, axis=1).assign(備考="=1+1").to_csv(home / "new.csv", index=False)
    nbml_cli("predict", trained.job_id, "new.csv", "-o", f"out{suffix}")
    back = READERS[suffix](home / f"out{suffix}")
    expected = nbml.Job(trained.job_id, Settings(home=home)).result().predict(rows)
    # A cell of a sheet holds 16 digits, one too few for some floats.
    np.testing.assert_allclose(back[f"predicted_{TARGET}"], expected[f"predicted_{TARGET}"],
                               rtol=1e-15 if suffix == ".xlsx" else 0)  # fmt: skip
    assert set(back["備考"]) == {"'=1+1" if suffix in (".csv", ".tsv") else "=1+1"}
    assert back["温度[℃]"].tolist() == rows["温度[℃]"].tolist()


def test_predicting_from_the_command_line_is_a_run_in_the_lineage(nbml_cli, home, mix, trained):
    """With a file, and with what is only shown."""
    folder = Job(trained.job_id).paths
    for old in list_records(folder):
        drop_record(folder, old.id)
    nbml_cli("predict", trained.job_id, mix.name, "-o", "答え.csv", "--interval", "0.8")
    nbml_cli("predict", trained.job_id, mix.name, "--json")
    shown, written = list_records(folder)
    assert (written.source, written.rows, written.interval) == ("配合.csv", 60, 0.8)
    assert (shown.source, shown.interval) == ("配合.csv", 0.9)
    assert written.source_sha256 == nbml.read(mix).sha256
    out = pd.read_csv(home / "答え.csv")
    kept = pd.read_parquet(table_path(folder, written.id))
    np.testing.assert_array_equal(kept[f"upper_{TARGET}"], out[f"upper_{TARGET}"])
    assert kept[GROUP].tolist() == out[GROUP].tolist()
    graph = lineage(trained.job_id)
    model = next(node.id for node in graph.nodes if node.kind == "model")
    made = [edge.made for edge in graph.edges if edge.used == model]
    assert set(made) == {f"prediction:{shown.id}", f"prediction:{written.id}"}
    (home / "lacking.csv").write_text("温度[℃]\n20\n30\n", encoding="utf-8")
    nbml_cli("predict", trained.job_id, "lacking.csv", "-o", "never.csv", code=3)
    assert not (home / "never.csv").exists()
    assert len(list_records(folder)) == 2


def test_a_run_whose_job_is_elsewhere_is_explained_and_predicted(home, mix, trained, tmp_path, monkeypatch):
    """All that is shared is MLflow: the models hold their rows, the run its out-of-fold table."""
    here = Settings(home=home)
    rows, job = nbml.read(mix).frame, Job(trained.job_id, here)
    local, alone = nbml.explain(job), nbml.explain(job, rows=rows[:7])
    answers = job.result().predict(rows, record=False)
    monkeypatch.setenv("NBML_TRACKING_URI", resolve(here).uri)
    monkeypatch.setenv("NBML_HOME", str(tmp_path / "other"))
    for run in (trained.run_id, f"runs:/{trained.run_id}"):
        why = nbml.explain(run)
        np.testing.assert_allclose(why.values, local.values, rtol=1e-12, atol=1e-12)
        assert why.values.index.tolist() == local.values.index.tolist()
        assert why.rows["fold"].tolist() == local.rows["fold"].tolist()
        np.testing.assert_array_equal(why.rows["measured"], local.rows["measured"])
    row, feature = int(why.explained.rows[3]), why.features[0]
    for figure in (why.bar(), why.beeswarm(row=row), why.waterfall(row), why.dependence(feature),
                   why.partial_dependence(feature, by="種類"), why.permutation(), why.interactions(),
                   why.residuals()):  # fmt: skip
        assert figure.data
    assert why.table_rows([row])["種類"].tolist() == rows["種類"].iloc[[row]].tolist()
    with pytest.raises(nbml.NbmlError, match="NBML-V02"):
        why.partial_dependence(feature, by=GROUP)
    found = nbml.explain(run, rows=rows[:7])
    np.testing.assert_allclose(found.values, alone.values, rtol=1e-12, atol=1e-12)
    pd.testing.assert_frame_equal(nbml.predict(run, rows), answers, check_exact=True)
    assert not (tmp_path / "other" / "jobs").exists()


def test_what_a_run_elsewhere_lacks_is_said(home, trained, tmp_path, monkeypatch):
    here = Settings(home=home)
    monkeypatch.setenv("NBML_TRACKING_URI", resolve(here).uri)
    monkeypatch.setenv("NBML_HOME", str(tmp_path / "other"))
    for absent, code in (("runs:/" + "0" * 32, "NBML-T06"), ("absent", "NBML-J02")):
        with pytest.raises(nbml.NbmlError) as caught:
            nbml.explain(absent)
        assert caught.value.code == code
    (leaders,) = (home / "mlflow").glob(f"**/{trained.run_id}/**/leaderboard.json")
    whole = leaders.read_bytes()
    try:
        leaders.write_text("[{}]")
        with pytest.raises(nbml.NbmlError, match="NBML-T11"):
            nbml.explain(trained.run_id)
        leaders.unlink()
        with pytest.raises(nbml.NbmlError, match="NBML-T11") as caught:
            nbml.explain(trained.run_id)
        assert caught.value.fields["files"] == ["leaderboard.json"]
        assert "nbml.load" in caught.value.next_step
    finally:
        leaders.write_bytes(whole)


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        (["train", "配合.csv", "--target", "ない"], 3, "ない"),
        (["train", "配合.csv", "--target", "種類"], 3, "NBML-D"),
        (["train", "empty.csv", "--target", "y"], 3, "NBML-R"),
        (["train", "配合.csv", "--target", TARGET, "--detach"], 2, "NBML-C10"),
        (["status", "../jobs"], 2, "NBML-J01"),
        (["status", "absent"], 2, "NBML-J02"),
    ],
)
def test_exit_codes_say_what_kind_of_fault_it_was(nbml_cli, home, mix, args, code, named):
    (home / "empty.csv").write_text("")
    _, said = nbml_cli(*args, code=code)
    assert named in said
    assert "Traceback" not in said


def test_rows_that_lack_a_column_exit_3(nbml_cli, home, trained):
    """P1"""
    (home / "short.csv").write_text("温度[℃]\n20\n30\n", encoding="utf-8")
    assert "種類" in nbml_cli("predict", trained.job_id, "short.csv", code=3)[1]


@pytest.mark.ray
def test_a_job_on_ray_outlives_its_terminal(nbml_home, mix):
    """F6, F10: it runs on without the process that began it, is followed by its id, and stops at SIGINT."""
    nbml_home.mkdir()
    args = [str(mix), "--target", TARGET, "--trials", "5000", "--detach"]
    job_id = printed(nbml_home, "train", *args, executor="ray")[0].strip()
    following = process(nbml_home, "status", job_id, "--follow", "--json", executor="ray")
    assert following.stdout is not None
    for line in following.stdout:
        if json.loads(line)["type"] == "best.changed":
            break
    assert "NBML-C08" in printed(nbml_home, "stop", executor="ray", code=2)[1]
    following.send_signal(signal.SIGINT)
    rest, said = following.communicate(timeout=300)
    assert following.returncode == 130, said
    assert result(rest).state == "cancelled"
    assert "is not running" in printed(nbml_home, "cancel", job_id, executor="ray")[0]
    assert "Stopped." in printed(nbml_home, "stop", executor="ray")[1]
    assert "Nothing to stop" in printed(nbml_home, "stop", executor="ray")[1]
