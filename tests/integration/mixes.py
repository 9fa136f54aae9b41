"""Small tables of known shape and jobs on them, shared by the tests with real Ray."""

import numpy as np
import pandas as pd


def mixes(n=240, seed=0):
    """Rows of twelve lots with a smooth response, a category, gaps and noise."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "セメント量[kg]": rng.uniform(100, 500, n),
            "水量[kg]": rng.uniform(100, 250, n),
            "材齢[日]": rng.integers(1, 90, n).astype(float),
            "type": rng.choice(["A", "B", "C"], n),
            "lot": [f"L{k:02d}" for k in rng.integers(0, 12, n)],
        }
    )
    frame["強度[MPa]"] = (
        0.1 * frame["セメント量[kg]"]
        - 0.15 * frame["水量[kg]"]
        + 5 * np.log(frame["材齢[日]"])
        + frame["type"].map({"A": 0.0, "B": 4.0, "C": -3.0})
        + rng.normal(0, 1, n)
    )
    frame.loc[::17, "水量[kg]"] = np.nan
    return frame


TARGET = "強度[MPa]"
SLOW = {"lightgbm": {"num_iterations": 600, "learning_rate": 0.03}}


def answer(job, timeout_s=240):
    """What must not depend on what was killed: trials, scores, predictions."""
    result = job.result(timeout_s=timeout_s)
    trials = sorted((e.study, e.trial, e.value, e.folds) for e in job.events() if e.type == "trial.finished")
    folds = [(e.study, e.trial, e.fold) for e in job.events() if e.type == "fold.finished"]
    assert len(folds) == len(set(folds)), "a (trial, fold) was counted twice"
    return {
        "trials": trials,
        "folds": sorted(folds),
        "score": result.score,
        "params": result.best_params,
        "predictions": result.cv_result.filter(like="predicted_").to_numpy().tolist(),
    }
