"""Build hook: a wheel that lacks a file nbml cannot run without is refused, not shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LANGUAGES = ("en", "ja")


class CompleteTree(BuildHookInterface):  # type: ignore[type-arg]
    """Checks the source tree before it is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Refuse to build from a tree without its type marker or with unequal catalogues."""
        package = Path(self.root, "src", "nbml")
        if not (package / "py.typed").is_file():
            raise FileNotFoundError(package / "py.typed")
        areas = {lang: {file.name for file in (package / "i18n" / lang).glob("*.json")} for lang in LANGUAGES}
        if not areas["en"] or areas["en"] != areas["ja"]:
            raise FileNotFoundError(f"catalogue areas differ: {areas}")
        for lang in LANGUAGES:
            for area in areas[lang]:
                json.loads((package / "i18n" / lang / area).read_text(encoding="utf-8"))
