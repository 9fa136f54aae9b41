"""Next experiments of an inverse search: what is planned and why, what was foreseen, what was measured."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.optimize import Level

Why = Literal["exploit", "explore", "fill", "chosen"]


class Foreseen(Strict):
    """What a search predicted of a target when the experiment was planned; it stays as it was."""

    target: str
    value: float
    lower: float | None = None
    upper: float | None = None


class Experiment(Strict):
    """One planned experiment."""

    number: int = Field(ge=1, description="From 1, never given twice.")
    planned: str = Field(description="UTC time, ISO 8601.")
    why: Why = Field(description="Likely the best, teaches most, far from everything, or chosen by a person.")
    cells: tuple[Level | None, ...] = Field(description="What to set, in the order of the inputs.")
    foreseen: tuple[Foreseen, ...]
    measured: dict[str, float] = Field(default_factory=dict, description="Results so far, by target.")
    measured_at: str | None = Field(default=None, description="UTC time of the last result.")


class ExperimentBook(Strict):
    """All experiments of a search, in the order planned, as experiments.json of its folder."""

    v: Literal[1] = 1
    inputs: tuple[str, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    last: int = Field(default=0, description="The highest number given so far.")
