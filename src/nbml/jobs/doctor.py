"""What nbml resolved of its surroundings, each checked with a plain verdict and a next step."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from nbml.durable import write_text
from nbml.engine.budget import cpu_budget, memory_budget_mb
from nbml.engine.cluster import find_head
from nbml.errors import NbmlError
from nbml.i18n import language, text
from nbml.jobs.surroundings import Check as Check
from nbml.jobs.surroundings import (
    Verdict,
    check_catalog,
    check_files,
    check_front_end,
    check_identity,
    check_settings,
    tried,
)
from nbml.jobs.writing import LIBRARIES
from nbml.settings import Settings


def doctor(*, start: bool = True) -> list[Check]:
    """Look at all that nbml stands on, one thing after the other; what fails does not hide the rest.

    Python, libraries, settings and where each comes from, storage, processors, who is working, files,
    catalog, Ray, MLflow, front end. No secret is shown.

    Parameters
    ----------
    start : bool
        Whether to try Ray for real, which starts nbml's own head where none runs.
    """
    settings = Settings()
    checks = [
        Check("nbml", "ok", f"{version('nbml')}, {language()}"),
        Check("python", "ok", f"{platform.python_version()} {sys.executable}"),
        _libraries(),
        check_settings(settings),
        _storage(settings),
        _budget(settings),
    ]
    further: dict[str, Callable[[], Check]] = {
        "identity": lambda: check_identity(settings),
        "files": lambda: check_files(settings),
        "catalog": lambda: check_catalog(settings),
        "ray": lambda: _ray(settings, start=start),
        "mlflow": lambda: _mlflow(settings),
        "front end": check_front_end,
    }
    return checks + [tried(name, look) for name, look in further.items()]


def _libraries() -> Check:
    missing = []
    for name in LIBRARIES:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("libraries", "failed", ", ".join(missing), text("doctor.libraries.next"))
    return Check("libraries", "ok", ", ".join(f"{name} {version(name)}" for name in LIBRARIES[1:]))


def _storage(settings: Settings) -> Check:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.home) as folder:
            write_text(type(settings.home)(folder) / "probe", "probe")
    except (OSError, NbmlError) as error:
        return Check("storage", "failed", f"{settings.home}: {error}", text("doctor.storage.next"))
    free_gb = min(shutil.disk_usage(place).free for place in (settings.home, tempfile.gettempdir())) / 2**30
    verdict: Verdict = "ok" if free_gb > 1 else "warning"
    return Check(
        "storage",
        verdict,
        text("doctor.storage.found", path=str(settings.home), free=f"{free_gb:.0f}"),
        "" if verdict == "ok" else text("doctor.storage.next"),
    )


def _budget(settings: Settings) -> Check:
    return Check(
        "budget",
        "ok",
        text("doctor.budget.found", cpus=cpu_budget(settings), memory=f"{memory_budget_mb() / 1024:.1f}"),
    )


def _ray(settings: Settings, *, start: bool) -> Check:
    if settings.executor == "inline":
        return Check("ray", "ok", text("doctor.ray.inline"))
    if not start and settings.ray_address is None:
        head = find_head(settings)
        return Check("ray", "ok", text("doctor.ray.none") if head is None else head.address)
    from nbml.engine.cluster import connect

    cluster = connect(settings)
    cpus = int(cluster.cluster_resources().get("CPU", 0))
    found = text(
        "doctor.ray.found",
        address=cluster.get_runtime_context().gcs_address,
        cpus=cpus,
        version=version("ray"),
    )
    return Check("ray", "ok" if cpus else "warning", found, "" if cpus else text("doctor.ray.next"))


def _mlflow(settings: Settings) -> Check:
    from nbml.tracking.looking import look

    return Check("mlflow", "ok", f"{version('mlflow')}, {look(settings).shown}")
