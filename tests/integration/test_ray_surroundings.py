"""Jobs in odd surroundings: the user's own Ray, a deleted folder, other versions, little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbml.errors import EngineError

pytestmark = pytest.mark.ray


def run_script(code, folder, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=280,
        cwd=folder,
        env=os.environ | {"NBML_HOME": str(folder / "home"), "PYTHONPATH": str(Path.cwd())} | environment,
    )


def test_ray_of_the_user_is_used_and_left_alone(tmp_path):
    """F16: an initialised Ray is used, with its processors, and is not shut down."""
    code = (
        "import ray; ray.init(address='local', num_cpus=2, include_dashboard=False, log_to_driver=False)\n"
        "import nbml; from tests.integration.mixes import mixes, TARGET\n"
        "job = nbml.train(mixes(), TARGET, group='lot', trials=3)\n"
        "print('rmse', job.result(timeout_s=200).score > 0, job.snapshot().executor)\n"
        "print('still', ray.is_initialized(), ray.cluster_resources()['CPU'])\n"
        "import time; end = time.monotonic() + 20\n"
        "while ray.available_resources().get('CPU') != 2 and time.monotonic() < end: time.sleep(0.2)\n"
        "print('free', ray.available_resources().get('CPU'))\n"
        "import pathlib; print('head', list(pathlib.Path(nbml.Settings().engine).glob('*/head.json')))\n"
    )
    done = run_script(code, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == ["rmse True ray", "still True 2.0", "free 2.0", "head []"]


def test_deleted_working_directory_does_not_matter(tmp_path):
    """F30: nothing is written to the working directory, which may be gone."""
    code = (
        "import os, tempfile; folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)\n"
        "import nbml; from tests.integration.mixes import mixes, TARGET\n"
        "job = nbml.train(mixes(), TARGET, model=['lightgbm', 'catboost'], trials=2, executor='inline')\n"
        "print(job.result(timeout_s=200).score > 0)\n"
    )
    done = run_script(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr[-2000:]


def test_no_file_is_left_in_the_working_directory(tmp_path):
    """F30: CatBoost's catboost_info and MLflow's mlruns are the usual guests."""
    code = (
        "import nbml; from tests.integration.mixes import mixes, TARGET\n"
        "nbml.train(mixes(), TARGET, model=['catboost', 'xgboost', 'mlp'], trials=2,"
        " executor='inline').result(200)\n"
    )
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=280,
        cwd=tmp_path / "here",
        env=os.environ | {"NBML_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path.cwd())},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert list((tmp_path / "here").iterdir()) == []
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (
            RuntimeError(
                "Version mismatch: The cluster was started with: Ray: 2.40.0 Python: 3.12.1. This process: "
                "Ray: 2.60.0 Python: 3.11.7"
            ),
            "NBML-E18",
        ),
        (ConnectionError("no one there"), "NBML-E16"),
    ],
)
def test_cluster_of_other_versions_is_refused_with_both(raised, code):
    """F18: both versions are named; a cluster that is not there is another error."""
    from types import SimpleNamespace

    import ray

    from nbml.engine.cluster import join

    def init(**options):
        raise raised

    with pytest.raises(EngineError) as error:
        join(SimpleNamespace(init=init, exceptions=ray.exceptions), "10.0.0.1:6379", within_s=0.3)
    assert error.value.code == code
    assert str(raised)[:60] in error.value.message


def test_worker_out_of_memory_is_told_and_fewer_go_on(tmp_path):
    """F4: Ray's own memory monitor kills; the task is tried again with less beside it, then fails alone."""
    code = (
        "import json, time, psutil, ray\n"
        "memory = psutil.virtual_memory()\n"
        "share = (memory.total - memory.available + 4e9) / memory.total\n"
        "ray.init(address='local', num_cpus=2, include_dashboard=False, log_to_driver=False,\n"
        "    object_store_memory=100_000_000,\n"
        "    _system_config={'memory_usage_threshold': share, 'memory_monitor_refresh_ms': 50})\n"
        "from nbml.engine.dispatch import stand_by\n"
        "from nbml.engine.executor import Task\n"
        "from nbml.engine.ray_executor import RayExecutor\n"
        "from nbml.settings import Settings\n"
        "from tests.contract import benches\n"
        "ray.cloudpickle.register_pickle_by_value(benches)\n"
        "stand_by(Settings(cpus=2), {'worker': (), 'supervisor': ()}, wait=True)\n"
        "executor = RayExecutor('job-1', 2)\n"
        f"executor.open(benches.DemandBench, {{'folder': {str(tmp_path)!r}}})\n"
        "executor.submit(Task('big', {'do': 'grow', 'bytes': 8e9}))\n"
        "outcomes, notes, end = {}, [], time.monotonic() + 120\n"
        "while 'big' not in outcomes and time.monotonic() < end:\n"
        "    outcomes |= {o.key: o for o in executor.next(0.1)}\n"
        "    notes += [note.code for note in executor.notes()]\n"
        "executor.submit(Task('small', {'do': 'square', 'x': 3}))\n"
        "while 'small' not in outcomes and time.monotonic() < end:\n"
        "    outcomes |= {o.key: o for o in executor.next(0.1)}\n"
        "big = outcomes['big']\n"
        "print(json.dumps([sorted(set(notes)), big.error.code, big.attempts, executor.slots,"
        " outcomes['small'].value]))\n"
        "executor.stop(); executor.close()\n"
    )
    done = run_script(code, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    notes, error, attempts, slots, small = json.loads(done.stdout)
    assert (error, attempts, slots, small) == ("NBML-E14", 3, 1, 9)
    assert "NBML-E21" in notes
