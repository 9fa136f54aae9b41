"""How good the tuned models are: nbml's best of 30 trials against the library's defaults, on the same folds.

RMSE of all out-of-fold rows, for each table and target of a folder of tables (grouped where a table has a
group), with the mean of the training rows as the floor. Defaults are what the library does when told nothing,
with categories given natively; the network gets standardised, imputed, one-hot inputs as in nbml.
"""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

from defaults import default_predictions
from measuring import arguments, run, say, warm_cluster

FAMILIES = ("lightgbm", "catboost", "xgboost", "mlp")
QUICK = {"tables": ["yacht", "p3ht_conductivity", "concrete_slump"], "trials": 4}


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every table, one job each."""
    listing = chosen.data / "datasets.json"
    if not listing.exists():
        return {"skipped": f"no tables in {chosen.data}; say where they are with --data"}
    entries = [
        entry for entry in json.loads(listing.read_text(encoding="utf-8")) if entry["task"] == "regression"
    ]
    with warm_cluster():
        tables = [
            row
            for entry in entries
            if not chosen.tables or entry["name"] in chosen.tables
            for row in _table(chosen, entry)
        ]
    return {"trials": chosen.trials, "tables": tables, "summary": _summary(tables, chosen.families)}


def _table(chosen: argparse.Namespace, entry: dict[str, Any]) -> list[dict[str, Any]]:
    import numpy as np

    import nbml

    say(entry["name"])
    table = nbml.read(chosen.data / entry["file"])
    left_out = {*entry["target"], *entry["drop"], *([entry["group"]] if entry["group"] else [])}
    features = [name for name in table.frame.columns if name not in left_out]
    job = nbml.train(
        table,
        entry["target"],
        features,
        group=entry["group"],
        model=list(chosen.families),
        trials=chosen.trials,
        shap=False,
        missing_target="drop",
    )
    result = job.result()
    out_of_fold = result.cv_result
    kept = table.frame.dropna(subset=entry["target"]).reset_index(drop=True)
    rows = []
    for target in entry["target"]:
        y = out_of_fold[target].to_numpy(float)
        assert np.allclose(y, kept[target].to_numpy(float)), "the rows of the result are those of the table"
        scores = {leader.family: leader for leader in result.record.leaderboard if leader.target == target}
        default = {
            name: _rmse(y, default_predictions(name, kept[features], y, out_of_fold["fold"].to_numpy()))
            for name in chosen.families
        }
        rows.append(
            {
                "table": entry["name"],
                "target": target,
                "rows": len(y),
                "features": len(features),
                "grouped": entry["group"] is not None,
                "baseline": scores["baseline"].scores["rmse"].pooled,
                "nbml": {name: scores[name].scores["rmse"].pooled for name in chosen.families},
                "default": default,
                "fit_and_predict_s": {name: scores[name].seconds for name in chosen.families},
            }
        )
    return rows


def _rmse(y: Any, predicted: Any) -> float:
    return math.sqrt(float(((y - predicted) ** 2).mean()))


def _summary(rows: list[dict[str, Any]], families: list[str]) -> dict[str, Any]:
    """For each family: geometric mean of RMSE over the default's, how often it is lower, the worst."""
    found = {}
    for name in families:
        ratios = {f"{row['table']}/{row['target']}": row["nbml"][name] / row["default"][name] for row in rows}
        worst = max(ratios, key=lambda place: ratios[place])
        found[name] = {
            "mean_ratio": round(math.exp(sum(map(math.log, ratios.values())) / len(ratios)), 4),
            "lower_than_default": f"{sum(ratio < 1 for ratio in ratios.values())} of {len(ratios)}",
            "worst": {worst: round(ratios[worst], 4)},
        }
    return found


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--tables", nargs="+", help="names in datasets.json; all regression tables when left out"
    )
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--trials", type=int, help="30; quick: 4")
    chosen = parser.parse_args()
    chosen.trials = chosen.trials or (QUICK["trials"] if chosen.quick else 30)
    chosen.tables = chosen.tables or (QUICK["tables"] if chosen.quick else None)
    run("quality", chosen, measure)


if __name__ == "__main__":
    main()
