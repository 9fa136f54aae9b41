"""Every table that can be read can be drawn, profiled and shown: one row, none, no value, extreme values."""

import itertools

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.data.profile import profile
from nbml.errors import PanelError
from nbml.widgets.rooms.data_cells import cells
from nbml.widgets.rooms.data_charts import draw, draw_correlations

TABLES = {
    "one row": {"a": [1.0], "b": ["x"], "t": pd.to_datetime(["2024"]), "f": [True]},
    "no value": {"a": [np.nan] * 5, "b": [None] * 5, "c": [1, 2, 3, 4, 5]},
    "no rows": {"a": np.empty(0), "b": np.empty(0, dtype=object)},
    "extreme": {"a": [1e308, -1e308, 5e-324, np.inf, np.nan], "b": [2**60] * 5, "c": [1 + 2j] * 5},
    "many levels": {"a": [f"l{i}" for i in range(999)], "b": [f"m{i % 700}" for i in range(999)]},
}


@pytest.mark.parametrize("name", TABLES)
def test_every_figure_of_a_table_can_be_made(name):
    """R7, D10, D21, D24, D38"""
    table = nbml.read(pd.DataFrame(TABLES[name]))
    columns = table.columns.columns
    assert len(profile(table.frame)) == len(columns)
    assert len(cells(table, 0, 10, 0, 10)) == min(10, len(table.frame))
    with np.errstate(all="raise", under="ignore"):
        for x, y, colour in itertools.product(columns, (None, *columns), (None, columns[0])):
            assert len(draw(table, x, y, colour).to_json()) < 1_000_000
    with pytest.raises(PanelError, match="NBML-W71"):
        draw_correlations(table, (), "spearman")


def test_cells_as_they_stand():
    table = nbml.read(
        pd.DataFrame(
            {
                "n": [0.1, 1e-300, np.nan],
                "i": [1, -2, 3],
                "b": [True, False, True],
                "t": pd.to_datetime(["2024-01-01 00:00:00", None, "2024-01-02 03:04:05"]),
                "s": ["\u202ea\nb", None, "x" * 100],
            }
        )
    )
    by_column = list(zip(*cells(table, 0, 10, 0, 10), strict=True))
    assert by_column[0] == ("0.1", "1e-300", None)
    assert by_column[1] == ("1", "-2", "3")
    assert by_column[2] == ("true", "false", "true")
    assert by_column[3] == ("2024-01-01", None, "2024-01-02 03:04:05")
    assert by_column[4][0] == "\\u202ea\\u000ab"
    assert by_column[4][1] is None
    assert len(by_column[4][2]) == 60
    assert cells(table, 2, 5, 4, 9) == ((by_column[4][2],),)
