"""A real Ray head of nbml's own for a module of tests, ended afterwards with all its processes."""

import os

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """NBML_HOME of a module, with two processors whatever the machine has."""
    folder = tmp_path_factory.mktemp("home")
    kept = {name: os.environ.get(name) for name in ("NBML_HOME", "NBML_CPUS", "NBML_EXECUTOR")}
    os.environ |= {"NBML_HOME": str(folder), "NBML_CPUS": "2"}
    os.environ.pop("NBML_EXECUTOR", None)
    yield folder
    import ray

    from nbml.engine.cluster import stop_head

    ray.shutdown()
    stop_head()
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="module")
def warm_ray(home):
    """nbml connected to a warm head of its own."""
    import nbml

    nbml.connect()
    return home
