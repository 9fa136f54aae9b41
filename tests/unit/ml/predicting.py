"""Bundles with reference rows for tests of prediction: simple models, real files."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd

from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import fold_part
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.whole import write_bundle
from nbml.ml.encoder import Encoder
from nbml.ml.folds import grouped_folds, plan_folds
from nbml.ml.predictor import Predictor
from nbml.ml.reference import learn_reference

TARGETS = ("強度 [MPa]", "<b>y</b>")
FEATURES = [("温度[℃]", "number"), ("a,b", "number"), ("count", "integer"), ("grade", "category")]
N_ROWS, N_FOLDS = 150, 5


class Bent:
    """A prediction that is not linear; missing counts as 0."""

    def __init__(self, slope):
        self.slope = slope

    def predict(self, X, *, threads=1):
        filled = np.nan_to_num(X)
        return self.slope * np.abs(filled[:, 0]) + 2.0 * (filled[:, 3] == 1) + 0.1 * filled[:, 2]

    def files(self):
        return {"model.json": json.dumps(self.slope).encode()}


def load(name):
    return SimpleNamespace(name=name, load=lambda files: Bent(json.loads(files["model.json"])))


def rows(n=N_ROWS, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "温度[℃]": rng.normal(size=n),
            "a,b": rng.normal(size=n),
            "count": rng.integers(0, 30, n),
            "grade": rng.choice(["A", "B", "C\n;"], n),
        }
    )
    frame.loc[::8, "a,b"] = np.nan
    return frame


TRAINING = rows()
ENCODER = Encoder.learn(TRAINING, FEATURES)


def make(folder, *, groups=None, reference=True):
    """A predictor of two targets, the second in other units and without some of its rows."""
    X = ENCODER.encode(TRAINING).X
    rng = np.random.default_rng(1)
    Y = np.column_stack([Bent(1.0).predict(X), 1000 * Bent(2.0).predict(X)])
    Y += np.column_stack([0.3 * rng.normal(size=N_ROWS), 300 * rng.normal(size=N_ROWS)])
    Y[::7, 1] = np.nan
    folds = plan_folds(N_ROWS) if groups is None else grouped_folds(groups)
    slopes = [1.0 + 0.02 * k for k in range(folds.n_folds)]
    models = {
        (t, part): Bent((1 + t) * 1000**t * s)
        for t in (0, 1)
        for part, s in [("final", 1.0), *((fold_part(k), s) for k, s in enumerate(slopes))]
    }
    predictions = {}
    for t in (0, 1):
        predictions[t, "bent"] = np.empty(N_ROWS)
        for k in range(folds.n_folds):
            held = folds.held_out(k)
            predictions[t, "bent"][held] = models[t, fold_part(k)].predict(X[held])
    kept = learn_reference(
        X,
        Y,
        ENCODER.layout,
        folds,
        answers=[models[0, "final"].predict, models[1, "final"].predict],
        predictions=predictions,
        groups=groups,
    )
    write_bundle(
        folder,
        {(t, "bent", part): model.files() for (t, part), model in models.items()},
        encoder=ENCODER,
        targets=TARGETS,
        cards=[ModelCard(t, "bent", chosen=True) for t in (0, 1)],
        golden=X,
        reference=kept if reference else None,
        load=load,
    )
    return Predictor(open_bundle(folder, load=load))
