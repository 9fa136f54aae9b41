"""The Explain room's side in the kernel: each request handed to the use case that answers it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from nbml.errors import JobError
from nbml.jobs.explaining.as_code import explain_code
from nbml.jobs.explaining.explanation import Explanation
from nbml.jobs.explaining.kept import Explanations
from nbml.jobs.explaining.opening import explain_cells
from nbml.jobs.explaining.picking import pick_rows
from nbml.jobs.explaining.view import pair_lines, row_lines, row_view, view
from nbml.spec.messages.base import Request
from nbml.spec.messages.explain_room import (
    AskCost,
    ExplainAsCode,
    ExplainCode,
    ExplainFigure,
    ExplainView,
    OfModel,
    OpenExplanation,
    PairCost,
    PairLine,
    PickRows,
    RowLines,
    RowView,
    ShowExplainFigure,
    ShowNewRow,
    ShowRow,
)

if TYPE_CHECKING:
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session

NAME = "explain"
_TOP_PAIRS = 15


def open_explanation(session: Session, request: OpenExplanation, progress: Progress) -> ExplainView:
    """Have a model's values at hand."""
    why = _why(session, request, progress)
    return view(_kept(session).subject(request.job_id, session.settings), why)


def show_figure(session: Session, request: ShowExplainFigure, progress: Progress) -> ExplainFigure:
    """A figure as plotly JSON, arrays in base64."""
    why = _why(session, request, progress)
    pairs: tuple[PairLine, ...] = ()
    if request.name == "interactions":
        made = why.interactions(n=_TOP_PAIRS, check=_check(session, progress, "pairing"))
        pairs = pair_lines(why, why.pairs().top(_TOP_PAIRS))
    elif request.name == "permutation":
        made = why.permutation(request.features, check=_check(session, progress, "shuffling"))
    else:
        made = _drawn(why, request)
    progress.check()
    return ExplainFigure(figure=json.loads(made.to_json()), pairs=pairs)


def ask_cost(session: Session, request: AskCost, progress: Progress) -> PairCost:
    """How long the pairs would take."""
    return PairCost(**_why(session, request, progress).pair_cost())


def pick(session: Session, request: PickRows, progress: Progress) -> RowLines:
    """Rows worth a look."""
    why = _why(session, request, progress)
    found = pick_rows(
        why.explained, request.pick, request.words, seed=request.seed,
        groups=why.group_of_rows() if request.pick == "search" else None,
    )  # fmt: skip
    return row_lines(why, found)


def show_row(session: Session, request: ShowRow, progress: Progress) -> RowView:
    """One row; it is the panel's selection from now on."""
    why = _why(session, request, progress)
    seen = row_view(why, request.row - 1)
    session.selected = why.table_rows([request.row - 1])
    return seen


def show_new_row(session: Session, request: ShowNewRow, progress: Progress) -> RowView:
    """A row of another room, which the table does not have."""
    subject = _kept(session).subject(request.job_id, session.settings)
    why = explain_cells(
        subject, request.target, request.family, request.cells, _check(session, progress, "computing")
    )
    return row_view(why, 0)


def code(session: Session, request: ExplainAsCode, progress: Progress) -> ExplainCode:
    """What is seen, as calls."""
    partner = {"second": request.second, "strongest": None, "none": None}[request.colour]
    return ExplainCode(
        call=explain_code(
            request.job_id, request.target, request.family, request.of, feature=request.feature,
            partner=partner, by=request.by, row=None if request.row is None else request.row - 1,
            pair=request.pair,
        )
    )  # fmt: skip


def _drawn(why: Explanation, request: ShowExplainFigure) -> Any:
    if request.name == "bar":
        return why.bar(request.features)
    if request.name == "beeswarm":
        return why.beeswarm(request.features)
    if request.name == "residuals":
        return why.residuals()
    if request.feature is None or (request.name == "pair" and request.second is None):
        raise JobError("NBML-V02", feature="–", field="feature")
    if request.name == "partial":
        return why.partial_dependence(request.feature, request.by)
    if request.name == "pair":
        return why.interaction(request.feature, request.second or "")
    partner = {"strongest": "strongest", "second": request.second, "none": None}[request.colour]
    return why.dependence(request.feature, partner)


def _kept(session: Session) -> Explanations:
    with session.lock:
        kept: Explanations = session.form.setdefault(NAME, {}).setdefault("explanations", Explanations())
        return kept


def _why(session: Session, request: OfModel, progress: Progress) -> Explanation:
    key = (request.job_id, request.target, request.family, request.of)
    return _kept(session).get(key, session.settings, _check(session, progress, "computing"))


def _check(session: Session, progress: Progress, what: str) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        progress.check()
        progress.tell(done, total, session.say(f"explain_room.{what}", done=f"{done:,}", total=f"{total:,}"))

    return told


HANDLERS: dict[type[Request], Callable[[Session, Any, Progress], BaseModel | None]] = {
    OpenExplanation: open_explanation,
    ShowExplainFigure: show_figure,
    AskCost: ask_cost,
    PickRows: pick,
    ShowRow: show_row,
    ShowNewRow: show_new_row,
    ExplainAsCode: code,
}
