"""Each remedy, done, settles the finding it stands at; many findings of one kind are told as one."""

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.data.checks import check_training
from nbml.data.gathering import gathered
from nbml.data.preparing import Preparation, prepare
from nbml.data.remedies import remedies

N = 60
RNG = np.random.default_rng(0)
Y = RNG.normal(size=N)
X = RNG.normal(size=N)


def found(table):
    roles = {}
    for column in table.columns.columns:
        roles.setdefault(column.role, []).append(column.name)
    return check_training(
        table.frame,
        table.columns,
        targets=roles.get("target", []),
        group=next(iter(roles.get("group", [])), None),
        fold_column=next(iter(roles.get("fold", [])), None),
    )


CASES = {
    "NBML-D01": ({"x": X, "y": np.where(np.arange(N) < 3, np.nan, Y)}, {}),
    "NBML-D04": ({"x": np.where(np.arange(N) < 3, np.inf, X), "y": Y}, {}),
    "NBML-D12": ({"x": X, "g": ["a"] * N, "y": Y}, {"g": "group"}),
    "NBML-D15": ({"x": X, "g": [None, *"ab" * 29, "a"], "y": Y}, {"g": "group"}),
    "NBML-D18": ({"x": [*X[:-1], X[0]], "y": [*Y[:-1], Y[0]]}, {}),
    "NBML-D19": ({"x": X, "leak": 3 * Y + 1, "y": Y}, {}),
    "NBML-D20": ({"x": X, "id": RNG.permutation(N), "y": Y}, {}),
    "NBML-D22": ({"x": X, "c": [1.0] * N, "y": Y}, {}),
    "NBML-D54": ({"x": X, "f": [None, *"ab" * 29, "a"], "y": Y}, {"f": "fold"}),
    "NBML-D65": ({"x": X, "g": [f"g{i}" for i in range(N)], "y": Y}, {"g": "group"}),
    "NBML-D70": ({"x": X, "copy": Y, "y": Y}, {}),
}


@pytest.mark.parametrize("code", sorted(CASES))
def test_every_remedy_settles_its_finding(code):
    columns, roles = CASES[code]
    table = nbml.read(pd.DataFrame(columns))
    said = Preparation(roles={"y": "target", **roles})
    before = prepare(table, **said.said)
    finding = next(finding for finding in found(before) if finding.code == code)
    offered = remedies(finding, before.columns)
    assert offered
    for remedy in offered:
        if remedy.what == "role":
            after = said.with_roles(remedy.columns, remedy.value, before.columns)
        else:
            after = Preparation(roles=said.roles, **{remedy.what: remedy.value})
        codes = [f.code for f in found(prepare(table, **after.said))]
        assert code not in codes, remedy


def test_a_finding_without_a_remedy_offers_none():
    """D43: parts of a mixture are as they are."""
    a = RNG.uniform(0.1, 0.4, N)
    table = nbml.read(
        pd.DataFrame({"a": a, "b": 0.5 - a, "c": np.full(N, 0.25) + a / 2, "d": 0.25 - a / 2, "y": Y})
    )
    table = prepare(table, roles={"y": "target"})
    mixtures = [f for f in found(table) if f.code == "NBML-D43"]
    assert mixtures
    assert remedies(mixtures[0], table.columns) == ()


def test_a_target_is_never_left_out_by_a_remedy_for_its_leak():
    """D19: columns of the finding are features and the target."""
    table = prepare(nbml.read(pd.DataFrame({"leak": 2 * Y, "x": X, "y": Y})), roles={"y": "target"})
    (leak,) = [f for f in found(table) if f.code == "NBML-D19"]
    assert [r.columns for r in remedies(leak, table.columns)] == [("leak",)]


def test_many_findings_of_one_kind_are_told_as_one():
    constant = {f"c{i}": [1.0] * N for i in range(40)}
    table = prepare(nbml.read(pd.DataFrame({"x": X, **constant, "y": Y})), roles={"y": "target"})
    told = gathered(found(table))
    (joined,) = [f for f in told if f.code == "NBML-D22"]
    assert len(joined.columns) == 40
    assert "39 more columns" in joined.message
    (remedy,) = remedies(joined, table.columns)
    after = Preparation(roles={"y": "target"}).with_roles(remedy.columns, "ignored", table.columns)
    assert "NBML-D22" not in {f.code for f in found(prepare(nbml.read(table.frame), **after.said))}


def test_few_findings_stay_as_they_are():
    table = prepare(
        nbml.read(pd.DataFrame({"x": X, "a": [1.0] * N, "b": [2.0] * N, "y": Y})), roles={"y": "target"}
    )
    assert gathered(found(table)) == tuple(found(table))
