"""``nbml predict``: new rows in, the same rows with predictions out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbml.cli.export import write_table
from nbml.cli.faults import CommandError
from nbml.cli.options import Delimiter, Encoding, Header, Json, Sheet, Table, read_options
from nbml.cli.screen import err, out, write_json
from nbml.i18n import text

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_ROWS = 20


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
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Predict the rows of a table with a trained model."""
    import nbml

    if output is not None and output.exists() and output.samefile(table):
        raise CommandError("NBML-C04", path=str(output))
    new = nbml.read(table, **(read_options(encoding, delimiter, header, sheet) or {}))
    predicted = nbml.predict(run, new.frame)
    if not only_predictions:
        predicted = beside(new.frame, predicted)
    if output is not None:
        write_table(predicted, output, byte_order_mark=excel)
        err().print(text("cli.predicted", rows=f"{len(predicted):,}", path=str(output)), soft_wrap=True)
    if as_json:
        write_json(
            {"type": "predictions", "rows": len(predicted), "path": None if output is None else str(output)}
            if output is not None
            else _records(predicted)
        )
    elif output is None:
        _show(predicted)


def beside(frame: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """The rows with their predictions as further columns.

    Raises
    ------
    CommandError
        NBML-C05 when the table has a column of such a name already.
    """
    import pandas as pd

    taken = [str(name) for name in predicted.columns if name in frame.columns]
    if taken:
        raise CommandError("NBML-C05", columns=taken)
    return pd.concat([frame, predicted], axis=1)


def _records(table: pd.DataFrame) -> dict[str, object]:
    import json

    body = json.loads(table.to_json(orient="split", date_format="iso", double_precision=15))
    return {"type": "predictions", "columns": body["columns"], "data": body["data"]}


def _show(table: pd.DataFrame) -> None:
    from rich.box import SIMPLE
    from rich.table import Table as Grid

    from nbml.spec.reading import shown

    grid = Grid(box=SIMPLE, pad_edge=False, header_style="dim")
    for name in table.columns:
        grid.add_column(shown(str(name)), justify="right", overflow="fold")
    for row in table.head(_SHOWN_ROWS).itertuples(index=False):
        grid.add_row(*(f"{value:.6g}" if isinstance(value, float) else shown(str(value)) for value in row))
    console = out()
    console.print(grid)
    if len(table) > _SHOWN_ROWS:
        console.print(text("cli.more_rows", rows=f"{len(table) - _SHOWN_ROWS:,}"))
