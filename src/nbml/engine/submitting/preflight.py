"""Run on the cluster before the job, by a Python that may lack nbml: looks whether all is there as asked.

``python nbml_preflight.py asked.json``. Standard library alone. Ends with 4 and one JSON line on the
standard error, shaped as every error of nbml, when something is missing or differs.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REFUSED = 4


def found(names: list[str]) -> dict[str, str]:
    """Versions of packages, and of Python by its first two numbers; empty for what is not there."""
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return {**versions, "python": ".".join(platform.python_version_tuple()[:2])}


def main(asked_file: str) -> int:
    """Compare what was asked for with what is here."""
    asked = json.loads(Path(asked_file).read_text(encoding="utf-8"))
    here = found([name for name in asked if name != "python"])
    differing = [name for name in asked if here[name] != asked[name]]
    if not differing:
        return 0
    there = ", ".join(f"{name} {here[name] or '-'}" for name in differing)
    wanted = ", ".join(f"{name} {asked[name]}" for name in differing)
    error = {
        "type": "error",
        "code": "NBML-E45",
        "message": f"The cluster has {there}; this job was submitted with {wanted}.",
        "next_step": "Install the same versions on both sides.",
        "fields": {"there": there, "here": wanted, "node": platform.node()},
    }
    print(json.dumps(error), file=sys.stderr, flush=True)  # noqa: T201 - its one answer
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
