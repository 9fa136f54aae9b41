"""Floors in pyproject.toml and pins in constraints.txt agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import nbml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = [Requirement(words) for words in PROJECT["project"]["dependencies"]]
DEV = [Requirement(words) for words in PROJECT["dependency-groups"]["dev"]]
PINS = {
    canonicalize_name(name): Version(version)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
    for name, version in [line.split("==")]
}
SAFE = {"ray": "2.52", "mlflow": "3.5", "jupyterlab": "4.5.7"}
"""Versions below these have known holes that matter to nbml (S24)."""


@pytest.mark.parametrize("requirement", RUN + DEV, ids=lambda requirement: requirement.name)
def test_every_dependency_has_a_floor_and_a_pin_above_it(requirement):
    assert [s.operator for s in requirement.specifier if s.operator in (">=", "~=")]
    assert PINS[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", SAFE)
def test_floors_are_above_known_holes(name):
    """S24"""
    requirement = next(r for r in RUN + DEV if r.name == name)
    assert min(Version(s.version) for s in requirement.specifier) >= Version(SAFE[name])


def test_one_version():
    assert PROJECT["project"]["version"] == nbml.__version__
