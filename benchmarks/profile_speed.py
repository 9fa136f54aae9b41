"""What the Data room waits for: profiles, checks, copies, figures and windows of a table of 100,000 x 50.

Made-up numbers, whole numbers, categories, dates and text with gaps; medians of several runs in one process.
Profiles are exact, of every column and row. Goal: all profiles within 2 s on two cores.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from measuring import arguments, median, run, say

import nbml
from nbml.data.checks import check_training
from nbml.data.preparing import prepare
from nbml.data.profile import profile
from nbml.spec.reading import ReadOptions
from nbml.widgets.rooms.data_cells import cells
from nbml.widgets.rooms.data_charts import draw, draw_correlations
from nbml.widgets.rooms.data_words import reading_words

WITHIN_S = 2.0
FULL, QUICK = (100_000, 50), (10_000, 20)
WIDE = (2_000, 1_000)


def table(rows: int, width: int, seed: int = 0) -> nbml.Table:
    """Two thirds numbers, the rest whole numbers, categories, one date and one text."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {"date": pd.date_range("2000", periods=rows, freq="min")}
    columns["text"] = [f"specimen {i}" for i in range(rows)]
    for j in range(width - 2):
        if j % 6 == 4:
            columns[f"whole {j}"] = rng.integers(0, 10 ** (j % 4 + 1), rows)
        elif j % 6 == 5:
            columns[f"level {j}"] = rng.choice([f"L{k}" for k in range(5 + j)], rows)
        else:
            values = rng.lognormal(size=rows) * 10.0 ** rng.integers(-3, 4)
            values[rng.random(rows) < 0.02] = np.nan
            columns[f"number {j} [mm]"] = values
    columns["number 0 [mm]"] = np.nan_to_num(np.asarray(columns["number 0 [mm]"]))
    return prepare(nbml.read(pd.DataFrame(columns)), roles={"number 0 [mm]": "target"})


def seconds(call: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Median and worst wall time of a call, the first included."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return {"median_s": median(taken), "worst_s": round(max(taken), 4)}


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Everything a person waits for in the room."""
    rows, width = QUICK if chosen.quick else FULL
    say(f"making {rows} x {width}")
    made = table(rows, width)
    columns = made.columns
    at = {column.name: column for column in columns.columns}
    x, y, colour, group = (
        at[name] for name in ("number 0 [mm]", "number 1 [mm]", "number 2 [mm]", "level 5")
    )
    numbers = tuple(c.position for c in columns.columns if c.kind == "number")[:30]
    calls: dict[str, Callable[[], Any]] = {
        "profiles": lambda: profile(made.frame),
        "checks": lambda: check_training(made.frame, columns, targets=["number 0 [mm]"]),
        "copies_grouped": lambda: prepare(made, copies="group"),
        "sentence": lambda: reading_words(made, ReadOptions(), is_text=False),
        "window_100_x_40": lambda: cells(made, rows // 2, 100, 0, 40),
        "histogram": lambda: draw(made, x).to_json(),
        "box_by_group": lambda: draw(made, x, group).to_json(),
        "scatter_with_colour": lambda: draw(made, x, y, colour).to_json(),
        "correlations_30_pearson": lambda: draw_correlations(made, numbers, "pearson").to_json(),
        "correlations_30_spearman": lambda: draw_correlations(made, numbers, "spearman").to_json(),
    }
    result: dict[str, Any] = {"rows": rows, "columns": width, "profiles_within_s": WITHIN_S}
    for name, call in calls.items():
        say(name)
        result[name] = seconds(call, chosen.repeats)
    result["profile_bytes"] = len(json.dumps([one.model_dump(mode="json") for one in profile(made.frame)]))
    result["scatter_bytes"] = len(draw(made, x, y, colour).to_json())
    say(f"{WIDE[0]} x {WIDE[1]}")
    wide = table(*(500, 100) if chosen.quick else WIDE)
    result["wide"] = {
        "rows": len(wide.frame),
        "columns": wide.frame.shape[1],
        "profiles": seconds(lambda: profile(wide.frame), chosen.repeats),
        "checks": seconds(
            lambda: check_training(wide.frame, wide.columns, targets=["number 0 [mm]"]), chosen.repeats
        ),
    }
    return result


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    run("profile_speed", parser.parse_args(), measure)
