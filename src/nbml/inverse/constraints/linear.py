"""Sums of inputs within bounds: mixtures, linear rows, ratios. Coefficients are exact fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from nbml.errors import OptimizeError
from nbml.inverse.formula import Formula


@dataclass(frozen=True)
class Linear:
    """``low <= sum of coefficient * input <= high``; equal bounds are an equality and hold exactly.

    Attributes
    ----------
    terms : mapping of str to Fraction
        Coefficients by the name of the input.
    low, high : Fraction or None
        Bounds; None for none.
    label : str
        How people call it.
    place : str
        The field of the spec.
    positive : tuple of str
        Inputs that must be above zero besides, as the divisor of a ratio.
    """

    terms: Mapping[str, Fraction]
    low: Fraction | None
    high: Fraction | None
    label: str
    place: str = ""
    positive: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs it speaks of."""
        return tuple(dict.fromkeys([*self.terms, *self.positive]))

    @property
    def is_equality(self) -> bool:
        """Whether the sum is one number."""
        return self.low is not None and self.low == self.high


def linear(
    terms: Mapping[str, float],
    *,
    low: float | None = None,
    high: float | None = None,
    label: str = "",
    place: str = "",
) -> Linear:
    """A linear row.

    Raises
    ------
    OptimizeError
        NBML-O35 without a term, a bound, or with bounds the wrong way round.
    """
    exact_low, exact_high = (None if bound is None else _fraction(bound) for bound in (low, high))
    used = {name: _fraction(c) for name, c in terms.items() if c}
    if not used or (low is None and high is None):
        raise OptimizeError("NBML-O35", place=place, reason="terms" if not used else "low, high")
    if exact_low is not None and exact_high is not None and exact_low > exact_high:
        raise OptimizeError("NBML-O01", place=place, column=label or " + ".join(terms), low=low, high=high)
    return Linear(used, exact_low, exact_high, label or _words(used, exact_low, exact_high), place)


def mixture(parts: Sequence[str], total: float, *, tolerance: float = 0.0, place: str = "") -> Linear:
    """Parts that sum to a total, exactly unless a tolerance is given."""
    low, high = _fraction(total) - _fraction(tolerance), _fraction(total) + _fraction(tolerance)
    if not parts or len(set(parts)) != len(parts) or tolerance < 0:
        raise OptimizeError("NBML-O35", place=place, reason="parts" if tolerance >= 0 else "tolerance")
    terms = dict.fromkeys(parts, Fraction(1))
    return Linear(terms, low, high, _words(terms, low, high), place)


def ratio(
    of: str, to: str, *, low: float | None = None, high: float | None = None, place: str = ""
) -> list[Linear]:
    """``low <= of / to <= high`` as linear rows, with `to` above zero."""
    if (low is None and high is None) or of == to:
        raise OptimizeError("NBML-O35", place=place, reason="low, high" if of != to else "of, to")
    rows = []
    for bound, sign in ((low, ">="), (high, "<=")):
        if bound is None or (low == high and sign == ">="):
            continue
        terms = {name: c for name, c in ((of, Fraction(1)), (to, -_fraction(bound))) if c}
        zero = Fraction(0)
        least, most = (zero if sign == ">=" or low == high else None), (zero if sign == "<=" else None)
        mark = "=" if low == high else sign
        rows.append(Linear(terms, least, most, f"{of} / {to} {mark} {bound:g}", place, positive=(to,)))
    return rows


def from_formula(formula: Formula, inputs: Sequence[str], *, place: str = "") -> list[Linear] | None:
    """The comparisons of a formula as linear rows; None where it is not linear in inputs alone.

    A single quotient of inputs against a number, ``a / b <= 0.5``, is not linear; say it by ``ratio``, whose
    divisor is known to be positive.
    """
    forms = formula.linear()
    if not forms or not set(formula.names) <= set(inputs):
        return None
    rows = []
    for terms, sign, bound in forms:
        if not terms:
            return None
        low, high = (bound if sign != "<=" else None), (bound if sign != ">=" else None)
        rows.append(Linear(terms, low, high, formula.text, place))
    return rows


def _fraction(value: float) -> Fraction:
    return Fraction(Decimal(repr(float(value))))


def _words(terms: Mapping[str, Fraction], low: Fraction | None, high: Fraction | None) -> str:
    said = " + ".join(name if c == 1 else f"{float(c):g} {name}" for name, c in terms.items())
    if low == high and low is not None:
        return f"{said} = {float(low):g}"
    left = "" if low is None else f"{float(low):g} <= "
    return f"{left}{said}" + ("" if high is None else f" <= {float(high):g}")
