"""The form of a search that was made earlier, by a panel or by code."""

from __future__ import annotations

from nbml.jobs.goal_setting.form import fill_in
from nbml.jobs.goal_setting.models import Models
from nbml.spec import optimize as said
from nbml.spec.messages.optimize_form import (
    CombinationRow,
    CountRow,
    DistanceRow,
    FormulaRow,
    GoalRow,
    InputRow,
    IntervalRow,
    LinearRow,
    MixtureRow,
    OptimizeForm,
    RuleRow,
    Term,
    WhenRow,
)


def form_of(spec: said.OptimizeSpec, models: Models) -> OptimizeForm:
    """The form that stands for a spec.

    Rules that the form has no row for (a ratio is written as a formula) become formulas where they can;
    listed combinations and conditions of several columns are left to code.
    """
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
        constraints=tuple(row for rule in spec.constraints if (row := _rule(rule)) is not None),
        evaluations=spec.evaluations,
        size=spec.size,
        interval=spec.interval,
        seed=spec.seed,
        engine=spec.engine,
        after=spec.after,
        minutes=None if spec.timeout_s is None else spec.timeout_s / 60,
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


def _rule(rule: said.Rule) -> RuleRow | None:
    match rule:
        case said.MixtureRule():
            return MixtureRow(parts=rule.parts, total=rule.total, tolerance=rule.tolerance or None)
        case said.LinearRule():
            low, high = (rule.low, rule.high) if rule.equals is None else (rule.equals, rule.equals)
            terms = tuple(Term(name=name, factor=factor) for name, factor in rule.terms.items())
            return LinearRow(terms=terms, low=low, high=high)
        case said.RatioRule():
            ratio = f"{_quoted(rule.of)} / {_quoted(rule.to)}"
            sign, bound = ("<=", rule.high) if rule.high is not None else (">=", rule.low)
            return FormulaRow(formula=f"{ratio} {sign} {bound:.15g}")
        case said.CountRule():
            return CountRow(of=rule.of, most=rule.most, least=rule.least)
        case said.WhenRule() if len(rule.when) == 1 and len(rule.then) == 1:
            (name, levels), (then, left) = next(iter(rule.when.items())), next(iter(rule.then.items()))
            low, high = (left.low, left.high)
            if isinstance(left.value, int | float) and not isinstance(left.value, bool):
                low = high = left.value
            then_levels = left.levels or ((left.value,) if isinstance(left.value, str) else ())
            return WhenRow(
                input=name,
                levels=levels if isinstance(levels, tuple) else (levels,),
                limited=then,
                then_levels=then_levels,
                low=low,
                high=high,
            )
        case said.CombinationRule() if rule.only == "seen" and rule.never is None:
            return CombinationRow(of=rule.of)
        case said.FormulaRule():
            return FormulaRow(formula=rule.formula)
        case said.DistanceRule():
            return DistanceRow(most=rule.most)
        case said.IntervalRule():
            return IntervalRow(target=rule.target, most=rule.most)
        case _:
            return None


def _quoted(name: str) -> str:
    return f"`{name}`"
