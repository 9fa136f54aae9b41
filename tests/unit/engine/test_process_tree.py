"""Processes end with all they have started, and none is taken for another."""

import os
import subprocess
import sys

import psutil
import pytest

from nbml.engine.process_tree import end_tree, started_at

FAMILY = """
import os, signal, subprocess, sys, time
depth, stubborn = int(sys.argv[1]), sys.argv[2] == "stubborn"
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
if depth:
    subprocess.Popen([sys.executable, "-c", sys.argv[3], str(depth - 1), sys.argv[2], sys.argv[3]])
time.sleep(600)
"""


@pytest.mark.parametrize("manner", ["polite", "stubborn"])
def test_grandchildren_end_too(manner):
    """F9: also those that do not listen to a polite request."""
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY, "2", manner, FAMILY], stdout=subprocess.PIPE
    ) as root:
        pids = [int(root.stdout.readline()) for _ in range(3)]
        family = [psutil.Process(pid) for pid in pids]
        assert all(process.is_running() for process in family)
        end_tree(root.pid, grace_s=0.3)
        root.wait(timeout=10)
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_a_process_that_is_gone_is_no_error():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    end_tree(process.pid)


def test_when_a_process_started():
    """F33: two processes differ; one is always the same."""
    mine = started_at(os.getpid())
    assert started_at(os.getpid()) == mine
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert started_at(other.pid) > mine
        other.communicate(b"\n")
    with pytest.raises(psutil.NoSuchProcess):
        started_at(other.pid)
