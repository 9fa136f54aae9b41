"""Whether rows that are called far from the training data are predicted worse.

Rows that no model has seen, over repeated splits of five tables and of parkinsons_telemonitoring apart: mean
absolute error of rows with distance 0.95 and more over that of the others, and rank correlation of distance
and error.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from held_out import TABLES, TOLD_APART, parts
from measuring import arguments, run, say

FAR = 0.95
QUICK = {"p3ht_conductivity": TABLES["p3ht_conductivity"], "lnp_formulation": TABLES["lnp_formulation"]}


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """All tables."""
    tables = _tables(chosen, QUICK if chosen.quick else TABLES)
    return {
        "family": chosen.family,
        "trials": chosen.trials,
        "far_from": FAR,
        "tables": tables,
        "larger_errors": f"{sum((one['ratio'] or 0) > 1 for one in tables.values())} of {len(tables)}",
        "told_apart": {} if chosen.quick else _tables(chosen, TOLD_APART),
    }


def _tables(chosen: argparse.Namespace, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, list[tuple[Any, Any, Any]]] = {}
    for name, part in parts(chosen, asked):
        say(name)
        out = part.predictor.predict(part.frame)
        error = np.abs(part.y - out[f"predicted_{part.target}"].to_numpy())
        spread = out[f"spread_{part.target}"].to_numpy()
        found.setdefault(name, []).append((out["distance"].to_numpy(), error / error.mean(), spread))
    return {name: _over(repeats) for name, repeats in found.items()}


def _over(repeats: list[tuple[Any, Any, Any]]) -> dict[str, Any]:
    from scipy.stats import spearmanr

    distance, error = (np.concatenate([one[k] for one in repeats]) for k in (0, 1))
    far = distance >= FAR
    fifths = [
        error[(distance >= low) & (distance < high)]
        for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01))
    ]
    return {
        "rows": len(error),
        "far_rows": int(far.sum()),
        "far_share": round(float(far.mean()), 4),
        "ratio": round(float(error[far].mean() / error[~far].mean()), 3) if far.any() else None,
        "rank_correlation": round(float(np.mean([spearmanr(d, e).statistic for d, e, _ in repeats])), 3),
        "rank_correlation_of_spread": round(
            float(np.mean([spearmanr(s, e).statistic for _, e, s in repeats])), 3
        ),
        "relative_error_by_fifth_of_distance": [
            round(float(one.mean()), 3) if len(one) else None for one in fifths
        ],
    }


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--family", default="lightgbm")
    parser.add_argument("--trials", type=int, default=4)
    run("domain_error", parser.parse_args(), measure)


if __name__ == "__main__":
    main()
