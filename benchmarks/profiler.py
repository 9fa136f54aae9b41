"""Milliseconds from a moved slider to its curves: message in, all targets along all inputs, message out.

A panel in this process, without browser and network: from the moment the page's message arrives until the
answer is sent, through bridge, desk, models and pump. Every family with the parameters a search begins with,
two targets, five fold models each. Beside it the models alone, processor time, and the sizes of messages.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from typing import Any

import numpy as np
import pandas as pd
from measuring import arguments, median, own_home, run, say

FAMILIES = ("lightgbm", "xgboost", "catboost", "mlp")


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every family, with 10 and 24 inputs drawn."""
    with own_home():
        return {
            "targets": 2,
            "points": 40,
            "rows": chosen.rows,
            "moves": chosen.moves,
            "families": {name: _family(name, chosen) for name in chosen.families},
        }


def _family(name: str, chosen: argparse.Namespace) -> dict[str, Any]:
    import nbml

    say(name)
    frame = _rows(chosen.rows)
    job = nbml.train(frame, ["a", "b"], model=name, trials=1, folds=5, executor="inline", workers=2)
    job.result(timeout_s=600)
    page = _Page(nbml.panels.Predict(job))
    try:
        opened = page.ask("predict.open", job_id=job.id)["value"]
        return {
            f"{inputs}_inputs_{words}": _moves(page, job.id, opened, inputs, level, chosen.moves)
            for inputs in (10, 24)
            for words, level in (("with_intervals", 0.9), ("without_intervals", None))
        }
    finally:
        page.panel.close()


def _moves(
    page: _Page, job_id: str, opened: dict[str, Any], inputs: int, level: float | None, moves: int
) -> dict[str, float]:
    body = {"job_id": job_id, "inputs": list(range(inputs)), "interval": level}
    walls, kernel, processor, sizes = [], [], [], []
    for move in range(-3, moves):
        row = [0.01 + 0.98 * ((move + 3) / (moves + 3)), *opened["start"][1:]]
        begun, used = time.perf_counter(), time.process_time()
        answer = page.ask("predict.profile", row=row, **body)
        if move >= 0:
            walls.append(1e3 * (time.perf_counter() - begun))
            processor.append(1e3 * (time.process_time() - used))
            kernel.append(answer["value"]["ms"])
            sizes.append(len(json.dumps(answer)))
    return {
        "wall_ms": median(walls),
        "wall_ms_9_of_10": round(float(np.quantile(walls, 0.9)), 2),
        "models_ms": median(kernel),
        "processor_ms": median(processor),
        "answer_kb": round(max(sizes) / 1e3, 1),
        "request_kb": round(len(json.dumps(body | {"row": opened["start"]})) / 1e3, 2),
    }


def _rows(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    made = pd.DataFrame({f"x{k}": rng.random(n) for k in range(23)} | {"c": rng.choice(list("ABCD"), n)})
    made["a"] = 3 * made["x0"] + np.sin(6 * made["x1"]) + (made["c"] == "A") + 0.2 * rng.normal(size=n)
    made["b"] = 5 * made["x1"] * made["x2"] + 0.2 * rng.normal(size=n)
    return made


class _Page:
    """The page's end of a panel: sends, and wakes when an answer is there."""

    def __init__(self, panel: Any) -> None:
        self.panel, self._count = panel, 0
        self._answers: dict[str, Any] = {}
        self._news = threading.Condition()
        panel.comm.publish_msg = self._hear

    def ask(self, kind: str, **body: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self._count += 1
        key = f"p-{self._count}"
        content = {"v": 1, "kind": kind, "request_id": key, "view_id": "p"} | body
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
        self.panel.comm.handle_msg(message)
        with self._news:
            if not self._news.wait_for(lambda: key in self._answers, 60):
                raise TimeoutError(kind)
        answer: dict[str, Any] = self._answers.pop(key)
        if answer["fault"]:
            raise RuntimeError(answer["fault"])
        return answer

    def _hear(self, _type: str, data: Any = None, *_more: Any, **_rest: Any) -> None:
        content = (json.loads(json.dumps(data)) or {}).get("content") or {}
        if content.get("kind") == "answer":
            with self._news:
                self._answers[content["request_id"]] = content
                self._news.notify_all()


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--rows", type=int, help="training rows; 2,000; quick: 400")
    chosen = parser.parse_args()
    chosen.rows = chosen.rows or (400 if chosen.quick else 2_000)
    chosen.moves = 10 if chosen.quick else 60
    run("profiler", chosen, measure)


if __name__ == "__main__":
    main()
