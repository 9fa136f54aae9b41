"""Writes tests/fixtures/random_events: made-up logs that reach the reducer's bounds, and their last states.

The logs are read by both reducers; run this again when events or bounds change.
"""

from __future__ import annotations

import random
from functools import reduce
from pathlib import Path
from typing import Any

from nbml.spec.events import EVENT
from nbml.spec.snapshot import Snapshot, fold

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "random_events"
WORDS = ("温度", "𠮷野", "a,b", "<b>x</b>", "__proto__", "constructor", "", "e\u0301")


def log(seed: int, n_studies: int, n_events: int) -> list[dict[str, Any]]:
    """A log of one job: searches of which two are under way, trials out of order, repeats, long words."""
    dice = random.Random(seed)
    studies = [f"t{k}-mlp" for k in range(n_studies)]
    plan = [{"id": s, "target": dice.choice(WORDS), "family": "mlp", "trials": None} for s in studies]
    planned = {"type": "job.planned", "studies": plan, "fold_names": ["a", "b"], "fold_rows": [1, 2],
               "fold_scheme": "shuffled", "n_rows": 3, "n_features": 1}  # fmt: skip
    bodies: list[dict[str, Any]] = [{"type": "job.queued", "task": "train", "title": "𠮷" * 3}, planned]
    newest = dict.fromkeys(studies[:2], -1)
    for _ in range(n_events):
        study = dice.choice(studies[:2])
        trial = max(0, newest[study] - dice.choice((0, 0, 0, 1, 2, 40)))
        value = dice.choice((None, round(dice.uniform(1, 9), 6)))
        error = {
            "code": "NBML-E12",
            "message": "長𠮷" * dice.choice((2, 150)),
            "next_step": "x" * dice.choice((0, 300)),
        }
        at = {"study": study, "trial": trial}
        kind = dice.choice(("start", "start", "fold", "fold", "end", "end", "best", "notice", "other"))
        if kind == "start":
            newest[study] += 1
            bodies.append(
                {
                    "type": "trial.started",
                    "study": study,
                    "trial": newest[study],
                    "params": {"w": value, "__proto__": 1},
                }
            )
        elif kind == "fold":
            bodies.append(
                {"type": "fold.finished", **at, "fold": dice.randrange(4), "value": value, "seconds": 0.5}
            )
        elif kind == "end":
            state = dice.choice(("complete", "failed", "pruned"))
            folds = [value] * dice.choice((0, 2))
            bodies.append({"type": "trial.finished", **at, "state": state, "value": value, "folds": folds,
                           "error": error if state == "failed" else None})  # fmt: skip
        elif kind == "best":
            bodies.append(
                {"type": "best.changed", **at, "value": 1.5, "folds": [1.0, None], "params": {"w": 1}}
            )
        elif kind == "notice":
            message = dice.choice(WORDS) * dice.choice((1, 120))
            told = {"level": "info", "code": "NBML-E20", "message": message, "fields": {"a": 1}}
            bodies.append({"type": "notice", **told})
        else:
            bodies.append(dice.choice((
                planned,
                {"type": "job.started", "attempt": dice.randrange(1, 4), "executor": "ray"},
                {"type": "stage.started", "stage": "search", "detail": dice.choice(WORDS)},
                {"type": "stage.finished", "stage": "search", "seconds": 1.0},
                {"type": "resources", "workers": 4, "busy": 3, "busy_share": 0.5, "recent_share": 0.75},
                {"type": "artifact.ready", "name": dice.choice(WORDS), "path": "p"},
                {"type": "log", "message": "line"},
                {"type": "fold.finished", "study": "no", "trial": 0, "fold": 0, "value": 1.0, "seconds": 0.1},
            )))  # fmt: skip
    bodies.append({"type": "job.finished", "state": "succeeded", "scores": {"温度": 1.0, "constructor": 2.0}})
    return [
        {"job_id": "01JRANDOM", "seq": seq, "ts": "", "elapsed_s": dice.choice((seq / 8, 0.0)), **body}
        for seq, body in enumerate(bodies, 1)
    ]


def logs() -> dict[str, str]:
    """Files by name: one search, many searches, and one that tells some events twice or late."""
    told = {"one_search": log(1, 1, 300), "many_searches": log(2, 30, 700), "told_twice": log(3, 3, 200)}
    dice = random.Random(4)
    twice = told["told_twice"]
    told["told_twice"] = [e for k, event in enumerate(twice) for e in (event, twice[dice.randrange(k + 1)])]
    files = {}
    for name, events in told.items():
        known = [EVENT.validate_python(event) for event in events]
        snapshot = reduce(fold, known, Snapshot())
        files[f"{name}.jsonl"] = "".join(f"{event.model_dump_json()}\n" for event in known)
        files[f"{name}.snapshot.json"] = snapshot.model_dump_json(indent=1) + "\n"
    return files


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in logs().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
