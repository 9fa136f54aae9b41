"""What the user decides after reading: roles and units, copies, rows without a target, infinities."""

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.data.checks import check_training
from nbml.data.preparing import Preparation, prepare
from nbml.errors import DataError

NAN = float("nan")


@pytest.fixture
def table():
    return nbml.read(
        pd.DataFrame(
            {
                "x [mm]": [1.0, 2.0, 1.0, NAN, NAN, np.inf],
                "lot": list("aababa"),
                "y": [1.0, 2.0, 1.0, 4.0, 4.0, NAN],
            }
        )
    )


def test_roles_and_units_change_the_sheet_and_nothing_else(table):
    made = prepare(table, roles={"y": "target", "lot": "group"}, units={"x [mm]": None, "y": "MPa"})
    assert [c.role for c in made.columns.columns] == ["feature", "group", "target"]
    assert [c.unit for c in made.columns.columns] == [None, None, "MPa"]
    assert made.frame is table.frame
    assert made.sha256 == table.sha256
    assert table.columns["y"].role == "feature"


def test_copies_are_dropped_but_for_the_first(table):
    """D18"""
    made = prepare(table, roles={"y": "target", "lot": "ignored"}, copies="drop")
    assert made.frame["x [mm]"].tolist()[:2] == [1.0, 2.0]
    assert len(made.frame) == 4
    assert made.sha256 != table.sha256
    assert made.report.of("prepare.copies.drop")[0].fields == {"count": 2}


def test_copies_are_held_together_by_a_group_column(table):
    """D18: missing values are equal to each other, and the checks are content then."""
    made = prepare(table, roles={"y": "target", "lot": "ignored"}, copies="group")
    assert made.columns.names[-1] == "copy_set"
    assert made.columns["copy_set"].role == "group"
    assert made.frame["copy_set"].tolist() == [1, 2, 1, 4, 4, 6]
    assert made.columns["y"].role == "target"
    frame = made.frame.iloc[:5]
    found = check_training(frame, made.columns, targets=["y"], group="copy_set")
    assert not {"NBML-D18", "NBML-D69"} & {finding.code for finding in found}


def test_a_column_of_that_name_is_left_alone(table):
    again = prepare(nbml.read(table.frame.assign(copy_set=1.0)), copies="group")
    assert again.columns.names[-2:] == ("copy_set", "copy_set_")


def test_rows_without_a_target_go(table):
    """D1"""
    made = prepare(table, roles={"y": "target"}, missing_target="drop")
    assert len(made.frame) == 5
    assert made.columns["y"].missing_share == 0


def test_infinite_features_become_missing(table):
    """D4"""
    made = prepare(table, infinite="missing")
    assert not np.isinf(made.frame["x [mm]"]).any()
    assert np.isinf(table.frame["x [mm]"]).sum() == 1
    assert made.columns["x [mm]"].missing_share == pytest.approx(3 / 6)


def test_the_same_arguments_give_the_same_table(table):
    said = {"roles": {"y": "target"}, "copies": "group", "missing_target": "drop", "infinite": "missing"}
    assert prepare(table, **said).sha256 == prepare(table, **said).sha256


def test_unknown_columns_and_two_groups_are_refused(table):
    with pytest.raises(DataError, match="NBML-D80"):
        prepare(table, roles={"z": "target"})
    with pytest.raises(DataError, match="NBML-D81"):
        prepare(table, roles={"lot": "group", "y": "group"})
    with pytest.raises(DataError, match="NBML-D81"):
        prepare(table, roles={"lot": "group"}, copies="group")


def test_there_is_one_group_column_and_the_one_before_steps_back(table):
    said = Preparation().with_roles(["lot"], "group", table.columns)
    said = said.with_roles(["y"], "group", prepare(table, **said.said).columns)
    assert said.roles == {"lot": "ignored", "y": "group"}
    assert Preparation(copies="group").with_roles(["y"], "group", table.columns).copies is None


def test_a_table_of_any_number_of_rows():
    for rows in (0, 1):
        table = nbml.read(pd.DataFrame({"a": [1.0] * rows, "y": [2.0] * rows}))
        made = prepare(
            table, roles={"y": "target"}, copies="group", missing_target="drop", infinite="missing"
        )
        assert len(made.frame) == rows
