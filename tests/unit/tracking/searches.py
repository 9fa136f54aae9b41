"""A small inverse search as tracking sees it: spec, events, record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from nbml.data.store import save_frame
from nbml.spec.events import AnyEvent, FrontChanged, Notice, StageStarted
from nbml.spec.front import GoalScale, InputRange, OptimizeRecord, ProofRecord
from nbml.spec.optimize import OptimizeSpec, ResolvedSearch, UsedModels

TARGET = "強度[MPa], <b>"
INPUT = "温度[℃]"
TS = "2026-11-23T09:00:00+00:00"
MODEL_ID = "m-" + "0" * 32


def make_spec(**changes: Any) -> OptimizeSpec:
    used = UsedModels(
        run="job-0",
        bundle_sha256="c" * 64,
        targets=(TARGET,),
        families={TARGET: "lightgbm"},
        n_rows=40,
        run_id="run-0",
        model_id=MODEL_ID,
        data="mix.csv",
        data_sha256="a" * 64,
    )
    resolved = ResolvedSearch(
        job_id="job-1", versions={"lightgbm": "4.7.0"}, created=TS, user="a user", used=(used,)
    )
    said: dict[str, Any] = {
        "runs": "job-0",
        "inputs": [{"name": INPUT, "low": 0, "high": 9, "step": 1}],
        "goals": [{"target": TARGET, "goal": "maximize"}, {"input": INPUT, "goal": "minimize"}],
        "constraints": [f"`{INPUT}` <= 8"],
        "evaluations": 300,
        "exact": True,
        "resolved": resolved,
    }
    return OptimizeSpec.model_validate(said | changes)


def front(evaluations: int, size: int, volume: float | None = None) -> FrontChanged:
    return FrontChanged(
        ts=TS,
        evaluations=evaluations,
        planned=300,
        size=size,
        is_feasible=volume is not None,
        hypervolume=volume,
        names=(TARGET, INPUT),
    )


def events() -> list[AnyEvent]:
    """Three fronts: none feasible at first."""
    return [
        StageStarted(ts=TS, stage="search"),
        front(50, 3),
        Notice(ts=TS, seq=3, level="info", code="NBML-O22", message="Nothing keeps it near."),
        front(150, 7, 0.25),
        front(300, 9, 0.5),
    ]


def make_record(job_folder: Path, **changes: Any) -> OptimizeRecord:
    pareto = pd.DataFrame(
        {
            INPUT: [2.0, 5.0],
            f"predicted_{TARGET}": [1.5, 2.5],
            "desirability": [0.4, 0.75],
            "kind": ["<b>a", "=1+1"],
            "knee": [False, True],
        }
    )
    (job_folder / "pareto.csv").write_text("x\n1\n", encoding="utf-8")
    (job_folder / "data").mkdir(exist_ok=True)
    scale = {"seen_low": 0.0, "seen_high": 9.0}
    said: dict[str, Any] = {
        "job_id": "job-1",
        "state": "succeeded",
        "title": TARGET,
        "targets": (TARGET,),
        "runs": ("job-0",),
        "inputs": (InputRange(name=INPUT, kind="number", low=0, high=9, step=1),),
        "goals": (
            GoalScale(label=TARGET, on="target", kind="maximize", **scale),
            GoalScale(label=INPUT, on="input", kind="minimize", **scale),
        ),
        "evaluations": 312,
        "front_size": 2,
        "is_feasible": True,
        "hypervolume": 0.53,
        "pareto_sha256": save_frame(pareto, job_folder / "data"),
        "evaluated_sha256": "0" * 64,
        "seconds": 1.5,
        "proof": ProofRecord(
            objective=TARGET,
            direction="maximize",
            found=2.4,
            value=2.5,
            bound=2.7,
            gap=0.2,
            seconds=3.0,
            is_proven=False,
        ),
    }
    return OptimizeRecord(**(said | changes))
