"""What is seen of an explanation, as the calls that give the same figures."""

from __future__ import annotations

from collections.abc import Sequence

from nbml.jobs.explaining.shap_values import Of


def explain_call(job_id: str, target: str | None, family: str | None, of: Of) -> str:
    """The call that opens an explanation."""
    said = [repr(job_id)]
    if target is not None:
        said.append(f"target={target!r}")
    if family is not None:
        said.append(f"family={family!r}")
    if of != "held_out":
        said.append(f"of={of!r}")
    return f"nbml.explain({', '.join(said)})"


def explain_code(
    job_id: str,
    target: str | None,
    family: str | None,
    of: Of,
    *,
    feature: str | None = None,
    partner: str | None = None,
    by: str | None = None,
    row: int | None = None,
    pair: Sequence[str] | None = None,
) -> str:
    """All that a room shows, line by line; `row` counts from 0, as in ``values.index``."""  # fmt: skip
    lines = [
        "import nbml",
        "",
        f"why = {explain_call(job_id, target, family, of)}",
        "why.bar()",
        "why.beeswarm()",
    ]
    if row is not None:
        lines.append(f"why.waterfall({row})")
    if feature is not None:
        lines.append(f"why.dependence({feature!r}{'' if partner is None else f', {partner!r}'})")
        lines.append(f"why.partial_dependence({feature!r}{'' if by is None else f', by={by!r}'})")
    if pair:
        lines += ["why.interactions()", f"why.interaction({pair[0]!r}, {pair[1]!r})"]
    if of == "held_out":
        lines.append("why.permutation()")
    return "\n".join([*lines, "why.values"]) + "\n"
