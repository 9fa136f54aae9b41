"""Going on from an earlier search: rows of its front that are rows of a new space, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nbml.inverse.variables import Ints
from nbml.jobs.optimize.result import OptimizeResult
from nbml.jobs.written_job import read_search

if TYPE_CHECKING:
    from nbml.inverse.space import Space
    from nbml.settings import Settings


def rows_of(job_id: str, space: Space, settings: Settings, *, most: int) -> Ints:
    """Rows of an earlier front that are feasible in a space, spread over it where there are too many.

    Parameters
    ----------
    job_id : str
        The earlier search; one that left no result gives no rows.
    space : Space
        Numbers go to their nearest step; rows with a level it does not have, or which break a constraint of
        it, are left out, as are all where the earlier search did not know an input.
    settings : Settings
    most : int

    Returns
    -------
    ndarray of int64, shape (at most `most`, n_variables)

    Raises
    ------
    JobError
        NBML-J01, NBML-J02, NBML-J40 where there is no such search.
    """
    none = np.zeros((0, len(space)), dtype=np.int64)
    folder = read_search(job_id, settings).folder
    if not folder.result.exists():
        return none
    table = OptimizeResult.load(folder.root).pareto
    if not {variable.name for variable in space.variables} <= set(table.columns):
        return none
    values = np.full((len(table), len(space)), np.nan)
    for i, variable in enumerate(space.variables):
        column = table[variable.name]
        if variable.is_category:
            places = {level: float(k) for k, level in enumerate(variable.levels)}
            values[:, i] = [places.get(str(cell), np.nan) for cell in column]
        elif column.dtype.kind in "iuf":
            values[:, i] = column.to_numpy(dtype=np.float64)
    rows = space.positions(values[~np.isnan(values).any(axis=1)])
    _, first = np.unique(rows, axis=0, return_index=True)
    rows = rows[np.sort(first)]
    rows = rows[space.is_feasible(rows)] if len(rows) else none
    # The table is in the order of its first goal, so even steps are a spread.
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
