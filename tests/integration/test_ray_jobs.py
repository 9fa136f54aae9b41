"""Jobs on a real Ray cluster: what they give, and that killing anything does not change it."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest
import ray
from pandas.testing import assert_frame_equal

import nbml
from nbml.engine.cluster import NAMESPACE
from nbml.engine.lease import read_lease
from nbml.engine.standing import OWN
from nbml.jobs.predicting import pieces
from tests.integration.mixes import SLOW, TARGET, answer, mixes

pytestmark = pytest.mark.ray
JOB = {"targets": TARGET, "group": "lot", "trials": 8, "space": SLOW}


@pytest.fixture(scope="module")
def undisturbed(warm_ray):
    """The answer of the job when nothing happens to it."""
    return answer(nbml.train(mixes(), **JOB))


def wait_for(job, n, kind="fold.finished", within_s=120.0):
    """Wait until a job has told ``n`` events of a kind."""
    end = time.monotonic() + within_s
    while sum(event.type == kind for event in job.events()) < n:
        assert time.monotonic() < end, f"not {n} x {kind} within {within_s} s"
        assert not job.snapshot().is_finished, "the job was over too soon to be disturbed"
        time.sleep(0.02)


def title(process):
    """The title of a process; empty for one that has just ended."""
    try:
        return " ".join(process.cmdline()[:1])
    except psutil.Error:
        return ""


def workers_of(head_pid):
    """Worker processes of a head that hold a job's bench or wait for one."""
    return [p for p in psutil.Process(head_pid).children(recursive=True) if "Worker" in title(p)]


def head_pid(home):
    return json.loads(next((home / "engine").glob("*/head.json")).read_text())["pid"]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_do_not_change_the_answer(undisturbed, workers, monkeypatch):
    """F47: same seed with 1, 2 and 4 workers: same trials, same scores, same predictions."""
    monkeypatch.setenv("NBML_CPUS", str(workers))
    assert answer(nbml.train(mixes(), workers=workers, **JOB)) == undisturbed


def test_more_workers_than_processors_are_cut_and_told(undisturbed):
    """F17: never an endless wait for processors that are not there."""
    job = nbml.train(mixes(), workers=64, **JOB)
    assert answer(job) == undisturbed
    assert [e.fields for e in job.events() if e.type == "notice" and e.code == "NBML-E26"] == [
        {"asked": 64, "workers": 2}
    ]


def test_inline_gives_the_same_answer(undisturbed):
    assert answer(nbml.train(mixes(), executor="inline", **JOB)) == undisturbed


def test_killed_worker_changes_nothing(undisturbed, home):
    """F1: kill -9 of a worker in mid-fold."""
    job = nbml.train(mixes(), **JOB)
    wait_for(job, 5)
    busiest = max(workers_of(head_pid(home)), key=lambda p: p.cpu_times().user)
    busiest.kill()
    assert answer(job) == undisturbed


def order_of(job):
    """What the job's supervisor holds, as the keeper leads to it."""
    keeper = ray.get_actor(OWN, namespace=NAMESPACE)
    name = ray.get(keeper.running.remote(), timeout=60)[job.id]
    return ray.get(ray.get_actor(name, namespace=NAMESPACE).order.remote(), timeout=60)


def test_killed_supervisor_changes_nothing(undisturbed, monkeypatch):
    """F8, F35: kill -9 of the supervisor; the keeper gives the job, and what it signs in with, to another."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "of-this-user")
    job = nbml.train(mixes(), **JOB)
    wait_for(job, 7)
    first = order_of(job)
    assert first.credentials["MLFLOW_TRACKING_TOKEN"] == "of-this-user"
    os.kill(read_lease(job.paths.lease)["pid"], signal.SIGKILL)
    wait_for(job, 2, "job.started")
    assert order_of(job) == first
    assert answer(job) == undisturbed
    assert job.snapshot().attempt == 2
    assert [e.type for e in job.events()].count("job.finished") == 1


def test_killed_submitter_changes_nothing(undisturbed, home):
    """F9: kill -9 of the submitting process; another process follows the job by its id."""
    code = (
        "import nbml, sys, time; from tests.integration.mixes import mixes, TARGET, SLOW\n"
        f"job = nbml.train(mixes(), **{JOB!r})\n"
        "print(job.id, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as submitter:
        job = nbml.open(submitter.stdout.readline().strip())
        wait_for(job, 3)
        submitter.kill()
    assert answer(job) == undisturbed


def test_cancel_is_quick_and_keeps_what_is_finished(warm_ray, home):
    """F6: nothing works on it any more when it has ended, and finished trials are usable."""
    job = nbml.train(mixes(), TARGET, group="lot", trials=500, space=SLOW)
    wait_for(job, 3, "trial.finished")
    at_work = workers_of(head_pid(home))
    job.cancel()
    result = job.result(timeout_s=60)
    assert (job.status, result.record.state) == ("cancelled", "cancelled")
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in at_work)
    done = [e for e in job.events() if e.type == "trial.finished"]
    assert len(done) < 500
    assert result.score == pytest.approx(min(e.value for e in done))
    predicted = result.predict(mixes().head(5))
    assert predicted[f"predicted_{TARGET}"].notna().all()


def test_two_jobs_at_once_both_end(undisturbed):
    """F32: the same name twice: both run, each with an id of its own."""
    first, second = (nbml.train(mixes(), name="same", **JOB) for _ in range(2))
    assert first.id != second.id
    assert answer(first) == answer(second) == undisturbed


def test_time_limit_keeps_the_best_complete_trial(warm_ray):
    """F43: the budget ends inside a fold."""
    job = nbml.train(mixes(), TARGET, group="lot", trials=None, timeout_s=8.0, space=SLOW)
    result = job.result(timeout_s=120)
    done = [e.value for e in job.events() if e.type == "trial.finished" and e.state == "complete"]
    assert result.record.state == "succeeded"
    assert result.score == pytest.approx(min(done))
    assert {leader.shap_rows for leader in result.record.leaderboard if leader.chosen} == {len(mixes())}


def test_ray_says_nothing_in_the_terminal(home):
    """No flood of Ray's own lines, even when a worker dies."""
    code = (
        "import nbml, os, time, psutil, json, pathlib\n"
        "from tests.integration.mixes import mixes, TARGET, SLOW\n"
        f"job = nbml.train(mixes(), **{JOB!r})\n"
        "while sum(e.type == 'fold.finished' for e in job.events()) < 3: time.sleep(0.05)\n"
        "from tests.integration.test_ray_jobs import head_pid, workers_of\n"
        "head = head_pid(pathlib.Path(os.environ['NBML_HOME']))\n"
        "max(workers_of(head), key=lambda p: p.cpu_times().user).kill()\n"
        "job.result(timeout_s=200); time.sleep(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=280)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_predictions_on_the_workers_are_those_of_this_process(undisturbed, home, monkeypatch):
    """P15: to the last bit and in order; a stop frees the workers, a dead worker changes nothing."""
    found_workers, find = [], pieces.warm_workers
    monkeypatch.setattr(pieces, "PAYS_S", 0.0)
    monkeypatch.setattr(pieces, "SOON_S", 60.0)
    monkeypatch.setattr(pieces, "warm_workers", lambda s: found_workers.append(find(s)) or found_workers[-1])
    job_id = next(line.id for line in nbml.jobs() if line.state == "succeeded")
    rows = pd.concat([mixes(seed=k) for k in range(250)], ignore_index=True)
    quick = {"interval": None, "spread": False, "distance": False}
    here = nbml.load(job_id).predict(rows, **quick)

    def ask(on_rows=lambda done, n: None):
        return nbml.predict(job_id, rows, chunk_rows=8192, record=False, on_rows=on_rows, **quick)

    assert_frame_equal(ask(), here, check_exact=True)
    assert [executor.slots for executor in found_workers] == [2]
    assert ask().attrs == here.attrs

    def stop(done, n):
        if done > 3 * 8192:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(stop)
    killed = []

    def kill(done, n):
        if done > 2 * 8192 and not killed:
            killed.append(max(workers_of(head_pid(home)), key=lambda p: p.cpu_times().user))
            killed[0].kill()

    assert_frame_equal(ask(kill), here, check_exact=True)
    assert killed
    assert len(found_workers) == 4


@pytest.fixture(scope="module")
def models(warm_ray):
    """Small models: a search with them is mostly its own."""
    space = {"lightgbm": {"num_iterations": 30}}
    job = nbml.train(mixes().dropna(), TARGET, trials=1, folds=2, shap=False, space=space)
    job.result(timeout_s=240)
    return job.id


def big_search(models, **options):
    goals = [{"target": TARGET, "goal": "maximize"}, {"input": "セメント量[kg]", "goal": "minimize"}]
    return nbml.optimize(models, goals=goals, evaluations=100_000, seed=5, **options)


@pytest.fixture(scope="module")
def one_worker(models):
    """A front grown by islands on one worker."""
    return big_search(models, workers=1).result(timeout_s=240)


def test_islands_on_workers_that_are_killed_give_the_same_front(one_worker, models, home):
    """F1, F47, O25: two workers in place of one, one of them killed in mid-stretch."""
    job = big_search(models, workers=2)
    wait_for(job, 2, "front.changed")
    busiest = max(workers_of(head_pid(home)), key=lambda p: p.cpu_times().user)
    busiest.kill()
    result = job.result(timeout_s=240)
    assert result.record.islands == one_worker.record.islands > 1
    assert result.pareto.equals(one_worker.pareto)
    assert result.record.evaluations == one_worker.record.evaluations
    assert "NBML-E20" in {event.code for event in job.events() if event.type == "notice"}


def test_a_big_search_that_is_stopped_keeps_its_front_and_goes_on(models):
    """O24: idle at once, what was found stays, another search begins there."""
    job = big_search(models)
    wait_for(job, 2, "front.changed")
    job.cancel()
    result = job.result(timeout_s=60)
    assert (job.status, result.record.is_partial) == ("cancelled", True)
    assert 0 < result.record.evaluations < 100_000
    later = job.go_on(evaluations=300).result(timeout_s=120)
    assert later.record.hypervolume >= 0.99 * result.record.hypervolume
    assert later.run_id is not None
