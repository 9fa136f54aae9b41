"""Features that give the target away: copies, one-to-one copies, sums and differences of two, flags.

Judged by how much of the target's variance the relation itself explains, without a model. Only an equal
copy is an error; the rest may be what the user means, and is a warning that names the relation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from nbml.data.checks.curves import curve_r2, level_r2, line_r2
from nbml.data.checks.finding import error, plain, warning
from nbml.data.checks.flags import find_flags, find_siblings
from nbml.data.checks.sums import find_sums
from nbml.data.checks.values import is_row_number
from nbml.data.checks.view import Numbers, TrainingView, held
from nbml.spec.columns import Finding

ALONE = 0.999
"""R2 from which one feature is said to give the target away."""

FEWEST = 10
"""Rows below which nothing is judged."""


def check_leaks(view: TrainingView) -> Iterator[Finding]:
    """Check every target against the features it is trained on (D19)."""
    numbers = {name: held(x) for name, x in view.numbers.items()}
    for target, values in view.target_numbers.items():
        y = held(values)
        known = ~np.isnan(y)
        if np.count_nonzero(known) < FEWEST or np.ptp(y[known]) == 0:
            continue
        alone = [*_check_numbers(numbers, target, y), *_check_levels(view, target, y)]
        yield from alone
        told = {name for finding in alone for name in finding.columns}
        for pair in find_sums(y, {name: x for name, x in numbers.items() if name not in told}):
            yield _leak(target, pair.names, f"{target} = {pair.formula}", pair.rows)
        if np.unique(y[known]).size == 2:
            yield from _check_flags(view, target, y, told)


def _leak(target: str, features: Iterable[str], relation: str, rows: int) -> Finding:
    names = list(features)
    return warning("NBML-D19", [*names, target], target=target, features=names, relation=relation, rows=rows)


def _check_numbers(numbers: Mapping[str, Numbers], target: str, y: Numbers) -> Iterator[Finding]:
    for name, x in numbers.items():
        both = ~np.isnan(x) & ~np.isnan(y)
        rows = int(np.count_nonzero(both))
        if rows < _enough(y) or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
            continue
        if np.array_equal(x[both], y[both]):
            yield error("NBML-D70", [name, target], target=target, column=name, rows=rows)
        elif (r2 := line_r2(x[both], y[both])) > ALONE:
            yield _leak(target, [name], f"{target} = a × {name} + b, R2 {_floored(r2)}", rows)
        elif not is_row_number(x) and (r2 := curve_r2(x[both], y[both], ALONE)) > ALONE:
            yield _leak(target, [name], f"{target} = f({name}), R2 {_floored(r2)}", rows)


def _check_levels(view: TrainingView, target: str, y: Numbers) -> Iterator[Finding]:
    for name, (codes, levels) in view.levels.items():
        both = (codes >= 0) & ~np.isnan(y)
        rows = int(np.count_nonzero(both))
        if rows < max(_enough(y), 2 * len(levels)) or np.ptp(y[both]) == 0:
            continue
        if (r2 := level_r2(codes[both], y[both])) > ALONE:
            yield _leak(target, [name], f"{target} = f({name}), R2 {_floored(r2)}", rows)


def _check_flags(view: TrainingView, target: str, y: Numbers, told: set[str]) -> Iterator[Finding]:
    columns = {name: view.codes(name) for name in view.features if name not in told}
    flags = find_flags(y, columns)
    if not flags:
        return
    names = [flag.name for flag in flags]
    relation = "; ".join(f"{flag.name} = {flag.level} ⇒ {target} = {plain(flag.value)}" for flag in flags)
    rows = np.logical_or.reduce([flag.rows for flag in flags])
    yield _leak(target, names, relation, int(np.count_nonzero(rows)))
    if siblings := find_siblings(flags, columns, view.sheet.names):
        yield warning("NBML-D71", siblings, names=siblings, features=names)


def _enough(y: Numbers) -> int:
    """Rows a relation must hold in: half of those with a target, so that gaps do not make it."""
    return max(FEWEST, int(np.count_nonzero(~np.isnan(y))) // 2)


def _floored(r2: float) -> str:
    return f"{np.floor(r2 * 1e4) / 1e4:.4f}"
