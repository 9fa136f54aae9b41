"""From a spec and its models to the problem that is searched: inputs, constraints, goals, first rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.errors import OptimizeError
from nbml.inverse.constraints import DistanceLimit, FormulaLimit, Limit
from nbml.inverse.contradiction import check
from nbml.inverse.exact import Term
from nbml.inverse.formula import parse
from nbml.inverse.goals import Goal, goal, out_of_reach
from nbml.inverse.problem import Lookup, Problem
from nbml.inverse.ranking import survivors
from nbml.inverse.searching import MANY_OBJECTIVES, check_budget
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints, Variable, category, continuous_step, exact, listed, number
from nbml.jobs.optimize.proving import terms_of
from nbml.jobs.optimize.rules import constraints_of
from nbml.jobs.optimize.sources import Source, find_target, join_features, make_surrogate
from nbml.ml.cells import level_text
from nbml.ml.feature import Feature
from nbml.ml.notes import Note
from nbml.spec import optimize as said

if TYPE_CHECKING:
    import pandas as pd

STARTS = 40


@dataclass(frozen=True, eq=False)
class Setting:
    """What is searched.

    Attributes
    ----------
    problem : Problem
    sources : tuple of Source
    features : dict of str to Feature
        What every run knows of each input.
    measured : ndarray of float64, shape (n_measured, n_variables)
        Training rows in the values of the space; NaN where a cell is missing or not among its levels.
    start : ndarray of int64
        Feasible rows near good training rows.
    notes : tuple of Note
    terms : list of Term
        What exact mode maximises; none where it was not asked for.
    """

    problem: Problem
    sources: tuple[Source, ...]
    features: dict[str, Feature]
    measured: Floats
    start: Ints
    notes: tuple[Note, ...]
    terms: list[Term] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Known:
    """What the models and their training rows say of the inputs; the same for every spec that names them.

    Attributes
    ----------
    sources : tuple of Source
    features : dict of str to Feature
    frame : DataFrame or None
        Training rows, level texts and numbers, where they are at hand.
    """

    sources: tuple[Source, ...]
    features: dict[str, Feature]
    frame: pd.DataFrame | None


@dataclass(frozen=True, eq=False)
class Reading:
    """A spec as understood; no model was asked and nothing was checked for contradiction.

    Attributes
    ----------
    space : Space
    limits : list of Limit
    goals : list of Goal
        On no scale yet.
    notes : tuple of Note
    """

    space: Space
    limits: list[Limit]
    goals: list[Goal]
    notes: tuple[Note, ...]


def know(sources: tuple[Source, ...]) -> Known:
    """What is known of the inputs of some models.

    Raises
    ------
    OptimizeError
        NBML-O21 when the runs do not agree.
    """
    features = join_features(sources)
    return Known(sources, features, _measured(sources, features))


def read(spec: said.OptimizeSpec, known: Known) -> Reading:
    """Understand a spec.

    Raises
    ------
    OptimizeError
        With the code of what is wrong and ``fields["place"]``, the field of the spec.
    """
    check_budget(spec.evaluations)
    notes: list[Note] = []
    variables = _variables(spec, known.features, notes)
    exacts, limits = constraints_of(spec, known.sources, known.features, known.frame)
    space = Space(variables, exacts)
    goals = [_goal(k, one, known.sources, known.features) for k, one in enumerate(spec.goals)]
    notes += [note for variable in variables for note in variable.notes]
    return Reading(space, limits, goals, tuple(notes))


def set_up(spec: said.OptimizeSpec, sources: tuple[Source, ...]) -> Setting:
    """The problem of a spec, checked.

    Raises
    ------
    OptimizeError
        With the code of what is wrong and ``fields["place"]``, the field of the spec.
    """
    known = know(sources)
    found = read(spec, known)
    features, measured_frame = known.features, known.frame
    space, limits, goals, notes = found.space, found.limits, found.goals, list(found.notes)
    check(space)
    surrogate = make_surrogate(space, sources, spec.interval, spec.resources.threads)
    measured = _values(space, sources, measured_frame)
    problem = _scaled(Problem(space, surrogate, goals, limits), sources, measured, measured_frame)
    notes += [note for g in problem.goals if (note := out_of_reach(g)) is not None]
    if problem.n_objectives > MANY_OBJECTIVES:
        notes.append(
            Note("NBML-O26", {"place": "goals", "count": problem.n_objectives, "most": MANY_OBJECTIVES})
        )
    if not any(isinstance(limit, DistanceLimit) for limit in limits):
        notes.append(Note("NBML-O22", {"place": "constraints"}))
    _check_limits(problem, measured, sources)
    terms = []
    if spec.exact is not None:
        families = {name: card.family for source in sources for name, card in source.choice.cards.items()}
        terms = terms_of(problem, {one.name: one for one in surrogate.models}, families)
    return Setting(problem, sources, features, measured, _start(problem, measured), tuple(notes), terms)


def _variables(spec: said.OptimizeSpec, features: dict[str, Feature], notes: list[Note]) -> list[Variable]:
    by_name: dict[str, tuple[int, said.Input]] = {}
    for k, one in enumerate(spec.inputs):
        if one.name in by_name:
            raise OptimizeError("NBML-O19", place=f"inputs.{k}.name", column=one.name)
        if one.name not in features:
            close = get_close_matches(one.name, features, n=1)
            raise OptimizeError(
                "NBML-O30", place=f"inputs.{k}.name", column=one.name, close=close[0] if close else "–"
            )
        by_name[one.name] = (k, one)
    fine = _resolutions(spec)
    return [
        _variable(*by_name.get(name, (-1, said.Input(name=name))), feature, fine.get(name), notes)
        for name, feature in features.items()
    ]


def _variable(
    k: int, one: said.Input, feature: Feature, resolution: Decimal | None, notes: list[Note]
) -> Variable:
    place = f"inputs.{k}" if k >= 0 else "inputs"
    ranged = [name for name in ("low", "high", "step") if getattr(one, name) is not None]
    if (one.fixed is not None and (ranged or one.levels is not None)) or (ranged and one.levels is not None):
        raise OptimizeError(
            "NBML-O19", place=f"{place}.{'fixed' if one.fixed is not None else 'levels'}", column=one.name
        )
    if feature.kind == "category":
        if ranged:
            raise OptimizeError("NBML-O48", place=f"{place}.{ranged[0]}", column=one.name)
        levels = one.levels if one.fixed is None else (one.fixed,)
        chosen = feature.levels if levels is None else tuple(str(level_text(level)) for level in levels)
        return category(one.name, chosen, feature.levels, place=place)
    assert feature.low is not None
    assert feature.high is not None
    integer = feature.kind in ("integer", "boolean") if one.integer is None else one.integer
    if one.levels is not None or one.fixed is not None:
        cells = one.levels if one.levels is not None else (one.fixed,)
        values = [
            _as_number(cell, f"{place}.{'levels' if one.fixed is None else 'fixed'}", one.name)
            for cell in cells
        ]
        found = listed(one.name, values, tolerance=one.tolerance, place=place)
    else:
        low, high = one.low, one.high
        step = one.step if one.step is not None and math.isfinite(one.step) and one.step > 0 else None
        if low is None:
            low = feature.low if step is None else float(-(-exact(feature.low) // exact(step)) * exact(step))
            low = max(low, feature.low) if step is None or low >= feature.low else low + step
            if low > (feature.high if one.high is None else one.high):
                low = feature.low  # a step wider than the range: one value is left, which is said (O4)
        high = feature.high if high is None else high
        if integer and one.step is None:
            low, high = _whole(low, high, one)
        found = number(
            one.name, low, high, step=one.step, integer=integer and one.step is None, log=one.log,
            zero=one.zero, tolerance=one.tolerance, resolution=resolution, place=place,
        )  # fmt: skip
        if integer and one.step is not None and one.step != int(one.step):
            raise OptimizeError("NBML-O10", place=f"{place}.step", column=one.name, value=one.step)
    outside = found.low < feature.low or found.high > feature.high
    if outside and not one.extrapolate:
        raise OptimizeError(
            "NBML-O07", place=place, column=one.name, low=found.low, high=found.high,
            seen_low=feature.low, seen_high=feature.high,
        )  # fmt: skip
    if outside:
        seen = {"seen_low": feature.low, "seen_high": feature.high}
        notes.append(
            Note(
                "NBML-O49", {"place": place, "column": one.name, "low": found.low, "high": found.high} | seen
            )
        )
    return found


def _whole(low: float, high: float, one: said.Input) -> tuple[float, float]:
    """Bounds that come from the data, not from the user, cut to whole numbers."""
    return (low if one.low is not None else math.ceil(low)), (
        high if one.high is not None else math.floor(high)
    )


def _as_number(cell: Any, place: str, column: str) -> float:
    if isinstance(cell, str):
        raise OptimizeError("NBML-O06", place=place, column=column, bound="fixed", value=cell[:40])
    return float(cell)


def _resolutions(spec: said.OptimizeSpec) -> dict[str, Decimal]:
    """One step for all parts of a mixture that are said without: they can then make up for each other."""
    fine: dict[str, Decimal] = {}
    for rule in spec.constraints:
        if isinstance(rule, said.MixtureRule) and rule.total > 0 and math.isfinite(rule.total):
            for part in rule.parts:
                step = continuous_step(0.0, rule.total)
                fine[part] = min(fine.get(part, step), step)
    return fine


def _goal(k: int, one: said.Goal, sources: Sequence[Source], features: dict[str, Feature]) -> Goal:
    place = f"goals.{k}"
    options: dict[str, Any] = {
        name: getattr(one, name) for name in ("value", "low", "high", "tolerance", "weight", "soft")
    }
    if one.target is not None:
        return goal(find_target(one.target, sources, f"{place}.target"), one.goal, place=place, **options)
    if one.input is not None:
        if one.input not in features or features[one.input].kind == "category":
            close = get_close_matches(one.input, features, n=1)
            raise OptimizeError(
                "NBML-O30", place=f"{place}.input", column=one.input, close=close[0] if close else "–"
            )
        return goal(one.input, one.goal, on="input", place=place, **options)
    assert one.formula is not None
    known = (*features, *(name for source in sources for name in source.choice.cards))
    formula = parse(one.formula, known, place=f"{place}.formula")
    if formula.signs:
        raise OptimizeError(
            "NBML-O15", place=f"{place}.formula", formula=one.formula, position=1, near=formula.signs[0]
        )
    return goal(one.formula, one.goal, on="formula", formula=formula, place=place, **options)


def _measured(sources: Sequence[Source], features: dict[str, Feature]) -> pd.DataFrame | None:
    """Training rows, level texts and numbers, of the first run whose table is here and has every input."""
    import pandas as pd

    from nbml.ml.cells import read_numbers, read_texts

    for source in sources:
        if source.measured is None or not set(features) <= set(source.measured.columns):
            continue
        out = {}
        for name, feature in features.items():
            column = source.measured[name]
            out[name] = read_texts(column)[0] if feature.kind == "category" else read_numbers(column)[0]
        return pd.DataFrame(out, index=source.measured.index)
    return None


def _values(space: Space, sources: Sequence[Source], frame: pd.DataFrame | None) -> Floats:
    """Training rows in the values of the space: of the table, else of the first run's reference rows."""
    if frame is not None:
        out = np.full((len(frame), len(space)), np.nan)
        for i, variable in enumerate(space.variables):
            if variable.is_category:
                places = {level: float(k) for k, level in enumerate(variable.levels)}
                out[:, i] = [places.get(level, np.nan) for level in frame[variable.name]]
            else:
                out[:, i] = frame[variable.name]
        return out
    source = sources[0]
    if source.bundle.reference is None:
        return np.zeros((0, len(space)))
    X = source.bundle.reference.domain.X
    out = np.full((len(X), len(space)), np.nan)
    for column, feature in enumerate(source.bundle.encoder.features):
        if feature.name not in space.index:
            continue
        i = space.index[feature.name]
        variable = space.variables[i]
        if variable.is_category:
            codes = {
                float(k): variable.levels.index(v)
                for k, v in enumerate(feature.levels)
                if v in variable.levels
            }
            out[:, i] = [codes.get(code, np.nan) for code in X[:, column]]
        else:
            out[:, i] = X[:, column]
    return out


def _scaled(
    problem: Problem, sources: Sequence[Source], measured: Floats, frame: pd.DataFrame | None
) -> Problem:
    """Goals on the scale of what was measured; inputs on their range."""
    del frame
    whole = measured[~np.isnan(measured).any(axis=1)]
    rows = problem.space.positions(whole)
    goals = []
    predicted = problem.surrogate.predict(problem.space.values(rows)) if len(rows) else np.zeros((0, 0))
    tables = [source.measured for source in sources if source.measured is not None]
    for one in problem.goals:
        if one.on == "input":
            variable = problem.space.variables[problem.space.index[one.label]]
            goals.append(one.seen(np.array([0.0 if variable.zero else variable.low, variable.high])))
            continue
        table = next((t for t in tables if one.on == "target" and one.label in t.columns), None)
        if table is not None:
            goals.append(one.seen(table[one.label].to_numpy(dtype=np.float64, na_value=np.nan)))
        elif len(rows):
            goals.append(one.seen(Lookup(problem, rows, predicted).goal(one)))
        else:
            goals.append(one)
    return problem.rescaled(goals)


def _check_limits(problem: Problem, measured: Floats, sources: Sequence[Source]) -> None:
    """Compute every formula on the training rows first; one defined on none of them is refused (O14)."""
    del sources
    whole = measured[~np.isnan(measured).any(axis=1)]
    if not len(whole):
        return
    columns = Lookup(problem, problem.space.positions(whole))
    for limit in problem.limits:
        if isinstance(limit, FormulaLimit) and not np.isfinite(limit.violation(columns)).any():
            raise OptimizeError("NBML-O45", place=limit.place, formula=limit.label, count=len(whole))
    for one in problem.goals:
        if one.formula is not None and not np.isfinite(columns.goal(one)).any():
            raise OptimizeError("NBML-O45", place=one.place, formula=one.label, count=len(whole))


def _start(problem: Problem, measured: Floats) -> Ints:
    """The best training rows that are feasible on the grid, by the models."""
    whole = measured[~np.isnan(measured).any(axis=1)]
    rows = np.unique(problem.space.positions(whole), axis=0)
    rows = rows[problem.space.is_feasible(rows)] if len(rows) else rows
    if not len(rows):
        return rows.reshape(0, len(problem.space))
    judged = Problem(problem.space, problem.surrogate, problem.goals).evaluate(rows)
    best = survivors(judged.objectives, judged.violation, STARTS)
    return rows[best[np.isfinite(judged.violation[best])]]
