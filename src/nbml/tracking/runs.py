"""The runs of one job in MLflow: one for the job, a child for each search, the trials in their history.

Applies the operations of a spool in order and remembers how far it came. Synchronous; knows nothing of
threads, of waiting, and of what is uploaded at the end (``nbml.tracking.closing``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nbml.i18n import text
from nbml.spec.events import Notice
from nbml.tracking.experiments import KEY, PARENT, STUDY, find_experiment, job_tags, study_tags, wanted_name
from nbml.tracking.faults import describe, is_gone, verdict
from nbml.tracking.names import shown
from nbml.tracking.spool import Operation, Spool, State
from nbml.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.spec.parse import JobSpec

T = TypeVar("T")
JOB = ""
ROUND = 500
REPLACED = 3


class RefusedError(Exception):
    """MLflow will not take this, though its run is alive; trying again would not help."""


class Runs:
    """Writes one job's runs. For one thread at a time; the spool's lock is held by the caller.

    Parameters
    ----------
    client : MlflowClient
        Where to.
    store : Store
        The client's store.
    spool : Spool
        The operations.
    state : State
        How far they were applied; saved after each round.
    spec : TrainSpec or OptimizeSpec
        Names, project and user.

    Attributes
    ----------
    notices : list of Notice
        What the user should know; the caller takes them away.
    ending : Operation or None
        The operation that ends the job, once it was applied.
    """

    def __init__(self, client: MlflowClient, store: Store, spool: Spool, state: State, spec: JobSpec) -> None:
        self.client, self.store, self.spool, self.state, self.spec = client, store, spool, state, spec
        self.notices: list[Notice] = []
        self.ending: Operation | None = None
        self.studies: dict[str, dict[str, Any]] = {}
        self.folds: list[str] = []
        self._best: dict[str, float] = {}
        self._is_open = False
        for operation in spool.read(0, state.applied):
            self._learn(operation)

    def step(self) -> int:
        """Apply one round, at most one write for each search; returns the number of operations applied.

        Raises
        ------
        Exception
            Any error that may pass. Nothing is lost: the next call tries the same round, and of a point
            that it is given twice MLflow's database keeps one.
        """
        self._open()
        operations = list(self.spool.read(self.state.applied, self.state.applied + ROUND))
        for operation in operations:
            if operation["op"] == "plan":
                self._learn(operation)
        for study in self.studies:
            trials = [one for one in operations if one["op"] == "trial" and one["study"] == study]
            self.run(study)
            if trials:
                points = self._history(study, trials)
                self.attempt(study, partial(self.log, metrics=points))
        if points := front_points(operations):
            self.attempt(JOB, partial(self.log, metrics=points))
        for operation in operations:
            self._learn(operation)
        if operations:
            self.state.applied += len(operations)
            self.spool.save_state(self.state)
        return len(operations)

    def attempt(self, study: str, write: Callable[[str], T]) -> T | None:
        """Write to the run of a search, or of the job (``JOB``); a new one takes the place of a deleted one.

        What MLflow refuses for a living run is left out with a notice, and None returned.
        """
        for _ in range(REPLACED):
            run_id = self.run(study)
            try:
                return write(run_id)
            except Exception as error:
                if verdict(error) != "refused":
                    raise
                if self.is_alive(run_id):
                    self.notice("warning", "NBML-T24", reason=describe(error))
                    return None
                self._replace(study)
        return write(self.run(study))

    def run(self, study: str = JOB) -> str:
        """Id of a run, which is made if it is not there."""
        self._open()
        if study not in self.state.runs:
            self.state.runs[study] = self._create(study)
            self.spool.save_state(self.state)
        if study in self.state.replay:
            self._replay(study)
        return self.state.runs[study]

    def is_alive(self, run_id: str) -> bool:
        """Whether a run exists and is not deleted."""
        try:
            return bool(self.client.get_run(run_id).info.lifecycle_stage == "active")
        except Exception as error:
            if is_gone(error):
                return False
            raise

    def log(
        self,
        run_id: str,
        *,
        metrics: Iterable[Any] = (),
        params: Iterable[Any] = (),
        tags: Iterable[Any] = (),
    ) -> None:
        """Write in as few batches as MLflow's limits allow: 1,000 entities, 100 of them params, 100 tags."""
        metrics, params, tags = list(metrics), list(params), list(tags)
        while metrics or params or tags:
            n = 1000 - len(params[:100]) - len(tags[:100])
            self.client.log_batch(run_id, metrics=metrics[:n], params=params[:100], tags=tags[:100])
            metrics, params, tags = metrics[n:], params[100:], tags[100:]

    def notice(self, level: str, code: str, **fields: Any) -> None:
        """Add a notice, unless the same stands already."""
        told = Notice.model_validate(
            {"level": level, "code": code, "message": text(f"{code}.message", **fields), "fields": fields}
        )
        if told not in self.notices:
            self.notices.append(told)

    def _open(self) -> None:
        """Find again what an earlier process of this job has made; make the job's run if there is none."""
        if self._is_open:
            return
        if not self.state.key:
            self.state.key = uuid.uuid4().hex
            self.spool.save_state(self.state)
        if self.state.experiment_id:
            self._adopt()
        self._is_open = True
        self.run(JOB)

    def _adopt(self) -> None:
        """Take runs that were made just before a kill; wake those that someone has ended meanwhile."""
        found = self.client.search_runs([self.state.experiment_id], f"tags.`{KEY}` = '{self.state.key}'")
        known = set(self.state.runs.values())
        for run in found:
            self.state.runs.setdefault(run.data.tags.get(STUDY, JOB), run.info.run_id)
        if "end" in self.state.done:
            return
        for run in found:
            if run.info.status != "RUNNING":
                self.client.update_run(run.info.run_id, status="RUNNING")
                if run.info.run_id in known:
                    self.notice("warning", "NBML-T23", run_id=run.info.run_id)

    def _create(self, study: str) -> str:
        if not self.state.experiment_id:
            user = "" if self.spec.resolved is None else self.spec.resolved.user
            found = find_experiment(self.client, self.store, self.spec.project, user)
            self.state.experiment_id, name = found
            self.spool.save_state(self.state)
            if name != wanted_name(self.store, self.spec.project, user):
                self.notice("info", "NBML-T25", name=name)
        if study == JOB:
            name, tags = self.spec.title, job_tags(self.spec, self.state.key)
        else:
            said = self.studies[study]
            name = f"{said['target']} · {said['family']}"
            tags = study_tags(self.spec, self.state.key, said, self.run(JOB))
        try:
            run = self.client.create_run(self.state.experiment_id, tags=tags, run_name=shown(name, 250))
        except Exception as error:
            if verdict(error) != "refused" or self._has_experiment():
                raise
            self.state.experiment_id = ""
            return self._create(study)
        return str(run.info.run_id)

    def _has_experiment(self) -> bool:
        try:
            return bool(self.client.get_experiment(self.state.experiment_id).lifecycle_stage == "active")
        except Exception as error:
            if is_gone(error):
                return False
            raise

    def _replace(self, study: str) -> None:
        """Begin a new run for one that is gone, and tell it what the old one knew."""
        gone = self.state.runs.pop(study)
        self.state.done, self.state.notes, self.state.kept = [], {}, None
        self.state.replay.append(study)
        self.notice("warning", "NBML-T22", run_id=gone, new_run_id=self.run(study))

    def _replay(self, study: str) -> None:
        run_id = self.state.runs[study]
        if study == JOB:
            self.log(run_id, metrics=front_points(self.spool.read(0, self.state.applied)))
            for child in self.studies:
                if child in self.state.runs and self.is_alive(self.state.runs[child]):
                    self.client.set_tag(self.state.runs[child], PARENT, run_id)
        else:
            known = self._best.pop(study, None)
            told = [
                one
                for one in self.spool.read(0, self.state.applied)
                if one["op"] == "trial" and one["study"] == study
            ]
            self.log(run_id, metrics=self._history(study, told))
            if known is not None:
                self._best[study] = known
        self.state.replay.remove(study)
        self.spool.save_state(self.state)

    def _history(self, study: str, trials: list[Operation]) -> list[Any]:
        """Points of some trials: RMSE and the best so far; the step is the number, folds are in the table."""
        from mlflow.entities import Metric

        points = []
        best = self._best.get(study)
        for trial in trials:
            if trial["state"] != "complete" or trial["value"] is None:
                continue
            best = trial["value"] if best is None else min(best, trial["value"])
            points += [
                Metric(name, value, trial["ts"], trial["number"])
                for name, value in (("trial_rmse", trial["value"]), ("best_rmse", best))
            ]
        return points

    def _learn(self, operation: Operation) -> None:
        match operation["op"]:
            case "plan":
                self.studies = {study["id"]: study for study in operation["studies"]}
                self.folds = operation["folds"]
            case "trial" if operation["state"] == "complete" and operation["value"] is not None:
                study, value = operation["study"], operation["value"]
                self._best[study] = min(value, self._best.get(study, value))
            case "finish" | "end":
                self.ending = operation
            case _:
                pass


def front_points(operations: Iterable[Operation]) -> list[Any]:
    """Points of the fronts that an inverse search told: size and hypervolume; the step is the evaluations."""
    from mlflow.entities import Metric

    return [
        Metric(name, value, one["ts"], one["evaluations"])
        for one in operations
        if one["op"] == "front"
        for name, value in (("front_size", one["size"]), ("hypervolume", one["hypervolume"]))
        if value is not None
    ]
