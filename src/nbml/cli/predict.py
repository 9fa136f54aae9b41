"""``nbml predict``: new rows in, the same rows with predictions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nbml.cli.faults import CommandError
from nbml.cli.lists import show_predictions
from nbml.cli.options import Delimiter, Encoding, Header, Json, Sheet, Table, read_options
from nbml.cli.screen import err, out, write_json
from nbml.i18n import text
from nbml.spec.reading import shown as shown_text

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.batch import Batch


def predict(
    run: Annotated[str, typer.Argument(metavar="RUN", help="cli.option.run", show_default=False)],
    table: Table,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="cli.option.output", metavar="FILE")
    ] = None,
    only_predictions: Annotated[
        bool, typer.Option("--only-predictions", help="cli.option.only_predictions")
    ] = False,
    excel: Annotated[bool, typer.Option("--excel", help="cli.option.excel")] = False,
    interval: Annotated[
        float, typer.Option("--interval", help="cli.option.interval", metavar="LEVEL", min=0.0, max=1.0)
    ] = 0.9,
    nearest: Annotated[
        int, typer.Option("--nearest", help="cli.option.nearest", metavar="N", min=0, max=20)
    ] = 0,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Predict the rows of a table with a trained model."""
    import pandas as pd

    import nbml
    from nbml.jobs.batch import check_free, predict_to_file
    from nbml.jobs.models import find_models
    from nbml.jobs.predicting.asking import ask, side_run
    from nbml.jobs.predicting.question import Question
    from nbml.settings import Settings

    if output is not None and output.exists() and table.exists() and output.samefile(table):
        raise CommandError("NBML-C04", path=str(output))
    new = nbml.read(str(table), **(read_options(encoding, delimiter, header, sheet) or {}))
    settings = Settings()
    predictor, folder = find_models(run, settings)
    asked: dict[str, Any] = {"interval": interval or None, "nearest": nearest}
    if output is not None:
        side = side_run(folder, predictor, Question(**asked), new, new.frame, settings)
        with side, _counting(len(new.frame)) as on_piece:
            done = predict_to_file(
                predictor,
                new.frame,
                output,
                beside=not only_predictions,
                byte_order_mark=excel,
                on_piece=on_piece,
                also=side.add,
                settings=settings,
                **asked,
            )
        notes = [*done.notes, *(note.to_dict() for note in side.trouble)]
        if as_json:
            said = {"rows": done.rows, "flagged": done.flagged, "far": done.far, "notes": notes}
            write_json({"type": "predictions", **said, "path": str(output)})
            return
        _tell(notes)
        err().print(text("cli.predicted", rows=f"{done.rows:,}", path=str(output)), soft_wrap=True)
        return
    predicted = ask(predictor, new, folder, record=True, settings=settings, **asked)
    if as_json:
        if not only_predictions:
            check_free(new.frame, predicted)
        rows = predicted if only_predictions else pd.concat([new.frame, predicted], axis=1)
        write_json(_records(rows) | {"notes": predicted.attrs["notes"]})
        return
    show_predictions(out(), predicted)
    _tell(predicted.attrs["notes"])


@contextmanager
def _counting(n_rows: int) -> Iterator[Callable[[Batch], None]]:
    """Show how many rows are done, where somebody is looking."""
    from rich.progress import BarColumn, Progress, TextColumn

    console = err()
    words = TextColumn("{task.description}", markup=False)
    with Progress(
        words, BarColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task("", total=n_rows)

        def on_piece(batch: Batch) -> None:
            said = text("cli.predicting", done=f"{batch.rows:,}", rows=f"{n_rows:,}")
            shown.update(task, completed=batch.rows, description=said)

        yield on_piece


def _tell(notes: list[dict[str, Any]]) -> None:
    """Notes that change how the answers are to be read; columns that were not needed are no such thing."""
    for note in notes:
        if note["code"] != "NBML-P20":
            err().print(f"{note['code']}  {shown_text(note['message'], 1_000)}", soft_wrap=True)


def _records(table: pd.DataFrame) -> dict[str, object]:
    import json

    body = json.loads(table.to_json(orient="split", date_format="iso", double_precision=15))
    return {"type": "predictions", "columns": body["columns"], "data": body["data"]}
