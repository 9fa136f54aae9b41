"""Finding a run again, and getting its model back: only one that nbml wrote, and nothing is unpickled.

Owns which addresses are accepted and what proves a model's origin. Knows nothing of predicting.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nbml.errors import ModelError, TrackingError
from nbml.ml.bundle.places import MANIFEST
from nbml.tracking.experiments import JOB_ID, MODEL_ID, MODEL_NAME, MODELS, VERSION
from nbml.tracking.faults import describe, is_gone
from nbml.tracking.model import DATA
from nbml.tracking.store import Store, connect, resolve

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.settings import Settings

T = TypeVar("T")

_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_RUN = re.compile(rf"(?:runs:/)?(?P<run>{_ID})(?:/{MODEL_NAME})?", re.ASCII)
_LOGGED = re.compile(r"models:/(?P<model>m-[0-9a-f]{32})", re.ASCII)
_NAME = r"(?P<name>(?!\.{1,2}(?:[@/]|$))[^/@:%\\\x00-\x1f\x7f]{1,256})"
_ALIAS = re.compile(rf"models:/{_NAME}@(?P<alias>[\w-]{{1,255}})")
_VERSION = re.compile(rf"models:/{_NAME}/(?P<version>[1-9][0-9]{{0,9}})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class RunRef:
    """A run that nbml wrote, with a model.

    Attributes
    ----------
    run_id : str
        The job's run.
    experiment_id : str
        Its experiment.
    model_id : str
        The logged model.
    manifest_sha256 : str
        Hash of the model's manifest, hence of the whole model.
    job_id : str
        The job that made it.
    title : str
        The run's name, for show.
    tracking_uri : str
        Where it is, without a credential.
    """

    run_id: str
    experiment_id: str
    model_id: str
    manifest_sha256: str
    job_id: str
    title: str
    tracking_uri: str


def find_run(
    identifier: str, settings: Settings, *, connect: Callable[[Store], MlflowClient] = connect
) -> RunRef:
    """The run of an id or address.

    Parameters
    ----------
    identifier : str
        MLflow run id, ``runs:/RUN_ID``, ``runs:/RUN_ID/trained_model``, ``models:/m-..``,
        ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.
    settings : Settings
        Where MLflow is.
    connect : callable
        Makes the client of a store.

    Raises
    ------
    TrackingError
        NBML-T04 for anything that is none of these, without asking MLflow; NBML-T06 when there is no such
        run; NBML-T07 when nbml did not write it or it holds no model; NBML-T08 when MLflow does not answer.
    """
    kinds = (_RUN, _LOGGED, _ALIAS, _VERSION)
    by = next((match for kind in kinds if (match := kind.fullmatch(identifier))), None)
    if by is None:
        raise TrackingError("NBML-T04", id=identifier[:100])
    store = resolve(settings)
    found = by.groupdict()

    def look() -> RunRef:
        client = connect(store)
        if "run" in found:
            run_id = found["run"]
        elif "model" in found:
            run_id = client.get_logged_model(found["model"]).source_run_id
        elif "alias" in found:
            run_id = client.get_model_version_by_alias(found["name"], found["alias"]).run_id
        else:
            run_id = client.get_model_version(found["name"], found["version"]).run_id
        if not run_id:
            raise TrackingError("NBML-T07", id=identifier, reason="no run")
        run = client.get_run(run_id)
        if run.info.lifecycle_stage != "active":
            raise TrackingError("NBML-T06", id=identifier, uri=store.shown)
        tags = run.data.tags
        if VERSION not in tags or not _SHA256.fullmatch(tags.get(MODELS, "")) or MODEL_ID not in tags:
            raise TrackingError("NBML-T07", id=identifier, reason=f"{VERSION}, {MODELS}")
        if found.get("model", tags[MODEL_ID]) != tags[MODEL_ID]:
            raise TrackingError("NBML-T07", id=identifier, reason=MODEL_ID)
        return RunRef(
            run_id=run.info.run_id,
            experiment_id=run.info.experiment_id,
            model_id=tags[MODEL_ID],
            manifest_sha256=tags[MODELS],
            job_id=tags.get(JOB_ID, ""),
            title=run.info.run_name or "",
            tracking_uri=store.shown,
        )

    return _asking(store, identifier, look)


def fetch_bundle(
    ref: RunRef, into: Path, settings: Settings, *, connect: Callable[[Store], MlflowClient] = connect
) -> Path:
    """Bring the model of a run to a local folder, checked against the hash in the run's tag.

    Only the manifest and the files it names are fetched, into a new folder that appears when it is whole;
    pickles or code that someone put beside them stay where they are.

    Parameters
    ----------
    ref : RunRef
        From ``find_run``.
    into : Path
        Folder for bundles; the bundle's own folder inside is named by its hash, and not fetched twice.
    settings : Settings
        Where MLflow is.
    connect : callable
        Makes the client of a store.

    Returns
    -------
    Path
        Folder for ``nbml.ml.bundle.reader.open_bundle``.

    Raises
    ------
    TrackingError
        NBML-T08 when MLflow does not answer, NBML-T09 when the files are not those that were logged.
    EngineError
        NBML-E02 where ``into`` cannot be written.
    """
    place = into / ref.manifest_sha256
    if place.exists():
        return place
    store = resolve(settings)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=into) as made:
        folder = Path(made) / "models"
        with _guarded():
            _asking(store, ref.run_id, lambda: _fetch(connect(store), store, ref, folder))
        try:
            folder.rename(place)
        except OSError:
            if not place.exists():
                raise
    return place


def fetch_files(
    ref: RunRef,
    names: Sequence[str],
    settings: Settings,
    *,
    connect: Callable[[Store], MlflowClient] = connect,
) -> dict[str, bytes]:
    """Files of a run by name: what was asked and what came of it. They are data, and to be read as such.

    Parameters
    ----------
    ref : RunRef
        From ``find_run``.
    names : sequence of str
        Names of artifacts of the job's run.
    settings : Settings
        Where MLflow is.
    connect : callable
        Makes the client of a store.

    Raises
    ------
    TrackingError
        NBML-T08 when MLflow does not answer, NBML-T11 when the run lacks some of them.
    """
    store = resolve(settings)

    def look() -> dict[str, bytes]:
        client = connect(store)
        there = {one.path for one in client.list_artifacts(ref.run_id)}
        lacking = [name for name in names if name not in there]
        if lacking:
            raise TrackingError("NBML-T11", id=ref.run_id, files=lacking)
        with tempfile.TemporaryDirectory(prefix="nbml-run-") as folder:
            found = {name: client.download_artifacts(ref.run_id, name, folder) for name in names}
            return {name: Path(path).read_bytes() for name, path in found.items()}

    with _guarded():
        return _asking(store, ref.run_id, look)


def _fetch(client: MlflowClient, store: Store, ref: RunRef, folder: Path) -> None:
    from mlflow.artifacts import download_artifacts

    from nbml.ml.bundle.manifest import Manifest

    location = client.get_logged_model(ref.model_id).artifact_location
    spare = folder.with_name("spare")

    def fetch(name: str, sha256: str) -> bytes:
        spare.mkdir()
        found = Path(
            download_artifacts(
                artifact_uri=f"{location}/{DATA}/{name}",
                dst_path=str(spare),
                tracking_uri=store.uri,
                registry_uri=store.registry_uri,
            )
        )
        content = found.read_bytes()
        shutil.rmtree(spare)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise TrackingError("NBML-T09", id=ref.run_id, reason=name)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return content

    try:
        manifest = Manifest.from_json(fetch(MANIFEST, ref.manifest_sha256))
    except ModelError as error:
        raise TrackingError("NBML-T09", id=ref.run_id, reason=error.message) from error
    for name, seal in manifest.files.items():
        fetch(name, seal.sha256)


@contextmanager
def _guarded() -> Iterator[None]:
    """Nothing here unpickles; should MLflow ever try, it may not. And no progress bars."""
    said = {"MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _asking(store: Store, identifier: str, ask: Callable[[], T]) -> T:
    """Do something with MLflow; its errors become nbml's, without credentials."""
    try:
        return ask()
    except TrackingError:
        raise
    except Exception as error:
        from mlflow.exceptions import MlflowException
        from requests import RequestException

        if is_gone(error):
            raise TrackingError("NBML-T06", id=identifier, uri=store.shown) from None
        if isinstance(error, MlflowException | RequestException | OSError):
            raise TrackingError("NBML-T08", uri=store.shown, reason=describe(error)) from None
        raise
