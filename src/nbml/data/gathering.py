"""Findings of one kind about many columns, told as one, so that a wide table does not bury what matters."""

from __future__ import annotations

from collections.abc import Sequence

from nbml.i18n import text
from nbml.spec.columns import Finding
from nbml.spec.reading import brief, shown

FEW = 3
"""So many findings of one code still stand each by itself."""

_OF_ONE_COLUMN = frozenset(
    f"NBML-D{number}" for number in ("04", "20", "21", "22", "24", "28", "38", "63", "74")
)


def gathered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings with those of one column each, and of one code, joined where there are more than three.

    Parameters
    ----------
    findings : sequence of Finding
        Of ``check_training``.

    Returns
    -------
    tuple of Finding
        In the order of first appearance. A joined one speaks of all its columns; the fields are those of the
        first.
    """
    by_code: dict[str, list[Finding]] = {}
    for place, finding in enumerate(findings):
        key = finding.code if finding.code in _OF_ONE_COLUMN else f"{finding.code}:{place}"
        by_code.setdefault(key, []).append(finding)
    told: list[Finding] = []
    for alike in by_code.values():
        told += alike if len(alike) <= FEW else [_joined(alike)]
    return tuple(told)


def _joined(alike: Sequence[Finding]) -> Finding:
    first, *others = alike
    columns = tuple(dict.fromkeys(name for finding in alike for name in finding.columns))
    names = brief([shown(finding.columns[0], 40) for finding in others], 6)
    message = text("data_room.checks.alike", message=first.message, count=len(others), names=names)
    return first.model_copy(update={"columns": columns, "message": message})
