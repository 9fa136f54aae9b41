"""How long training may take, honestly: a range around what was measured, never a single number.

Seconds of one fit follow rows and columns by a power law for each family. The constants come from whole
searches of 30 trials on 103 to 9,568 rows and from random points on up to 40,000 rows (one core); most
tables lie within a factor of two, and the range is that factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbml.ml.models.base import Shape
from nbml.spec.messages.train_form import Estimate

COLD_START_S = 15.0
"""Starting a Ray head with its workers for the first time in a session."""
AROUND_S = 4.0
"""Preparing, writing models and tables, keeping the run in MLflow."""
PER_STUDY_S = 1.0
"""Explaining and the final fit of one target and family on a small table, besides its fits."""
PER_FOLD_S = 0.004
"""Handing out one fold."""
BUSY = 0.9
SPREAD = 2.0
_NICE = (1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True)
class Cost:
    """Seconds of a fit: ``base + slope * n_train * n_features ** 0.8``; categories multiply it."""

    base: float
    slope: float
    categorical: float = 1.0


COSTS = {"lightgbm": Cost(0.008, 4e-6), "xgboost": Cost(0.015, 6e-6), "catboost": Cost(0.02, 1.2e-5, 1.5)}


def fit_seconds(family: str, shape: Shape) -> float:
    """Processor seconds of a typical fit and its prediction on one core."""
    if family == "mlp":
        n = shape.n_train
        passes = 0.1 + 5.5e-4 * n if n < 3000 else 0.2 + 2e-4 * n if n < 20_000 else 0.3 + 4e-5 * n
        return passes * (1 + shape.n_features / 200)
    cost = COSTS[family]
    growth = cost.categorical if shape.n_categorical else 1.0
    return cost.base + growth * cost.slope * shape.n_train * float(max(shape.n_features, 1) ** 0.8)


def estimate(
    shape: Shape,
    *,
    models: tuple[str, ...],
    n_targets: int,
    n_folds: int,
    trials: int | None,
    open_trials: int,
    timeout_s: float | None,
    workers: int,
    is_cold: bool,
) -> Estimate:
    """Estimate the time of a job.

    Parameters
    ----------
    shape : Shape
        Sizes of the encoded table.
    models, n_targets, n_folds, trials, open_trials, timeout_s
        As in the spec; ``trials`` for each target and family.
    workers : int
        Workers there will be.
    is_cold : bool
        Whether workers have to be started first.
    """
    n_studies = n_targets * len(models)
    one_round = sum(fit_seconds(name, shape) + PER_FOLD_S for name in models) * n_targets * n_folds
    used = min(workers, open_trials * n_folds * n_studies) * BUSY
    search = None if trials is None else trials * one_round / used
    low, high = (None, None) if search is None else (search / SPREAD, search * SPREAD)
    after = n_studies * PER_STUDY_S + 2 * one_round / used
    around = AROUND_S + after + (COLD_START_S if is_cold else 0.0)
    is_limited = timeout_s is not None and (high is None or timeout_s < high)
    if timeout_s is not None:
        low = timeout_s if low is None else min(low, timeout_s)
        high = timeout_s if high is None else min(high, timeout_s)
    assert low is not None
    assert high is not None
    return Estimate(
        low_s=rounded(low + around / 1.25, up=False),
        high_s=rounded(high + around * 1.5, up=True),
        fits=None if trials is None else trials * n_folds * n_studies,
        workers=workers,
        start_s=COLD_START_S if is_cold else 0.0,
        is_limited=is_limited,
    )


def rounded(seconds: float, *, up: bool) -> float:
    """Seconds as people say them: 8, 20, 45 s, 2, 10 min, 1, 8 h.

    Examples
    --------
    >>> rounded(17, up=False), rounded(17, up=True), rounded(130, up=True), rounded(5000, up=False)
    (15.0, 20.0, 180.0, 3600.0)
    """
    unit = 1.0 if seconds <= 60 else 60.0 if seconds <= 3600 else 3600.0
    steps = [unit * step for step in _NICE] if unit < 3600 else [unit * n for n in range(1, 10_000)]
    if up:
        return next((step for step in steps if step >= seconds), steps[-1])
    return next((step for step in reversed(steps) if step <= seconds), steps[0])
