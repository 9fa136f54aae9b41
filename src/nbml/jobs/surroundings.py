"""What nbml stands on, looked at piece by piece: settings, identity, files, catalog, front end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from nbml.errors import NbmlError
from nbml.i18n import text
from nbml.platform.choose import platform
from nbml.settings import RUNTIME, Settings

Verdict = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was found, whether it is well, and what to do if not."""

    name: str
    verdict: Verdict
    found: str
    next_step: str = ""


def tried(name: str, look: Callable[[], Check]) -> Check:
    """The check, or the failure that kept it from being made."""
    try:
        return look()
    except NbmlError as error:
        return Check(name, "failed", error.message, error.next_step)


def check_settings(settings: Settings) -> Check:
    """Every setting that has a value, and who said so; secrets as asterisks."""
    first, *rest = settings.explained()
    said = "".join(
        f"\n{one.variable}={one.value} ({text(f'doctor.origin.{one.origin}')})" for one in rest if one.value
    )
    origin = text(f"doctor.origin.{first.origin}")
    return Check(
        "settings", "ok", text("doctor.settings.found", environment=first.value, origin=origin, said=said)
    )


def check_identity(settings: Settings) -> Check:
    """Who is working."""
    person = platform(settings).identity.current()
    groups = f" ({', '.join(person.groups)})" if person.groups else ""
    return Check("identity", "ok", text("doctor.identity.found", user=person.user, groups=groups))


def check_files(settings: Settings) -> Check:
    """Keep a small file, read it back, remove it."""
    files = platform(settings).files
    with tempfile.TemporaryDirectory() as made:
        probe = Path(made) / "probe.txt"
        probe.write_text(f"nbml doctor {os.getpid()}", encoding="utf-8")
        name = files.keep(probe, "doctor")
        try:
            files.fetch(name, Path(made) / "back")
        finally:
            files.remove(name)
    return Check(
        "files", "ok", text("doctor.files.found", root=files.root, count=len(files.names("datasets")))
    )


def check_catalog(settings: Settings) -> Check:
    """Open the catalog and count what this user sees."""
    from nbml.catalog.queries import runs
    from nbml.catalog.store import Catalog

    catalog = Catalog.open(settings)
    count = len(runs(catalog, limit=10_000))
    found = text("doctor.catalog.found", place=catalog.shown, version=catalog.version(), count=count)
    place = Path(catalog.shown)
    spoilt = sorted(place.parent.glob("*.corrupt")) if place.is_absolute() else []
    if spoilt:
        return Check("catalog", "warning", found, text("doctor.catalog.next", path=str(spoilt[-1])))
    return Check("catalog", "ok", found)


def check_front_end() -> Check:
    """Where panels would be shown."""
    if runtime := os.environ.get(RUNTIME):
        found = text("doctor.front_end.databricks", version=runtime)
        return Check("front end", "ok", found, text("doctor.front_end.databricks_next"))
    if "ipykernel" not in sys.modules:
        return Check("front end", "ok", text("doctor.front_end.none"))
    kernel = version("ipykernel")
    try:
        widget = f", anywidget {version('anywidget')}"
    except PackageNotFoundError:
        widget = ""
    found = text("doctor.front_end.notebook", version=kernel) + widget
    if kernel.startswith("7.0"):
        return Check("front end", "failed", found, text("doctor.front_end.next"))
    return Check("front end", "ok", found)
