"""Arithmetic over columns by a parser of our own: names, numbers, + - * / ^ ( ), functions, comparisons.

No Python is ever evaluated (S16). A name is bare when it is one word (強度, fly_ash) and stands in backticks
or double quotes otherwise: ``"Fly ash" / `water[kg]` <= 0.4``; the quote itself is doubled inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from nbml.errors import OptimizeError

Floats = NDArray[np.float64]
Linear = tuple[dict[str, Fraction], Fraction]
"""Coefficients by name, and the constant."""

MAX_LENGTH = 2_000
MAX_DEPTH = 60
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs),
    "sqrt": (1, np.sqrt),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "min": (2, np.minimum),
    "max": (2, np.maximum),
}
COMPARISONS = {"<=": "<=", ">=": ">=", "==": "==", "<": "<=", ">": ">=", "=": "==", "≤": "<=", "≥": ">="}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|`(?P<tick>(?:[^`]|``)+)`"
    r'|"(?P<quote>(?:[^"]|"")+)"'
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|==|\*\*|[-+*/^(),<>=≤≥]))"
)
_PLAIN = {ord(c) + 0xFEE0: c for c in "+-*/^()<>=,"} | {
    ord(wide): c for wide, c in (("≦", "≤"), ("≧", "≥"), ("×", "*"), ("÷", "/"), ("−", "-"))
}


@dataclass(frozen=True)
class Node:
    """A part of a formula: a number, a column, or an operation on parts."""

    kind: Literal["number", "name", "add", "sub", "mul", "div", "pow", "neg", "call"]
    value: Any = None
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Formula:
    """A formula as read.

    Attributes
    ----------
    text : str
        As written.
    sides : tuple of Node
        One for a quantity; of a comparison the two sides, or more of a chain.
    signs : tuple of str
        The comparisons between the sides: "<=", ">=" or "==".
    """

    text: str
    sides: tuple[Node, ...]
    signs: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it speaks of, each once."""
        return tuple(dict.fromkeys(name for side in self.sides for name in _names(side)))

    def value(self, columns: Mapping[str, Floats]) -> Floats:
        """The quantity for each row; NaN or infinite where it is not defined."""
        with np.errstate(all="ignore"):
            return np.asarray(_evaluate(self.sides[0], columns), dtype=np.float64)

    def shortfall(self, columns: Mapping[str, Floats]) -> Floats:
        """By how much each row misses the comparisons: 0 where all hold, infinite where not defined."""
        total: Floats | float = 0.0
        with np.errstate(all="ignore"):
            values = [np.asarray(_evaluate(side, columns), dtype=np.float64) for side in self.sides]
            for sign, left, right in zip(self.signs, values, values[1:], strict=False):
                miss = {"<=": left - right, ">=": right - left, "==": np.abs(left - right)}[sign]
                total = total + np.where(np.isfinite(miss), np.maximum(miss, 0.0), np.inf)
        return np.asarray(total, dtype=np.float64)

    def linear(self) -> list[tuple[dict[str, Fraction], str, Fraction]] | None:
        """Each comparison as ``terms (sign) bound``, exactly; None where one is not linear."""
        forms = [_linear(side) for side in self.sides]
        out = []
        for sign, left, right in zip(self.signs, forms, forms[1:], strict=False):
            if left is None or right is None:
                return None
            names = dict.fromkeys([*left[0], *right[0]])
            terms = {name: left[0].get(name, Fraction(0)) - right[0].get(name, Fraction(0)) for name in names}
            out.append(({name: c for name, c in terms.items() if c}, sign, right[1] - left[1]))
        return out


def parse(text: str, known: tuple[str, ...] | None = None, *, place: str = "") -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        The formula; full-width signs and ≦ ≧ × ÷ are read as the plain ones. ``<`` counts as ``<=``, ``=`` as
        ``==``.
    known : tuple of str, optional
        The columns there are.
    place : str
        The field of the spec, carried by errors.

    Raises
    ------
    OptimizeError
        NBML-O15 for what is no formula, with the position; NBML-O14 for a column that there is not.
    """
    formula = _Reader(text, place).read()
    if known is not None:
        for name in formula.names:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                raise OptimizeError(
                    "NBML-O14", place=place, formula=text, column=name, close=close[0] if close else "–"
                )
    return formula


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, place: str) -> None:
        self._text, self._place = text, place
        self._tokens = [] if len(text) > MAX_LENGTH else self._split()
        self._at = self._depth = 0
        if not self._tokens:
            self._fail(0)

    def read(self) -> Formula:
        sides, signs = [self._sum()], []
        while self._sign() in COMPARISONS:
            signs.append(COMPARISONS[self._next()[1]])
            sides.append(self._sum())
        if self._at < len(self._tokens):
            self._fail(self._tokens[self._at][2])
        return Formula(self._text, tuple(sides), tuple(signs))

    def _split(self) -> list[tuple[str, str, int]]:
        tokens, position = [], 0
        plain = self._plain()
        while position < len(plain.rstrip()):
            match = _TOKEN.match(plain, position)
            if match is None:
                self._fail(position)
            kind = match.lastgroup or ""
            tokens.append((kind, match[kind], match.start(kind)))
            position = match.end()
        return tokens

    def _plain(self) -> str:
        """The text with wide signs made plain outside quotes; of the same length."""
        parts = re.split(r'(`(?:[^`]|``)+`|"(?:[^"]|"")+")', self._text)
        return "".join(part if k % 2 else part.translate(_PLAIN) for k, part in enumerate(parts))

    def _sign(self) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "sign":
            return self._tokens[self._at][1]
        return ""

    def _next(self) -> tuple[str, str, int]:
        if self._at >= len(self._tokens):
            self._fail(len(self._text))
        self._at += 1
        return self._tokens[self._at - 1]

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(self._tokens[min(self._at, len(self._tokens) - 1)][2])
        node = self._product()
        while self._sign() in ("+", "-"):
            kind: Any = "add" if self._next()[1] == "+" else "sub"
            node = Node(kind, parts=(node, self._product()))
        self._depth -= 1
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._sign() in ("*", "/"):
            kind: Any = "mul" if self._next()[1] == "*" else "div"
            node = Node(kind, parts=(node, self._signed()))
        return node

    def _signed(self) -> Node:
        minus = False
        while self._sign() in ("+", "-"):
            minus ^= self._next()[1] == "-"
        node = self._power()
        return Node("neg", parts=(node,)) if minus else node

    def _power(self) -> Node:
        base = self._atom()
        if self._sign() in ("^", "**"):
            self._next()
            self._depth += 1
            if self._depth > MAX_DEPTH:
                self._fail(self._tokens[self._at - 1][2])
            base = Node("pow", parts=(base, self._signed()))
            self._depth -= 1
        return base

    def _atom(self) -> Node:
        kind, word, position = self._next()
        if kind == "number":
            if not np.isfinite(float(word)):
                self._fail(position)
            return Node("number", Fraction(repr(float(word))))
        if kind in ("tick", "quote"):
            mark = "`" if kind == "tick" else '"'
            return Node("name", word.replace(mark * 2, mark))
        if kind == "word":
            if self._sign() == "(":
                return self._call(word, position)
            return Node("name", word)
        if word != "(":
            self._fail(position)
        node = self._sum()
        self._close()
        return node

    def _call(self, word: str, position: int) -> Node:
        if word not in FUNCTIONS:
            self._fail(position)
        self._next()
        parts = [self._sum()]
        while self._sign() == ",":
            self._next()
            parts.append(self._sum())
        self._close()
        if len(parts) != FUNCTIONS[word][0]:
            self._fail(position)
        return Node("call", word, tuple(parts))

    def _close(self) -> None:
        _, word, position = self._next()
        if word != ")":
            self._fail(position)

    def _fail(self, position: int) -> NoReturn:
        raise OptimizeError(
            "NBML-O15",
            place=self._place,
            formula=self._text[:200],
            position=position + 1,
            near=self._text[position : position + 20] or "–",
        )


def _names(node: Node) -> list[str]:
    if node.kind == "name":
        return [node.value]
    return [name for part in node.parts for name in _names(part)]


def _evaluate(node: Node, columns: Mapping[str, Floats]) -> Any:
    if node.kind == "number":
        return np.float64(node.value)
    if node.kind == "name":
        return columns[node.value]
    parts = [_evaluate(part, columns) for part in node.parts]
    match node.kind:
        case "add":
            return parts[0] + parts[1]
        case "sub":
            return parts[0] - parts[1]
        case "mul":
            return parts[0] * parts[1]
        case "div":
            return np.divide(parts[0], parts[1])
        case "pow":
            return np.power(parts[0], parts[1])
        case "neg":
            return -parts[0]
        case _:
            return FUNCTIONS[node.value][1](*parts)


def _linear(node: Node) -> Linear | None:
    if node.kind == "number":
        return {}, node.value
    if node.kind == "name":
        return {node.value: Fraction(1)}, Fraction(0)
    parts = [_linear(part) for part in node.parts]
    if any(part is None for part in parts) or node.kind in ("pow", "call"):
        return None
    (terms, constant), rest = parts[0], parts[1:]  # type: ignore[misc]
    if node.kind == "neg":
        return {n: -c for n, c in terms.items()}, -constant
    other, other_constant = rest[0]  # type: ignore[misc]
    if node.kind in ("add", "sub"):
        sign = 1 if node.kind == "add" else -1
        names = dict.fromkeys([*terms, *other])
        joined = {n: terms.get(n, Fraction(0)) + sign * other.get(n, Fraction(0)) for n in names}
        return joined, constant + sign * other_constant
    if node.kind == "mul" and not terms:
        terms, constant, other, other_constant = other, other_constant, terms, constant
    if other or (node.kind == "div" and other_constant == 0):
        return None
    factor = other_constant if node.kind == "mul" else 1 / other_constant
    return {n: c * factor for n, c in terms.items()}, constant * factor
