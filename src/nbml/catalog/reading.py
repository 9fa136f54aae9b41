"""``nbml.read``: a local file, a file of a Volume or a table of Unity Catalog, by one reader.

A table is brought here as one version and read as a Parquet file is; its pinned name is the path of the
result, so that the same version is read again when a spec is run again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.platform.choose import platform
from nbml.settings import Settings
from nbml.spec.source import VOLUMES, table_name

if TYPE_CHECKING:
    import pandas as pd

    from nbml.data.limits import ReadLimits
    from nbml.data.table import Table
    from nbml.spec.reading import ReadOptions


def read(
    source: str | Path | pd.DataFrame,
    options: ReadOptions | None = None,
    *,
    roots: Sequence[Path] | None = None,
    limits: ReadLimits | None = None,
    **said: Any,
) -> Table:
    """Read a table and say every decision taken on the way.

    Parameters
    ----------
    source : str, Path or DataFrame
        A local file; a file of a Volume, ``/Volumes/..``; a table, ``catalog.schema.table`` or one version of
        it, ``catalog.schema.table@v3``; or a DataFrame, which is copied.
    options, roots, limits, **said
        As for ``nbml.data.read.read``.

    Returns
    -------
    Table
        ``path`` names the source as it can be read again: a table's with the version that was read.

    Raises
    ------
    ReadError
        NBML-R.. as a file cannot be read.
    PlatformError
        NBML-U.. as the workspace does not give it.
    """
    from nbml.data.read import read as read_local

    if not isinstance(source, str) or roots is not None:
        return read_local(source, options, roots=roots, limits=limits, **said)
    settings = Settings()
    if (name := table_name(source)) is not None:
        import pyarrow.parquet as pq

        rows, pinned = platform(settings).tables.read(name)
        with tempfile.TemporaryDirectory(prefix="nbml-table-") as folder:
            path = Path(folder) / "table.parquet"
            pq.write_table(rows, path)
            return replace(read_local(path, options, limits=limits, **said), path=str(pinned))
    if source.startswith(VOLUMES):
        local = platform(settings).files.local_path(source)
        return replace(read_local(local, options, limits=limits, **said), path=source)
    return read_local(source, options, limits=limits, **said)
