"""Opens a finished bundle: nothing is parsed by a library before its content was checked.

A bundle is immutable; what is open goes on answering whatever is trained elsewhere meanwhile (P14).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import numpy as np

from nbml.errors import ModelError
from nbml.ml.bundle.manifest import Manifest, ModelCard, parse, rows_from_json
from nbml.ml.bundle.places import (
    BACKGROUND,
    ENCODER,
    FINAL,
    MANIFEST,
    MAX_JSON_BYTES,
    REFERENCE,
    iter_files,
    read_once,
)
from nbml.ml.bundle.reference_file import reference_from_bytes
from nbml.ml.bundle.versions import versions_of
from nbml.ml.encoder import Encoder
from nbml.ml.models import family as find_family
from nbml.ml.models.base import Family, FittedModel, Floats
from nbml.ml.notes import Note
from nbml.ml.reference import Reference

TOLERANCE = 1e-6
"""Golden predictions may differ by this share of the largest of them: single-precision sums on other
processors differ in the last bits, another algorithm or a damaged model by far more."""


class Bundle:
    """An open bundle. Models are loaded when first asked for and then kept; safe to share between threads.

    Parameters
    ----------
    folder : Path
        Where it lies.
    manifest : Manifest
        Its account, already checked against the files.
    digest : str
        SHA-256 of the manifest, hence of everything in the bundle.
    load : callable
        Gives the family of a name.
    """

    def __init__(self, folder: Path, manifest: Manifest, digest: str, load: Callable[[str], Family]) -> None:
        self.folder = folder
        self.digest = digest
        self._manifest = manifest
        self._load = load
        self._lock = Lock()
        self._models: dict[str, FittedModel] = {}

    @property
    def targets(self) -> tuple[str, ...]:
        """The users' names of the targets."""
        return self._manifest.targets

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """The models."""
        return self._manifest.cards

    @property
    def versions(self) -> dict[str, str]:
        """Versions of nbml, Python and the libraries that wrote it."""
        return dict(self._manifest.versions)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of all models."""
        return Encoder.from_dict(parse(self._read(ENCODER), ENCODER))

    @cached_property
    def background(self) -> Floats | None:
        """Encoded training rows for explainers that sample; None when none were kept."""
        if BACKGROUND not in self._manifest.files:
            return None
        rows = parse(self._read(BACKGROUND), BACKGROUND)
        return rows_from_json(rows, len(self.encoder.features), BACKGROUND)

    @cached_property
    def reference(self) -> Reference | None:
        """Training rows for intervals and the domain; None in a bundle that was made without."""
        if REFERENCE not in self._manifest.files:
            return None
        keys = [(card.target, card.family) for card in self.cards]
        folds = [sum(part != FINAL for part in self.parts(card)) for card in self.cards]
        n_features = len(self.encoder.features)
        return reference_from_bytes(
            self._read(REFERENCE), keys, n_features, dict(zip(keys, folds, strict=True))
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the user should know of it: that a newer nbml wrote it."""
        made, here = self._manifest.versions.get("nbml", ""), version("nbml")
        return (Note("NBML-P22", {"made": made, "here": here}),) if _release(made) > _release(here) else ()

    def parts(self, card: ModelCard) -> tuple[str, ...]:
        """Names of the parts of a model: folds by number, then the final model where there is one."""
        return self._manifest.parts(card)

    def model(self, card: ModelCard, part: str) -> FittedModel:
        """One fitted model, checked against its seal and its golden predictions before the first use.

        Parameters
        ----------
        card : ModelCard
            One of `cards`.
        part : str
            One of ``parts(card)``.

        Raises
        ------
        ModelError
            NBML-M52, M53, M54 when a file was changed since the bundle was opened; NBML-M55 when the golden
            predictions differ by more than ``TOLERANCE``; NBML-M05 when the library refuses the file.
        """
        path = f"{card.folder}/{part}"
        with self._lock:
            if path not in self._models:
                files = {name: self._read(f"{path}/{name}") for name in self._names(path)}
                if not files:
                    raise ModelError("NBML-M53", file=path)
                model = self._load(card.family).load(files)
                self._check_golden(path, card.family, model)
                self._models[path] = model
            return self._models[path]

    def verify(self) -> None:
        """Load every model there is, as ``model`` does."""
        for card in self.cards:
            for part in self.parts(card):
                self.model(card, part)

    def _names(self, path: str) -> list[str]:
        return [file.rpartition("/")[2] for file in self._manifest.files if file.rpartition("/")[0] == path]

    def _read(self, path: str) -> bytes:
        """Read a file once, and give its bytes only when they are those that were sealed."""
        seal = self._manifest.files[path]
        content = read_once(self.folder, path)
        if len(content) != seal.size:
            raise ModelError("NBML-M52", file=path, reason=f"{len(content)} ≠ {seal.size} bytes")
        if hashlib.sha256(content).hexdigest() != seal.sha256:
            raise ModelError("NBML-M52", file=path, reason="SHA-256")
        return content

    def _check_golden(self, path: str, family: str, model: FittedModel) -> None:
        kept = np.array(self._manifest.golden.get(path, ()), dtype=np.float64)
        if not kept.size:
            return
        rows = rows_from_json(self._manifest.golden_rows, len(self.encoder.features), "golden.rows")
        found = model.predict(rows)
        if not np.abs(found - kept).max() <= TOLERANCE * np.abs(kept).max():
            raise ModelError(
                "NBML-M55",
                part=path,
                found=[float(v) for v in found],
                kept=[float(v) for v in kept],
                made=_words(self._manifest.versions),
                here=_words(versions_of([family])),
            )


def open_bundle(folder: Path, *, load: Callable[[str], Family] = find_family) -> Bundle:
    """Open a bundle after checking that it holds exactly the files that were sealed.

    Parameters
    ----------
    folder : Path
        A folder that ``BundleWriter`` finished. Whoever can write a manifest can write its seals too: they
        prove that nothing changed, not who made it.
    load : callable
        Gives the family of a name.

    Raises
    ------
    ModelError
        NBML-M50 no bundle; NBML-M51, M57 damaged JSON; NBML-M56 a newer format; NBML-M52 a file whose size or
        SHA-256 differs; NBML-M53 a missing file; NBML-M54 a file, link or name that does not belong.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise ModelError("NBML-M50", path=str(folder))
    content = read_once(folder, MANIFEST, MAX_JSON_BYTES)
    manifest = Manifest.from_json(content)
    for path in iter_files(folder):
        if path != MANIFEST and path not in manifest.files:
            raise ModelError("NBML-M54", file=path)
    bundle = Bundle(folder, manifest, hashlib.sha256(content).hexdigest(), load)
    for path in manifest.files:
        bundle._read(path)
    n_features = len(bundle.encoder.features)
    rows_from_json(manifest.golden_rows, n_features, "golden.rows")
    return bundle


def _release(made: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d{1,9}", made)[:3])


def _words(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {made}" for name, made in versions.items())
