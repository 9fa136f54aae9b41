"""The experiment of a project, and what tells one run of nbml from another: names and tags.

Pure but for the look-up of the experiment. Knows nothing of operations and of the order of writing.
"""

from __future__ import annotations

import json
import uuid
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nbml.errors import TrackingError
from nbml.tracking.faults import is_taken
from nbml.tracking.names import shown
from nbml.tracking.search_tags import search_tags
from nbml.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.spec.parse import JobSpec

KEY = "nbml.key"
STUDY = "nbml.study"
VERSION = "nbml.version"
MODELS = "nbml.models.sha256"
JOB_ID = "nbml.job"
MODEL_ID = "nbml.model_id"
PARENT = "mlflow.parentRunId"
MODEL_NAME = "trained_model"


def find_experiment(client: MlflowClient, store: Store, project: str, user: str = "") -> tuple[str, str]:
    """Id and name of the experiment of a project, made when it is not there.

    In a workspace it stands in the user's own folder, which is made first. A deleted experiment still holds
    its name: then the next free one of ``name (2)``, ``name (3)``.. is used.

    Raises
    ------
    TrackingError
        NBML-T10 when a hundred of that name were deleted.
    """
    wanted = wanted_name(store, project, user)
    for number in range(1, 101):
        name = wanted if number == 1 else f"{wanted} ({number})"
        found = client.get_experiment_by_name(name)
        if found is None:
            if store.names is not None:
                store.names.prepare(name)
            try:
                return str(client.create_experiment(name, artifact_location=_location(store))), name
            except Exception as error:
                if not is_taken(error):
                    raise
                found = client.get_experiment_by_name(name)
        if found is not None and found.lifecycle_stage == "active":
            return str(found.experiment_id), name
    raise TrackingError("NBML-T10", name=wanted)


def wanted_name(store: Store, project: str, user: str) -> str:
    """Name of the experiment of a project, as long as nothing stands in its way."""
    return shown(store.experiment(project, user).strip() or "default", 400)


def _location(store: Store) -> str | None:
    return None if store.artifacts is None else (store.artifacts / uuid.uuid4().hex).as_uri()


def job_tags(spec: JobSpec, key: str) -> dict[str, str]:
    """Tags of a job's own run; those of an inverse search name the models it is made with."""
    tags = {
        KEY: key,
        VERSION: version("nbml"),
        "nbml.role": "job",
        "nbml.project": shown(spec.project),
        "nbml.targets": shown(json.dumps(spec.targets, ensure_ascii=False)),
        "mlflow.source.name": "nbml",
        "mlflow.source.type": "LOCAL",
    }
    if spec.task == "optimize":
        tags |= search_tags(spec)
    elif spec.group is not None:
        tags["nbml.group"] = shown(spec.group)
    if spec.resolved is not None:
        tags |= {JOB_ID: spec.resolved.job_id, "mlflow.user": shown(spec.resolved.user)}
    return tags


def study_tags(spec: JobSpec, key: str, study: dict[str, Any], parent: str) -> dict[str, str]:
    """Tags of the run of one search."""
    tags = job_tags(spec, key)
    return {tag: tags[tag] for tag in tags if tag not in ("nbml.targets", "nbml.project")} | {
        "nbml.role": "study",
        PARENT: parent,
        STUDY: study["id"],
        "nbml.target": shown(study["target"]),
        "nbml.family": study["family"],
    }
