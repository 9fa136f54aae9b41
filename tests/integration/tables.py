"""Tiny tables and quick searches for whole jobs in this process."""

import numpy as np
import pandas as pd

import nbml

QUICK = {
    "lightgbm": {"num_iterations": 8},
    "xgboost": {"num_boost_round": 8},
    "catboost": {"iterations": 8, "depth": 3},
    "mlp": {"epochs": 3, "width": 4, "layers": 1, "batch_size": 16},
}
"""Ranges narrowed to what is fitted in milliseconds."""
FAMILIES = tuple(QUICK)


def table(n=36, seed=0):
    """Numbers, a category, missing values and six lots."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "z": rng.normal(size=n),
            "kind": rng.choice(["a", "b", "c"], n),
            "lot": np.repeat([f"L{k}" for k in range(6)], n // 6 + 1)[:n],
        }
    )
    frame["y"] = 2 * frame["x"] + frame["z"] ** 2 + (frame["kind"] == "a") + rng.normal(size=n) * 0.1
    frame.loc[[3, 17], "z"] = np.nan
    return frame


def train(source, targets="y", *, model="lightgbm", trials=2, folds=3, **arguments):
    """A quick job in this process."""
    models = [model] if isinstance(model, str) else model
    space = arguments.pop("space", None) or {name: QUICK[name] for name in models}
    return nbml.train(
        source,
        targets,
        model=models,
        trials=trials,
        folds=folds,
        space=space,
        executor="inline",
        workers=arguments.pop("workers", 2),
        **arguments,
    )


def result(job):
    """The result of a job, waited for."""
    return job.result(timeout_s=120)


class NoTracking:
    """In place of the tracking writer where MLflow is not the subject: keeps nothing."""

    error = None

    def __init__(self, *_):
        pass

    def event(self, event):
        pass

    def finish(self, record, timeout_s):
        return None

    def notices(self):
        return []

    def close(self, timeout_s):
        pass
