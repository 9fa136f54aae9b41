"""One trained job with two targets, two families and names that are anything."""

import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import QUICK, NoTracking

import nbml
from nbml.jobs.predicting.opened import open_models

Y, W = "強度 [MPa]", "<img src=x onerror=alert(1)>"
X, GRADE = "a,b\\;x", "=grade"


def frame(n=70, seed=0):
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            X: rng.uniform(0, 10, n),
            "age [d]": rng.integers(1, 90, n),
            GRADE: rng.choice(["=1+1", "B", "<b>C</b>"], n),
            "wet": rng.choice([True, False], n),
        }
    )
    made[Y] = 3 * made[X] + np.log(made["age [d]"]) + (made[GRADE] == "B") + rng.normal(0, 0.3, n)
    made[W] = made["age [d]"] * 1.0 + rng.normal(0, 2, n)
    return made


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Home and id of the job."""
    home = tmp_path_factory.mktemp("predict_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(home))
        patch.setenv("NBML_EXECUTOR", "inline")
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        space = {"lightgbm": {"num_iterations": 30}, "mlp": QUICK["mlp"]}
        job = nbml.train(
            frame(), [Y, W], model=["lightgbm", "mlp"], trials=2, folds=4, space=space, executor="inline"
        )
        job.result(timeout_s=120)
    return home, job.id


@pytest.fixture
def models(trained, monkeypatch):
    monkeypatch.setenv("NBML_HOME", str(trained[0]))
    return open_models(trained[1])
