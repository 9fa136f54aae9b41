"""What a cell of text looks like: missing, number, decorated number, date; in RE2's and Python's terms."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

MISSING = (
    "",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "#NA",
    "<NA>",
    "NaN",
    "nan",
    "NAN",
    "-nan",
    "-NaN",
    "NULL",
    "Null",
    "null",
    "None",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
)
MISSING_IN_NUMBERS = (
    "-",
    "--",
    "---",
    "－",
    "ー",
    "―",
    "–",
    "—",
    ".",
    "..",
    "...",
    "…",
    "*",
    "**",
    "***",
    "×",
    "/",
    "//",
    "///",
    "?",
    "欠測",
    "欠損",
    "none",
    "na",
)
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
INFINITE = r"^[+-]?(?i:inf|infinity)$"
LEADING_ZERO = r"^0[0-9]+$"
_D = "[0-9０-９]"
DECORATED = (
    rf"^(?:[¥￥$€£]\s*)?[+\-＋－−▲△]?(?:[¥￥$€£]\s*)?"
    rf"(?:{_D}+|{_D}{{1,3}}(?:[,，]{_D}{{3}})+)(?:[.．]{_D}+)?(?:[eE][+-]?[0-9]+)?\s*(?:[%％‰]|円)?$"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[5-9]|20|21)[0-9]{2}"
_NAMED = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
_ZONE = r"(?:\s?(?:Z|UTC|JST|[+-][0-9]{2}:?[0-9]{2}))?"
_DATE = "|".join(
    (
        rf"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}",
        rf"{_YEAR}[-/]{_MONTH}",
        rf"{_YEAR}年{_MONTH}月(?:{_DAY}日)?",
        rf"{_MONTH}[/.-]{_DAY}[/.-](?:{_YEAR}|[0-9]{{2}})",
        rf"{_DAY}[/.-]{_MONTH}[/.-](?:{_YEAR}|[0-9]{{2}})",
        rf"(?:令和|平成|昭和|大正|明治|[RHSTM])\s?(?:[0-9]{{1,2}}|元)[年./-]{_MONTH}[月./-]{_DAY}日?",
        rf"{_DAY}[- ]{_NAMED}[- ,]\s?(?:{_YEAR}|[0-9]{{2}})",
        rf"{_NAMED} {_DAY},? {_YEAR}",
    )
)
DATE = rf"^\s*(?:(?:{_DATE})(?:[T ]\s*{_CLOCK}{_ZONE})?|{_CLOCK})\s*$"

_number = re.compile(f"{NUMBER}|{INFINITE}")
_decorated = re.compile(DECORATED)
_decimal_comma = re.compile(r"^[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?$")
_date = re.compile(DATE)
_says_date = re.compile(r"(?<!up)date(?![a-z])|(?<![a-z])date|日付|年月日|日時")
_missing = frozenset(MISSING) | frozenset(MISSING_IN_NUMBERS)


def cell_kind(cell: str) -> str:
    """One of empty, number, date or text, for guessing the layout from a few rows."""
    word = cell.strip()
    if word in _missing:
        return "empty"
    if _number.match(word) or _decorated.match(word) or _decimal_comma.match(word):
        return "number"
    return "date" if _date.match(word) else "text"


def is_decimal_comma(cell: str) -> bool:
    """Whether a cell is a number only if the comma is its decimal mark, or might be (``1,234``)."""
    return bool(_decimal_comma.match(cell.strip()))


def undecorated(cell: str) -> str:
    """A decorated number as a plain one: half-width, without thousands separators, currency or percent sign.

    What is no decorated number comes back as it is.

    Examples
    --------
    >>> undecorated("￥１,２３４"), undecorated("▲5.2％")
    ('1234', '-5.2')
    """
    if not _decorated.match(cell.strip()):
        return cell
    plain = unicodedata.normalize("NFKC", cell.strip())
    return plain.translate(_UNDECORATE).strip()


def serial_date(
    label: str, low: float | None, high: float | None
) -> Literal["packed_date", "serial_date"] | None:
    """Whether numbers may be dates: 20131020, or Excel's days since 1900 under a name that says date."""
    if low is None or high is None:
        return None
    if low >= 18_000_101 and high <= 21_001_231 and _is_packed(low) and _is_packed(high):
        return "packed_date"
    return "serial_date" if low >= 20_000 and high <= 80_000 and _says_date.search(label.casefold()) else None


def _is_packed(number: float) -> bool:
    day, month = int(number) % 100, int(number) // 100 % 100
    return number == int(number) and 1 <= month <= 12 and 1 <= day <= 31


_UNDECORATE = str.maketrans({"▲": "-", "△": "-", "−": "-"} | dict.fromkeys(",¥$€£%‰円 ", ""))
