"""A real terminal: the live picture, and Ctrl-C that asks once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(90)

SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
import nbml
from nbml.cli import main
from conftest import FakeJob, record, tape, trial

log = tape(*trial("t0-lightgbm", 0, 4.5, best=True), state="cancelled")
job = FakeJob(log, Path("."), record(), waits=True, status="running")
vars(nbml)["open"] = lambda job_id: job
sys.exit(main(["status", "j1", "--follow"]))
"""


class Terminal:
    """A process on a terminal of its own; what it prints is read until words appear."""

    def __init__(self, code: str) -> None:
        self.end, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", "PYTHONUTF8": "1"},
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def until(self, words: str) -> str:
        """What was printed up to some words; fails when the process ends without them."""
        while words not in self.seen:
            try:
                piece = os.read(self.end, 65_536)
            except OSError:  # how Linux tells that the other end was closed
                piece = b""
            if not piece:
                pytest.fail(f"ended before {words!r}:\n{self.seen}")
            self.seen += piece.decode(errors="replace")
        before, _, self.seen = self.seen.partition(words)
        return before

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def type(self, words: str) -> None:
        os.write(self.end, words.encode())


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """The command line following a job that goes on until it is cancelled."""
    shown = Terminal(SCRIPT.format(here=str(Path(__file__).parent)))
    yield shown
    shown.process.kill()
    shown.process.wait()
    os.close(shown.end)


QUESTION, HINT = "[y/N]", "Ctrl-C to stop"


def test_yes_stops_the_job_and_shows_what_is_finished(terminal):
    """F6, F7"""
    picture = terminal.until(HINT)
    assert "best 4.5 ± 0.4" in picture
    assert "▪" in picture
    terminal.interrupt()
    terminal.until(QUESTION)
    terminal.type("y\n")
    terminal.until("Stopping; what is finished is kept.")
    terminal.until("Errors of about")
    terminal.until("What to try next")
    assert terminal.process.wait(20) == 130


def test_no_goes_on(terminal):
    terminal.until(HINT)
    terminal.interrupt()
    terminal.until(QUESTION)
    terminal.type("\n")
    terminal.until(HINT)
    assert terminal.process.poll() is None


def test_a_second_ctrl_c_leaves_the_job_running(terminal):
    terminal.until(HINT)
    terminal.interrupt()
    terminal.until(QUESTION)
    terminal.interrupt()
    terminal.until("The job goes on without this terminal. Come back with: nbml status j1 --follow")
    assert terminal.process.wait(20) == 130
