"""A reader sees the old file or the new one, whatever happens while it is written."""

import json
import subprocess
import sys
import threading

import pytest

from nbml.durable import write_bytes, write_text
from nbml.errors import EngineError


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "a" / "b" / "file.json"
    write_text(path, "日本語\n")
    write_bytes(path, b"\x00new", sync=False)
    assert path.read_bytes() == b"\x00new"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """F20: no file of more than 1,000 bytes can be written in this process."""
    path = tmp_path / "result.json"
    write_text(path, "old")
    code = """
import json, resource, sys
from pathlib import Path
from nbml.durable import write_bytes
from nbml.errors import EngineError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(Path(sys.argv[1]), b"x" * 5000)
except EngineError as error:
    print(json.dumps(error.to_dict()))
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    error = json.loads(done.stdout)
    assert error["code"] == "NBML-E01"
    assert error["fields"]["path"] == str(path)
    assert error["fields"]["free_mb"] >= 0
    assert str(path) in error["message"]
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """F30: a file where a folder should be, which stops root too."""
    (tmp_path / "home").write_text("")
    with pytest.raises(EngineError) as refused:
        write_text(tmp_path / "home" / "jobs" / "spec.json", "{}")
    assert refused.value.code == "NBML-E02"
    assert refused.value.fields["path"] == str(tmp_path / "home" / "jobs" / "spec.json")


def test_a_folder_of_the_same_name_is_refused(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(EngineError) as refused:
        write_text(tmp_path / "file", "x")
    assert refused.value.code == "NBML-E02"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_readers_never_see_half_a_file(tmp_path):
    path = tmp_path / "state.json"
    write_text(path, json.dumps([0] * 2000), sync=False)
    over = threading.Event()

    def write():
        for number in range(1, 200):
            write_text(path, json.dumps([number] * 2000), sync=False)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not over.is_set() or looks == 0:
        seen = json.loads(path.read_text())
        assert seen == [seen[0]] * 2000
        looks += 1
    writer.join()
