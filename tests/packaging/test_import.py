"""`import nbml` is quick and starts nothing."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

import pytest

import nbml

HEAVY = (
    "ray",
    "mlflow",
    "lightgbm",
    "catboost",
    "xgboost",
    "pandas",
    "sklearn",
    "numpy",
    "optuna",
    "pydantic",
)
BUDGET_S = 0.3

TIMED = """
import json, sys, time
begun = time.perf_counter()
import nbml
took = time.perf_counter() - begun
print(json.dumps([took, sorted(set(sys.modules) & set({heavy!r}))]))
"""


def fresh(code: str, *arguments: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_import_is_within_its_budget():
    """The stated figure: 300 ms. The median of five fresh interpreters, without their own start."""
    runs = [json.loads(fresh(TIMED.format(heavy=HEAVY))) for _ in range(5)]
    assert all(loaded == [] for _, loaded in runs)
    assert statistics.median(took for took, _ in runs) < BUDGET_S


def test_help_loads_no_library_that_learns():
    code = "import sys; from nbml.cli import main; main(['--help']); print(*set(sys.modules) & set(sys.argv))"
    used = fresh(code, *(name for name in HEAVY if name != "pydantic")).splitlines()[-1]
    assert used == ""


@pytest.mark.parametrize("name", nbml.__all__)
def test_every_public_name_is_there(name):
    assert getattr(nbml, name) is not None
    assert name in dir(nbml)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        _ = nbml.absent


def test_a_public_name_is_not_hidden_by_a_package_of_that_name(nbml_home):
    """``nbml.jobs`` is the list of jobs and a package: loading the package must leave it callable."""
    assert fresh("import nbml; nbml.make_spec; import nbml.jobs.listing; print(nbml.jobs())") == "[]\n"
