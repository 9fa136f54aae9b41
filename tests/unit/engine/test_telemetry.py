"""Nothing tells its makers of what is done with it, unless the person wants it so (S23)."""

import json
import os
import subprocess
import sys

import pytest

CODE = """
import json, pathlib, sys
import nbml.engine.cluster
from nbml.settings import Settings
from nbml.tracking.store import connect, resolve
connect(resolve(Settings(tracking_uri="http://127.0.0.1:9")))
import mlflow.telemetry.utils as mlflow_telemetry
mlflow_telemetry._IS_IN_CI_ENV_OR_TESTING = False
from ray._common.usage.usage_lib import usage_stats_enabled
print(json.dumps([usage_stats_enabled(), not mlflow_telemetry.is_telemetry_disabled()]))
"""


@pytest.mark.parametrize(("wanted", "tells"), [({}, False), ({"RAY_USAGE_STATS_ENABLED": "1"}, True)])
def test_usage_is_told_only_where_the_environment_says_so(tmp_path, wanted, tells):
    """S23"""
    kept = {
        name: value for name, value in os.environ.items() if "TELEMETRY" not in name and "USAGE" not in name
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=kept | {"NBML_HOME": str(tmp_path), "HOME": str(tmp_path)} | wanted,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [tells, False]
