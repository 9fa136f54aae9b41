"""A finished training as a notebook that does it again without nbml, and the table that it reads."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.durable import write_bytes
from nbml.i18n import language as spoken
from nbml.i18n import speaking
from nbml.report.cells import cells
from nbml.report.recipe import Recipe

if TYPE_CHECKING:
    from nbml.jobs.job import Job

_OUTSIDE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


@dataclass(frozen=True, eq=False)
class Notebook:
    """A notebook and its table, by the names under which they belong together."""

    name: str
    notebook: bytes
    data_name: str
    data: bytes

    def archive(self) -> bytes:
        """Both in one ZIP file."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(self.name, self.notebook)
            made.writestr(self.data_name, self.data)
        return buffer.getvalue()


def write_notebook(
    job: Job, path: str | Path, *, family: str | None = None, language: str | None = None
) -> Path:
    """Write a finished training as a notebook that uses the libraries alone, and its table beside it.

    The notebook reads the table, encodes its columns, makes the same folds, fits with the parameters found
    and gives the predictions of ``nbml.predict``. The table is the job's own copy of the rows that took
    part, as ``<name>-<hash>.parquet``: typed, so that no text is a formula and no number is rounded, and
    named by its content, so that no other file is replaced.

    Parameters
    ----------
    job : Job
        One with a result.
    path : str or Path
        The notebook; an older one is replaced.
    family : str, optional
        The chosen one of each target when left out.
    language : {"en", "ja"}, optional
        Of headings and explanations; the one in force when left out.

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    JobError
        NBML-J05 where the job left no result, NBML-J06 where it has no such model.
    EngineError
        NBML-E01, NBML-E02 when a file cannot be written.
    """
    target = Path(path).expanduser()
    made = make_notebook(job, target.stem, family=family, language=language)
    write_bytes(target.with_name(made.data_name), made.data)
    write_bytes(target, made.notebook)
    return target


def make_notebook(job: Job, name: str, *, family: str | None = None, language: str | None = None) -> Notebook:
    """The notebook of ``write_notebook`` without writing it; `name` is without a suffix."""
    recipe = Recipe.of(job, family)
    data_name = f"{_OUTSIDE.sub('_', name)}-{recipe.table_sha256[:8]}.parquet"
    with speaking(language or spoken()):
        made = [
            _cell(place, one.kind, one.source) for place, one in enumerate(cells(recipe, data_name), start=1)
        ]
    content = {
        "cells": made,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return Notebook(f"{name}.ipynb", text.encode("utf-8"), data_name, recipe.table)


def _cell(place: int, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "id": f"cell-{place:02}",
        "cell_type": kind,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}
