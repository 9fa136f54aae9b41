"""Panels as people call them: the workbench and each of its rooms alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.widgets.panel import WorkbenchPanel

if TYPE_CHECKING:
    import pandas as pd

    from nbml.data.table import Table
    from nbml.jobs.opening import AnyJob
    from nbml.widgets.session import Session

    Source = Table | pd.DataFrame | str | Path


def workbench(
    table: Source | None = None,
    *,
    job: AnyJob | str | None = None,
    language: str | None = None,
    room: str | None = None,
    roots: Sequence[str | Path] | None = None,
    rooms: Sequence[str] | None = None,
) -> WorkbenchPanel:
    """The workbench: all rooms in one panel.

    Parameters
    ----------
    table : Table, DataFrame or path, optional
        The table in hand to begin with.
    job : Job, OptimizeJob or str, optional
        The job in hand, running or ended; its room is in front.
    language : {"en", "ja"}, optional
        NBML_LANGUAGE when left out, else the browser's.
    room : str, optional
        The room in front, by its name: data, train, predict, ...
    roots : sequence of path, optional
        Folders that files may be opened from; the working directory when left out.
    rooms : sequence of str, optional
        The rooms to show; all there are when left out.

    Returns
    -------
    WorkbenchPanel
        To be shown by a notebook; ``.table``, ``.job`` and ``.selected`` follow what is done in it.

    Raises
    ------
    ReadError
        When the table cannot be read.
    JobError
        When there is no such job.
    """
    held = None if table is None else _table(table)

    def prepare(session: Session) -> None:
        if held is not None:
            name = None if held.path else _name_of(table)
            session.use_table(held, name=name, source="file" if held.path else "frame")
        if job is not None:
            session.watch(job)

    return WorkbenchPanel(
        rooms=rooms,
        room=room or _room_of(job, rooms),
        language=language,
        roots=None if roots is None else [Path(root) for root in roots],
        prepare=prepare,
    )


def _room_of(job: AnyJob | str | None, rooms: Sequence[str] | None) -> str | None:
    """The room a job belongs to, where it is shown."""
    if job is None:
        return None
    from nbml.jobs.opening import handle_of
    from nbml.settings import Settings

    room = (handle_of(job, Settings()) if isinstance(job, str) else job).spec.task
    return room if rooms is None or room in rooms else None


def Data(table: Source | None = None, **options: Any) -> WorkbenchPanel:  # noqa: N802 - a thing, not a deed
    """The Data room alone; options as ``workbench``."""
    return workbench(table, rooms=("data",), **options)


def Train(table: Source | None = None, **options: Any) -> WorkbenchPanel:  # noqa: N802
    """The Train room alone; options as ``workbench``."""
    return workbench(table, rooms=("train",), **options)


def Explain(job: AnyJob | str | None = None, **options: Any) -> WorkbenchPanel:  # noqa: N802
    """The Explain room alone, with the models of a job; options as ``workbench``."""
    return workbench(job=job, rooms=("explain",), **options)


def Predict(job: AnyJob | str | None = None, **options: Any) -> WorkbenchPanel:  # noqa: N802
    """The Predict room alone, with the models of a job; options as ``workbench``."""
    return workbench(job=job, rooms=("predict",), **options)


def Optimize(job: AnyJob | str | None = None, **options: Any) -> WorkbenchPanel:  # noqa: N802
    """The Optimize room alone, with the models of a training, or a search; options as ``workbench``."""
    return workbench(job=job, rooms=("optimize",), **options)


def Runs(**options: Any) -> WorkbenchPanel:  # noqa: N802
    """The Runs room alone; options as ``workbench``."""
    return workbench(rooms=("runs",), **options)


def _table(source: Source) -> Table:
    from nbml.catalog.reading import read
    from nbml.data.table import Table

    return source if isinstance(source, Table) else read(source)


def _name_of(value: object) -> str | None:
    """What a notebook calls a value, if it does."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    names: Mapping[str, Any] = shell.user_ns if shell is not None else {}
    return next(
        (name for name, one in list(names.items()) if one is value and not name.startswith("_")), None
    )
