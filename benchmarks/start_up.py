"""From a call to the first finished fold: with nothing running, in a new kernel, and once more in it.

Each case is a Python process of its own that imports nbml, trains 10 LightGBM trials on concrete and
waits for the result. Cold: no Ray head is running. New kernel: one is, from the case before.
Again: a second job in the same process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from measuring import arguments, dataset, last_json, median, own_home, run, say
from timeline import first, moment, stages

TRIALS = 10
IMPORT_WITHIN_MS = 300


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Cold and warm, several times each."""
    entry = dataset(chosen.data, "concrete")
    order = json.dumps({"table": str(entry["path"]), "group": entry["group"], "target": entry["target"][0]})
    cold, warm = [], []
    for number in range(chosen.repeats):
        with own_home():
            say(f"cold, {number + 1} of {chosen.repeats}")
            cold.append(_kernel(order, "jobs"))
            say("warm")
            _kernel(order, "connect")  # the spare supervisor is ready again
            warm.append(_kernel(order, "jobs"))
    imports = [_import_s("nbml") for _ in range(5)]
    return {
        "import_nbml_ms": round(1000 * (median(imports) - median([_import_s("sys") for _ in range(5)])), 1),
        "import_within_ms": IMPORT_WITHIN_MS,
        "cold": _middle([one["first"] for one in cold]),
        "new kernel, warm cluster": _middle([one["first"] for one in warm]),
        "same kernel, warm cluster": _middle([one["again"] for one in warm]),
        "connect_cold_s": median([one["connect_s"] for one in _connects(chosen)]),
        "connect_warm_s": median([one["again"]["connect_s"] for one in warm]),
    }


def _connects(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """nbml.connect() with no head running, until workers and supervisor are ready."""
    found = []
    for _ in range(chosen.repeats):
        with own_home():
            found.append(_kernel("{}", "connect"))
    return found


def _kernel(order: str, what: str) -> dict[str, Any]:
    return dict(last_json([sys.executable, __file__, "--child", what, "--order", order]))


def _import_s(module: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - begun


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    keys = [key for key in runs[0] if key != "stages_s"]
    return {key: median([one[key] for one in runs]) for key in keys} | {"stages_s": runs[0]["stages_s"]}


def _child(what: str, order: dict[str, Any]) -> dict[str, Any]:
    """What one kernel does and sees."""
    import nbml

    if what == "connect":
        begun = time.perf_counter()
        nbml.connect()
        return {"connect_s": round(time.perf_counter() - begun, 3)}
    seen = {"first": _train(order)}
    begun = time.perf_counter()
    nbml.connect()
    connected = round(time.perf_counter() - begun, 3)
    return seen | {"again": {**_train(order), "connect_s": connected}}


def _train(order: dict[str, Any]) -> dict[str, Any]:
    import nbml

    called, begun = time.time(), time.perf_counter()
    job = nbml.train(order["table"], order["target"], group=order["group"], model="lightgbm", trials=TRIALS)
    answered = time.perf_counter() - begun
    job.result()
    ended = time.perf_counter() - begun
    events = job.events()
    return {
        "call_s": round(answered, 3),
        "first_fold_s": round(moment(first(events, "fold.finished")) - called, 3),
        "first_trial_s": round(moment(first(events, "trial.finished")) - called, 3),
        "end_s": round(ended, 3),
        "stages_s": stages(events, called),
    }


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--repeats", type=int, help="3; quick: 1")
    parser.add_argument("--child", choices=["jobs", "connect"], help=argparse.SUPPRESS)
    parser.add_argument("--order", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(_child(chosen.child, json.loads(chosen.order))))
        return
    chosen.repeats = chosen.repeats or (1 if chosen.quick else 3)
    run("start_up", chosen, measure)


if __name__ == "__main__":
    main()
