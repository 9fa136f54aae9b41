"""Real tables: what must be found in them, and no leak where there is none."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nbml.data.checks import check_training


@pytest.fixture
def load(shared_data):
    meta = {entry["name"]: entry for entry in json.loads((shared_data / "datasets.json").read_text("utf-8"))}

    def read(name):
        entry = meta[name]
        return pd.read_csv(shared_data / entry["file"], encoding=entry["encoding"]), entry

    return read


def by_code(found):
    return {finding.code: finding for finding in found}


@pytest.mark.parametrize("options", [{}, {"group": "dteday"}], ids=["random", "by day"])
def test_bike_casual_and_registered_are_the_count(load, check, options):
    """D19, D20, D42."""
    frame, _ = load("bike_sharing_hour")
    found = by_code(check(frame, {"dteday": "date"}, targets=["cnt"], **options))
    assert set(found) == {"NBML-D19", "NBML-D20"} | (set() if options else {"NBML-D42"})
    assert found["NBML-D19"].columns == ("casual", "registered", "cnt")
    assert found["NBML-D19"].fields["relation"] == "cnt = casual + registered"
    assert found["NBML-D19"].fields["rows"] == 17379
    assert found["NBML-D20"].columns == ("instant",)
    if not options:
        assert found["NBML-D42"].columns == ("dteday", "yr")


def test_ai4i_failure_modes_give_the_failure_away(load, check):
    """D19, D20: RNF says too little to be counted as a leak, but stands beside the others."""
    frame, _ = load("ai4i2020")
    found = by_code(check(frame, targets=["Machine failure"]))
    assert set(found) == {"NBML-D07", "NBML-D19", "NBML-D20", "NBML-D71"}
    assert found["NBML-D19"].columns == ("TWF", "HDF", "PWF", "OSF", "Machine failure")
    assert found["NBML-D71"].columns == ("RNF",)
    assert found["NBML-D20"].columns == ("UDI",)


def test_ai4i_identifier_as_a_feature(load, check):
    """D20."""
    frame, _ = load("ai4i2020")
    found = check(frame, {"Product ID": "category"}, targets=["Torque [Nm]"])
    assert [f.columns[0] for f in found if f.code == "NBML-D20"] == ["UDI", "Product ID"]
    assert not [f for f in found if f.code == "NBML-D19"]


@pytest.mark.parametrize("group", [None, "subject#"])
def test_parkinsons_targets_do_not_leak(load, check, group):
    """D19: the two scores are close to each other, but neither is a copy; grouped there is nothing to say."""
    frame, entry = load("parkinsons_telemonitoring")
    assert check(frame, targets=entry["target"], group=group) == ()
    assert check(frame, targets=["total_UPDRS"], group=group) == ()


def test_concrete_has_25_repeated_rows_that_its_mixes_hold_together(load, check):
    """D18, D43."""
    frame, _ = load("concrete")
    found = by_code(check(frame.drop(columns="mix_id"), targets=["strength_mpa"]))
    assert set(found) == {"NBML-D18"}
    assert found["NBML-D18"].fields["count"] == 25
    assert check(frame, targets=["strength_mpa"], group="mix_id") == ()


@pytest.mark.parametrize(
    ("name", "total", "low", "high", "tolerance"),
    [("p3ht_conductivity", 100, 99.89, 100.1, 0.11), ("oer_catalyst", 1, 1, 1, 0)],
)
def test_mixtures_are_found_with_their_tolerance(load, check, name, total, low, high, tolerance):
    """D43."""
    frame, entry = load(name)
    (finding,) = check(frame, targets=entry["target"])
    assert finding.code == "NBML-D43"
    assert set(finding.columns) == set(frame.columns) - set(entry["target"])
    shown = [finding.fields[field] for field in ("total", "low", "high", "tolerance")]
    assert shown == pytest.approx([total, low, high, tolerance])


@pytest.mark.parametrize("name", ["airfoil_self_noise", "yacht", "concrete_slump", "energy_efficiency"])
def test_tables_with_nothing_to_find(load, check, name):
    frame, entry = load(name)
    assert check(frame, targets=entry["target"], group=entry["group"]) == ()


@pytest.mark.parametrize(
    ("name", "codes", "copies"),
    [
        ("power_plant", {"NBML-D18"}, 41),
        ("wine_quality", {"NBML-D07", "NBML-D18"}, 1177),
        ("diamonds", {"NBML-D18"}, 146),
        ("abalone", set(), 0),
        ("lnp_formulation", set(), 0),
    ],
)
def test_no_leak_is_seen_where_there_is_none(load, check, name, codes, copies):
    """D18, D19."""
    frame, entry = load(name)
    found = by_code(check(frame, targets=entry["target"]))
    assert set(found) == codes
    if copies:
        assert found["NBML-D18"].fields["count"] == copies


def test_weather_with_japanese_names(load, check):
    """D42: year and date are found by their Japanese names."""
    frame, entry = load("tokyo_weather_cp932")
    found = check(frame, targets=entry["target"])
    assert [f.columns for f in found if f.code == "NBML-D42"] == [("年", "年月日")]
    assert not [f for f in check(frame, targets=entry["target"], group="年") if f.severity == "error"]


def test_a_pair_in_a_large_table(sheet_of):
    """100,000 rows of 50 features: a planted difference is the one finding."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(100_000, 50)), columns=[f"x{i}" for i in range(50)])
    frame["y"] = frame["x13"] - frame["x37"]
    (finding,) = check_training(frame, sheet_of(frame), targets=["y"])
    assert finding.fields["relation"] == "y = x13 − x37"
