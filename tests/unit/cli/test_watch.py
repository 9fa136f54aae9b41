"""A job on the command line, from its first event to its exit code."""

from __future__ import annotations

import json
import signal
import threading

import pytest

from nbml.spec import events as ev
from nbml.spec.columns import Finding
from nbml.spec.result import TrainRecord

pytestmark = pytest.mark.timeout(60)


def test_plain_lines_and_the_result(nbml_cli, face, table):
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.code == 0
    assert "lightgbm: best so far RMSE 3.9 ± 0.4 (trial 3)" in done.err
    assert "lightgbm: trial 2 failed (NBML-E12): ValueError: no" in done.err
    assert (
        "Errors of about ± 3.9 MPa on rows it has not seen, against ± 16.7 for guessing the mean." in done.out
    )
    assert "guess the mean" in done.out
    assert "NBML-D19" in done.out
    assert "Group them." in done.out
    assert "nbml predict j1 new.csv" in done.out


def test_many_notices_of_one_code_do_not_bury_the_rest(nbml_cli, face, table):
    """Fifty constant columns are three lines, one that says there are more, and one with the result."""
    many = [
        ev.Notice(level="warning", code="NBML-D22", message=f"Column {n} is constant.") for n in range(50)
    ]
    other = ev.Notice(level="warning", code="NBML-D42", message="A date.")
    log = [*face.job.log[:-1], *many, other, face.job.log[-1]]
    face.job.log = [event.model_copy(update={"seq": n, "job_id": "j1"}) for n, event in enumerate(log, 1)]
    alike = [
        Finding(code="NBML-D22", severity="warning", columns=(f"c{n}",), message=f"{n}.", next_step="-")
        for n in range(50)
    ]
    face.job.record = face.job.record.model_copy(update={"warnings": tuple(alike)})
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.err.count("is constant.") == 3
    assert done.err.count("NBML-D22: more of the same") == 1
    assert "A date." in done.err
    assert done.out.count("NBML-D22") == 1


def test_names_cannot_write_to_the_terminal(nbml_cli, face, table):
    """S1, S20, D35: markup, ANSI, newline and bidi override in a name are shown, never acted on."""
    done = nbml_cli("train", str(table), "--target", "y")
    shown = done.out + done.err
    assert "\x1b" not in shown
    assert "‮" not in shown
    live = nbml_cli("status", "j1")
    assert "[bold]y[/]\\u001b[31m\\u000a\\u202e" in live.out
    assert "\x1b" not in live.out


def test_json_lines_are_the_events_then_the_record(nbml_cli, face, table):
    done = nbml_cli("train", str(table), "--target", "y", "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [ev.EVENT.validate_python(line) for line in lines[:-1]] == face.job.log
    assert lines[-1]["type"] == "result"
    assert TrainRecord.model_validate_json(json.dumps(lines[-1]["record"])) == face.job.record
    assert done.err == ""


@pytest.mark.parametrize(
    ("code", "expected"),
    [("NBML-D01", 3), ("NBML-E22", 4), ("NBML-J20", 1), ("NBML-S06", 2), ("NBML-T01", 4), ("NBML-M02", 1)],
)
def test_a_failed_job_gives_the_exit_code_of_its_fault(nbml_cli, face, table, code, expected):
    face.job.log[-1] = face.job.log[-1].model_copy(
        update={"state": "failed", "error": ev.Fault(code=code, message="It broke.", next_step="Mend it.")}
    )
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.code == expected
    assert all(words in done.err for words in (code, "It broke.", "Mend it."))
    as_json = nbml_cli("train", str(table), "--target", "y", "--json")
    assert as_json.code == expected
    assert json.loads(as_json.err)["code"] == code


def test_ctrl_c_without_a_terminal_cancels_once(nbml_cli, face, table):
    """F7: the first interrupt stops the job cleanly, what is finished is shown, exit code 130."""
    job = face.job
    job.waits = True
    job.log[-1] = job.log[-1].model_copy(update={"state": "cancelled"})
    threading.Thread(target=lambda: job.waiting.wait(20) and signal.raise_signal(signal.SIGINT)).start()
    before = signal.getsignal(signal.SIGINT)
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.code == 130
    assert job.cancelled.is_set()
    assert "Stopping; what is finished is kept." in done.err
    assert "Errors of about" in done.out
    assert signal.getsignal(signal.SIGINT) is before


def test_cancelled_before_any_trial_says_so(nbml_cli, face, table):
    face.job.record = None
    face.job.log[-1] = face.job.log[-1].model_copy(update={"state": "cancelled"})
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.code == 130
    assert "NBML-J20" in done.err


def test_detach_prints_the_id_alone(nbml_cli, face, table):
    done = nbml_cli("train", str(table), "--target", "y", "--detach")
    assert (done.code, done.out) == (0, "j1\n")
    assert "nbml status j1 --follow" in done.err


def test_a_failure_of_following_is_not_swallowed(nbml_cli, face, table, monkeypatch):
    def broken(timeout_s=None):
        yield face.job.log[0]
        raise OSError("the log is gone")

    monkeypatch.setattr(face.job, "follow", broken)
    done = nbml_cli("train", str(table), "--target", "y")
    assert done.code == 70
    assert "the log is gone" in done.err
