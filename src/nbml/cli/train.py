"""``nbml train`` and ``nbml run``: from options or a file to a job that is watched to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nbml.cli.faults import CommandError
from nbml.cli.options import Delimiter, Encoding, Header, Json, Models, Sheet, Table, fold_count, read_options
from nbml.cli.screen import err, write_json
from nbml.cli.watch import attend
from nbml.spec.reading import shown
from nbml.spec.source import is_remote
from nbml.spec.train import SamplerName, TrainSpec

if TYPE_CHECKING:
    from nbml.cli.follow import AnyJob
    from nbml.spec.parse import JobSpec

_SAID_FIRST = ("read.encoding", "read.header", "read.sheet", "read.shape")

Detach = Annotated[bool, typer.Option("--detach", help="cli.option.detach")]


def train(
    table: Table,
    target: Annotated[
        list[str], typer.Option("--target", "-y", help="cli.option.target", show_default=False)
    ],
    feature: Annotated[list[str] | None, typer.Option(help="cli.option.feature", show_default=False)] = None,
    group: Annotated[str | None, typer.Option(help="cli.option.group", show_default=False)] = None,
    model: Models = None,
    trials: Annotated[int, typer.Option(min=0, help="cli.option.trials")] = 30,
    timeout: Annotated[float | None, typer.Option(help="cli.option.timeout", metavar="SECONDS")] = None,
    folds: Annotated[str | None, typer.Option(help="cli.option.folds", metavar="N|logo")] = None,
    fold_column: Annotated[str | None, typer.Option(help="cli.option.fold_column")] = None,
    seed: Annotated[int, typer.Option(help="cli.option.seed")] = 42,
    sampler: Annotated[SamplerName, typer.Option(help="cli.option.sampler")] = "tpe",
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    sheet: Sheet = None,
    missing_target: Annotated[
        Literal["refuse", "drop"], typer.Option(help="cli.option.missing_target")
    ] = "refuse",
    infinite: Annotated[Literal["refuse", "missing"], typer.Option(help="cli.option.infinite")] = "refuse",
    workers: Annotated[int | None, typer.Option(min=1, help="cli.option.workers")] = None,
    threads: Annotated[int, typer.Option(min=1, help="cli.option.threads")] = 1,
    project: Annotated[str, typer.Option(help="cli.option.project")] = "default",
    name: Annotated[str | None, typer.Option(help="cli.option.name")] = None,
    register_as: Annotated[str | None, typer.Option(help="cli.option.register_as", metavar="NAME")] = None,
    alias: Annotated[str | None, typer.Option(help="cli.option.alias")] = None,
    write_spec: Annotated[Path | None, typer.Option(help="cli.option.write_spec", metavar="FILE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.option.dry_run")] = False,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Train, tune and compare models on a table."""
    import nbml

    spec = nbml.make_spec(
        str(table),
        targets=target,
        features=feature or None,
        model=model or "lightgbm",
        group=group,
        trials=trials or None,
        folds=None if folds is None else fold_count(folds),
        fold_column=fold_column,
        seed=seed,
        timeout_s=timeout,
        project=project,
        name=name,
        sampler=sampler,
        workers=workers,
        threads=threads,
        missing_target=missing_target,
        infinite=infinite,
        register_as=register_as,
        alias=alias,
        read=read_options(encoding, delimiter, header, sheet),
    )
    if write_spec is not None:
        save_spec(spec, write_spec, beside=table)
    if dry_run:
        if write_spec is None:
            _print_spec(spec, as_json=as_json)
        return
    attend(lambda: start(spec, as_json=as_json), detach=detach, as_json=as_json)


def run(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="cli.option.spec", show_default=False)],
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Run the job that a spec file describes."""
    from nbml.spec.parse import load_job

    said = load_job(spec)
    attend(lambda: start(said, as_json=as_json), detach=detach, as_json=as_json)


def start(spec: JobSpec, *, as_json: bool) -> AnyJob:
    """Set a job going; before a training, say on stderr how its table was read."""
    import nbml

    if as_json or not isinstance(spec, TrainSpec) or spec.data.path is None:
        return nbml.run(spec)
    table = nbml.read(spec.data.path, spec.data.read, labels=spec.labels)
    for decision in table.report.decisions:
        if decision.severity == "warning" or decision.key.startswith(_SAID_FIRST):
            mark = "!" if decision.severity == "warning" else " "
            err().print(f"{mark} {shown(decision.words, 400)}", soft_wrap=True)
    return nbml.start(spec, table)


def save_spec(spec: TrainSpec, file: Path, *, beside: Path) -> None:
    """Write a spec so that ``nbml run`` gives the same job from anywhere; never over the table itself.

    The table's path is written relative to the spec's folder where it lies in or below it, so that the folder
    can be moved as a whole.
    """
    from nbml.durable import write_text
    from nbml.spec.parse import spec_to_yaml

    file = file.absolute()
    if is_remote(str(beside)):
        write_text(file, spec_to_yaml(spec))
        return
    if file.exists() and file.samefile(beside):
        raise CommandError("NBML-C04", path=str(file))
    table = beside.absolute()
    if table.is_relative_to(file.parent):
        data = spec.data.model_copy(update={"path": table.relative_to(file.parent).as_posix()})
        spec = spec.model_copy(update={"data": data})
    write_text(file, spec_to_yaml(spec))


def _print_spec(spec: TrainSpec, *, as_json: bool) -> None:
    from nbml.spec.parse import spec_to_dict, spec_to_yaml

    if as_json:
        write_json(spec_to_dict(spec))
    else:
        print(spec_to_yaml(spec), end="")
