"""What is wrong with a form, all of it at once, each fault at its field; and whether any row can be right.

The same reading as the search makes, so that what passes here starts. A faulty row is set aside and the rest
read again, so that one mistake does not hide the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbml.errors import NbmlError, OptimizeError, SpecError
from nbml.i18n import text
from nbml.inverse.constraints import DistanceLimit
from nbml.inverse.contradiction import check
from nbml.inverse.goals import out_of_reach
from nbml.inverse.searching import MANY_OBJECTIVES
from nbml.jobs.goal_setting.form import NEAR, Said, say
from nbml.jobs.goal_setting.models import Models
from nbml.jobs.optimize.launching import make_optimize_spec
from nbml.jobs.optimize.setting import Reading, read
from nbml.spec.messages.optimize_form import DistanceRow, Feasibility, OptimizeForm
from nbml.spec.messages.train_form import FieldNote, Remedy
from nbml.spec.optimize import OptimizeSpec

PARTS = ("inputs", "goals", "constraints")


@dataclass(frozen=True)
class Checked:
    """A form that was looked at."""

    notes: tuple[FieldNote, ...]
    feasibility: Feasibility


def spec_of(form: OptimizeForm, models: Models) -> tuple[OptimizeSpec, Said]:
    """The spec of a form.

    Raises
    ------
    NbmlError
        The first thing that cannot be said, with the form's ``field`` in its fields.
    """
    said = say(form, models)
    if said.faults:
        raise said.faults[0]
    if not said.goals:
        raise OptimizeError("NBML-O60", field="goals")
    return make_optimize_spec(list(models.runs), **said.arguments()), said


def located(error: NbmlError, said: Said, form: OptimizeForm) -> NbmlError:
    """The same error with the form's ``field``, for what the search itself has found."""
    return type(error)(error.code, **{**error.fields, "field": _field(error.fields, said, form)})


def check_form(form: OptimizeForm, models: Models) -> Checked:
    """Everything to say of a form.

    Notes
    -----
    No model is asked: some milliseconds, and a mixed-integer program for the exact constraints, usually as
    quick and never longer than five seconds each.
    """
    said = say(form, models)
    notes = [_note(error, error.fields.get("field", ""), form) for error in said.faults]
    reading = _read_what_can_be(form, models, said, notes)
    if not any(row.goal for row in form.goals):
        notes.append(_note(OptimizeError("NBML-O60"), "goals", form))
    if reading is None:
        return Checked(tuple(notes), Feasibility(state="unknown"))
    notes += _warnings(reading, form, models, said)
    ranked = len(reading.limits)
    if any(note.severity == "error" and note.field.startswith(("inputs", "constraints")) for note in notes):
        return Checked(tuple(notes), Feasibility(state="unknown", ranked=ranked))
    return Checked(tuple(notes), _feasibility(reading, said, ranked))


def _read_what_can_be(
    form: OptimizeForm, models: Models, said: Said, notes: list[FieldNote]
) -> Reading | None:
    """The reading without the rows that are wrong; each is noted and taken out of ``said``."""
    stand_in = {"target": next(iter(models.targets)), "goal": "maximize"}
    while True:
        arguments = said.arguments()
        arguments.setdefault("goals", [stand_in])
        try:
            return read(make_optimize_spec(list(models.runs), **arguments), models.known)
        except (OptimizeError, SpecError) as error:
            notes.append(_note(error, _field(error.fields, said, form), form))
            part, _, rest = str(error.fields.get("place", "")).partition(".")
            number = rest.partition(".")[0]
            if part not in PARTS or not number.isdigit() or int(number) >= len(getattr(said, part)):
                return None
            del getattr(said, part)[int(number)]


def _feasibility(reading: Reading, said: Said, ranked: int) -> Feasibility:
    try:
        check(reading.space)
    except OptimizeError as error:
        fields, missed = error.fields, error.fields.get("missed", ())
        return Feasibility(
            state="clash",
            fields=tuple(said.field_of(place) for place in fields.get("places", ())),
            constraints=tuple(str(one) for one in fields.get("constraints", ())),
            missed=() if isinstance(missed, str) else tuple(missed),
            ranked=ranked,
        )
    return Feasibility(state="feasible", ranked=ranked)


def _warnings(reading: Reading, form: OptimizeForm, models: Models, said: Said) -> list[FieldNote]:
    found: list[tuple[str, dict[str, Any]]] = [(note.code, note.fields) for note in reading.notes]
    for goal in reading.goals:
        seen = goal.seen(models.measured(goal.label)) if goal.on == "target" else goal
        note = out_of_reach(seen) if goal.on == "target" and seen is not goal else None
        if note is not None:
            found.append((note.code, {**note.fields, "place": goal.place}))
    told = {(str(fields.get("place", "")).partition(".")[0], fields.get("column")) for _, fields in found}
    for k, row in enumerate(form.inputs):
        is_point = row.use == "range" and row.low is not None and row.low == row.high and not row.zero
        if is_point and ("inputs", row.name) not in told:
            found.append(("NBML-O02", {"field": f"inputs.{k}", "column": row.name, "value": row.low}))
    traded = sum(not goal.is_limit for goal in reading.goals)
    if traded > MANY_OBJECTIVES:
        found.append(("NBML-O26", {"place": "goals", "count": traded, "most": MANY_OBJECTIVES}))
    notes = [_worded(code, "warning", _field(fields, said, form), fields) for code, fields in found]
    if models.has_reference and not any(isinstance(limit, DistanceLimit) for limit in reading.limits):
        near = [row.model_dump() for row in (*form.constraints, DistanceRow(most=NEAR))]
        remedy = Remedy(text=text("optimize_room.remedy.near"), set={"constraints": near})
        far = _worded("NBML-O22", "warning", "constraints", {})
        notes.append(far.model_copy(update={"remedies": (remedy,)}))
    return notes


def _field(fields: dict[str, Any], said: Said, form: OptimizeForm) -> str:
    if fields.get("field"):
        return str(fields["field"])
    place = str(fields.get("place", ""))
    if place.startswith("inputs") and "." not in place:
        names = [row.name for row in form.inputs]
        column = fields.get("column")
        return f"inputs.{names.index(column)}" if column in names else "inputs"
    return said.field_of(place) or "runs"


def _note(error: NbmlError, field: str, form: OptimizeForm) -> FieldNote:
    note = _worded(error.code, "error", field, error.fields)
    part, _, rest = field.partition(".")
    number = rest.partition(".")[0]
    if part != "inputs" or not number.isdigit():
        return note
    k = int(number)
    mended: dict[str, dict[str, Any]] = {
        "NBML-O01": {"low": form.inputs[k].high, "high": form.inputs[k].low},
        "NBML-O07": {"extrapolate": True},
        "NBML-O08": {"log": False},
        "NBML-O34": {"log": False},
    }
    changes = mended.get(error.code)
    if changes is None or (error.code == "NBML-O01" and None in changes.values()):
        return note
    rows = [row.model_copy(update=changes if i == k else {}) for i, row in enumerate(form.inputs)]
    remedy = Remedy(
        text=text(f"optimize_room.remedy.{error.code}"),
        set={"inputs": [row.model_dump(mode="json") for row in rows]},
    )
    return note.model_copy(update={"remedies": (remedy,)})


def _worded(code: str, severity: Any, field: str, fields: dict[str, Any]) -> FieldNote:
    column = fields.get("column")
    return FieldNote(
        field=field,
        severity=severity,
        code=code,
        message=text(f"{code}.message", **fields),
        next_step=text(f"{code}.next", **fields | {"place": text("optimize_room.here")}),
        columns=() if column is None else (str(column),),
    )
