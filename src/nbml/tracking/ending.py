"""The steps that bring a job's runs to their end, each done once and remembered; what they are is for others.

Knows nothing of threads and waiting.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from nbml.spec.front import OptimizeRecord
from nbml.spec.parse import JobSpec
from nbml.spec.result import TrainRecord
from nbml.tracking.kept import Kept
from nbml.tracking.logged_model import registered_name
from nbml.tracking.names import MAX_PARAM, shown
from nbml.tracking.runs import JOB, Runs
from nbml.tracking.spool import Operation

Spec = TypeVar("Spec", bound=JobSpec)
Record = TypeVar("Record", TrainRecord, OptimizeRecord)
STATUS = {"succeeded": "FINISHED", "cancelled": "KILLED", "failed": "FAILED"}


class Ending(ABC, Generic[Spec, Record]):
    """Brings a job's runs to their end.

    Parameters
    ----------
    runs : Runs
        With all operations applied.
    job_folder : Path
        Where the files of the result are.
    spec : TrainSpec or OptimizeSpec
    record : TrainRecord or OptimizeRecord or None
        The result; None for a job that has none.
    ending : Operation
        ``finish`` or ``end``.
    """

    def __init__(
        self, runs: Runs, job_folder: Path, spec: Spec, record: Record | None, ending: Operation
    ) -> None:
        self._runs, self._ending = runs, ending
        self._folder, self._spec = job_folder, spec
        self._record: Record | None = record
        self._state = runs.state
        self._job_state: str = ending["state"] if record is None else record.state

    def apply(self) -> Kept:
        """Do the steps that are not done yet, in order; after an error that may pass, call it again."""
        steps = self._steps()
        while waiting := [name for name in steps if name not in self._state.done]:
            steps[waiting[0]]()
            self._state.done.append(waiting[0])
            self._runs.spool.save_state(self._state)
        notes = self._state.notes
        kept = Kept(
            run_id=self._runs.run(JOB),
            experiment_id=self._state.experiment_id,
            tracking_uri=self._runs.store.shown,
            model_uri=f"models:/{notes['model']}" if notes.get("model") else None,
            registered_as=registered_name(self._runs) if notes.get("version") else None,
            version=notes.get("version") or None,
        )
        self._state.kept = asdict(kept)
        self._runs.spool.save_state(self._state)
        return kept

    @abstractmethod
    def _steps(self) -> dict[str, Callable[[], None]]:
        """The steps by name, in order; each may be done twice."""

    def _terminate(self, study: str, status: str) -> None:
        self._runs.attempt(study, lambda run_id: self._runs.client.set_terminated(run_id, status))

    def _write(
        self,
        study: str,
        params: dict[str, Any],
        values: dict[str, float | None],
        tags: dict[str, str],
        *,
        step: int = 0,
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        stamp = self._ending["ts"]
        self._runs.attempt(
            study,
            lambda run_id: self._runs.log(
                run_id,
                metrics=[
                    Metric(name, value, stamp, step) for name, value in values.items() if value is not None
                ],
                params=[Param(name, shown(value, MAX_PARAM)) for name, value in params.items()],
                tags=[RunTag(name, value) for name, value in tags.items()],
            ),
        )
