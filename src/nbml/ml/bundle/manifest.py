"""What a bundle says of itself: models, seals of all files, golden predictions, versions.

Owns the JSON form and refuses everything it would not have written itself. Knows no models and no files.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from nbml.errors import ModelError
from nbml.ml.bundle.places import BACKGROUND, ENCODER, FILE_PATH, PART_PATH, REFERENCE
from nbml.ml.models.base import Floats

SCHEMA = "nbml.model/2"
READABLE = (SCHEMA, "nbml.model/1")
"""Version 2 may hold reference rows, hence intervals and the domain; all else is as in 1."""

BESIDE = (ENCODER, BACKGROUND, REFERENCE)
"""Files that stand beside the models."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Seal:
    """Content of a file: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class ModelCard:
    """One family's model of one target, in a bundle.

    Attributes
    ----------
    target : int
        Position among the bundle's targets.
    family : str
        Name of the family.
    params : dict
        Parameters it was fitted with; plain JSON values.
    scores : dict
        What the caller knows of its quality; plain JSON values, null where undefined.
    chosen : bool
        Whether it predicts the target by default; at most one a target, the first card where none is.
    """

    target: int
    family: str
    params: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    chosen: bool = False

    @property
    def folder(self) -> str:
        """Its folder inside the bundle."""
        return f"{self.target}-{self.family}"


@dataclass(frozen=True)
class Manifest:
    """A bundle's own account.

    Attributes
    ----------
    targets : tuple of str
        The users' names.
    cards : tuple of ModelCard
        The models.
    files : dict of str to Seal
        Every file but the manifest, by relative path.
    golden_rows : list of list of float or None
        Up to three encoded rows; None is NaN.
    golden : dict of str to list of float
        Predictions of those rows by part path, of each final model, or of fold models where there is none.
    versions : dict of str to str
        Of nbml, Python and the libraries that wrote the models.
    """

    targets: tuple[str, ...]
    cards: tuple[ModelCard, ...]
    files: dict[str, Seal]
    golden_rows: list[list[float | None]]
    golden: dict[str, list[float]]
    versions: dict[str, str]

    def to_json(self) -> bytes:
        """Write the manifest; ASCII, so that any name survives, and the same for the same content."""
        return dump(
            {
                "schema": SCHEMA,
                "versions": self.versions,
                "targets": list(self.targets),
                "models": [asdict(card) for card in self.cards],
                "golden": {"rows": self.golden_rows, "predictions": self.golden},
                "files": {path: asdict(seal) for path, seal in sorted(self.files.items())},
            }
        )

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Read a manifest strictly.

        Raises
        ------
        ModelError
            NBML-M56 for another schema, NBML-M51 with the place for anything ``to_json`` does not write.
        """
        said = parse(content, "manifest.json")
        _need(isinstance(said, dict), "manifest.json")
        schema, versions = said.get("schema"), said.get("versions")
        if schema not in READABLE:
            made = versions.get("nbml") if isinstance(versions, dict) else None
            raise ModelError("NBML-M56", schema=str(schema)[:40], made=str(made)[:40])
        _need(said.keys() == {"schema", "versions", "targets", "models", "golden", "files"}, "manifest.json")
        targets, golden = said["targets"], said["golden"]
        _need(_is_map(versions, str), "versions")
        _need(_is_list(targets, str) and len(set(targets)) == len(targets) > 0, "targets")
        _need(isinstance(golden, dict) and golden.keys() == {"rows", "predictions"}, "golden")
        _need(isinstance(said["models"], list) and isinstance(said["files"], dict), "models")
        manifest = cls(
            tuple(targets),
            tuple(_card(one, f"models[{k}]") for k, one in enumerate(said["models"])),
            {path: _seal(path, one) for path, one in said["files"].items()},
            golden["rows"],
            golden["predictions"],
            versions,
        )
        manifest._check()
        return manifest

    def parts(self, card: ModelCard) -> tuple[str, ...]:
        """Names of the parts a model has, folds in order of their number, then the final model."""
        found = {
            match["part"]
            for match in map(FILE_PATH.fullmatch, self.files)
            if match and f"{match['target']}-{match['family']}" == card.folder
        }
        return tuple(sorted(found, key=lambda part: (len(part) if part != "final" else 99, part)))

    def _check(self) -> None:
        """Refuse parts that do not fit each other."""
        folders = [card.folder for card in self.cards]
        chosen = [card.target for card in self.cards if card.chosen]
        _need(len(set(folders)) == len(folders) and len(set(chosen)) == len(chosen), "models")
        _need(all(card.target < len(self.targets) and self.parts(card) for card in self.cards), "models")
        _need(ENCODER in self.files, "files")
        _need(all(path.split("/")[0] in {*BESIDE, *folders} for path in self.files), "files")
        rows, predictions = self.golden_rows, self.golden
        _need(
            isinstance(rows, list) and all(_is_row(row) and len(row) == len(rows[0]) for row in rows),
            "golden.rows",
        )
        _need(isinstance(predictions, dict), "golden.predictions")
        held = {path.rpartition("/")[0] for path in self.files}
        for path, values in predictions.items():
            _need(path in held and PART_PATH.fullmatch(path) is not None, f"golden[{path}]")
            _need(_is_row(values) and None not in values and len(values) == len(rows), f"golden[{path}]")


def dump(value: Any) -> bytes:
    """Write plain JSON values, numpy's scalars included; refuses NaN and infinity."""
    return json.dumps(value, allow_nan=False, indent=1, default=_plain).encode("ascii")


def parse(content: bytes, name: str) -> Any:
    """Read JSON that has no repeated key and only finite numbers.

    Raises
    ------
    ModelError
        NBML-M51 naming the file.
    """
    try:
        return json.loads(
            content.decode("ascii"),
            object_pairs_hook=_distinct,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise ModelError("NBML-M51", place=f"{name}: {error}"[:200]) from error


def rows_to_json(X: Floats) -> list[list[float | None]]:
    """Write encoded rows as JSON values, null for NaN."""
    return [[None if np.isnan(value) else float(value) for value in row] for row in X]


def rows_from_json(rows: Any, n_features: int, place: str) -> Floats:
    """Invert ``rows_to_json``.

    Raises
    ------
    ModelError
        NBML-M51 for anything else than rows of `n_features` numbers or nulls.
    """
    _need(isinstance(rows, list) and all(_is_row(row) and len(row) == n_features for row in rows), place)
    return np.array(rows, dtype=np.float64).reshape(len(rows), n_features)


def _card(said: Any, place: str) -> ModelCard:
    _need(isinstance(said, dict) and said.keys() == ModelCard.__dataclass_fields__.keys(), place)
    card = ModelCard(**said)
    _need(type(card.target) is int and isinstance(card.family, str) and isinstance(card.chosen, bool), place)
    _need(PART_PATH.fullmatch(f"{card.folder}/final") is not None, place)
    _need(isinstance(card.params, dict) and isinstance(card.scores, dict), place)
    return card


def _seal(path: str, said: Any) -> Seal:
    place = f"files[{path}]"
    _need(path in BESIDE or FILE_PATH.fullmatch(path) is not None, place)
    _need(isinstance(said, dict) and said.keys() == {"sha256", "size"}, place)
    _need(isinstance(said["sha256"], str) and _SHA256.fullmatch(said["sha256"]) is not None, place)
    _need(type(said["size"]) is int and said["size"] >= 0, place)
    return Seal(**said)


def _need(holds: bool, place: str) -> None:
    if not holds:
        raise ModelError("NBML-M51", place=place)


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _is_map(value: Any, kind: type) -> bool:
    return isinstance(value, dict) and all(isinstance(one, kind) for one in value.values())


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and all(
        one is None or type(one) is float or (type(one) is int and abs(one) < 2**53) for one in value
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"not a plain value: {type(value).__name__}")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError(digits)
    return value
