"""``nbml optimize``: from goals in words to a search that is watched to its end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from nbml.cli.faults import CommandError
from nbml.cli.options import Json
from nbml.cli.screen import write_json
from nbml.cli.train import Detach
from nbml.cli.watch import attend
from nbml.spec.optimize import EngineName, GoalKind

ON = ("input", "formula")
VALUES = {"maximize": (), "minimize": (), "between": ("low", "high")}
"""Numbers that a goal takes; the others take a value, and reach a tolerance."""


def optimize(
    runs: Annotated[list[str], typer.Argument(metavar="ID...", help="cli.option.runs", show_default=False)],
    goal: Annotated[list[str], typer.Option("--goal", "-g", help="cli.option.goal", show_default=False)],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="cli.option.input", show_default=False)
    ] = None,
    constraint: Annotated[
        list[str] | None, typer.Option("--constraint", "-c", help="cli.option.constraint", show_default=False)
    ] = None,
    distance: Annotated[
        float | None, typer.Option(help="cli.option.distance", metavar="0..1", show_default=False)
    ] = None,
    evaluations: Annotated[int, typer.Option(help="cli.option.evaluations")] = 10_000,
    timeout: Annotated[float | None, typer.Option(help="cli.option.timeout", metavar="SECONDS")] = None,
    exact: Annotated[float | None, typer.Option(help="cli.option.exact", metavar="SECONDS")] = None,
    engine: Annotated[EngineName, typer.Option(help="cli.option.engine")] = "nsga2",
    seed: Annotated[int, typer.Option(help="cli.option.search_seed")] = 42,
    after: Annotated[str | None, typer.Option(help="cli.option.after", metavar="ID")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="cli.option.workers")] = None,
    project: Annotated[str, typer.Option(help="cli.option.project")] = "default",
    name: Annotated[str | None, typer.Option(help="cli.option.name")] = None,
    write_spec: Annotated[Path | None, typer.Option(help="cli.option.write_spec", metavar="FILE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.option.dry_run")] = False,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Search backwards for inputs whose predictions reach goals."""
    import nbml
    from nbml.durable import write_text
    from nbml.spec.parse import spec_to_dict, spec_to_yaml

    rules: list[Any] = list(constraint or ())
    if distance is not None:
        rules.append({"kind": "distance", "most": distance})
    spec = nbml.make_optimize_spec(
        runs,
        [input_of(words) for words in inputs or ()],
        [goal_of(words) for words in goal],
        rules,
        evaluations=evaluations,
        timeout_s=timeout,
        exact=exact,
        engine=engine,
        seed=seed,
        after=after,
        workers=workers,
        project=project,
        name=name,
    )
    if write_spec is not None:
        write_text(write_spec.absolute(), spec_to_yaml(spec))
    if not dry_run:
        attend(lambda: nbml.run(spec), detach=detach, as_json=as_json)
    elif write_spec is None and as_json:
        write_json(spec_to_dict(spec))
    elif write_spec is None:
        print(spec_to_yaml(spec), end="")


def goal_of(words: str) -> dict[str, Any]:
    """A goal as ``nbml.optimize`` takes it, from ``strength=maximize`` or ``slump=between:15:21``.

    ``input:`` or ``formula:`` before the name says that it is no target. The last ``=`` divides.

    Raises
    ------
    CommandError
        NBML-C11 for anything else.
    """
    subject, _, said = words.rpartition("=")
    kind, *numbers = said.split(":")
    names = VALUES.get(kind, ("value", "tolerance"))
    found = [_number(part) for part in numbers]
    needed = len(names) if kind in VALUES else 1
    most = len(names) if kind in (*VALUES, "reach") else 1
    if not subject or kind not in get_args(GoalKind) or None in found or not needed <= len(found) <= most:
        raise CommandError("NBML-C11", goal=words)
    on, _, named = subject.partition(":")
    place = {on: named} if on in ON and named else {"target": subject}
    return {**place, "goal": kind, **dict(zip(names, found, strict=False))}


def input_of(words: str) -> dict[str, Any]:
    """An input from ``cement=100:540:5`` (low, high, step), ``age=28`` or ``kind=A,B``.

    Raises
    ------
    CommandError
        NBML-C12 for anything else.
    """
    name, _, said = words.rpartition("=")
    if not name or not said:
        raise CommandError("NBML-C12", input=words)
    bounds = said.split(":")
    if len(bounds) in (2, 3):
        numbers = [_number(part) if part else math.nan for part in bounds]
        if None not in numbers:
            given = zip(("low", "high", "step"), numbers, strict=False)
            return {"name": name, **{key: value for key, value in given if value == value}}
    cells = [_level(part) for part in said.split(",")]
    return {"name": name, "fixed": cells[0]} if len(cells) == 1 else {"name": name, "levels": cells}


def _number(words: str) -> float | None:
    try:
        value = float(words)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _level(words: str) -> str | float:
    value = _number(words)
    return words.strip() if value is None else value
