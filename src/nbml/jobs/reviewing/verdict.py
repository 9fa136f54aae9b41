"""One sentence on how good a model is: its error on what it has not seen, beside guessing the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from nbml.i18n import text
from nbml.spec.reading import shown
from nbml.spec.result import Leader, TrainRecord

Tone = Literal["good", "weak", "bad"]
BASELINE = "baseline"
WEAK_FROM = 0.9
"""An error above this share of the baseline's is little better than guessing."""


@dataclass(frozen=True)
class Verdict:
    """A sentence and how to take it."""

    words: str
    tone: Tone


def verdict(record: TrainRecord, target: str) -> Verdict:
    """Judge the chosen model of a target.

    Parameters
    ----------
    record : TrainRecord
        A result; its baseline predicts the mean of the other folds.
    target : str

    Returns
    -------
    Verdict
        In the language in force; digits as the spread over the folds allows.
    """
    chosen, baseline = record.chosen(target), _baseline(record, target)
    if chosen is None:
        failed = next((row.error for row in record.leaderboard if row.target == target and row.error), None)
        why = failed.message if failed else text("train_room.verdict.no_trial")
        return Verdict(text("train_room.verdict.none", target=shown(target), reason=why), "bad")
    score = chosen.scores["rmse"]
    if score.pooled is None:
        reason = next(iter(score.undefined.values()), "no_prediction")
        return Verdict(text("train_room.verdict.undefined", reason=text(f"undefined.{reason}")), "bad")
    mean = None if baseline is None else baseline.scores["rmse"].pooled
    tone = _tone(score.pooled, mean)
    column = record.sheet[target]
    unit = f" {shown(column.unit, 20)}" if column.unit else ""
    places = decimals(score.pooled, score.spread)
    words = text(
        f"train_room.verdict.{tone}.{_unseen(record)}",
        error=f"{number(score.pooled, places)}{unit}",
        baseline="–" if mean is None else f"{number(mean, places)}{unit}",
        group=shown(record.group or "", 40),
    )
    return Verdict(words, tone)


def decimals(value: float, spread: float | None) -> int:
    """Decimal places worth showing: the spread's first digit (two if that is a 1), else three digits in all.

    Examples
    --------
    >>> decimals(3.8971, 0.31), decimals(3.8971, 0.14), decimals(53.81, None), decimals(12345.6, 678.0)
    (1, 2, 1, -2)
    """
    if spread and math.isfinite(spread):
        exponent = math.floor(math.log10(abs(spread)))
        return int(abs(spread) < 2 * 10.0**exponent) - exponent
    return 2 - math.floor(math.log10(abs(value))) if value else 1


def number(value: float, places: int) -> str:
    """A number with so many decimal places; at least one digit of it is left."""
    if value and math.isfinite(value):
        places = max(places, -math.floor(math.log10(abs(value))))
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.2e}"
    return f"{round(value, places):,.{max(places, 0)}f}"


def _tone(error: float, mean: float | None) -> Tone:
    if mean is None or error >= mean:
        return "bad" if mean is not None else "good"
    return "weak" if error > WEAK_FROM * mean else "good"


def _unseen(record: TrainRecord) -> str:
    return "groups" if record.group is not None else "rows"


def _baseline(record: TrainRecord, target: str) -> Leader | None:
    return next((row for row in record.leaderboard if row.target == target and row.family == BASELINE), None)
