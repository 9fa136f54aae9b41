"""From models to a filled-in form, from a form to the arguments of ``nbml.optimize``, and back from a spec.

Rows that say nothing beyond the training data are left out of the arguments, so that code stays short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbml.errors import NbmlError, OptimizeError, SpecError
from nbml.jobs.goal_setting.models import Models
from nbml.jobs.goal_setting.rule import open_end, rule
from nbml.spec.messages.optimize_form import DistanceRow, GoalRow, InputRow, OptimizeForm, RuleRow

NEAR = 0.95
"""The distance limit of a new form: nearer than the farthest twentieth of held-out rows."""
_BUDGET = {
    "size": (1, 5_000),
    "interval": (0.01, 0.99),
    "seed": (0, 2**32 - 1),
    "minutes": (0.01, 10_080),
    "prove_s": (0.1, 86_400),
}
_MAY_BE_EMPTY = ("minutes", "prove_s")

WANTED = {
    "reach": ("value", "tolerance"),
    "between": ("low", "high"),
    "at_least": ("value",),
    "at_most": ("value",),
}
"""Numbers that a kind of goal needs; a tolerance may be left out."""


def fill_in(models: Models) -> OptimizeForm:
    """A form that can be searched as it is: every target as great as possible, near the data."""
    near: tuple[RuleRow, ...] = (DistanceRow(most=NEAR),) if models.has_reference else ()
    return OptimizeForm(
        runs=models.runs,
        inputs=tuple(
            InputRow(name=one.name, integer=one.kind in ("integer", "boolean"))
            for one in models.inputs.values()
        ),
        goals=tuple(GoalRow(of=name, goal="maximize") for name in models.targets),
        constraints=near,
    )


def refit(form: OptimizeForm, models: Models) -> OptimizeForm:
    """A form for other models: rows of inputs and targets that they know stay, others come new."""
    new = fill_in(models)
    inputs = {row.name: row for row in form.inputs}
    goals = {row.of: row for row in form.goals if row.on == "target"}
    others = tuple(row for row in form.goals if row.on != "target")
    return form.model_copy(
        update={
            "runs": models.runs,
            "inputs": tuple(inputs.get(row.name, row) for row in new.inputs),
            "goals": (*(goals.get(row.of, row) for row in new.goals), *others),
        }
    )


@dataclass
class Said:
    """What a form says, as arguments, each with the row of the form it stands in.

    Attributes
    ----------
    inputs, goals, constraints : list of (int, mapping or str)
    faults : list of NbmlError
        What cannot even be said, with the form's ``field``.
    """

    inputs: list[tuple[int, Any]] = field(default_factory=list)
    goals: list[tuple[int, Any]] = field(default_factory=list)
    constraints: list[tuple[int, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    faults: list[NbmlError] = field(default_factory=list)

    def arguments(self) -> dict[str, Any]:
        """As ``make_optimize_spec`` takes them, after the runs."""
        listed = {
            name: [one for _, one in getattr(self, name)] for name in ("inputs", "goals", "constraints")
        }
        return {name: rows for name, rows in listed.items() if rows} | self.options

    def field_of(self, place: str) -> str:
        """The form's field of a place in the spec."""
        part, _, rest = place.partition(".")
        number, _, name = rest.partition(".")
        rows = getattr(self, part, None) if part in ("inputs", "goals", "constraints") else None
        if rows is None or not number.isdigit() or int(number) >= len(rows):
            return "runs" if part == "runs" else place
        return ".".join(filter(None, (part, str(rows[int(number)][0]), name)))


def say(form: OptimizeForm, models: Models) -> Said:
    """What a form says."""
    said = Said()
    _collect(said, said.inputs, form.inputs, lambda k, row: _input(k, row, models))
    _collect(said, said.goals, form.goals, _goal)
    _collect(said, said.constraints, form.constraints, rule)
    if form.evaluations is None or form.evaluations != int(form.evaluations):
        given = "–" if form.evaluations is None else form.evaluations
        said.faults.append(
            OptimizeError("NBML-O23", field="evaluations", place="", evaluations=given, low=10, high=10**7)
        )
    else:
        said.options["evaluations"] = int(form.evaluations)
    for name, (low, high) in _BUDGET.items():
        value = getattr(form, name)
        whole = name in ("size", "seed")
        if value is None and name in _MAY_BE_EMPTY:
            continue
        if value is None or not low <= value <= high or (whole and value != int(value)):
            given = "–" if value is None else value
            said.faults.append(SpecError("NBML-S22", field=name, given=given, low=low, high=high))
        elif name == "minutes":
            said.options["timeout_s"] = float(value) * 60
        elif name == "prove_s":
            said.options["exact"] = float(value)
        else:
            said.options[name] = int(value) if whole else float(value)
    defaults = OptimizeForm()
    said.options = {
        name: value for name, value in said.options.items() if value != getattr(defaults, name, None)
    }
    for name in ("engine", "after", "name", "project"):
        if getattr(form, name) != getattr(defaults, name):
            said.options[name] = getattr(form, name)
    return said


def _collect(
    said: Said, into: list[tuple[int, Any]], rows: tuple[Any, ...], read: Callable[[int, Any], Any]
) -> None:
    for k, row in enumerate(rows):
        try:
            one = read(k, row)
        except NbmlError as error:
            said.faults.append(error)
            continue
        if one is not None:
            into.append((k, one))


def _input(k: int, row: InputRow, models: Models) -> dict[str, Any] | None:
    known = models.inputs.get(row.name)
    is_category = known is not None and known.kind == "category"
    out: dict[str, Any] = {}
    if row.use == "fixed":
        if row.fixed is None:
            raise open_end(f"inputs.{k}.fixed", "level" if is_category else "value")
        out["fixed"] = row.fixed
    elif row.use == "levels":
        if not row.levels:
            raise open_end(f"inputs.{k}.levels", "levels")
        if not (known is not None and is_category and set(row.levels) == set(known.levels)):
            out["levels"] = list(row.levels)
    elif not is_category:
        out |= {
            name: getattr(row, name) for name in ("low", "high", "step") if getattr(row, name) is not None
        }
        if known is not None and row.integer != (known.kind in ("integer", "boolean")):
            out["integer"] = row.integer
        out |= {name: True for name in ("log", "zero") if getattr(row, name)}
    if row.tolerance is not None and not is_category:
        out["tolerance"] = row.tolerance
    if row.extrapolate and not is_category:
        out["extrapolate"] = True
    return {"name": row.name} | out if out else None


def _goal(k: int, row: GoalRow) -> dict[str, Any] | None:
    if row.goal is None:
        return None
    if not row.of:
        raise open_end(f"goals.{k}.of", row.on)
    if row.weight is None or row.weight <= 0:
        raise SpecError(
            "NBML-S22", field=f"goals.{k}.weight", given=row.weight or "–", low="> 0", high="1000"
        )
    out: dict[str, Any] = {row.on: row.of, "goal": row.goal}
    for name in WANTED.get(row.goal, ()):
        value = getattr(row, name)
        if value is not None:
            out[name] = value
        elif name != "tolerance":
            raise open_end(f"goals.{k}.{name}", name)
    if row.weight != 1:
        out["weight"] = row.weight
    if row.soft and row.goal in ("between", "at_least", "at_most"):
        out["soft"] = True
    return out
