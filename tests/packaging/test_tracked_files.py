"""The repository speaks of no machine: no path, host or package index of where it was worked on."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERIC = {"localhost", "runner", "buildkitsandbox"}


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that git keeps."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]


def test_no_trace_of_this_machine(tracked):
    traces = {str(ROOT) + "/"}
    if len(Path.home().parts) > 1:
        traces.add(f"{Path.home()}/")
    if (host := socket.gethostname()) not in GENERIC and len(host) > 5:
        traces.add(host)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        traces |= set(re.findall(r"//(?:[^/@\s]*@)?([^/\s]+)", os.environ.get(name, "")))
    found = [
        (file.relative_to(ROOT).as_posix(), trace)
        for file in tracked
        if file.is_file()
        for trace in traces
        if trace.encode() in file.read_bytes()
    ]
    assert found == []


def test_nothing_that_is_made_is_kept(tracked):
    made = re.compile(r"(^|/)(__pycache__|\.venv|dist|build|mlruns|catboost_info|\.DS_Store)(/|$)")
    names = [file.relative_to(ROOT).as_posix() for file in tracked]
    assert [name for name in names if made.search(name)] == []
    assert [
        name for name in names if (ROOT / name).is_file() and (ROOT / name).stat().st_size > 1_000_000
    ] == []
