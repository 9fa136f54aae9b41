"""How long explanations take: the views at 100,000 x 50 with values at hand, and pairs beside the libraries.

``python benchmarks/explain_speed.py`` prints JSON; ``--quick`` takes 20,000 rows and 60 trees. Seconds are of
the wall and, on a busy machine the fairer ones, of the processor.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import shap
import xgboost
from shap_speed import LightGBM, XGBoost, table, timed

from nbml.figures.beeswarm import beeswarm
from nbml.figures.dependence import dependence
from nbml.figures.explained_rows import Told
from nbml.figures.shap_bar import shap_bar
from nbml.figures.waterfall import waterfall
from nbml.jobs.explaining.cache import Cache
from nbml.jobs.explaining.picking import pick_rows
from nbml.ml.explain.dependence import strongest_partner
from nbml.ml.explain.explained import Explained
from nbml.ml.feature import Feature
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape
from nbml.ml.shapley.interactions import interaction_values
from nbml.settings import Settings


def views(n_rows: int, n_features: int) -> dict[str, Any]:
    """Every view that stands in the room at first, from the file of values to the JSON of the figures."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_features))
    X[:, 3] = rng.integers(0, 6, n_rows)
    values = rng.normal(size=X.shape) * np.linspace(2, 0.1, n_features)
    values[:, 0] *= X[:, 1]
    features = tuple(
        Feature(f"x{k}", "category", tuple("abcdef")) if k == 3 else Feature(f"x{k}", "number", (), -5.0, 5.0)
        for k in range(n_features)
    )
    base, fold, rows = np.zeros(n_rows), np.arange(n_rows) % 5, np.arange(n_rows)
    found: dict[str, Any] = {"rows": n_rows, "features": n_features}
    with tempfile.TemporaryDirectory() as home:
        cache = Cache(Settings(home=Path(home)))
        cache.get({"k": 1}, lambda: {"values": values})

        def step(name: str, work: Any) -> Any:
            (wall, cpu), made = timed(work)
            found[name] = {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}
            return made

        def read() -> Told:
            kept = cache.find({"k": 1})
            assert kept is not None
            measured = kept["values"].sum(axis=1)
            one = Explained(features, X, kept["values"], base, fold, rows, measured)
            return Told(one, one.names, (None,) * n_features, "y", None, "")

        told = step("read", read)
        step("bar", lambda: shap_bar(told).to_json())
        found["beeswarm_bytes"] = len(step("beeswarm", lambda: beeswarm(told).to_json()))
        step("worst_rows", lambda: pick_rows(told.explained, "worst"))
        step("waterfall", lambda: waterfall(told, 77).to_json())
        step("dependence", lambda: dependence(told, 0, strongest_partner(told.explained, 0)).to_json())
    found["all_wall_s"] = round(sum(v["wall_s"] for v in found.values() if isinstance(v, dict)), 3)
    return found


def pairs(n_rows: int, trees: int, n_features: int) -> list[dict[str, Any]]:
    """All pairs of all features: nbml's values beside CatBoost's and XGBoost's own calls and shap's."""
    X, y = table(max(4 * n_rows, 4000), n_features)
    some = X[:n_rows]
    cells = []
    for model in (LightGBM(X, y, trees), XGBoost(X, y, trees)):
        name = type(model).__name__
        ensemble = model.read(model.model)
        interaction_values(ensemble, some[:2], [0])  # loads the kernels
        (wall, cpu), ours = timed(
            lambda e=ensemble: interaction_values(e, some, range(n_features), threads=1)
        )
        if name == "XGBoost":
            data = xgboost.DMatrix(some, nthread=1)
            model.model.set_param({"nthread": 1})
            (their_wall, their_cpu), theirs = timed(
                lambda m=model.model, d=data: m.predict(d, pred_interactions=True)
            )
            theirs = np.asarray(theirs)[:, :-1, :-1]
        else:
            explainer = shap.TreeExplainer(model.model)
            (their_wall, their_cpu), theirs = timed(lambda e=explainer: e.shap_interaction_values(some))
        cells.append(
            {
                "family": name, "rows": n_rows, "trees": trees, "features": n_features, "threads": 1,
                "library_s": their_wall, "library_cpu_s": their_cpu, "nbml_s": wall, "nbml_cpu_s": cpu,
                "cpu_ratio": cpu / their_cpu,
                "max_difference": float(np.abs(ours - theirs).max() / np.abs(theirs).max()),
            }
        )  # fmt: skip
    return [*cells, catboost_pairs(n_rows, trees, n_features)]


def catboost_pairs(n_rows: int, trees: int, n_features: int) -> dict[str, Any]:
    """The same for CatBoost, depth 6, a fifth of the columns being levels behind means of the target."""
    X, y = table(max(4 * n_rows, 4000), n_features)
    levels = tuple(12 if k % 5 == 4 else 0 for k in range(n_features))
    for k in np.flatnonzero(levels):
        X[:, k] = np.clip(np.nan_to_num(X[:, k]) * 3 + 6, 0, 11).round()
    learner = family("catboost")
    made = learner.prepare(X, Layout(levels), threads=1)
    given = learner.start(Shape(len(X), n_features, len(X), 4)) | {"iterations": trees, "depth": 6}
    core = learner.fit(made, y, given, seed=0, threads=1, should_stop=lambda: False).core
    some, everything = X[:n_rows], list(range(n_features))
    core.interact(some[:2], [0], 1)  # loads the kernels
    core.__dict__.pop("_trees")
    (wall, cpu), ours = timed(lambda: core.interact(some, everything, 1))
    (their_wall, their_cpu), theirs = timed(lambda: core._own("ShapInteractionValues", some, 1))
    place = [k for k in everything if not levels[k]] + [k for k in everything if levels[k]]
    theirs = theirs[:, :-1, :-1]
    return {
        "family": "CatBoost", "rows": n_rows, "trees": trees, "features": n_features, "threads": 1,
        "library_s": their_wall, "library_cpu_s": their_cpu, "nbml_s": wall, "nbml_cpu_s": cpu,
        "cpu_ratio": cpu / their_cpu,
        "max_difference": float(np.abs(ours[:, place][:, :, place] - theirs).max() / np.abs(theirs).max()),
    }  # fmt: skip


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, help="write the JSON here instead of printing it")
    chosen = parser.parse_args()
    quick = chosen.quick
    found = {
        "views": views(20_000 if quick else 100_000, 50),
        "pairs": pairs(50 if quick else 300, 60 if quick else 200, 20),
    }
    text = json.dumps(found, indent=1)
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
