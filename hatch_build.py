"""Build hook: a wheel that lacks a file nbml cannot run without is refused, not shipped.

The panels' bundles are made here where Node is; what is packed was made from the sources packed with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LANGUAGES = ("en", "ja")
BUNDLES = ("panel.js", "panel.css", "plots.js.gz")
NO_PANELS = (
    "The bundles of the panels are missing, or older than js/, and Node 20 or newer with npm was not found "
    "to make them. "
    "Install Node and run `make js`, or take a released wheel."
)


class CompleteTree(BuildHookInterface):  # type: ignore[type-arg]
    """Checks the source tree before it is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse to build from a tree without its type marker, with unequal catalogues or without panels."""
        root = Path(self.root)
        package = root / "src" / "nbml"
        if not (package / "py.typed").is_file():
            raise FileNotFoundError(package / "py.typed")
        areas = {lang: {file.name for file in (package / "i18n" / lang).glob("*.json")} for lang in LANGUAGES}
        if not areas["en"] or areas["en"] != areas["ja"]:
            raise FileNotFoundError(f"catalogue areas differ: {areas}")
        for lang in LANGUAGES:
            for area in areas[lang]:
                json.loads((package / "i18n" / lang / area).read_text(encoding="utf-8"))
        if version == "editable":
            return
        if not is_current(root):
            make_panels(root)
        build_data.setdefault("artifacts", []).append("/src/nbml/widgets/static/*")


def fingerprint(root: Path) -> str:
    """Hash of what the bundles are made from, as js/scripts/fingerprint.mjs computes it."""
    js = root / "js"
    areas = [
        file
        for lang in LANGUAGES
        for file in (root / "src" / "nbml" / "i18n" / lang).glob("*.json")
        if file.name == "panel.json" or file.name.endswith("_room.json")
    ]
    files = [*(js / "src").rglob("*"), *(js / "scripts").iterdir(), *areas]
    files += [js / "build.mjs", js / "package-lock.json"]
    made = hashlib.sha256()
    for name in sorted(file.relative_to(root).as_posix() for file in files if file.is_file()):
        made.update(f"{name}\0".encode() + (root / name).read_bytes() + b"\0")
    return made.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the bundles are there and made from the sources beside them."""
    static = root / "src" / "nbml" / "widgets" / "static"
    note = static / "built.json"
    if not note.is_file() or not all((static / name).is_file() for name in BUNDLES):
        return False
    return bool(json.loads(note.read_text(encoding="utf-8"))["made_from"] == fingerprint(root))


def make_panels(root: Path) -> None:
    """Make the bundles.

    Raises
    ------
    RuntimeError
        When there is no Node, or it could not.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise RuntimeError(NO_PANELS)
    js = root / "js"
    quiet = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
    steps = [[npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]] * (
        not (js / "node_modules").is_dir()
    )
    for step in [*steps, [node, "build.mjs"]]:
        done = subprocess.run(step, cwd=js, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(
                f"The panels could not be made: {' '.join(step)} said\n{done.stdout}{done.stderr}"
            )
