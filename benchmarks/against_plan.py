"""nbml against the pipeline it replaces, on one machine in one run: wall time and RMSE.

Both read the same file (concrete, no group column), use the same folds and 30 TPE trials, and explain every
held-out row. The pipeline's time starts after its imports; nbml's runs from the call of nbml.train, with its
cluster warm, until job.result() has answered: reading, checks, search, Shapley values, final model, MLflow.

The pipeline needs Python 3.11 and libraries of its own: --plan-python says where they are, else they are
installed into the user's cache folder. Its script is not part of nbml: --plan-script says where it is.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import (
    SHARED,
    arguments,
    compile_libraries,
    dataset,
    environment,
    last_json,
    median,
    run,
    say,
    warm_cluster,
)
from timeline import stages

NEEDS = ("pycaret[tuners]", "catboost", "lightgbm", "xgboost")
QUICK_ROWS = 200
AT_MOST, AIM = 1 / 10, 1 / 20


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Both pipelines, family by family."""
    if not chosen.plan_script.exists():
        return {"skipped": f"{chosen.plan_script} is absent; say where it is with --plan-script"}
    entry = dataset(chosen.data, "concrete")
    python = chosen.plan_python or _make_environment()
    compile_libraries(python)
    with tempfile.TemporaryDirectory() as folder:
        table = _without_group(entry, Path(folder), rows=QUICK_ROWS if chosen.quick else None)
        target = entry["target"][0]
        plan = {
            family: _plan(python, chosen.plan_script, table, target, family) for family in chosen.families
        }
        with warm_cluster():
            ours = {family: _nbml(table, target, family, chosen.repeats) for family in chosen.families}
    return {family: _compared(plan[family], ours[family]) for family in chosen.families}


def _make_environment() -> Path:
    python = shutil.which("python3.11")
    if python is None:
        raise SystemExit("the pipeline needs Python 3.11; say where its environment is with --plan-python")
    return environment("plan", NEEDS, python=python)


def _without_group(entry: dict[str, Any], folder: Path, rows: int | None) -> Path:
    """The table without its group column: the pipeline takes every column for a feature."""
    import pandas as pd

    frame = pd.read_csv(entry["path"]).drop(columns=[entry["group"]])
    table = folder / "concrete.csv"
    frame.head(rows if rows else len(frame)).to_csv(table, index=False)
    return table


def _plan(python: Path, script: Path, table: Path, target: str, family: str) -> dict[str, Any]:
    say(f"the pipeline, {family}")
    return dict(last_json([python, script.absolute(), table, target, family], cwd=table.parent))


def _nbml(table: Path, target: str, family: str, repeats: int) -> dict[str, Any]:
    import nbml

    runs = []
    for number in range(repeats):
        say(f"nbml, {family}, {number + 1} of {repeats}")
        nbml.connect()  # the next supervisor is ready, as it is for whoever has looked at the last result
        called, begun = time.time(), time.perf_counter()
        job = nbml.train(table, target, model=family, trials=30)
        result = job.result()
        wall = time.perf_counter() - begun
        runs.append(
            {
                "wall_s": round(wall, 3),
                "rmse": result.score,
                "search_s": result.record.search_s,
                "busy_share": result.record.busy_share,
                "stages_s": stages(job.events(), called),
            }
        )
    return {
        "runs": runs,
        "wall_s": median([one["wall_s"] for one in runs]),
        "rmse": runs[0]["rmse"],
        "same_folds_as_plan": _has_plan_folds(result.cv_result["fold"]),
        "same_score_each_time": len({one["rmse"] for one in runs}) == 1,
    }


def _has_plan_folds(fold: Any) -> bool:
    """Whether the folds are those of the pipeline: 1 to 5 tiled, cut, shuffled by default_rng(42)."""
    import numpy as np

    numbers = np.tile(np.arange(1, 6), len(fold) // 5 + 1)[: len(fold)]
    np.random.default_rng(seed=42).shuffle(numbers)
    return [f"cv{number}" for number in numbers] == list(fold)


def _compared(plan: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    ratio = ours["wall_s"] / plan["total_s"]
    return {
        "plan": plan,
        "nbml": ours,
        "ratio": round(ratio, 4),
        "times_faster": round(1 / ratio, 1),
        "rmse_equal_or_better": bool(ours["rmse"] <= plan["rmse"]),
        "at_most_a_tenth": ratio <= AT_MOST,
        "aim_a_twentieth": ratio <= AIM,
    }


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--plan-python", type=Path, help="interpreter that has the pipeline's libraries")
    parser.add_argument("--plan-script", type=Path, default=SHARED / "benchmarks" / "plan_pipeline.py")
    parser.add_argument("--families", nargs="+")
    parser.add_argument("--repeats", type=int, default=3, help="runs of nbml; the median counts")
    chosen = parser.parse_args()
    chosen.families = chosen.families or (["lightgbm"] if chosen.quick else ["lightgbm", "catboost"])
    run("against_plan", chosen, measure)


if __name__ == "__main__":
    main()
