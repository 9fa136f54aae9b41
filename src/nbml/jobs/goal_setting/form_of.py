"""The form of a search that was made earlier, by a panel or by code."""

from __future__ import annotations

from typing import Any, Literal

from nbml.jobs.goal_setting.form import fill_in
from nbml.jobs.goal_setting.models import Models
from nbml.spec import optimize as said
from nbml.spec.messages.optimize_form import (
    CombinationRow,
    Condition,
    CountRow,
    DistanceRow,
    FormulaRow,
    GoalRow,
    InputRow,
    IntervalRow,
    LinearRow,
    MixtureRow,
    OptimizeForm,
    RatioRow,
    Remainder,
    RuleRow,
    Term,
    WhenRow,
)


def form_of(spec: said.OptimizeSpec, models: Models) -> OptimizeForm:
    """The form that stands for a spec; started again, it makes the same spec."""
    new = fill_in(models)
    inputs = {one.name: one for one in spec.inputs}
    goals = [_goal(one) for one in spec.goals]
    wanted = {goal.of for goal in goals if goal.on == "target"}
    silent = tuple(row.model_copy(update={"goal": None}) for row in new.goals if row.of not in wanted)
    return OptimizeForm(
        runs=tuple(source.run for source in spec.runs),
        inputs=tuple(
            row if row.name not in inputs else _input(inputs[row.name], row.integer) for row in new.inputs
        ),
        goals=(*goals, *silent),
        constraints=tuple(row for rule in spec.constraints for row in _rules(rule)),
        evaluations=spec.evaluations,
        size=spec.size,
        interval=spec.interval,
        seed=spec.seed,
        engine=spec.engine,
        after=spec.after,
        minutes=None if spec.timeout_s is None else spec.timeout_s / 60,
        prove_s=None if spec.exact is None else spec.exact.seconds,
        name=spec.name,
        project=spec.project,
    )  # fmt: skip


def _input(one: said.Input, integer: bool) -> InputRow:
    use = "fixed" if one.fixed is not None else "levels" if one.levels is not None else "range"
    return InputRow.model_validate(
        {
            "name": one.name,
            "use": use,
            "integer": integer if one.integer is None else one.integer,
            "fixed": one.fixed,
            "levels": one.levels or (),
            **{
                n: getattr(one, n) for n in ("low", "high", "step", "log", "zero", "tolerance", "extrapolate")
            },
        }
    )


def _goal(one: said.Goal) -> GoalRow:
    on, of = next((on, of) for on in ("target", "input", "formula") if (of := getattr(one, on)) is not None)
    same = ("goal", "value", "low", "high", "tolerance", "weight", "soft")
    return GoalRow.model_validate({"on": on, "of": of} | {name: getattr(one, name) for name in same})


def _rules(rule: said.Rule) -> tuple[RuleRow, ...]:
    """The rows of a rule: one, or two where combinations are both listed and forbidden."""
    if isinstance(rule, said.CombinationRule):
        only = CombinationRow(of=rule.of) if rule.only == "seen" else _listed(rule.of, "only", rule.only)
        return tuple(row for row in (only, _listed(rule.of, "never", rule.never)) if row is not None)
    return (_rule(rule),)


def _listed(of: tuple[str, ...], mode: Literal["only", "never"], rows: Any) -> CombinationRow | None:
    return None if rows is None else CombinationRow(of=of, mode=mode, rows=rows)


def _rule(rule: said.Rule) -> RuleRow:
    match rule:
        case said.MixtureRule():
            return MixtureRow(parts=rule.parts, total=rule.total, tolerance=rule.tolerance or None)
        case said.LinearRule():
            low, high = (rule.low, rule.high) if rule.equals is None else (rule.equals, rule.equals)
            terms = tuple(Term(name=name, factor=factor) for name, factor in rule.terms.items())
            return LinearRow(terms=terms, low=low, high=high)
        case said.RatioRule():
            return RatioRow(of=rule.of, to=rule.to, low=rule.low, high=rule.high)
        case said.CountRule():
            return CountRow(of=rule.of, most=rule.most, least=rule.least)
        case said.WhenRule():
            when = tuple(
                Condition(input=name, levels=levels if isinstance(levels, tuple) else (levels,))
                for name, levels in rule.when.items()
            )
            return WhenRow(when=when, limits=tuple(_left(name, left) for name, left in rule.then.items()))
        case said.FormulaRule():
            return FormulaRow(formula=rule.formula)
        case said.DistanceRule():
            return DistanceRow(most=rule.most)
        case said.IntervalRule():
            return IntervalRow(target=rule.target, most=rule.most)
        case said.CombinationRule():
            raise AssertionError("combinations may be two rows")


def _left(name: str, left: said.Remains) -> Remainder:
    value = left.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Remainder(input=name, low=value, high=value)
    levels = left.levels or (() if value is None else (value,))
    return Remainder(input=name, levels=levels, low=left.low, high=left.high)
