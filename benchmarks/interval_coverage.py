"""How often prediction intervals hold what they say, on rows and groups that no model has seen.

Every family, over repeated splits of five tables, one of them grouped (coverage is then the mean over new
groups), and apart from them of parkinsons_telemonitoring, whose 42 subjects are few and unlike. Beside what
was covered stands what the job had measured beforehand. All families see the same splits.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from held_out import TABLES, TOLD_APART, Part, parts
from measuring import arguments, run, say

from nbml.ml.models import FAMILIES

LEVELS = (0.5, 0.8, 0.9, 0.95)
QUICK = {"p3ht_conductivity": TABLES["p3ht_conductivity"], "lnp_formulation": TABLES["lnp_formulation"]}


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """All families."""
    families = {}
    for name in chosen.families:
        say(name)
        begun = time.perf_counter()
        families[name] = _family(argparse.Namespace(**vars(chosen) | {"family": name}))
        families[name]["took_s"] = round(time.perf_counter() - begun, 1)
    means = [found["mean_coverage_at_0.9"] for found in families.values()]
    return {
        "trials": chosen.trials,
        "share": chosen.share,
        "families": families,
        "mean_coverage_at_0.9": round(float(np.mean(means)), 4),
    }


def _family(chosen: argparse.Namespace) -> dict[str, Any]:
    """All tables."""
    tables = _tables(chosen, QUICK if chosen.quick else TABLES)
    at_90 = [table["levels"]["0.9"]["covered"] for table in tables.values()]
    return {
        "tables": tables,
        "mean_coverage_at_0.9": round(float(np.mean(at_90)), 4),
        "told_apart": {} if chosen.quick else _tables(chosen, TOLD_APART),
    }


def _tables(chosen: argparse.Namespace, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {}
    grouped: dict[str, bool] = {}
    cut = {
        name: said | {"repeats": max(1, round(chosen.share * said["repeats"]))}
        for name, said in asked.items()
    }
    for name, part in parts(chosen, cut):
        say(name)
        grouped[name] = part.group is not None
        found.setdefault(name, []).append({str(level): _one(part, level) for level in LEVELS})
    return {
        name: {
            "grouped": grouped[name],
            "repeats": len(repeats),
            "levels": {level: _over([one[level] for one in repeats]) for level in map(str, LEVELS)},
        }
        for name, repeats in found.items()
    }


def _one(part: Part, level: float) -> dict[str, Any]:
    """One split: covered shares by row and by unit, widths, and what the job knew before."""
    out = part.predictor.predict(part.frame, interval=level)
    lower, upper = out[f"lower_{part.target}"].to_numpy(), out[f"upper_{part.target}"].to_numpy()
    covered = (lower <= part.y) & (part.y <= upper)
    units, codes = np.unique(part.units, return_inverse=True)
    by_unit = np.bincount(codes, covered) / np.bincount(codes)
    reference = part.predictor.bundle.reference
    assert reference is not None
    (calibration,) = reference.calibrations.values()
    half = calibration.half_widths(level)
    known = calibration.difficulty.residual[calibration.known] <= half
    far = out["distance"].to_numpy() >= np.quantile(out["distance"], 0.8)
    return {
        "covered": float(by_unit.mean()),
        "covered_rows": float(covered.mean()),
        "covered_farthest_fifth": float(covered[far].mean()),
        "lowest_unit": float(by_unit.min()) if part.group else None,
        "new_units": len(units),
        "foretold": float(known.mean()) if np.isfinite(half).all() else None,
        "infinite": float(np.isinf(upper - lower).mean()),
        "width_in_sd": float(np.median(upper - lower) / part.y.std()),
        "is_local": calibration.is_local,
        "worst_case": part.predictor.guarantees(level)[part.target].worst_case,
    }


def _over(repeats: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over repeats, and how far coverage varies from split to split."""
    means = {}
    for key in repeats[0]:
        values = [one[key] for one in repeats if one[key] is not None]
        means[key] = round(float(np.mean(values)), 4) if values else None
    covered = [one["covered"] for one in repeats]
    return means | {"lowest": round(min(covered), 4), "highest": round(max(covered), 4)}


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--share", type=float, default=1.0, help="part of the splits, at least one a table")
    run("interval_coverage", parser.parse_args(), measure)


if __name__ == "__main__":
    main()
