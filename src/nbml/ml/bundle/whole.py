"""Writes a whole bundle at once, where all its models are at hand."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nbml.durable import storage_error
from nbml.errors import ModelError
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import MANIFEST
from nbml.ml.bundle.writer import BundleWriter, sync
from nbml.ml.encoder import Encoder
from nbml.ml.models import family as find_family
from nbml.ml.models.base import Family, Floats
from nbml.ml.reference import Reference


def write_bundle(
    folder: Path,
    models: Mapping[tuple[int, str, str], Mapping[str, bytes]],
    *,
    encoder: Encoder,
    targets: Sequence[str],
    cards: Sequence[ModelCard],
    golden: Floats,
    background: Floats | None = None,
    reference: Reference | None = None,
    load: Callable[[str], Family] = find_family,
) -> None:
    """Write a whole bundle at once: a reader sees all of it or nothing.

    Parameters
    ----------
    folder : Path
        The bundle, which must not be there yet or be empty.
    models : mapping of (target, family, part) to files
        As for ``BundleWriter.add``.
    encoder, targets, cards, golden, background, reference, load
        As for ``BundleWriter``.

    Raises
    ------
    ModelError
        As ``BundleWriter``; NBML-M58 when something is at `folder`.
    EngineError
        As ``BundleWriter``.
    """
    made = folder.with_name(f".{uuid.uuid4().hex}")
    writer = BundleWriter(made, load=load)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ModelError("NBML-M58", path=str(folder), part=MANIFEST)
        for (target, family, part), files in models.items():
            writer.add(target, family, part, files)
        writer.finish(
            encoder=encoder,
            targets=targets,
            cards=cards,
            golden=golden,
            background=background,
            reference=reference,
        )
        try:
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
            sync(folder.parent)
        except OSError as error:
            raise storage_error(folder, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
