"""A form as code: the exact call of ``nbml.train``, and the spec as a file.

What stands in the call is what differs from leaving it out; run, it makes the same spec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbml.spec.parse import spec_to_yaml

if TYPE_CHECKING:
    from nbml.spec.parse import JobSpec
    from nbml.spec.reading import ReadOptions

WIDTH = 88
INDENT = "    "
IMPORT = "import nbml\n"


def as_call(
    arguments: Mapping[str, Any],
    source: str,
    *,
    is_path: bool,
    read: ReadOptions | None = None,
    before: str = IMPORT,
) -> str:
    """The call that makes a job.

    Parameters
    ----------
    arguments : mapping
        As ``nbml.jobs.drafting.draft.arguments`` gives them.
    source : str
        A path, or the name of a variable that holds the table.
    is_path : bool
        Whether `source` is a path.
    read : ReadOptions, optional
        How a path is read, where something was said about it.
    before : str
        Lines above the call, such as those that make the table.

    Returns
    -------
    str
        Python, black-like, at most 88 columns where strings allow.

    Raises
    ------
    ValueError
        When the name of a variable is none.
    """
    if not is_path and not source.isidentifier():
        raise ValueError(f"not a name: {source!r}")
    said = dict(arguments)
    options = (
        {}
        if read is None or not is_path
        else read.model_dump(mode="json", exclude_unset=True, exclude_defaults=True)
    )
    if options:
        said["read"] = options
    first = repr(source) if is_path else source
    parts = [first, *(f"{name}={literal(value, INDENT)}" for name, value in said.items())]
    return call("nbml.train", parts, before)


def call(function: str, parts: Sequence[str], before: str = IMPORT) -> str:
    """``job = function(parts)`` after the lines before it; a part a line where one would be too long."""
    line = f"job = {function}({', '.join(parts)})"
    if len(line) > WIDTH or "\n" in line:
        line = f"job = {function}(\n" + "".join(f"{INDENT}{part},\n" for part in parts) + ")"
    return f"{before}\n{line}\n"


def as_yaml(spec: JobSpec) -> str:
    """The spec as ``nbml run spec.yaml`` takes it; without what was settled for one job."""
    return spec_to_yaml(spec.model_copy(update={"resolved": None}))


def literal(value: Any, indent: str = "") -> str:
    """A plain value as Python source; lists and mappings are broken where a line would be too long."""
    line = repr(value)
    if len(line) + len(indent) <= WIDTH - 24 or not isinstance(value, list | tuple | dict) or not value:
        return line
    inner = indent + INDENT
    if isinstance(value, dict):
        items = [f"{key!r}: {literal(item, inner)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        items = [literal(item, inner) for item in value]
        opening, closing = "[", "]"
    body = "".join(f"{inner}{item},\n" for item in items)
    return f"{opening}\n{body}{indent}{closing}"
