"""One contract for every place of work; on Ray also what happens when workers die."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from nbml.engine.executor import Task
from nbml.engine.inline import InlineExecutor
from tests.contract.benches import DemandBench


@pytest.fixture(scope="module")
def ray_cluster(tmp_path_factory):
    """A head of our own, ended afterwards with all its processes."""
    home = tmp_path_factory.mktemp("home")
    before = os.environ.get("NBML_HOME")
    os.environ["NBML_HOME"] = str(home)
    import ray

    from nbml.engine.cluster import stop_head
    from nbml.engine.dispatch import stand_by
    from nbml.settings import Settings
    from tests.contract import benches

    ray.cloudpickle.register_pickle_by_value(benches)
    settings = Settings(home=home, cpus=2)
    stand_by(settings, {"worker": (), "supervisor": ()}, wait=True)
    yield settings
    ray.cloudpickle.unregister_pickle_by_value(benches)
    ray.shutdown()
    stop_head(settings)
    if before is None:
        del os.environ["NBML_HOME"]
    else:
        os.environ["NBML_HOME"] = before


@pytest.fixture(params=["inline", pytest.param("ray", marks=pytest.mark.ray)])
def place(request, tmp_path):
    """Opens executors of one kind on the demand bench."""
    opened = []

    def make(slots=2, **options):
        if request.param == "inline":
            executor = InlineExecutor(slots)
        else:
            request.getfixturevalue("ray_cluster")
            from nbml.engine.ray_executor import RayExecutor

            executor = RayExecutor(f"job-{os.urandom(4).hex()}", slots, **options)
        executor.open(DemandBench, {"folder": str(tmp_path), "array": np.arange(1000.0)})
        opened.append(executor)
        return executor

    make.kind = request.param
    yield make
    for executor in opened:
        executor.stop()
        executor.close()


def gather(executor, n, within_s=60.0):
    """The next ``n`` outcomes by key."""
    outcomes, end = {}, time.monotonic() + within_s
    while len(outcomes) < n:
        assert time.monotonic() < end, f"only {sorted(outcomes)} came"
        for outcome in executor.next(0.1):
            assert outcome.key not in outcomes, "an outcome came twice"
            outcomes[outcome.key] = outcome
    return outcomes


def test_every_task_is_answered_once(place):
    executor = place()
    for x in range(50):
        executor.submit(Task(f"k{x}", {"do": "square", "x": x}))
    outcomes = gather(executor, 50)
    assert {key: o.value for key, o in outcomes.items()} == {f"k{x}": x * x for x in range(50)}
    assert all(o.error is None and o.attempts == 1 and o.seconds >= 0 for o in outcomes.values())
    assert executor.next(0.05) == []


def test_shared_data_reaches_every_worker(place):
    executor = place()
    for x in range(6):
        executor.submit(Task(f"k{x}", {"do": "array_sum"}))
    assert {o.value for o in gather(executor, 6).values()} == {float(np.arange(1000.0).sum())}


def test_failures_are_values(place):
    """An exception of a library is carried back with its text, an nbml error as it is."""
    executor = place()
    executor.submit(Task("a", {"do": "fail"}))
    executor.submit(Task("b", {"do": "named_failure"}))
    executor.submit(Task("c", {"do": "square", "x": 3}))
    outcomes = gather(executor, 3)
    assert outcomes["a"].error.code == "NBML-E12"
    assert "the library said no" in outcomes["a"].error.fields["reason"]
    assert (outcomes["b"].error.code, outcomes["b"].error.fields) == ("NBML-M03", {"row": 7})
    assert outcomes["c"].value == 9


def test_free_counts_what_is_open(place):
    executor = place(slots=2)
    executor.submit(Task("warm", {"do": "square", "x": 1}))
    gather(executor, 1)
    before = executor.free()
    executor.submit(Task("a", {"do": "spin", "seconds": 0.5}))
    assert executor.free() == before - 1
    gather(executor, 1)
    assert executor.free() >= 2


def test_abandon_gives_up_tasks_and_stays_usable(place):
    executor = place()
    for x in range(6):
        executor.submit(Task(f"s{x}", {"do": "spin", "seconds": 30}))
    time.sleep(0.5)
    begun = time.monotonic()
    executor.abandon()
    assert time.monotonic() - begun < 20
    executor.submit(Task("after", {"do": "square", "x": 5}))
    outcomes = gather(executor, 1)
    assert outcomes["after"].value == 25


def test_news_reach_every_bench_beside_its_task(place):
    """A bench that is at work hears too, before its task is done."""
    executor = place()
    for x in range(4):
        executor.submit(Task(f"first{x}", {"do": "square", "x": x}))
    gather(executor, 4)
    while getattr(executor, "_opening", None):  # a worker that comes later has nothing to hear of
        executor.next(0.1)
    for x in range(2):
        executor.submit(Task(f"s{x}", {"do": "spin", "seconds": 2}))
    executor.next(0.2)
    executor.tell({"word": "early"})
    executor.tell({"word": "late"})
    end = time.monotonic() + 60
    while not executor.has_been_heard():
        assert time.monotonic() < end
        time.sleep(0.01)
    for x in range(4):
        executor.submit(Task(f"k{x}", {"do": "said"}))
    outcomes = gather(executor, 6)
    assert [outcomes[f"k{x}"].value for x in range(4)] == [["early", "late"]] * 4


def test_stop_ends_everything(place):
    executor = place()
    for x in range(4):
        executor.submit(Task(f"s{x}", {"do": "spin", "seconds": 30}))
    executor.next(0.3)
    begun = time.monotonic()
    executor.stop()
    executor.close()
    assert time.monotonic() - begun < 15
    assert not any(outcome.error is None for outcome in executor.next(0.0))


@pytest.fixture
def on_ray(place):
    if place.kind != "ray":
        pytest.skip("a thread cannot die without its process: only workers of their own can be killed")
    return place


def test_killed_worker_costs_one_attempt(on_ray):
    """F1: kill -9 in mid-task; the task is repeated on a fresh worker, the others are untouched."""
    executor = on_ray()
    executor.submit(Task("crash", {"do": "crash", "mark": "once", "times": 1}))
    for x in range(10):
        executor.submit(Task(f"k{x}", {"do": "square", "x": x}))
    outcomes = gather(executor, 11)
    assert (outcomes["crash"].value, outcomes["crash"].attempts) == ("survived", 2)
    assert all(outcomes[f"k{x}"].value == x * x and outcomes[f"k{x}"].attempts == 1 for x in range(10))
    assert [note.code for note in executor.notes()] == ["NBML-E20"]


def test_task_that_kills_three_workers_fails_alone(on_ray):
    """F3: after the limit the task is given up as a crash, others go on."""
    executor = on_ray()
    executor.submit(Task("deadly", {"do": "crash", "mark": "ever", "times": 99}))
    executor.submit(Task("k", {"do": "square", "x": 2}))
    outcomes = gather(executor, 2)
    assert (outcomes["deadly"].error.code, outcomes["deadly"].attempts) == ("NBML-E10", 3)
    assert outcomes["k"].value == 4
    executor.submit(Task("later", {"do": "square", "x": 6}))
    assert gather(executor, 1)["later"].value == 36


@pytest.mark.parametrize("times", [1, 99])
def test_a_death_among_short_tasks_harms_none_but_its_cause(on_ray, times):
    """F1, F3: tasks that share a call with a crash are done again, alone; the crash counts as ever."""
    executor = on_ray()
    for x in range(8):
        executor.submit(Task(f"first{x}", {"do": "square", "x": x}))
    gather(executor, 8)
    assert executor._per_call() > 1
    for x in range(40):
        executor.submit(Task(f"k{x}", {"do": "square", "x": x}))
        if x == 20:
            executor.submit(Task("crash", {"do": "crash", "mark": f"among-{times}", "times": times}))
    outcomes = gather(executor, 41)
    assert all(outcomes[f"k{x}"].value == x * x and outcomes[f"k{x}"].attempts <= 2 for x in range(40))
    crash = outcomes["crash"]
    if times == 1:  # the answer to the call before may die with the worker: then that call bears the death
        assert (crash.value, crash.attempts) in [("survived", 2), ("survived", 1)]
        assert max(outcome.attempts for outcome in outcomes.values()) == 2
    else:
        assert (crash.error.code, crash.attempts) == ("NBML-E10", 3)


def test_hanging_task_meets_its_deadline(on_ray):
    """F5: a task that ignores every wish to stop is ended with its worker."""
    executor = on_ray(task_timeout_s=2.0)
    executor.submit(Task("hang", {"do": "hang", "seconds": 600}))
    executor.submit(Task("k", {"do": "square", "x": 4}))
    outcomes = gather(executor, 2)
    assert outcomes["hang"].error.code == "NBML-E11"
    assert outcomes["k"].value == 16


def test_abandon_ends_what_does_not_listen(on_ray):
    """F5, F6: a worker that does not stop when asked is replaced."""
    executor = on_ray()
    executor.submit(Task("hang", {"do": "hang", "seconds": 600}))
    executor.submit(Task("spin", {"do": "spin", "seconds": 600}))
    time.sleep(1.0)
    executor.abandon()
    executor.submit(Task("after", {"do": "square", "x": 7}))
    assert gather(executor, 1)["after"].value == 49


def test_worker_killed_from_outside(on_ray):
    """F1: a real SIGKILL of the worker process while it works."""
    import signal

    executor = on_ray(slots=1)
    executor.submit(Task("pid", {"do": "pid"}))
    pid = gather(executor, 1)["pid"].value
    executor.submit(Task("spin", {"do": "spin", "seconds": 2}))
    executor.next(0.5)
    os.kill(pid, signal.SIGKILL)
    outcome = gather(executor, 1)["spin"]
    assert (outcome.value, outcome.attempts) == ("done", 2)


@pytest.mark.ray
def test_what_a_killed_process_had_borrowed_comes_back(ray_cluster):
    """F9: kill -9 of a process that predicts on lent workers; no job of its own is to be taken up."""
    import ray

    from nbml.engine.dispatch import stand_by

    keeper = stand_by(ray_cluster, {"worker": (), "supervisor": ()}, wait=True)
    code = (
        "import nbml, time; from nbml.engine.dispatch import stand_by; from nbml.settings import Settings\n"
        "from nbml.engine.ray_executor import RayExecutor; from tests.contract.benches import DemandBench\n"
        "stand_by(Settings(), {}); executor = RayExecutor('job-borrowed', 2)\n"
        "executor.open(DemandBench, {'folder': '.'}); print('open', flush=True); time.sleep(600)\n"
    )
    before = len(ray.get(keeper.idle_pings.remote(), timeout=60))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as borrower:
        assert borrower.stdout.readline() == "open\n"
        assert len(ray.get(keeper.idle_pings.remote(), timeout=60)) == before - 2
        borrower.kill()
    end = time.monotonic() + 90
    while len(ray.get(keeper.idle_pings.remote(), timeout=60)) < before:
        assert time.monotonic() < end, "the workers did not come back"
        time.sleep(0.2)
