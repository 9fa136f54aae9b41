"""A form as code: the exact call of ``nbml.optimize``, and the spec as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbml.jobs.drafting.as_code import INDENT, call, literal
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.parse import spec_to_dict

DEFAULTS = {"evaluations": 10_000, "size": 100, "interval": 0.9, "engine": "nsga2", "seed": 42}


def as_call(runs: Sequence[str], arguments: Mapping[str, Any]) -> str:
    """The call that makes a search.

    Parameters
    ----------
    runs : sequence of str
    arguments : mapping
        As ``Said.arguments`` gives them; they are JSON values, so their ``repr`` is Python.
    """
    first = repr(runs[0]) if len(runs) == 1 else repr(list(runs))
    parts = [first, *(f"{name}={literal(value, INDENT)}" for name, value in arguments.items())]
    return call("nbml.optimize", parts)


def arguments_of(spec: OptimizeSpec) -> dict[str, Any]:
    """What was said to make a spec; what is as if left out is left out."""
    plain = spec_to_dict(spec.model_copy(update={"resolved": None}))
    names = ("inputs", "goals", "constraints", *DEFAULTS, "timeout_s", "exact", "after", "project", "name")
    usual = DEFAULTS | {
        "timeout_s": None,
        "exact": None,
        "after": None,
        "project": "default",
        "name": None,
        "inputs": [],
        "constraints": [],
    }
    return {
        name: plain[name]
        for name in names
        if name in plain and plain[name] != usual.get(name, ...)
    }  # fmt: skip
