"""What the Explain room asks and is answered: one model at a time, its figures, its rows."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.messages.base import JobId, Request

Of = Literal["held_out", "final"]
ExplainFigureName = Literal[
    "bar", "beeswarm", "dependence", "partial", "interactions", "pair", "permutation", "residuals"
]
RowPick = Literal["worst", "highest", "lowest", "random", "search"]
MOST_FEATURES = 60
MOST_CELLS = 5_000


class OfModel(Request):
    """What every request of the room says: which model, on which rows."""

    job_id: JobId
    target: str | None = Field(default=None, description="The first one if null.")
    family: str | None = Field(default=None, description="The chosen one if null.")
    of: Of = "held_out"


class OpenExplanation(OfModel):
    """Have a model's values at hand, computed where they are not. Answered with ExplainView."""

    kind: Literal["explain.open"] = "explain.open"


class ShowExplainFigure(OfModel):
    """A figure. Answered with ExplainFigure."""

    kind: Literal["explain.figure"] = "explain.figure"
    name: ExplainFigureName
    features: tuple[str, ...] | None = Field(
        default=None, max_length=MOST_FEATURES, description="Those drawn, in order; the 20 first if null."
    )
    feature: str | None = Field(default=None, description="For dependence, partial and pair.")
    second: str | None = Field(default=None, description="The other one of a pair; a partner to colour by.")
    colour: Literal["strongest", "second", "none"] = "strongest"
    by: str | None = Field(
        default=None, description="Group column or feature that splits a partial dependence."
    )


class AskCost(OfModel):
    """How long the pairs would take. Answered with PairCost."""

    kind: Literal["explain.cost"] = "explain.cost"


class PickRows(OfModel):
    """Rows worth a look. Answered with RowLines."""

    kind: Literal["explain.rows"] = "explain.rows"
    pick: RowPick = "worst"
    words: str = Field(default="", max_length=200)
    seed: int = Field(default=0, ge=0)


class ShowRow(OfModel):
    """One row. Answered with RowView."""

    kind: Literal["explain.row"] = "explain.row"
    row: int = Field(ge=1, description="Number of the row in the table, from 1.")


class ShowNewRow(OfModel):
    """A row that is not in the table, by the final model. Answered with RowView, whose row is 0."""

    kind: Literal["explain.new_row"] = "explain.new_row"
    cells: dict[str, str | float | None] = Field(
        max_length=MOST_CELLS, description="By feature; those not named are missing."
    )


class ExplainAsCode(OfModel):
    """What is seen, as calls. Answered with ExplainCode."""

    kind: Literal["explain.code"] = "explain.code"
    feature: str | None = None
    second: str | None = None
    colour: Literal["strongest", "second", "none"] = "strongest"
    by: str | None = None
    row: int | None = Field(default=None, ge=1)
    pair: tuple[str, ...] | None = Field(default=None, max_length=2)


class ModelLine(Strict):
    """One family of a target."""

    family: str
    chosen: bool


class ExplainTarget(Strict):
    """A target with the families that can be explained, best first."""

    target: str
    models: tuple[ModelLine, ...]


class FeatureLine(Strict):
    """A feature and how much it moves predictions."""

    name: str
    label: str
    unit: str | None
    importance: float = Field(description="Mean absolute Shapley value, in target units.")
    spread: float | None = Field(description="Over the folds.")
    is_category: bool


class ExplainView(Strict):
    """A model whose values are at hand."""

    job_id: str
    target: str
    label: str
    unit: str | None
    family: str
    of: Of
    about: str = Field(description="Which rows, explained by which model.")
    targets: tuple[ExplainTarget, ...]
    features: tuple[FeatureLine, ...] = Field(description="By importance, largest first.")
    group: str | None
    n_rows: int
    is_sampled: bool = Field(description="Values are estimates from permutations.")
    has_final: bool
    has_pairs: bool = Field(description="The family has interaction values.")


class PairLine(Strict):
    """Two features that act together."""

    first: str
    second: str


class ExplainFigure(Strict):
    """A plotly figure; for interactions also the pairs behind its bars."""

    figure: dict[str, Any]
    pairs: tuple[PairLine, ...] = ()


class PairCost(Strict):
    """What measuring the pairs takes."""

    seconds: float
    n_features: int
    n_rows: int
    at_hand: bool


class RowLine(Strict):
    """One row in a list."""

    row: int
    predicted: float
    measured: float | None
    residual: float | None


class RowLines(Strict):
    """Rows that were found, the first worth looking at first."""

    rows: tuple[RowLine, ...]
    total: int


class RowCell(Strict):
    """What one feature does in a row."""

    name: str
    label: str
    value: str = Field(description="As the table has it.")
    effect: float
    x: float | None = Field(description="Where it stands on the axis of a dependence plot.")


class RowView(Strict):
    """One row: its numbers, its features by size of contribution, its waterfall."""

    row: int = Field(description="From 1; 0 for one that is not in the table.")
    predicted: float
    measured: float | None
    residual: float | None
    base: float
    cells: tuple[RowCell, ...]
    figure: dict[str, Any]


class ExplainCode(Strict):
    """Calls that give what is seen."""

    call: str


Requests: tuple[type[Request], ...] = (
    OpenExplanation,
    ShowExplainFigure,
    AskCost,
    PickRows,
    ShowRow,
    ShowNewRow,
    ExplainAsCode,
)
Answers: dict[type[Request], type[Strict]] = {
    OpenExplanation: ExplainView,
    ShowExplainFigure: ExplainFigure,
    AskCost: PairCost,
    PickRows: RowLines,
    ShowRow: RowView,
    ShowNewRow: RowView,
    ExplainAsCode: ExplainCode,
}
