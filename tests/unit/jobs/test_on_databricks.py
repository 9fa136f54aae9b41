"""Ray on the notebook's cluster: asked for as Ray wants it, and every reason why not ends in one sentence."""

import inspect
import os
import sys
import warnings
from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest
import ray.util.spark

import nbml
from nbml.engine.on_spark import IDLE
from nbml.errors import EngineError
from nbml.jobs import on_databricks
from nbml.settings import RUNTIME, Settings

MOST = ray.util.spark.MAX_NUM_WORKER_NODES


def spark_of(master):
    return SimpleNamespace(sparkContext=SimpleNamespace(master=master))


DEDICATED, SINGLE_NODE = spark_of("spark://driver:7077"), spark_of("local[*, 4]")


class Standard:
    """Spark Connect: what Standard access mode and serverless compute give."""

    def __getattr__(self, name):
        raise RuntimeError("[JVM_ATTRIBUTE_NOT_SUPPORTED] Attribute `sparkContext` is not supported\nmore")


class Workspace:
    """A notebook's surroundings; `asked` is what Ray was asked for, `joined` where nbml connected."""

    def __init__(self, monkeypatch):
        self.asked, self.joined, self.idle = [], [], []
        self.fails_to_join = ()
        self._patch = monkeypatch
        for name in ("RAY_ADDRESS", "NBML_EXECUTOR", "NBML_RAY_ADDRESS", IDLE):
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)
        monkeypatch.setenv(RUNTIME, "17.3")
        # The installed Ray's own signature: a call that it would not take fails here too.
        setup = create_autospec(ray.util.spark.setup_ray_cluster, side_effect=self._set_up)
        monkeypatch.setattr(ray.util.spark, "setup_ray_cluster", setup)
        monkeypatch.setattr(on_databricks, "connect", self._join)
        monkeypatch.setattr(on_databricks, "is_own_head", lambda: True)

    def on(self, session):
        of = SimpleNamespace(getActiveSession=lambda: session)
        self._patch.setitem(sys.modules, "pyspark", SimpleNamespace())
        self._patch.setitem(sys.modules, "pyspark.sql", SimpleNamespace(SparkSession=of))
        return self

    def _set_up(self, **options):
        self.asked.append(options)
        self.idle.append(os.environ[IDLE])
        if options.get("strict_mode"):
            raise RuntimeError("Launch Ray-on-Spark cluster failed") from RuntimeError("no resources")
        os.environ["RAY_ADDRESS"] = "10.1.2.3:9339"
        return "10.1.2.3:9339", "ray://10.1.2.3:10001"

    def _join(self, settings):
        if len(self.joined) in self.fails_to_join:
            self.joined.append(None)
            raise EngineError("NBML-E15", reason="no shared memory", log="head.log")
        self.joined.append(settings.ray_address)


@pytest.fixture
def workspace(monkeypatch):
    return Workspace(monkeypatch)


def refused(**options):
    """The one sentence of a refusal."""
    with pytest.warns(UserWarning, match="Jobs run") as told:
        nbml.connect("databricks", **options)
    assert len(told) == 1
    return str(told[0].message)


def test_all_workers_are_taken_and_jobs_go_there(workspace):
    workspace.on(DEDICATED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbml.connect("databricks")
    assert workspace.asked == [{"max_worker_nodes": MOST, "min_worker_nodes": None}]
    assert workspace.idle == ["0"], "a job started from a panel must not lose its cluster after 30 minutes"
    assert IDLE not in os.environ
    assert workspace.joined == ["10.1.2.3:9339"]
    settings = Settings()
    assert (settings.executor, settings.ray_address) == ("cluster", "10.1.2.3:9339")
    nbml.connect("databricks")
    assert len(workspace.asked) == 1, "the cluster that is there is used"


def test_what_is_asked_for_reaches_ray(workspace, monkeypatch):
    workspace.on(DEDICATED)
    asked = {"max_worker_nodes": 8, "min_worker_nodes": 2, "num_cpus_worker_node": 4}
    nbml.connect("databricks", idle_minutes=90, **asked)
    assert workspace.asked == [asked]
    assert workspace.idle == ["90"]
    os.environ.pop("RAY_ADDRESS")
    monkeypatch.setenv(IDLE, "45")
    nbml.connect("databricks")
    assert (workspace.idle[-1], os.environ[IDLE]) == ("45", "45"), "what the notebook has set holds"
    with pytest.raises(TypeError, match="databricks"):
        nbml.connect(max_worker_nodes=8)


@pytest.mark.parametrize(
    ("session", "options", "word"),
    [
        (Standard(), {}, "Dedicated"),
        (SINGLE_NODE, {}, "single node"),
        (None, {}, "Spark session"),
        (DEDICATED, {"strict_mode": True}, "no resources"),
    ],
    ids=["standard", "single-node", "no-session", "ray-refuses"],
)
def test_where_it_cannot_be_ray_runs_on_the_driver(workspace, session, options, word):
    said = refused(**options) if workspace.on(session) else ""
    assert word in said
    assert "with Ray on this machine alone" in said
    assert "\n" not in said
    assert workspace.joined == [None]
    assert Settings().executor == "ray"


def test_outside_a_workspace_that_is_said(workspace, monkeypatch):
    monkeypatch.delenv(RUNTIME)
    assert RUNTIME in refused()
    assert workspace.asked == []


def test_where_not_even_that_starts_jobs_run_in_the_process(workspace):
    """F15."""
    workspace.on(Standard()).fails_to_join = (0,)
    assert "within this process, without Ray" in refused()
    assert Settings().executor == "inline"


def test_the_installed_ray_takes_what_is_asked_for():
    """Ray's function swallows unknown arguments, so a new name for one of ours is only seen here."""
    from ray.util.spark import databricks_hook

    parameters = inspect.signature(ray.util.spark.setup_ray_cluster).parameters.values()
    ours = {"max_worker_nodes", "min_worker_nodes", "num_cpus_worker_node"}
    assert ours <= {one.name for one in parameters if one.kind is one.KEYWORD_ONLY}
    assert databricks_hook.DATABRICKS_RAY_ON_SPARK_AUTOSHUTDOWN_MINUTES == IDLE
    assert "getIdleTimeMillisSinceLastNotebookExecution" in inspect.getsource(databricks_hook)
