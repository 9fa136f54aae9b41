"""Fills a bundle during a job, in any order, so that a kill at any moment loses at most the piece in hand.

Every piece appears by a rename after its bytes are on disk, the manifest last of all; without it the folder
is no bundle. A finished bundle never changes. Does not know how models came to be.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nbml.durable import storage_error, write_bytes
from nbml.errors import ModelError
from nbml.ml.bundle.manifest import ModelCard, dump, rows_to_json
from nbml.ml.bundle.places import (
    BACKGROUND,
    ENCODER,
    MANIFEST,
    MODEL_FOLDER,
    PART_PATH,
    REFERENCE,
    check_file,
    iter_files,
    part_path,
    read_once,
)
from nbml.ml.bundle.reference_file import reference_to_bytes
from nbml.ml.bundle.sealing import seal
from nbml.ml.encoder import Encoder
from nbml.ml.models import family as find_family
from nbml.ml.models.base import Family, Floats
from nbml.ml.reference import Reference

_OURS = re.compile(
    rf"{MODEL_FOLDER}|{ENCODER}|{BACKGROUND}|{REFERENCE}|\.[0-9a-f]{{32}}|\.[a-z]+\.(json|npz)\.[0-9a-f]{{8}}"
)


class BundleWriter:
    """Puts models into a folder and seals it. One writer at a time for a folder.

    Parameters
    ----------
    folder : Path
        The bundle; made with the first piece.
    load : callable
        Gives the family of a name, to compute the golden predictions from the stored bytes.
    """

    def __init__(self, folder: Path, *, load: Callable[[str], Family] = find_family) -> None:
        self.folder = Path(folder)
        self._load = load

    @property
    def is_finished(self) -> bool:
        """Whether the manifest has been written."""
        return (self.folder / MANIFEST).exists()

    def parts(self) -> list[tuple[int, str, str]]:
        """List what is there: target number, family, part."""
        if not self.folder.is_dir():
            return []
        found = {PART_PATH.fullmatch(path.rpartition("/")[0]) for path in iter_files(self.folder)}
        return sorted({(int(m["target"]), m["family"], m["part"]) for m in found if m})

    def add(self, target: int, family: str, part: str, files: Mapping[str, bytes]) -> None:
        """Put the files of one model into the bundle. Adding the same again changes nothing.

        A part with other content is replaced while the bundle is unfinished: the models of a better trial
        take the place of those before.

        Parameters
        ----------
        target : int
            Position of the target.
        family : str
            Name of the family.
        part : str
            ``"final"`` or ``fold_part(k)``.
        files : mapping of str to bytes
            As ``FittedModel.files`` gives them.

        Raises
        ------
        ModelError
            NBML-M54 for a name that no model has, NBML-M58 when the bundle is finished and differs.
        EngineError
            NBML-E01, NBML-E02 when the disk is full or the place cannot be written; nothing half-made stays.
        """
        path = part_path(target, family, part)
        for name in files:
            check_file(path, name)
        if not self._is_new(path, files):
            return
        made = self.folder / f".{uuid.uuid4().hex}"
        try:
            made.mkdir(parents=True)
            for name, content in files.items():
                with (made / name).open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            self._place(made, path)
        except OSError as error:
            raise storage_error(self.folder / path, error) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def adopt(self, target: int, family: str, part: str, folder: Path) -> None:
        """Move a folder that holds the files of one model, and nothing else, into the bundle by a rename.

        Adopting again after the folder has moved changes nothing.

        Raises
        ------
        ModelError
            As ``add``; NBML-M53 when neither the folder nor the part is there.
        EngineError
            As ``add``.
        """
        path = part_path(target, family, part)
        if folder.is_symlink():
            raise ModelError("NBML-M54", file=path)
        if not folder.exists():
            if not (self.folder / path).is_dir():
                raise ModelError("NBML-M53", file=path)
            return
        names = list(iter_files(folder))
        for name in names:
            check_file(path, name)
        files = {name: read_once(folder, name) for name in names}
        if self._is_new(path, files):
            try:
                for name in names:
                    sync(folder / name)
                self._place(folder, path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise storage_error(self.folder / path, error) from error
                self.add(target, family, part, files)
        shutil.rmtree(folder, ignore_errors=True)

    def finish(
        self,
        *,
        encoder: Encoder,
        targets: Sequence[str],
        cards: Sequence[ModelCard],
        golden: Floats,
        background: Floats | None = None,
        reference: Reference | None = None,
    ) -> None:
        """Seal the bundle with its manifest; finishing again with the same changes nothing.

        Models that no card names are removed, as are leftovers of writers that were killed.

        Parameters
        ----------
        encoder : Encoder
            The encoder of all models.
        targets : sequence of str
            The users' names, in the order of the target numbers.
        cards : sequence of ModelCard
            The models to keep; each has at least one part.
        golden : ndarray of float64, shape (n_rows, n_features)
            Encoded rows, of which the first three are kept with their predictions.
        background : ndarray of float64, shape (n_rows, n_features), optional
            Encoded training rows for explainers that sample. They are rows of the user's data; without
            them such a model is explained only against rows the caller gives.
        reference : Reference, optional
            Training rows, encoded, with held-out errors. Without them the models predict, but give no
            intervals and no distance.

        Raises
        ------
        ModelError
            NBML-M53 for a card without a part, NBML-M58 when the bundle is finished and differs.
        EngineError
            As ``add``.
        """
        contents = {ENCODER: dump(encoder.to_dict())}
        if background is not None:
            contents[BACKGROUND] = dump(rows_to_json(background))
        if reference is not None:
            keys = [(card.target, card.family) for card in cards]
            contents[REFERENCE] = reference_to_bytes(reference, keys)
        if not self.is_finished:
            self._sweep({card.folder for card in cards})
            for name, content in contents.items():
                write_bytes(self.folder / name, content)
        manifest = seal(self.folder, contents, targets, cards, golden, self._load).to_json()
        if not self.is_finished:
            sync(self.folder)
            write_bytes(self.folder / MANIFEST, manifest)
            sync(self.folder)
        elif read_once(self.folder, MANIFEST) != manifest:
            raise ModelError("NBML-M58", path=str(self.folder), part=MANIFEST)

    def _is_new(self, path: str, files: Mapping[str, bytes]) -> bool:
        """Whether the part is absent or differs; a finished bundle accepts neither."""
        place = self.folder / path
        if (
            place.is_dir()
            and set(iter_files(place)) == set(files)
            and all(read_once(self.folder, f"{path}/{name}") == content for name, content in files.items())
        ):
            return False
        if self.is_finished:
            raise ModelError("NBML-M58", path=str(self.folder), part=path)
        return True

    def _place(self, made: Path, path: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        sync(made)
        old = self.folder / f".{uuid.uuid4().hex}"
        if place.exists():
            place.rename(old)
        try:
            made.rename(place)
        except OSError:
            if old.exists():
                old.rename(place)
            raise
        sync(place.parent)
        sync(self.folder)
        shutil.rmtree(old, ignore_errors=True)

    def _sweep(self, kept: set[str]) -> None:
        """Remove models nobody named and what killed writers left; refuse anything that is not a bundle's."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for entry in sorted(self.folder.iterdir()):
                if not _OURS.fullmatch(entry.name) or entry.is_symlink():
                    raise ModelError("NBML-M54", file=entry.name)
                if entry.is_file():
                    entry.unlink()
                elif entry.name not in kept:
                    shutil.rmtree(entry)
        except OSError as error:
            raise storage_error(self.folder, error) from error


def sync(path: Path) -> None:
    """Flush a file, or where the system can, a folder, to the disk."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
