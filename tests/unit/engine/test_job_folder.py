"""Ids that are no paths, and the folder of a job."""

import re

import pytest

from nbml.engine.job_folder import JobFolder, check_job_id, new_job_id
from nbml.errors import EngineError, JobError

HOSTILE = [
    "",
    ".",
    "..",
    "../x",
    "/x",
    "x/y",
    "x\\y",
    "..\\x",
    "C:x",
    "C:\\x",
    "\\\\host\\share",
    "a b",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\x00",
    "a\x00b",
    "a#b",
    "a?b",
    "a%2e%2e",
    "%2e%2e%2fx",
    "%252e%252e%252f",
    "..%c0%af",
    "．．／x",
    "file:///etc/passwd",
    "a.b",
    ".hidden",
    "-x",
    "_x",
    "~",
    "~root",
    "$HOME",
    "`id`",
    "a;b",
    "a|b",
    "a&b",
    "a:b",
    "a*",
    "日本",
    "é",
    "con.txt",
    "a" * 65,
    "x" * 10_000,
    "\u202ea",
    "a\u200b",
    "\ud800",
    None,
    1,
    b"a",
    ["a"],
    True,
]


@pytest.mark.parametrize(
    "job_id", HOSTILE, ids=lambda v: repr(v)[:20].encode("ascii", "backslashreplace").decode()
)
def test_what_is_no_id_is_refused(job_id, tmp_path):
    """S7, S8."""
    with pytest.raises(JobError) as refused:
        JobFolder.of(tmp_path, job_id)
    assert refused.value.code == "NBML-J01"
    assert len(refused.value.fields["job_id"]) <= 80
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("job_id", ["a", "0", "Z" * 64, "a-b_c", "01JC", "run-1", "NUL"])
def test_plain_ids(job_id, tmp_path):
    assert JobFolder.of(tmp_path, job_id).root == tmp_path / job_id
    assert check_job_id(job_id) == job_id


def test_a_link_that_leads_out_is_refused(tmp_path):
    """S7: a link planted among the jobs."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "jobs" / "planted").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JobError) as refused:
        JobFolder.of(tmp_path / "jobs", "planted")
    assert refused.value.code == "NBML-J01"


def test_jobs_may_stand_behind_a_link(tmp_path):
    (tmp_path / "disk" / "jobs" / "a").mkdir(parents=True)
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    assert JobFolder.of(tmp_path / "home" / "jobs", "a").job_id == "a"


def test_new_ids_are_ids_and_sort_by_time(monkeypatch):
    now = [1_700_000_000.0]
    monkeypatch.setattr("nbml.engine.job_folder.time.time", lambda: now[0])
    ids = []
    for _ in range(200):
        now[0] += 0.0025
        ids.append(new_job_id())
    assert ids == sorted(ids)
    assert len(set(ids)) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", check_job_id(i)) for i in ids)
    same = {new_job_id() for _ in range(1000)}
    assert len(same) == 1000


def test_the_folder_is_its_owners_only(tmp_path):
    """S22."""
    folder = JobFolder.of(tmp_path / "jobs", "a").make()
    assert folder.root.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    folder.spec.write_text("{}")
    assert folder.exists()


def test_a_folder_is_made_once(tmp_path):
    """F45: two jobs never share a folder."""
    JobFolder.of(tmp_path, "a").make()
    with pytest.raises(EngineError) as refused:
        JobFolder.of(tmp_path, "a").make()
    assert refused.value.code == "NBML-E02"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """F30."""
    (tmp_path / "jobs").write_text("")
    with pytest.raises(EngineError) as refused:
        JobFolder.of(tmp_path / "jobs", "a").make()
    assert (refused.value.code, refused.value.fields["path"]) == ("NBML-E02", str(tmp_path / "jobs" / "a"))


def test_asking_to_stop_twice_is_asking_once(tmp_path):
    """F11."""
    folder = JobFolder.of(tmp_path, "a").make()
    folder.ask_to_stop()
    folder.ask_to_stop()
    assert folder.stop_request.exists()
