"""The Data room as its page sees it: source, sentence, decisions, columns, or the fault instead of them."""

from __future__ import annotations

from nbml.i18n import text
from nbml.spec.messages.data_room import COLUMN_PAGE, Choice, RowDecision, SourceLine, TableView
from nbml.spec.reading import shown
from nbml.widgets.faults import fault_of
from nbml.widgets.rooms.data_cells import column_lines
from nbml.widgets.rooms.data_draft import Draft
from nbml.widgets.rooms.data_room import DataRoom
from nbml.widgets.rooms.data_words import ENCODINGS, decision_lines, encoding_name, reading_words

_ROW_DECISIONS = ("copies", "missing_target", "infinite")


def view_of(room: DataRoom) -> TableView:
    """What the page is told of the draft in force, in the language in force."""
    with room.lock:
        draft = room.now
        if draft is None:
            return TableView(revision=room.revision, can_undo=room.can_undo, can_redo=room.can_redo)
        table = draft.table
        places = {column.name: column.position for column in table.columns.columns} if table else {}
        return TableView(
            revision=room.revision,
            source=SourceLine(
                kind=draft.origin.kind, name=shown(draft.origin.name), has_lines=draft.origin.path is not None
            ),
            words=reading_words(table, draft.options, is_text=draft.origin.path is not None),
            decisions=decision_lines(table.report, places) if table else (),
            rows=_row_decisions(draft),
            fault=fault_of(draft.fault) if draft.fault else None,
            suggestion=_suggestion(draft),
            n_rows=len(table.frame) if table else 0,
            n_columns=table.frame.shape[1] if table else 0,
            columns=column_lines(draft, 0, COLUMN_PAGE),
            can_undo=room.can_undo,
            can_redo=room.can_redo,
        )


def _suggestion(draft: Draft) -> Choice | None:
    guess = draft.fault.fields.get("guess") if draft.fault else None
    if guess not in ENCODINGS:
        return None
    return Choice(value=guess, text=text("data_room.report.read_as", encoding=encoding_name(guess)))


def _row_decisions(draft: Draft) -> tuple[RowDecision, ...]:
    if draft.table is None:
        return ()
    told = []
    for what in _ROW_DECISIONS:
        if getattr(draft.preparation, what):
            decisions = draft.table.report.of(f"prepare.{what}")
            words = decisions[0].words if decisions else text(f"prepare.{what}", count=0)
            told.append(RowDecision.model_validate({"what": what, "text": words}))
    return tuple(told)
