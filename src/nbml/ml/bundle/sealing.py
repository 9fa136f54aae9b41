"""Makes the account of a bundle from the bytes on disk: seals, golden predictions, versions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nbml.errors import ModelError
from nbml.ml.bundle.manifest import Manifest, ModelCard, Seal, rows_to_json
from nbml.ml.bundle.places import FINAL, PART_PATH, iter_files, read_once
from nbml.ml.bundle.versions import versions_of
from nbml.ml.models.base import Family, Floats

GOLDEN_ROWS = 3


def seal(
    folder: Path,
    contents: Mapping[str, bytes],
    targets: Sequence[str],
    cards: Sequence[ModelCard],
    golden: Floats,
    load: Callable[[str], Family],
) -> Manifest:
    """Account for every model file in `folder` and the `contents` that stand beside them.

    Each final model, or each fold model where there is none, is loaded from its bytes and predicts the first
    golden rows; what loads elsewhere later must answer the same.

    Raises
    ------
    ModelError
        NBML-M53 for a card without a model.
    """
    files = {name: _sealed(content) for name, content in contents.items()}
    models: dict[str, dict[str, bytes]] = {}
    for path in iter_files(folder):
        part, _, name = path.rpartition("/")
        if PART_PATH.fullmatch(part):
            content = read_once(folder, path)
            files[path] = _sealed(content)
            models.setdefault(part, {})[name] = content
    rows = golden[:GOLDEN_ROWS]
    predictions = {}
    for card in cards:
        parts = sorted(part for part in models if part.startswith(f"{card.folder}/"))
        if not parts:
            raise ModelError("NBML-M53", file=card.folder)
        final = f"{card.folder}/{FINAL}"
        for part in [final] if final in models else parts:
            predictions[part] = load(card.family).load(models[part]).predict(rows).tolist()
    return Manifest(
        tuple(targets),
        tuple(cards),
        files,
        rows_to_json(rows),
        predictions,
        versions_of(card.family for card in cards),
    )


def _sealed(content: bytes) -> Seal:
    return Seal(hashlib.sha256(content).hexdigest(), len(content))
