"""Jobs on a real cluster of several nodes: lost, added, of other versions, with what workers ask for."""

import json
import os
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import nbml
from nbml.engine.cluster import _token_in_force
from nbml.engine.growing import STATUS
from nbml.engine.process_tree import end_tree
from nbml.settings import Settings
from nbml.spec.parse import spec_to_yaml
from tests.integration.mixes import SLOW, TARGET, answer, mixes
from tests.integration.ray_head import QUIET, clean_environment, ray_head

pytestmark = pytest.mark.ray
STORE = {"object_store_memory": 100_000_000}
JOB = {"group": "lot", "trials": 6, "space": SLOW, "shap": False}
LONG = {"shap": True, "trials": 16, "space": {"lightgbm": {"num_iterations": 2_500, "learning_rate": 0.01}}}
"""Long enough for a node to come and to start its workers."""


class Nodes:
    """A cluster, and orders to it."""

    def __init__(self, process, token):
        self._process, self.token = process, token
        self.address = self._answer()["address"]

    def do(self, what, **options):
        self._process.stdin.write(json.dumps({"do": what, **options}) + "\n")
        self._process.stdin.flush()
        assert self._answer() == {"done": True}

    def add(self, **options):
        self.do("add", **STORE, **options)

    def _answer(self):
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise AssertionError("the cluster has ended")


@contextmanager
def cluster(**head):
    token = secrets.token_hex(32)
    secret = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
    with subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("ray_nodes.py")),
            json.dumps({"include_dashboard": False, "num_cpus": 0, **STORE, **head}),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment() | QUIET | secret,
    ) as process:
        try:
            yield Nodes(process, token)
        finally:
            process.stdin.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                end_tree(process.pid)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def run(tmp_path, home):
    """Starts ``nbml run`` on a cluster as a submitted program would; ended with the test."""
    started = []

    def start(nodes, **options):
        table, file = tmp_path / "table.csv", tmp_path / "spec.yaml"
        mixes().to_csv(table, index=False)
        each, executor = options.pop("each", None), options.pop("executor", "cluster")
        spec = nbml.make_spec(str(table), TARGET, **{**JOB, **options})
        if each:
            spec = spec.model_copy(update={"resources": spec.resources.model_copy(update={"each": each})})
        file.write_text(spec_to_yaml(spec), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "nbml", "run", str(file), "--json"],
            stdout=(tmp_path / f"out{len(started)}").open("wb"),
            stderr=(tmp_path / f"err{len(started)}").open("wb"),
            env=clean_environment()
            | QUIET
            | {
                "NBML_HOME": str(home),
                "NBML_LANGUAGE": "en",
                "NBML_EXECUTOR": executor,
                "NBML_RAY_ADDRESS": nodes.address,
                "NBML_RAY_TOKEN": nodes.token,
            },
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            end_tree(process.pid)


def only_job(home, *, folds=0):
    """The home's job, once it has finished so many folds."""
    end = time.monotonic() + 150
    while True:
        for file in (home / "jobs").glob("*/spec.json"):
            job = nbml.Job(file.parent.name, Settings(home=home))
            if sum(event.type == "fold.finished" for event in job.events()) >= folds:
                return job
        assert time.monotonic() < end
        time.sleep(0.05)


def undisturbed(tmp_path, **options):
    """The answer of one machine, in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(tmp_path / "undisturbed"))
        return answer(nbml.train(mixes(), TARGET, executor="inline", **{**JOB, **options}))


def refusal(process, tmp_path, code):
    assert process.wait(120) == code
    return json.loads((tmp_path / "err0").read_text().splitlines()[-1])


def path_with(folder):
    """PYTHONPATH of a node that has this folder first."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def blind_to(home):
    """Environment of a node that neither has NBML_HOME nor sees that of the job."""
    path = path_with(Path(__file__).with_name("blind"))
    return {"PYTHONPATH": path, "NBML_HOME": "/dev/null/home", "NBML_TEST_UNSEEN": str(home)}


def test_a_node_that_comes_is_used_and_one_that_dies_changes_nothing(run, home, tmp_path):
    """One node; a second is added in mid-job and works; the first is killed: the same answer.

    Neither sees the job's folder: fold results and models are carried to it.
    """
    with cluster() as nodes:
        nodes.add(num_cpus=1, environment=blind_to(home))
        process = run(nodes, **LONG)
        job = only_job(home, folds=2)
        nodes.add(num_cpus=1, environment=blind_to(home))
        added = job.snapshot().elapsed_s
        end = time.monotonic() + 60
        while job.snapshot().workers < 2:
            assert not job.snapshot().is_finished, "over too soon to see"
            assert time.monotonic() < end
            time.sleep(0.05)
        used_after_s = job.snapshot().elapsed_s - added
        nodes.do("kill", node=0)
        assert process.wait(150) == 0
    assert answer(job) == undisturbed(tmp_path, **LONG)
    print(f"used after {used_after_s:.1f} s")


def test_a_notebook_s_job_stands_by_its_files_and_works_on_all_nodes(run, home, tmp_path):
    """On a cluster of others keeper and supervisor stand where NBML_HOME is; the job outlives its kernel.

    The one node that has processors does not see the job's folder, and nothing but workers may stand there.
    """
    with cluster() as nodes:
        nodes.add(num_cpus=2, environment=blind_to(home))
        process = run(nodes, trials=10, executor="ray")
        job = only_job(home, folds=2)
        process.kill()
        process.wait()
        assert job.result(timeout_s=150).record.state == "succeeded"
        assert (job.snapshot().executor, job.snapshot().workers) == ("cluster", 2)
    assert answer(job) == undisturbed(tmp_path, trials=10)


def test_a_lost_head_interrupts_and_the_same_spec_goes_on(run, home, tmp_path):
    """F14: the head dies in mid-job: interrupted within 30 s of the end of the program; resumed elsewhere."""
    with cluster() as nodes:
        nodes.add(num_cpus=2)
        process = run(nodes)
        job = only_job(home, folds=4)
        finished = {(e.study, e.trial, e.fold) for e in job.events() if e.type == "fold.finished"}
        nodes.do("kill_head")
        process.wait(90)
        assert process.returncode != 0
    assert job.status == "interrupted"
    with cluster(num_cpus=2) as nodes:
        assert run(nodes).wait(150) == 0
    resumed = answer(job)
    assert finished <= set(resumed["folds"])
    assert resumed == undisturbed(tmp_path)


def test_what_workers_ask_for_is_refused_or_honoured(run, home, tmp_path):
    """F17: no node has it: refused at once, with what is needed; one comes: the job runs there."""
    with cluster(num_cpus=2) as nodes:
        error = refusal(run(nodes, trials=1, each={"GPU": 1}), tmp_path, 4)
        assert (error["code"], json.loads(error["fields"]["need"])) == ("NBML-E47", {"CPU": 1.0, "GPU": 1.0})
        nodes.add(num_cpus=2, num_gpus=1)
        assert run(nodes, trials=1, each={"GPU": 1}).wait(120) == 0
        done = [nbml.Job(p.name, Settings(home=home)) for p in sorted((home / "jobs").iterdir())][-1]
        assert done.result().record.state == "succeeded"
        assert done.snapshot().workers <= 1
        error = json.loads(_after(run(nodes, trials=1, workers=1, memory_mb=10_000_000), tmp_path / "err2"))
        assert error["code"] == "NBML-E47"


def test_an_autoscaler_sees_what_workers_need_and_brings_a_node(run, home, tmp_path):
    """Three workers and a head alone: Ray's autoscaler sees them wanting, and its one node works for two."""
    with ray_head(home, cpus=0, grows={"nodes": 1, "cpus": 2}) as head:
        client = autoscaler_of(head)
        assert demand(client) == 0
        process = run(head, workers=3, trials=10)
        assert wait_until(lambda: demand(client), within_s=150) <= 3
        job = only_job(home, folds=1)
        wait_until(lambda: job.snapshot().workers >= 2, within_s=150)
        assert not job.snapshot().is_finished
        assert process.wait(240) == 0
    assert [e.fields for e in job.events() if e.type == "notice" and e.code == "NBML-E55"] == [
        {"asked": 3, "workers": 0}
    ]
    assert answer(job) == undisturbed(tmp_path, trials=10)


def autoscaler_of(head):
    """A client of the head's state, where Ray's autoscaler leaves what `ray status` prints."""
    from ray._raylet import GcsClient

    with _token_in_force({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": head.token}):
        return GcsClient(address=head.address)


def demand(client):
    """Workers that want a processor each."""
    said = client.internal_kv_get(STATUS.encode(), timeout=60)
    wanted = json.loads(said)["load_metrics_report"]["resource_demand"] if said else []
    return sum(count for resources, count in wanted if resources == {"CPU": 1.0})


def wait_until(look, *, within_s):
    end = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {within_s} s"
        time.sleep(0.1)
    return seen


def _after(process, file):
    assert process.wait(120) == 4
    return file.read_text().splitlines()[-1]


def test_a_node_of_another_version_is_refused_with_both_named(run, tmp_path):
    """F18: a node whose LightGBM is another one."""
    other = tmp_path / "other" / "lightgbm-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: lightgbm\nVersion: 0.0.1\n")
    path = path_with(other.parent)
    with cluster() as nodes:
        nodes.add(num_cpus=1, environment={"PYTHONPATH": path})
        error = refusal(run(nodes, trials=1), tmp_path, 4)
    from importlib.metadata import version

    assert error["code"] == "NBML-E48"
    assert error["fields"]["there"] == "lightgbm 0.0.1"
    assert error["fields"]["here"] == f"lightgbm {version('lightgbm')}"
