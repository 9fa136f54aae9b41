"""``nbml predict``: new rows in, the same rows with predictions out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbml.cli.export import write_table
from nbml.cli.faults import CommandError
from nbml.cli.lists import show_predictions
from nbml.cli.options import Delimiter, Encoding, Header, Json, Sheet, Table, read_options
from nbml.cli.screen import err, out, write_json
from nbml.i18n import text

if TYPE_CHECKING:
    import pandas as pd


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

    if output is not None and output.exists() and table.exists() and output.samefile(table):
        raise CommandError("NBML-C04", path=str(output))
    new = nbml.read(str(table), **(read_options(encoding, delimiter, header, sheet) or {}))
    predicted = nbml.predict(run, new.frame)
    if output is None and not as_json:
        show_predictions(out(), predicted)
        return
    table_out = predicted if only_predictions else beside(new.frame, predicted)
    if output is None:
        write_json(_records(table_out))
        return
    write_table(table_out, output, byte_order_mark=excel)
    if as_json:
        write_json({"type": "predictions", "rows": len(table_out), "path": str(output)})
    else:
        err().print(text("cli.predicted", rows=f"{len(table_out):,}", path=str(output)), soft_wrap=True)


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
