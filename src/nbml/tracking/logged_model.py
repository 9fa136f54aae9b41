"""The trained model in MLflow: logged as a thing of its own, tied to the job's run, registered if asked for.

Everything here may be done twice: before something is made, that is noted, so that after a kill it is found
again rather than made anew. The global address of MLflow is neither read nor set.
"""

from __future__ import annotations

from pathlib import Path

from nbml.errors import PlatformError
from nbml.spec.train import TrainSpec
from nbml.tracking import files
from nbml.tracking.experiments import KEY, MODEL_ID, MODEL_NAME, MODELS
from nbml.tracking.faults import describe, is_taken, verdict
from nbml.tracking.model import save_model
from nbml.tracking.runs import JOB, Runs
from nbml.tracking.store import quiet

MODEL = "model"
VERSION = "version"


def log_model(runs: Runs, models: Path) -> None:
    """Log the bundle in a folder as the model of the job's run."""
    from mlflow.entities import LoggedModelOutput, RunTag
    from mlflow.models import Model

    client = runs.client

    def write(run_id: str) -> None:
        model_id = _model_id(runs, run_id)
        location = client.get_logged_model(model_id).artifact_location
        said = Model(artifact_path=location, run_id=run_id, model_uuid=model_id, model_id=model_id)
        with files.staging(runs.spool.folder) as folder:
            save_model(models, folder / MODEL_NAME, said)
            client.log_model_artifacts(model_id, str(folder / MODEL_NAME))
        client.finalize_logged_model(model_id, "READY")
        client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
        client.log_batch(run_id, tags=[RunTag(MODEL_ID, model_id), RunTag(MODELS, files.sha256(models))])

    runs.attempt(JOB, write)


def register(runs: Runs, spec: TrainSpec) -> None:
    """Register the logged model under the name of the spec and give it its alias; a refusal is a notice."""
    name, notes = spec.register_as, runs.state.notes
    if name is None or not notes.get(MODEL):
        return
    try:
        name = runs.store.model_name(name)
        try:
            runs.client.create_registered_model(name)
        except Exception as error:
            if not is_taken(error):
                raise
        version = _version(runs, name)
        if spec.alias is not None:
            runs.client.set_registered_model_alias(name, spec.alias, version)
    except PlatformError as error:
        runs.notice("warning", "NBML-T26", name=name, reason=error.message)
    except Exception as error:
        if verdict(error) != "refused":
            raise
        runs.notice("warning", "NBML-T26", name=name, reason=describe(error))


def registered_name(runs: Runs) -> str | None:
    """The full name under which the spec asks the model to be registered; None for a job without models."""
    asked = runs.spec.register_as if runs.spec.task == "train" else None
    return None if asked is None else runs.store.model_name(asked)


def _model_id(runs: Runs, run_id: str) -> str:
    notes, client, experiment = runs.state.notes, runs.client, runs.state.experiment_id
    if notes.get(MODEL) == "":
        found = client.search_logged_models([experiment], f"tags.`{KEY}` = '{runs.state.key}'")
        notes[MODEL] = next((one.model_id for one in found if one.source_run_id == run_id), "")
    if not notes.get(MODEL):
        _note(runs, MODEL, "")
        made = client.create_logged_model(
            experiment, MODEL_NAME, source_run_id=run_id, model_type="nbml", tags={KEY: runs.state.key}
        )
        _note(runs, MODEL, str(made.model_id))
    return notes[MODEL]


def _version(runs: Runs, name: str) -> str:
    notes, client, run_id = runs.state.notes, runs.client, runs.run(JOB)
    if notes.get(VERSION) == "":
        found = client.search_model_versions(f"run_id = '{run_id}'")
        notes[VERSION] = next((str(one.version) for one in found if one.name == name), "")
    if not notes.get(VERSION):
        _note(runs, VERSION, "")
        # A database in this process would look "models:/<id>" up in MLflow's global store.
        source = (
            f"models:/{notes[MODEL]}"
            if runs.store.is_remote
            else client.get_logged_model(notes[MODEL]).artifact_location
        )
        with quiet("mlflow.store.model_registry.abstract_store"):
            made = client.create_model_version(name, source, run_id=run_id, model_id=notes[MODEL])
        _note(runs, VERSION, str(made.version))
    return notes[VERSION]


def _note(runs: Runs, what: str, value: str) -> None:
    runs.state.notes[what] = value
    runs.spool.save_state(runs.state)
