"""What a submitted job finds installed: what the cluster has, what pip brings, or a wheel of nbml.

Knows nothing of specs and data.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from nbml.errors import EngineError
from nbml.masking import masked
from nbml.settings import Settings, variable

DECIDING = ("nbml", "numpy", "pandas", "scikit-learn", "lightgbm", "xgboost", "catboost", "optuna", "ray")
"""Packages whose versions decide the answer, or whether two sides understand each other."""

_WHEEL = re.compile(r"nbml-(?P<version>[A-Za-z0-9.+!_]+)(-\d\w*)?-[a-z0-9.]+-none-any\.whl", re.ASCII)

SAID = ("language", "tracking_uri", "registry_uri", "environment", "workspace", "warehouse", "catalog")
SAID_TOO = ("schema_name", "volume", "secret_scope")
STOP_WITHIN_S = 60
WORKING_DIR = "${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}"
"""Stands for the unpacked package of the job on each node while Ray makes its environment."""


def versions(names: tuple[str, ...] = DECIDING) -> dict[str, str]:
    """Versions here, Python's by its first two numbers; packages that are absent left out."""
    there = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in names:
        try:
            there[name] = version(name)
        except PackageNotFoundError:
            continue
    return there


def runtime_environment(
    settings: Settings, *, home: str | None, pip: bool, wheel: Path | None = None
) -> dict[str, Any]:
    """The Ray runtime environment of a job, fit to be shown: it holds no secret.

    Parameters
    ----------
    settings : Settings
        What it says of tracking, registry and catalog holds on the cluster too. Addresses that carry a
        password stay here; the cluster's own environment must say them.
    home : str or None
        NBML_HOME on the cluster.
    pip : bool
        Whether the cluster installs nbml and the libraries, in the versions here, for this job alone; Ray
        itself is the cluster's.
    wheel : Path, optional
        With ``pip``: the shipped wheel that is installed instead of an index's nbml.
    """
    said = settings.model_dump(mode="json", include={*SAID, *SAID_TOO}, exclude_defaults=True)
    variables = {
        variable(name): str(value)
        for name, value in said.items()
        if value is not None and masked(str(value)) == str(value)
    }
    if home is not None:
        variables["NBML_HOME"] = home
    variables |= {"RAY_JOB_STOP_SIGNAL": "SIGINT", "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_WITHIN_S)}
    environment: dict[str, Any] = {"env_vars": variables, "config": {"setup_timeout_seconds": 1_800}}
    if pip:
        kept = {name: v for name, v in versions().items() if name not in ("python", "ray")}
        shipped = {"nbml": f"{WORKING_DIR}/{shipped_place(wheel)}"} if wheel else {}
        environment["pip"] = [shipped.get(name, f"{name}=={v}") for name, v in kept.items()]
    return environment


def shipped_place(wheel: Path) -> str:
    """Where a wheel for pip lies in the package; named by content, since Ray keeps environments by name."""
    return f"wheel-{hashlib.sha256(wheel.read_bytes()).hexdigest()[:16]}/{wheel.name}"


def ship_wheel(wheel: Path, folder: Path, *, whole: bool) -> str:
    """Put a wheel of nbml beside the spec; its version.

    Parameters
    ----------
    wheel : Path
    folder : Path
        Of the package.
    whole : bool
        As the file it is, for pip; else unpacked, from where every process of the job imports it.

    Raises
    ------
    EngineError
        NBML-E46 when it is no wheel of nbml that runs everywhere.
    """
    try:
        named = _WHEEL.fullmatch(wheel.name)
        if named is None:
            raise ValueError(wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            names = [PurePosixPath(member) for member in archive.namelist()]
            if any(part.is_absolute() or ".." in part.parts for part in names):
                raise ValueError(wheel.name)
            if not whole:
                archive.extractall(folder)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise EngineError("NBML-E46", path=str(wheel), reason=str(error)[:200]) from None
    if whole:
        place = folder / shipped_place(wheel)
        place.parent.mkdir()
        shutil.copyfile(wheel, place)
    return named["version"]
