"""``nbml schema``, ``doctor``, ``stop``, ``demo``: about nbml itself and the machine it runs on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from nbml.cli import faults
from nbml.cli.lists import check_table
from nbml.cli.options import Json, Models
from nbml.cli.screen import err, out, write_json
from nbml.cli.watch import attend
from nbml.i18n import text


def schema(
    task: Annotated[Literal["train", "optimize"], typer.Option(help="cli.option.task")] = "train",
    events: Annotated[bool, typer.Option("--events", help="cli.option.events")] = False,
) -> None:
    """Print the JSON Schema of job specs, or of events."""
    import json

    print(json.dumps(json_schema(task, events=events), indent=2))


def json_schema(task: Literal["train", "optimize"] = "train", *, events: bool) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a task's spec, or of one event of a job's log."""
    from nbml.spec.events import EVENT
    from nbml.spec.optimize import OptimizeSpec
    from nbml.spec.train import TrainSpec

    spec = TrainSpec if task == "train" else OptimizeSpec
    body = EVENT.json_schema() if events else spec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


def doctor(as_json: Json = False) -> None:
    """Check what nbml needs on this machine."""
    import nbml

    checks = nbml.doctor()
    if as_json:
        from pydantic_core import to_jsonable_python

        for check in checks:
            write_json(to_jsonable_python(check))
    else:
        out().print(check_table(checks))
    if any(check.verdict == "failed" for check in checks):
        raise typer.Exit(faults.ENGINE)


def stop(force: Annotated[bool, typer.Option("--force", help="cli.option.force")] = False) -> None:
    """Stop the Ray that nbml keeps in the background."""
    import nbml
    from nbml.engine.cluster import stop_head
    from nbml.settings import Settings

    running = (
        [] if force else [job.id for job in nbml.jobs(limit=1_000) if job.state in ("queued", "running")]
    )
    if running:
        raise faults.CommandError("NBML-C08", jobs=running)
    err().print(text("cli.stopped" if stop_head(Settings()) else "cli.nothing_to_stop"))


def demo(
    model: Models = None,
    trials: Annotated[int, typer.Option(min=1, help="cli.option.trials")] = 30,
    as_json: Json = False,
) -> None:
    """Train on a real table that comes with scikit-learn."""
    import nbml
    from nbml.examples import PROGRESSION, write_example
    from nbml.settings import Settings

    table = write_example("diabetes", Settings().home / "examples")
    if not as_json:
        err().print(text("cli.demo", path=str(table)), soft_wrap=True)
    spec = nbml.make_spec(
        str(table),
        targets=[PROGRESSION],
        model=model or ["lightgbm", "mlp"],
        trials=trials,
        name="diabetes",
        project="demo",
    )
    attend(lambda: nbml.run(spec), detach=False, as_json=as_json)
