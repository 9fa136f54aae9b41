"""Shapley values of a job's rows: those the job left behind, or computed here and kept.

Held-out rows are explained by the fold model that has not seen them; the final model explains chosen rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbml.errors import JobError, ModelError
from nbml.jobs.explaining.cache import Arrays, Cache, hash_of
from nbml.jobs.explaining.subject import NO_FOLD, Subject
from nbml.ml.explain.explained import FINAL, Answering, Explained
from nbml.ml.models.base import Attribution, FittedModel, Floats
from nbml.spec.result import Leader

if TYPE_CHECKING:
    import pandas as pd

Of = Literal["held_out", "final"]
Check = Callable[[int, int], None]
SAMPLED = ("mlp",)
"""Families whose values are sampled: dear, so that only some rows are explained."""
SAMPLED_ROWS = 100
_PIECE, _SAMPLED_PIECE = 8_192, 10
_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Material:
    """Explained rows and the models that answer for them."""

    explained: Explained
    answering: Answering


def held_out_values(subject: Subject, leader: Leader, check: Check) -> Material:
    """Every held-out row explained by the model of its fold."""
    models = subject.models(leader)
    measured = subject.measured(leader.target)
    if leader.shap is not None:
        with np.load(subject.job.folder / leader.shap, allow_pickle=False) as saved:
            rows = saved["rows"].astype(np.int64)
            values, base, fold = saved["values"], saved["base"], saved["fold"].astype(np.int64)
    else:
        rows, fold, values, base = _computed(subject, leader, models, measured, check)
    X = np.ascontiguousarray(subject.X[rows])
    explained = Explained(subject.bundle.encoder.features, X, values, base, fold, rows, measured[rows])
    return Material(explained, Answering(X, fold, models))


def final_values(subject: Subject, leader: Leader, chosen: pd.DataFrame | None, check: Check) -> Material:
    """Rows explained by the final model: those of a table, or the training rows it has seen."""
    model = subject.final(leader)
    encoder = subject.bundle.encoder
    if chosen is None:
        measured = subject.measured(leader.target)
        rows = np.flatnonzero((subject.fold != NO_FOLD) & np.isfinite(measured))
        X, measured = subject.X[rows], measured[rows]
    else:
        X, rows = encoder.encode(chosen).X, np.arange(len(chosen))
        measured = _measured_in(chosen, leader.target)
    if leader.family in SAMPLED and len(X) > SAMPLED_ROWS:
        some = np.linspace(0, len(X) - 1, SAMPLED_ROWS).round().astype(np.intp)
        X, rows, measured = X[some], rows[some], measured[some]
    if not len(X):
        raise JobError("NBML-V04")
    X = np.ascontiguousarray(X)
    background = subject.bundle.background
    made = _kept(
        subject, leader, "final", X, None,
        lambda: _attribute(
            model, X, X if background is None else background, subject, check, 0, len(X),
            sampled=leader.family in SAMPLED,
        ),
    )  # fmt: skip
    fold = np.full(len(X), FINAL, dtype=np.int64)
    explained = Explained(encoder.features, X, made["values"], made["base"], fold, rows, measured)
    return Material(explained, Answering(X, fold, {FINAL: model}))


def _computed(
    subject: Subject, leader: Leader, models: dict[int, FittedModel], measured: Floats, check: Check
) -> tuple[Any, Any, Floats, Floats]:
    """Values of a job that was trained without them."""
    fold = np.where(np.isfinite(measured), subject.fold, NO_FOLD)
    rows = np.flatnonzero(fold != NO_FOLD)
    if leader.family in SAMPLED and len(rows) > SAMPLED_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, SAMPLED_ROWS).round().astype(np.intp)]
    X, of = np.ascontiguousarray(subject.X[rows]), fold[rows]

    def make() -> Arrays:
        values, base, done = np.empty(X.shape), np.empty(len(X)), 0
        for k, model in models.items():
            here = np.flatnonzero(of == k)
            background = subject.X[(fold != k) & (fold != NO_FOLD)]
            parts = _attribute(
                model, X[here], background, subject, check, done, len(X), sampled=leader.family in SAMPLED
            )
            values[here], base[here] = parts["values"], parts["base"]
            done += len(here)
        return {"values": values, "base": base}

    made = _kept(subject, leader, "held_out", X, of, make)
    return rows, of, made["values"], made["base"]


def _kept(
    subject: Subject, leader: Leader, of: Of, X: Floats, fold: Any, make: Callable[[], Arrays]
) -> Arrays:
    depends = {
        "models": subject.bundle.digest, "target": leader.target, "family": leader.family, "of": of,
        "rows": hash_of(X), "fold": None if fold is None else hash_of(fold),
    }  # fmt: skip
    return Cache(subject.job.settings).get(depends, make)


def _attribute(
    model: FittedModel,
    X: Floats,
    background: Floats,
    subject: Subject,
    check: Check,
    done: int,
    total: int,
    *,
    sampled: bool,
) -> Arrays:
    """Values in pieces, each checked to add up to the prediction."""
    seed, threads = subject.job.spec.seed, subject.threads
    parts: list[Attribution] = []
    step = _SAMPLED_PIECE if sampled else _PIECE
    for start in range(0, len(X), step):
        piece = X[start : start + step]
        part = model.attribute(piece, background=background, seed=seed, threads=threads)
        gap = np.abs(part.base + part.values.sum(axis=1) - model.predict(piece, threads=threads))
        scale = np.abs(part.values).sum(axis=1) + abs(part.base)
        if (gap > 10 * _TOLERANCE * scale + 1e-12).any():
            raise ModelError("NBML-M20", family=type(model).__name__, gap=float(gap.max()))
        parts.append(part)
        check(done + start + len(piece), total)
    empty = [np.zeros((0, X.shape[1]))]
    return {
        "values": np.concatenate([*empty, *(part.values for part in parts)]),
        "base": np.concatenate([np.zeros(0), *(np.full(len(p.values), p.base) for p in parts)]),
    }


def _measured_in(chosen: pd.DataFrame, target: str) -> Floats:
    import pandas as pd

    names = [str(name) for name in chosen.columns]
    if names.count(target) != 1:
        return np.full(len(chosen), np.nan)
    column = pd.to_numeric(chosen.iloc[:, names.index(target)], errors="coerce")
    found: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)
