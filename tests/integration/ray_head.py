"""A Ray head as a cluster's owner starts it: dashboard for the Jobs API, token on, loopback only."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
import venv
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

import nbml
from nbml.engine.cluster import LOOPBACK
from nbml.engine.process_tree import end_tree

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", LOOPBACK: "0"}


@dataclass
class Head:
    """A running head."""

    address: str
    jobs: str
    token: str
    process: subprocess.Popen


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment():
    """This process's environment without anything that says where Ray or nbml are."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("NBML_", "RAY_", "PYTEST_"))}


def lean_python(folder):
    """A Python that has all of this one by reference: Ray copies its environment for a job with ``pip``."""
    venv.create(folder, with_pip=False, symlinks=True)
    places = [
        *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")},
        *Path(nbml.__file__).parents[1:2],
    ]
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "all.pth").write_text("\n".join(map(str, places)) + "\n")
    return folder / "bin" / "python"


def autoscaling(port, *, nodes, cpus):
    """Ray's own autoscaler over nodes that are further raylets of this machine.

    Not by ``ray.cluster_utils.AutoscalingCluster``: it ends every Ray of the machine first, and wants a file
    that Ray's wheel does not have.
    """
    import ray
    from ray.autoscaler._private.fake_multi_node.node_provider import FAKE_HEAD_NODE_ID

    plain = Path(ray.__file__).parent / "autoscaler" / "_private" / "readonly" / "defaults.yaml"
    small = {"resources": {"CPU": cpus, "object_store_memory": 100_000_000}, "node_config": {}}
    return {
        **yaml.safe_load(plain.read_text()),
        "cluster_name": "small",
        "max_workers": nodes,
        "provider": {
            "type": "external",
            "module": "ray.autoscaler._private.fake_multi_node.node_provider.FakeMultiNodeProvider",
            "head_node_id": FAKE_HEAD_NODE_ID,
            "gcs_address": f"127.0.0.1:{port}",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "available_node_types": {
            "ray.head.default": {"resources": {}, "node_config": {}, "max_workers": 0},
            "small": {**small, "min_workers": 0, "max_workers": nodes},
        },
        "head_node_type": "ray.head.default",
        "idle_timeout_minutes": 60,
    }


@contextmanager
def ray_head(home, *, cpus=2, environment=None, python=sys.executable, grows=None):
    """A head whose programs have ``home`` as NBML_HOME; ended with all its processes.

    ``grows``: arguments of ``autoscaling``.
    """
    port, dashboard, token = free_port(), free_port(), secrets.token_hex(32)
    scratch = Path(tempfile.mkdtemp(prefix="nbml-t-"))
    word = scratch / "token"
    word.write_text(token)
    word.chmod(0o600)
    growth = ()
    if grows is not None:
        plan = scratch / "autoscaling.yaml"
        plan.write_text(json.dumps(autoscaling(port, **grows)))
        growth = (f"--autoscaling-config={plan}",)
        environment = {"RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1"} | (environment or {})
    process = subprocess.Popen(
        [
            *(str(python), "-c", "import sys; from ray.scripts.scripts import main; sys.exit(main())"),
            *("start", "--head", "--block", f"--port={port}", f"--num-cpus={cpus}", "--disable-usage-stats"),
            *("--include-dashboard=true", "--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}"),
            *("--object-store-memory=200000000", f"--temp-dir={scratch}", "--include-log-monitor=false"),
            # two heads on one machine: their agents must not ask for the same port
            f"--dashboard-agent-listen-port={free_port()}",
            *growth,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment()
        | QUIET
        | {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(word),
            "NBML_HOME": str(home),
            "PATH": f"{Path(python).parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        | (environment or {}),
    )
    jobs = f"http://127.0.0.1:{dashboard}"
    try:
        end = time.monotonic() + 90
        while not _answers(jobs, token):
            assert process.poll() is None, "the head has ended"
            assert time.monotonic() < end, "the head does not answer"
            time.sleep(0.2)
        yield Head(f"127.0.0.1:{port}", jobs, token, process)
    finally:
        end_tree(process.pid)
        shutil.rmtree(scratch, ignore_errors=True)


def _answers(jobs, token):
    request = urllib.request.Request(f"{jobs}/api/jobs/", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
