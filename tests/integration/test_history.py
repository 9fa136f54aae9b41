"""Finding runs again: lines of the list, names and notes, comparison, lineage, deletion and its undo."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

import nbml
from nbml.cli import main
from nbml.errors import JobError
from nbml.jobs.history.about import describe
from nbml.jobs.history.comparison import compare
from nbml.jobs.history.deletion import KEPT_DAYS, delete, restore
from nbml.jobs.history.lineage import MOST_SIBLINGS, lineage
from nbml.jobs.history.summary import summarise
from nbml.jobs.job import Job
from nbml.jobs.listing import jobs
from nbml.settings import Settings

from .tables import NoTracking, table, train

HOSTILE = '<img src=x onerror=alert(1)> 強度"'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three real jobs on two tables, made once: two alike but for their seed, one on other rows."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(home))
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        done = [
            train(nbml.read(table()), seed=1, name=HOSTILE, project="mixes"),
            train(nbml.read(table()), seed=2),
            train(nbml.read(table(seed=5)), model="xgboost", group="lot"),
        ]
        for job in done:
            job.result(timeout_s=120)
    return home, [job.id for job in done]


@pytest.fixture
def home(made, nbml_home):
    """A copy of those jobs for one test to change."""
    source, ids = made
    shutil.copytree(source / "jobs", nbml_home / "jobs")
    return ids


def test_a_line_says_what_a_person_looks_for(home):
    first = summarise(home[0], Settings())
    assert (first.state, first.title, first.project, first.targets) == ("succeeded", HOSTILE, "mixes", ("y",))
    result = Job(home[0]).result()
    assert first.best == {"y": result.score}
    assert first.spread["y"] == result.record.chosen("y").scores["rmse"].spread > 0
    assert (first.n_rows, first.trials, first.task) == (36, 2, "train")
    assert [line.id for line in jobs()] == home[::-1]


def test_the_saved_line_is_used_until_the_job_changes(home, monkeypatch):
    settings = Settings()
    fresh = summarise(home[0], settings)
    monkeypatch.setattr("nbml.jobs.history.summary.Job", None)
    assert summarise(home[0], settings) == fresh
    monkeypatch.undo()
    folder = settings.jobs / home[0]
    record = json.loads((folder / "result.json").read_text()) | {"run_id": "abc"}
    (folder / "result.json").write_text(json.dumps(record))
    assert summarise(home[0], settings).run_id == "abc"


@pytest.mark.parametrize("content", ["", "{", '{"stamp": 1}', '{"stamp": [1], "line": {}}', "[]"])
def test_a_broken_saved_line_is_made_anew(home, content):
    settings = Settings()
    fresh = summarise(home[0], settings)
    (settings.jobs / home[0] / "summary.json").write_text(content)
    assert summarise(home[0], settings) == fresh


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [0, 1, 2]),
        ("強度", [0]),
        ("MIXES lightgbm", [0]),
        ("mixes xgboost", []),
        ("xgboost", [2]),
        ("succeeded y", [0, 1, 2]),
    ],
)
def test_every_word_of_a_search_must_stand_in_the_line(home, words, found):
    assert [line.id for line in jobs(search=words)] == [home[place] for place in found][::-1]


def test_the_limit_counts_what_is_found(home):
    assert [line.id for line in jobs(search="lightgbm", limit=1)] == [home[1]]


def test_a_name_and_a_note_are_kept_and_the_first_name_comes_back(home):
    describe(home[0], name=f"  second\n{HOSTILE} ", note="  冬の配合。\nsee p. 3 ")
    line = summarise(home[0], Settings())
    assert (line.title, line.note) == (f"second {HOSTILE}", "冬の配合。\nsee p. 3")
    describe(home[0], name="")
    line = summarise(home[0], Settings())
    assert (line.title, line.note) == (HOSTILE, "冬の配合。\nsee p. 3")
    assert [found.id for found in jobs(search="冬の")] == [home[0]]
    assert Job(home[0]).spec.name == HOSTILE


@pytest.mark.parametrize("words", [{"name": "x" * 201}, {"note": "x" * 10_001}])
def test_what_is_too_long_is_refused_and_nothing_changes(home, words):
    describe(home[0], name="kept", note="kept")
    with pytest.raises(JobError, match="NBML-J30"):
        describe(home[0], **words)
    line = summarise(home[0], Settings())
    assert (line.title, line.note) == ("kept", "kept")


@pytest.mark.parametrize("job_id", ["../x", "", "a/b", "%2e%2e", "x" * 300, "nobody"])
def test_no_use_case_takes_an_id_that_is_none(home, job_id):
    """S7."""
    for use in (describe, delete, restore, lineage, lambda job_id: compare([job_id, home[0]])):
        with pytest.raises(JobError, match=r"NBML-J(01|02|32)"):
            use(job_id)


def test_deleting_takes_the_folder_and_nothing_else_and_can_be_undone(home):
    settings = Settings()
    before = _files(settings.jobs / home[0])
    deleted = delete(home[0])
    assert deleted.size_mb > 0
    assert [line.id for line in jobs()] == [home[2], home[1]]
    with pytest.raises(JobError, match="NBML-J02"):
        Job(home[0])
    restored = restore(home[0])
    assert _files(settings.jobs / home[0]) == before
    assert restored.result().score == summarise(home[0], settings).best["y"]


def _files(folder):
    return {
        str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()
    }


def test_a_running_job_is_not_deleted(home, monkeypatch):
    monkeypatch.setattr(Job, "status", "running")
    with pytest.raises(JobError, match="NBML-J31"):
        delete(home[0])
    assert (Settings().jobs / home[0]).is_dir()


def test_a_deleted_job_goes_for_good_after_its_time(home):
    settings = Settings()
    delete(home[0])
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(settings.home / "deleted" / home[0], (long_ago, long_ago))
    delete(home[1])
    with pytest.raises(JobError, match="NBML-J32"):
        restore(home[0])
    assert restore(home[1]).id == home[1]


def test_a_link_in_the_bin_is_not_followed(home, tmp_path):
    """S8: nothing outside the bin is removed or taken in."""
    settings = Settings()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("kept")
    delete(home[1])
    link = settings.home / "deleted" / "linked"
    link.symlink_to(outside)
    long_ago = time.time() - 10 * KEPT_DAYS * 86_400
    os.utime(link, (long_ago, long_ago), follow_symlinks=False)
    with pytest.raises(JobError, match="NBML-J32"):
        restore("linked")
    delete(home[0])
    assert (outside / "file").read_text() == "kept"


def test_comparing_shows_only_what_differs(home):
    both = compare([home[0], home[1]])
    assert both.is_fair
    assert both.settings["seed"] == (1, 2)
    assert "models" not in both.settings
    assert {(model.job_id, model.family) for model in both.models} == {
        (job_id, family) for job_id in home[:2] for family in ("lightgbm", "baseline")
    }
    for model in both.models:
        assert len(model.scores["rmse"].folds) == len(model.fold_names) == 3


def test_other_rows_or_folds_are_not_called_a_fair_comparison(home):
    third = compare([home[0], home[2]])
    assert not third.is_fair
    assert third.settings["group"] == (None, "lot")


@pytest.mark.parametrize("n", [0, 1, 9])
def test_two_to_eight_jobs_can_be_compared(home, n):
    with pytest.raises(JobError, match="NBML-J33"):
        compare([f"j{k}" for k in range(n)])


def test_lineage_leads_from_the_data_over_the_job_to_its_models(home):
    graph = lineage(home[0])
    kinds = {node.id: node.kind for node in graph.nodes}
    assert graph.focus == f"job:{home[0]}"
    data = next(node_id for node_id, kind in kinds.items() if kind == "data")
    assert {(edge.used, edge.made) for edge in graph.edges} == {
        (data, f"job:{home[0]}"),
        (data, f"job:{home[1]}"),
        (f"job:{home[0]}", f"model:{home[0]}:0"),
    }
    assert all(edge.used in kinds and edge.made in kinds for edge in graph.edges)


def test_lineage_of_much_used_data_stays_readable(home):
    settings = Settings()
    spec = (settings.jobs / home[0] / "spec.json").read_text()
    for number in range(MOST_SIBLINGS + 3):
        copy = Path(shutil.copytree(settings.jobs / home[0], settings.jobs / f"copy-{number:02}"))
        (copy / "spec.json").write_text(spec)
    graph = lineage(home[0])
    assert sum(node.kind == "job" for node in graph.nodes) == MOST_SIBLINGS + 1
    assert graph.siblings_left_out == 4


def test_the_command_line_names_compares_deletes_and_takes_back(home, capsys):
    assert main(["describe", home[0], "--name", "冬の配合", "--note", "see p. 3"]) == 0
    assert capsys.readouterr().out.split("\n")[:2] == ["冬の配合", "see p. 3"]
    assert main(["jobs", "--search", "冬の", "--json"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [home[0]]
    assert main(["compare", home[0], home[2], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_fair"] is False
    assert main(["compare", home[0], home[2]]) == 0
    shown = capsys.readouterr().out
    assert "xgboost" in shown
    assert "other rows or folds" in shown
    assert main(["delete", home[0], "--yes"]) == 0
    assert f"nbml restore {home[0]}" in capsys.readouterr().out
    assert len(jobs()) == 2
    assert main(["restore", home[0]]) == 0
    assert len(jobs()) == 3
