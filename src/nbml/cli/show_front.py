"""The answer of an inverse search on a terminal: best rows, what was proven, where it is kept, what next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import number
from nbml.cli.lines import pairs, plain_table
from nbml.i18n import text
from nbml.spec.events import Notice
from nbml.spec.front import OptimizeRecord, ProofRecord
from nbml.spec.reading import shown

ROWS = 12
SCORES = ("desirability", "probability", "pass_rate", "distance")
ABOUT_PROOF = ("NBML-O54", "NBML-O55")


def show_front(console: Console, record: OptimizeRecord, folder: Path) -> None:
    """Print the page; text is left to the terminal to wrap, so it can be copied whole."""
    for part in front_page(record, folder):
        console.print(part, soft_wrap=isinstance(part, Text))


def front_page(record: OptimizeRecord, folder: Path) -> Iterator[Text | Table]:
    """All a person wants to know at the end of a search, in the order they want it."""
    yield Text()
    yield Text(verdict(record), style="bold")
    yield Text()
    if (folder / "data").is_dir():
        yield _best_rows(record, folder)
    if record.proof is not None:
        yield Text(proof_words(record.proof), style="bold" if record.proof.is_proven else "")
    for notice in record.notices:
        if notice.code not in ABOUT_PROOF:
            yield Text(_words(notice), style="dim" if notice.level == "info" else "")
    yield Text()
    yield from pairs(places(record, folder))
    yield Text()
    yield Text(text("cli.next.title"), style="bold")
    yield from pairs(next_steps(record))


def verdict(record: OptimizeRecord) -> str:
    """How many rows are on the front after how many evaluations, or that none keeps the limits."""
    key = "cli.front.found" if record.is_feasible else "cli.front.missed"
    return text(key, size=f"{record.front_size:,}", evaluations=f"{record.evaluations:,}")


def proof_words(proof: ProofRecord) -> str:
    """What exact mode has shown."""
    key = "cli.front.proven" if proof.is_proven else "cli.front.bounded"
    return text(
        key,
        objective=shown(proof.objective, 200),
        value=number(proof.value),
        bound=number(proof.bound),
        gap=number(proof.gap),
        seconds=f"{proof.seconds:.1f}",
    )


def places(record: OptimizeRecord, folder: Path) -> list[tuple[str, str]]:
    """Where everything is kept."""
    found = [
        (text("cli.place.job"), record.job_id),
        (text("cli.place.folder"), str(folder)),
        (text("cli.place.front"), str(folder / "pareto.csv")),
    ]
    if record.run_id:
        found.append((text("cli.place.mlflow"), record.run_id))
    if record.tracking_uri:
        found.append((text("cli.place.store"), record.tracking_uri))
    return found


def next_steps(record: OptimizeRecord) -> list[tuple[str, str]]:
    """What is worth doing now, judged by this very result: the purpose and its command."""
    job = f'nbml.open("{record.job_id}")'
    steps = [("propose", f"{job}.result().propose(5)")]
    if record.is_partial or not record.is_feasible:
        steps.append(("go_on", f"{job}.go_on(evaluations={max(4 * record.evaluations, 10_000)})"))
    else:
        steps.append(("widen", f"{job}.go_on(inputs=[...])"))
    steps.append(("panel", f"nbml.panels.Optimize({job})"))
    if record.run_id and record.tracking_uri:
        steps.append(("mlflow", f"mlflow ui --backend-store-uri {shlex.quote(record.tracking_uri)}"))
    return [(text(f"cli.next.{purpose}"), command) for purpose, command in steps]


def _best_rows(record: OptimizeRecord, folder: Path) -> Table:
    """Rows by desirability, with inputs that vary, predictions and trust; ``*`` marks the knee."""
    from nbml.jobs.optimize.result import OptimizeResult

    pareto = OptimizeResult(folder, record).pareto
    best = pareto.sort_values("desirability", ascending=False, kind="stable").head(ROWS)
    inputs = [one.name for one in record.inputs if one.low != one.high or len(one.levels) > 1]
    names = inputs + [f"predicted_{target}" for target in record.targets]
    names += [goal.label for goal in record.goals if goal.on == "formula" and goal.label in best]
    names += [name for name in SCORES if name in best]
    table = plain_table()
    table.add_column("", width=1)
    for name in names:
        table.add_column(shown(name.removeprefix("predicted_"), 24), justify="right", overflow="fold")
    for place, cells in zip(best.index, zip(*(best[name] for name in names), strict=True), strict=True):
        mark = "*" if place == record.knee else ""
        settings = [shown(c, 24) if isinstance(c, str) else f"{float(c):.10g}" for c in cells[: len(inputs)]]
        table.add_row(mark, *settings, *(number(float(c)) for c in cells[len(inputs) :]))
    return table


def _words(notice: Notice) -> str:
    return f"! {notice.code}  {shown(notice.message, 1_000)}"
