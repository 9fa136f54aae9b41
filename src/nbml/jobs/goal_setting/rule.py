"""One constraint of the form as ``nbml.optimize`` takes it; what is not complete says what is missing."""

from __future__ import annotations

from typing import Any

from nbml.errors import OptimizeError, SpecError
from nbml.i18n import text
from nbml.spec.messages.optimize_form import (
    CombinationRow,
    CountRow,
    DistanceRow,
    FormulaRow,
    IntervalRow,
    LinearRow,
    MixtureRow,
    RatioRow,
    RuleRow,
    WhenRow,
)


def rule(k: int, row: RuleRow) -> dict[str, Any] | str:
    """A mapping, or the text of a formula.

    Raises
    ------
    OptimizeError, SpecError
        NBML-O61 for what is missing, NBML-S22 for a number out of range, with the form's ``field``.
    """
    place = f"constraints.{k}"
    match row:
        case MixtureRow():
            _need(place, parts=row.parts, total=row.total)
            out = {"kind": "mixture", "parts": list(row.parts), "total": row.total}
            return out | ({"tolerance": row.tolerance} if row.tolerance else {})
        case LinearRow():
            named = [term for term in row.terms if term.name]
            _need(place, inputs=named, bound=row.low if row.low is not None else row.high)
            if any(term.factor is None for term in named):
                raise open_end(place, "factor")
            terms: dict[str, float] = {}
            for term in named:
                terms[term.name] = terms.get(term.name, 0) + (term.factor or 0)
            if row.low is not None and row.low == row.high:
                return {"kind": "linear", "terms": terms, "equals": row.low}
            ends = {"low": row.low, "high": row.high}
            return {"kind": "linear", "terms": terms} | _given(ends)
        case RatioRow():
            _need(place, of=row.of, to=row.to, bound=row.low if row.low is not None else row.high)
            ends = {"low": row.low, "high": row.high}
            return {"kind": "ratio", "of": row.of, "to": row.to} | _given(ends)
        case CountRow():
            _need(place, inputs=row.of, most=row.most)
            out = {"kind": "count", "of": list(row.of), "most": _whole(place, row.most)}
            return out | ({"least": _whole(place, row.least)} if row.least else {})
        case WhenRow():
            return _when(place, row)
        case CombinationRow():
            return _combinations(place, row)
        case FormulaRow():
            _need(place, formula=row.formula.strip())
            return row.formula
        case DistanceRow():
            _need(place, most=row.most)
            return {"kind": "distance", "most": _above(place, row.most, 0)}
        case IntervalRow():
            _need(place, target=row.target, most=row.most)
            return {"kind": "interval", "target": row.target, "most": _above(place, row.most)}


def _when(place: str, row: WhenRow) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    for one in row.when:
        _need(place, input=one.input, levels=one.levels)
        conditions[one.input] = list(one.levels)
    limits: dict[str, Any] = {}
    for rest in row.limits:
        left = _given({"low": rest.low, "high": rest.high, "levels": list(rest.levels) or None})
        _need(place, then=rest.input, remains=left)
        limits[rest.input] = left
    _need(place, input=conditions, then=limits)
    return {"kind": "when", "when": conditions, "then": limits}


def _combinations(place: str, row: CombinationRow) -> dict[str, Any]:
    _need(place, inputs=row.of)
    if row.mode == "seen":
        return {"kind": "combinations", "of": list(row.of), "only": "seen"}
    _need(place, combination=row.rows)
    for k, cells in enumerate(row.rows):
        if len(cells) != len(row.of) or any(cell is None or cell == "" for cell in cells):
            raise open_end(f"{place}.rows.{k}", "cells")
    return {"kind": "combinations", "of": list(row.of), row.mode: [list(cells) for cells in row.rows]}


def _given(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


def _need(place: str, **parts: Any) -> None:
    for name, part in parts.items():
        if part is None or part in ("", (), [], {}):
            raise open_end(place, name)


def _whole(place: str, value: float | None) -> int:
    if value is None or value != int(value) or value < 0:
        raise SpecError("NBML-S22", field=place, given=value, low=0, high="∞")
    return int(value)


def _above(place: str, value: float | None, least: float = 1e-300) -> float:
    if value is None or value < least:
        raise SpecError("NBML-S22", field=place, given=value, low=0, high="∞")
    return value


def open_end(place: str, what: str) -> OptimizeError:
    """That something is missing at a field."""
    return OptimizeError("NBML-O61", field=place, missing=text(f"optimize_room.missing.{what}"))
