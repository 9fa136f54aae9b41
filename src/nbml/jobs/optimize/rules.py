"""The constraints of a spec as the search takes them: exact ones by construction, the others as limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbml.errors import OptimizeError
from nbml.inverse.constraints import (
    Combinations,
    Count,
    DistanceLimit,
    Exact,
    FormulaLimit,
    Limit,
    When,
    WidthLimit,
    from_formula,
    mixture,
    ratio,
)
from nbml.inverse.constraints.choices import Allowed
from nbml.inverse.constraints.linear import linear
from nbml.inverse.formula import parse
from nbml.inverse.space import cells_of
from nbml.jobs.optimize.sources import Source, find_target
from nbml.ml.cells import level_text
from nbml.ml.feature import Feature
from nbml.spec import optimize as said

if TYPE_CHECKING:
    import pandas as pd


def constraints_of(
    spec: said.OptimizeSpec,
    sources: Sequence[Source],
    features: dict[str, Feature],
    measured: pd.DataFrame | None,
) -> tuple[list[Exact], list[Limit]]:
    """Exact constraints and limits, in the order of the spec.

    Raises
    ------
    OptimizeError
        NBML-O14, O15 for formulas, O30, O31 for names, O35 for what is not complete, O46, O50 for what the
        models do not know.
    """
    inputs = tuple(features)
    targets = tuple(name for source in sources for name in source.choice.cards)
    exacts: list[Exact] = []
    limits: list[Limit] = []
    for k, rule in enumerate(spec.constraints):
        place = f"constraints.{k}"
        match rule:
            case said.MixtureRule():
                exacts.append(mixture(rule.parts, rule.total, tolerance=rule.tolerance, place=place))
            case said.LinearRule():
                low, high = (rule.low, rule.high) if rule.equals is None else (rule.equals, rule.equals)
                exacts.append(linear(rule.terms, low=low, high=high, place=place))
            case said.RatioRule():
                exacts += ratio(rule.of, rule.to, low=rule.low, high=rule.high, place=place)
            case said.CountRule():
                label = f"{rule.least} <= #({', '.join(rule.of)}) <= {rule.most}"
                exacts.append(Count(rule.of, rule.most, rule.least, label, place))
            case said.WhenRule():
                exacts.append(_when(rule, place))
            case said.CombinationRule():
                exacts += _combinations(rule, measured, place)
            case said.FormulaRule():
                formula = parse(rule.formula, (*inputs, *targets), place=f"{place}.formula")
                if not formula.signs:
                    raise OptimizeError("NBML-O35", place=f"{place}.formula", reason="<=, >=, =")
                rows = from_formula(formula, inputs, place=place)
                if rows is None:
                    limits.append(FormulaLimit(formula, formula.text, place))
                else:
                    exacts += rows
            case said.DistanceRule():
                if all(source.bundle.reference is None for source in sources):
                    raise OptimizeError("NBML-O46", place=place)
                limits.append(DistanceLimit(rule.most, f"distance <= {rule.most:g}", place))
            case said.IntervalRule():
                target = find_target(rule.target, sources, f"{place}.target")
                limits.append(WidthLimit(target, rule.most, f"interval of {target} <= {rule.most:g}", place))
    return exacts, limits


def _when(rule: said.WhenRule, place: str) -> When:
    when = {
        name: tuple(str(level_text(level)) for level in (levels if isinstance(levels, tuple) else (levels,)))
        for name, levels in rule.when.items()
    }
    then = {}
    for name, remains in rule.then.items():
        levels, low, high = remains.levels, remains.low, remains.high
        if isinstance(remains.value, str):
            levels = (remains.value,)
        elif remains.value is not None:
            low = high = float(remains.value)
        texts = None if levels is None else tuple(str(level_text(level)) for level in levels)
        then[name] = Allowed(texts, low, high)
    return When(when, then, f"{when} → {list(then)}", place)


def _combinations(
    rule: said.CombinationRule, measured: pd.DataFrame | None, place: str
) -> list[Combinations]:
    out = []
    if rule.only == "seen":
        if measured is None or not set(rule.of) <= set(measured.columns):
            raise OptimizeError("NBML-O50", place=place, columns=list(rule.of))
        seen = measured[list(rule.of)].dropna()
        cells = cells_of({name: seen[name].tolist() for name in rule.of}, rule.of)
        out.append(Combinations(rule.of, cells, "only", f"seen {', '.join(rule.of)}", place))
    elif rule.only is not None:
        out.append(
            Combinations(
                rule.of, _rows(rule.only, rule.of, place), "only", f"only {', '.join(rule.of)}", place
            )
        )
    if rule.never is not None:
        out.append(
            Combinations(
                rule.of, _rows(rule.never, rule.of, place), "never", f"never {', '.join(rule.of)}", place
            )
        )
    if not out:
        raise OptimizeError("NBML-O35", place=place, reason="only, never")
    return out


def _rows(
    rows: Sequence[Sequence[said.Level]], names: Sequence[str], place: str
) -> tuple[tuple[Any, ...], ...]:
    if any(len(row) != len(names) for row in rows):
        raise OptimizeError("NBML-O35", place=place, reason=", ".join(names))
    return tuple(tuple(row) for row in rows)
