"""The commands put together: language first, then parsing, then one place where failures become words."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from nbml.cli import (
    catalog,
    faults,
    history,
    jobs,
    optimize,
    predict,
    promote,
    read,
    report,
    submit,
    system,
    train,
)
from nbml.cli.screen import be_lenient, err
from nbml.errors import NbmlError
from nbml.i18n import LANGUAGES, catalogue, text

COMMANDS = (
    train.train,
    train.run,
    optimize.optimize,
    read.read,
    jobs.jobs,
    jobs.status,
    jobs.cancel,
    jobs.resume,
    jobs.flush,
    submit.submit,
    submit.logs,
    history.describe,
    history.compare,
    history.delete,
    history.restore,
    predict.predict,
    promote.promote,
    report.report,
    system.schema,
    system.doctor,
    system.stop,
    system.demo,
)


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line; see ``nbml.cli.main`` for what the number means."""
    args = take_language(sys.argv[1:] if argv is None else argv)
    be_lenient()
    try:
        build()(args=args, prog_name="nbml")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except NbmlError as failure:
        return faults.tell(failure, as_json="--json" in args)
    except ValidationError as failure:
        if failure.title != "Settings":
            return _bug()
        names = ["NBML_" + "_".join(str(part) for part in e["loc"]).upper() for e in failure.errors()]
        reasons = "; ".join(e["msg"] for e in failure.errors())
        return faults.tell(
            faults.CommandError("NBML-C01", names=names, reasons=reasons), as_json="--json" in args
        )
    except KeyboardInterrupt:
        return faults.CANCELLED
    except Exception:  # every fault of our own ends here: shown whole, and told apart from a job's failure
        return _bug()
    return faults.OK


def build() -> Any:
    """The command tree, its help in the language in force."""
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None)
    app.callback(invoke_without_command=True)(_top)
    for command in COMMANDS:
        app.command(command.__name__)(command)
    app.add_typer(catalog.group(), name="catalog")
    tree = typer.main.get_command(app)
    _translate(tree, "cli.help")
    for name, command in getattr(tree, "commands", {}).items():
        _translate(command, f"cli.help.{name}")
        for part, below in getattr(command, "commands", {}).items():
            _translate(below, f"cli.help.{name}.{part}")
    return tree


def take_language(argv: Sequence[str]) -> list[str]:
    """The arguments without ``--language``, which is put in force for this process and what it starts."""
    args: list[str] = []
    rest = iter(argv)
    for arg in rest:
        if arg == "--":
            return [*args, arg, *rest]
        asked = next(rest, "") if arg == "--language" else arg.removeprefix("--language=")
        if arg != "--language" and asked == arg:
            args.append(arg)
        elif asked in LANGUAGES:
            os.environ["NBML_LANGUAGE"] = asked
        else:
            args = [f"--language={asked}", *args]
    return args


def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="cli.option.version")] = False,
    language: Annotated[Literal["en", "ja"] | None, typer.Option(help="cli.option.language")] = None,  # noqa: ARG001 - taken before parsing; stands here for help and for refusing others
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"nbml {installed('nbml')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def _translate(command: Any, key: str) -> None:
    command.help = text(key)
    command.short_help = text(key).splitlines()[0]
    known = catalogue("en")
    for parameter in command.params:
        if getattr(parameter, "help", None) in known:
            parameter.help = text(parameter.help)


def _bug() -> int:
    traceback.print_exc()
    err().print(text("cli.bug"))
    return faults.BUG
