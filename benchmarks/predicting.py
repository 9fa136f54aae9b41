"""Seconds of predicting: curves of the profiler, one row, ten thousand rows, a million rows into a file.

Ten inputs, two targets, five fold models each, 5,000 reference rows; every family with the parameters a
search begins with. A table goes through in pieces in this process, on one and on all threads, and on the
workers of a warm cluster; then a million rows as a user has them, who does not choose. Peak memory of this
process beside that of the table is told. Processor seconds stand beside wall seconds: they suffer less from
others.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import arguments, median, run, say, warm_cluster

from nbml.jobs.batch import predict_to_file
from nbml.jobs.predicting import pieces
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import FINAL, fold_part
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.whole import write_bundle
from nbml.ml.encoder import Encoder
from nbml.ml.folds import plan_folds
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Shape
from nbml.ml.predictor import Predictor
from nbml.ml.reference import learn_reference
from nbml.settings import Settings

BARE = {"interval": None, "spread": False, "distance": False}


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every family; the million with the first."""
    frame = _rows(5_000, 0)
    found = {}
    for name in chosen.families:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = _family(name, frame, chosen, Path(folder))
    return {"inputs": 10, "targets": 2, "points": 50, "families": found}


def _rows(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    numbers = {f"x{k}": rng.random(n) for k in range(9)}
    return pd.DataFrame(numbers | {"c": rng.choice(list("ABCD"), n)})


def _family(name: str, frame: pd.DataFrame, chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    say(name)
    predictor = _predictor(name, frame, folder)
    row, many = frame.iloc[7].to_dict(), _rows(10_000, 1)
    curves = {
        "final models": lambda: predictor.curves(row),
        "with distance": lambda: predictor.curves(row, distance=True),
        "with intervals and distance": lambda: predictor.curves(row, interval=0.9, distance=True),
    }
    found: dict[str, Any] = {
        f"curves_{words.replace(' ', '_')}": _timed(call, chosen.repeats) for words, call in curves.items()
    }
    found["one_row"] = _timed(lambda: predictor.predict(frame[:1]), chosen.repeats)
    found["rows_10000"] = _timed(lambda: predictor.predict(many), 3)
    if name == chosen.families[0]:
        found["into_a_file"] = [_file(predictor, chosen.some, threads) for threads in (1, chosen.threads)]
        with warm_cluster() as home:
            settings = Settings(home=home)
            with _handing_over_from(0.0):
                found["into_a_file"].append(_file(predictor, chosen.some, chosen.threads, settings))
            bare = BARE if chosen.bare else {}
            found["into_a_file"].append(_file(predictor, chosen.rows, chosen.threads, settings, **bare))
    return found


@contextmanager
def _handing_over_from(seconds: float) -> Iterator[None]:
    before, pieces.PAYS_S = pieces.PAYS_S, seconds
    try:
        yield
    finally:
        pieces.PAYS_S = before


def _file(
    predictor: Predictor, n_rows: int, threads: int, settings: Settings | None = None, **asked: Any
) -> dict[str, Any]:
    say(f"{n_rows:,} rows, {threads} threads, {'workers where they pay' if settings else 'this process'}")
    table = _rows(n_rows, 2)
    peaks: list[float] = []
    before = _peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        begun, processor = time.perf_counter(), time.process_time()
        predict_to_file(
            predictor,
            table,
            Path(folder) / "out.parquet",
            threads=threads,
            settings=settings,
            on_piece=lambda _batch: peaks.append(_peak_mb()),
            **asked,
        )
        wall, processor = time.perf_counter() - begun, time.process_time() - processor
    return {
        "rows": n_rows,
        "threads": threads,
        "workers": settings is not None,
        "intervals_and_distance": not asked,
        "wall_s": round(wall, 2),
        "processor_s": round(processor, 2),
        "table_mb": round(table.memory_usage(deep=True).sum() / 2**20),
        "peak_above_start_mb": round(peaks[-1] - before),
        "peak_growth_after_first_pieces_mb": round(peaks[-1] - peaks[min(2, len(peaks) - 1)]),
    }


def _timed(call: Callable[[], object], repeats: int) -> dict[str, float]:
    call()
    walls, processors = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        call()
        walls.append(1e3 * (time.perf_counter() - wall))
        processors.append(1e3 * (time.process_time() - processor))
    return {"wall_ms": median(walls), "processor_ms": median(processors)}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _predictor(name: str, frame: pd.DataFrame, folder: Path) -> Predictor:
    encoder = Encoder.learn(frame, [(c, "category" if c == "c" else "number") for c in frame.columns])
    X, rng = encoder.encode(frame).X, np.random.default_rng(3)
    Y = np.column_stack([X @ rng.random(10) + np.sin(6 * X[:, 0]), 5 * X[:, 1] * X[:, 2]])
    Y += 0.2 * rng.normal(size=Y.shape)
    folds, learner = plan_folds(len(X)), family(name)
    params = learner.start(Shape(len(X), 10, round(0.8 * len(X)), 1))
    parts, predictions, finals = {}, {}, []
    for target in range(2):

        def fit(rows: Any, target: int = target) -> Any:
            made = learner.prepare(X[rows], encoder.layout, threads=1)
            return learner.fit(made, Y[rows, target], params, seed=0, threads=1, should_stop=lambda: False)

        out_of_fold = np.empty(len(X))
        for k in range(folds.n_folds):
            model = fit(folds.train(k))
            out_of_fold[folds.held_out(k)] = model.predict(X[folds.held_out(k)])
            parts[target, name, fold_part(k)] = model.files()
        finals.append(fit(np.arange(len(X))))
        parts[target, name, FINAL] = finals[-1].files()
        predictions[target, name] = out_of_fold
    reference = learn_reference(
        X, Y, encoder.layout, folds, answers=[model.predict for model in finals], predictions=predictions
    )
    write_bundle(
        folder / "models",
        parts,
        encoder=encoder,
        targets=["a", "b"],
        cards=[ModelCard(target, name, chosen=True) for target in range(2)],
        golden=X[:3],
        reference=reference,
    )
    predictor = Predictor(open_bundle(folder / "models"))
    predictor.bundle.verify()
    assert predictor.bundle.reference is not None
    return predictor


def main() -> None:
    """Read the command line and measure."""
    parser = arguments(__doc__)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rows", type=int, help="rows that go into a file; 1,000,000; quick: 60,000")
    parser.add_argument("--bare", action="store_true", help="the million by the final models alone")
    parser.add_argument("--some", type=int, help="rows for the ways compared; 100,000; quick: 60,000")
    chosen = parser.parse_args()
    chosen.rows = chosen.rows or (60_000 if chosen.quick else 1_000_000)
    chosen.some = chosen.some or (60_000 if chosen.quick else 100_000)
    chosen.repeats = 3 if chosen.quick else 15
    run("predicting", chosen, measure)


if __name__ == "__main__":
    main()
