"""nbml's own head: one for each environment, guarded by a token, gone when idle or told to stop."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from nbml.engine.cluster import find_head, head_folder
from nbml.settings import Settings
from tests.conftest import end_head

pytestmark = pytest.mark.ray
CONNECT = "import nbml; nbml.connect(); import ray; print(ray.get_runtime_context().gcs_address)"


def in_a_process(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=180,
        env=os.environ | environment,
    )


def family_of(pid):
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NBML_HOME", str(tmp_path))
    monkeypatch.setenv("NBML_CPUS", "1")
    yield tmp_path
    end_head(tmp_path)


def test_idle_head_stops_and_leaves_no_process(own_home):
    """F9: after its idle time the head and every process it started are gone, and its scratch folder too.

    A process that stays, as a notebook's kernel does, leaves it: Ray ends one that misses its cluster.
    """
    stays = (
        CONNECT.removesuffix(")") + ", flush=True)\nimport time\nwhile ray.is_initialized(): time.sleep(0.2)"
    )
    kernel = subprocess.Popen(
        [sys.executable, "-c", stays],
        env=os.environ | {"NBML_IDLE_S": "20"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert kernel.stdout is not None
    assert ":" in kernel.stdout.readline()
    head = find_head(Settings())
    assert head is not None
    family = family_of(head.pid)
    assert len(family) > 4
    scratch = {a.split("=", 1)[1] for p in family for a in p.cmdline() if a.startswith("--temp-dir=")}
    _gone, alive = psutil.wait_procs(family, timeout=60)
    assert not alive
    assert scratch
    assert not any(Path(folder).exists() for folder in scratch)
    assert find_head(Settings()) is None
    assert kernel.wait(timeout=40) == 0
    kernel.stdout.close()


def test_second_process_uses_the_same_head(own_home):
    first, second = in_a_process(CONNECT), in_a_process(CONNECT)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == second.stdout != ""


def test_head_without_the_token_is_closed(own_home):
    """S13: whoever has not the token is refused."""
    in_a_process(CONNECT)
    head = find_head(Settings())
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import ray; ray.init(address={head.address!r}, log_to_driver=False); print('in')",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64},
    ) as stranger:
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(timeout=20)
        stranger.kill()
        assert "in\n" not in stranger.stdout.readlines()
    token = head_folder(Settings()) / "token"
    assert token.stat().st_mode & 0o077 == 0


def test_everything_listens_on_loopback_only(own_home):
    """S13: no process of the head has a socket that another machine could reach."""
    in_a_process(CONNECT)
    listening = [
        c.laddr.ip
        for process in family_of(find_head(Settings()).pid)
        for c in process.net_connections(kind="tcp")
        if c.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 4
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_head_of_another_environment_is_not_reused(own_home, monkeypatch):
    """F18: a head is found by interpreter, Python, Ray and nbml version."""
    in_a_process(CONNECT)
    here = head_folder(Settings())
    assert find_head(Settings()) is not None
    monkeypatch.setattr("nbml.engine.cluster.version", lambda name: "9.9.9")
    assert head_folder(Settings()) != here
    assert find_head(Settings()) is None


def test_dead_head_is_forgotten(own_home):
    """F14: a head.json whose process is gone, or whose pid is somebody else's now, is no head."""
    folder = head_folder(Settings())
    folder.mkdir(parents=True)
    (folder / "head.json").write_text(
        json.dumps({"address": "127.0.0.1:1", "pid": os.getpid(), "process_started": 1.0, "cpus": 1})
    )
    assert find_head(Settings()) is None


def test_lost_head_interrupts_the_job_and_resume_ends_it(own_home):
    """F14: head killed in mid-job: told as interrupted within 30 s; resumed from its folder on a new head."""
    import nbml
    from tests.integration.mixes import SLOW, TARGET, answer, mixes

    job = nbml.train(mixes(), TARGET, group="lot", trials=6, space=SLOW)
    end = time.monotonic() + 120
    while sum(e.type == "fold.finished" for e in job.events()) < 4:
        assert time.monotonic() < end
        time.sleep(0.05)
    finished = {(e.study, e.trial, e.fold) for e in job.events() if e.type == "fold.finished"}
    for process in reversed(family_of(find_head(Settings()).pid)):
        process.kill()
    killed = time.monotonic()
    while job.status != "interrupted":
        assert time.monotonic() - killed < 30
        time.sleep(0.1)
    with pytest.raises(nbml.NbmlError, match="NBML-J03"):
        job.result(timeout_s=60)
    resumed = answer(nbml.resume(job.id))
    assert finished <= set(resumed["folds"])
    assert resumed == answer(
        nbml.train(mixes(), TARGET, group="lot", trials=6, space=SLOW, executor="inline")
    )


def test_head_that_cannot_start_says_why(own_home, monkeypatch):
    """F15: the reason and the log are named, and the way to go on without Ray."""
    import nbml.engine.cluster as cluster
    from nbml.errors import EngineError

    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    monkeypatch.setattr(cluster.sys, "executable", "/bin/false")
    with pytest.raises(EngineError) as raised:
        cluster.start_head(Settings(), cluster.COLD)
    assert raised.value.code == "NBML-E15"
    assert "NBML_EXECUTOR=inline" in raised.value.next_step


def processes(head_pid, title):
    """Processes of a head by the beginning of their title."""
    found = []
    for process in psutil.Process(head_pid).children(recursive=True):
        try:
            found += [process] if " ".join(process.cmdline()[:1]).startswith(title) else []
        except psutil.Error:
            continue
    return found


def within(seconds, is_true):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)


def test_a_keeper_that_dies_forgets_neither_jobs_nor_processes(own_home):
    """Its successor knows the running job, so the head stays; idle processes are not doubled."""
    code = (
        "import nbml, pandas as pd, numpy as np\n"
        "nbml.connect()\n"
        "rng = np.random.default_rng(0); X = rng.normal(size=(80, 3))\n"
        "frame = pd.DataFrame(X, columns=list('abc')).assign(y=X.sum(axis=1))\n"
        "print(nbml.train(frame, 'y', model='lightgbm', trials=None, timeout_s=600, shap=False).id)\n"
    )
    done = in_a_process(code, NBML_IDLE_S="600")
    assert done.returncode == 0, done.stderr
    import nbml

    job = nbml.open(done.stdout.strip())
    within(120, lambda: any(event.type == "trial.finished" for event in job.events()))
    head = find_head(Settings())
    (keeper,) = processes(head.pid, "ray::Keeper")
    keeper.kill()
    used = head_folder(Settings()) / "last-used"
    within(90, lambda: any(p.pid != keeper.pid for p in processes(head.pid, "ray::Keeper")))
    before = used.stat().st_mtime
    within(90, lambda: used.stat().st_mtime > before)
    assert job.status == "running"
    job.cancel()
    assert job.result(timeout_s=90).record.state == "cancelled"
    within(120, lambda: len(processes(head.pid, "ray::Worker")) == 1)
    within(120, lambda: len(processes(head.pid, "ray::Supervisor")) == 1)
    time.sleep(3)
    assert len(processes(head.pid, "ray::Worker")) == 1
    assert len(processes(head.pid, "ray::Supervisor")) == 1


def test_head_runs_no_server_that_nobody_asks(own_home):
    """No dashboard, no client server on port 10001, no autoscaler: each costs a second and 100 MB."""
    done = in_a_process(CONNECT)
    assert done.returncode == 0, done.stderr
    head = find_head(Settings())
    assert head is not None
    said = [" ".join(process.cmdline()) for process in family_of(head.pid)]
    assert any("gcs_server" in line for line in said)
    assert not [
        line
        for line in said
        for server in ("dashboard/dashboard.py", "util.client.server", "autoscaler")
        if server in line
    ]
