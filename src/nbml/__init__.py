"""nbml: the machine-learning workbench that lives in the notebook.

The public names are loaded on first use, so that ``import nbml`` is quick and starts nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbml.catalog.reading import read
    from nbml.data.table import Table
    from nbml.errors import NbmlError
    from nbml.jobs.doctor import doctor
    from nbml.jobs.explaining.explanation import Explanation
    from nbml.jobs.explaining.opening import explain
    from nbml.jobs.job import Job
    from nbml.jobs.launch import connect, make_spec, resume, run, start, train
    from nbml.jobs.listing import jobs
    from nbml.jobs.models import load, predict
    from nbml.jobs.models import open_job as open
    from nbml.jobs.optimize.job import OptimizeJob
    from nbml.jobs.optimize.launching import make_optimize_spec, optimize
    from nbml.jobs.optimize.result import OptimizeResult
    from nbml.jobs.result import TrainResult
    from nbml.panels import workbench
    from nbml.settings import Settings
    from nbml.spec.optimize import OptimizeSpec
    from nbml.spec.train import TrainSpec

_HOMES = {
    "Explanation": "nbml.jobs.explaining.explanation",
    "Job": "nbml.jobs.job",
    "NbmlError": "nbml.errors",
    "OptimizeJob": "nbml.jobs.optimize.job",
    "OptimizeResult": "nbml.jobs.optimize.result",
    "OptimizeSpec": "nbml.spec.optimize",
    "Settings": "nbml.settings",
    "Table": "nbml.data.table",
    "TrainResult": "nbml.jobs.result",
    "TrainSpec": "nbml.spec.train",
    "connect": "nbml.jobs.launch",
    "doctor": "nbml.jobs.doctor",
    "explain": "nbml.jobs.explaining.opening",
    "load": "nbml.jobs.models",
    "make_optimize_spec": "nbml.jobs.optimize.launching",
    "make_spec": "nbml.jobs.launch",
    "open": "nbml.jobs.models:open_job",
    "optimize": "nbml.jobs.optimize.launching",
    "predict": "nbml.jobs.models",
    "read": "nbml.catalog.reading",
    "resume": "nbml.jobs.launch",
    "run": "nbml.jobs.launch",
    "start": "nbml.jobs.launch",
    "train": "nbml.jobs.launch",
    "workbench": "nbml.panels",
}
__version__ = "0.1.0"
__all__ = [
    "Explanation",
    "Job",
    "NbmlError",
    "OptimizeJob",
    "OptimizeResult",
    "OptimizeSpec",
    "Settings",
    "Table",
    "TrainResult",
    "TrainSpec",
    "connect",
    "doctor",
    "explain",
    "jobs",
    "load",
    "make_optimize_spec",
    "make_spec",
    "open",
    "optimize",
    "panels",
    "predict",
    "read",
    "resume",
    "run",
    "start",
    "train",
    "workbench",
]


def __getattr__(name: str) -> Any:
    if name in ("jobs", "panels"):
        return import_module(f"nbml.{name}")  # the first is a package that can be called
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'nbml' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    value = getattr(import_module(module), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
