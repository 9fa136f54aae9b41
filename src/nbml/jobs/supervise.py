"""Running a job that is written down: lease, log, tracking, the use case, and exactly one end."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbml.catalog import recording
from nbml.durable import write_text
from nbml.engine.event_log import EventLog
from nbml.engine.executor import Executor
from nbml.engine.job_folder import JobFolder
from nbml.engine.lease import Lease
from nbml.errors import EngineError, JobError, NbmlError
from nbml.jobs.context import JobContext, Room, StopRequestedError, notice
from nbml.jobs.noting import note_run
from nbml.jobs.train import run_training
from nbml.jobs.train_bench import WARM_MODULES
from nbml.jobs.written_job import read_spec
from nbml.settings import Settings
from nbml.spec.events import Fault, JobFinished, JobStarted
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.parse import JobSpec
from nbml.spec.result import TrainRecord
from nbml.tracking.writer import TrackingWriter

if TYPE_CHECKING:
    from nbml.jobs.optimize.search_context import SearchContext
    from nbml.jobs.optimize.tracked import SearchTracking

ENTRY = "nbml.jobs.supervise:supervise_on_ray"
ENTRY_ON_NODES = "nbml.jobs.supervise:supervise_on_cluster"
WARM = {
    "worker": WARM_MODULES,
    "supervisor": (
        "nbml.jobs.supervise",
        "nbml.engine.ray_executor",
        "nbml.tracking.writer",
        "optuna",
        "pandas",
        "pyarrow.parquet",
        "nbml.jobs.optimize.running",
        "nbml.tracking.store:warm",
        "mlflow.pyfunc",
        *WARM_MODULES,
    ),
}
"""What workers and supervisors import before they are needed."""

TRACKING_WITHIN_S = 60.0
TRACKING_CLOSE_S = 30.0


def supervise_on_ray(job_id: str, settings: Settings) -> None:
    """Run a job in this process, its tasks on Ray workers. The entry of supervisor actors."""
    from nbml.engine.ray_executor import RayExecutor

    timeout_s = read_spec(JobFolder.of(settings.jobs, job_id)).resources.fold_timeout_s

    def make(slots: int) -> Executor:
        return RayExecutor(job_id, slots, task_timeout_s=timeout_s)

    supervise(job_id, settings, make, name="ray")


def supervise_inline(job_id: str, settings: Settings) -> None:
    """Run a job in this process, its tasks in threads."""
    from nbml.engine.inline import InlineExecutor

    supervise(job_id, settings, InlineExecutor, name="inline")


def supervise_on_cluster(job_id: str, settings: Settings) -> None:
    """Run a job in this process, its tasks on workers placed on a cluster for it; they end with it.

    The entry of supervisor actors on a cluster of others with several nodes.
    """
    folder = JobFolder.of(settings.jobs, job_id)
    asked = read_spec(folder).resources

    def make(slots: int) -> Executor:
        from nbml.engine.lending import Need, PlacedWorkers
        from nbml.engine.ray_executor import RayExecutor

        memory = None if asked.memory_mb is None else asked.memory_mb / (asked.workers or slots)
        lender = PlacedWorkers(
            Need(asked.threads, memory, asked.each or {}), asked=asked.workers, warm=WARM["worker"]
        )
        first = max(1, min(slots, lender.room()))
        return RayExecutor(job_id, first, task_timeout_s=asked.fold_timeout_s, lender=lender)

    def look() -> Room:
        from nbml.engine.carrier import CarriedFiles
        from nbml.engine.cluster import connect
        from nbml.engine.lending import cluster_cpus, cluster_memory_mb

        connect(settings)
        return Room(cluster_cpus(), cluster_memory_mb(), CarriedFiles(folder.trials))

    supervise(job_id, settings, make, name="cluster", look=look)


def supervise(
    job_id: str,
    settings: Settings,
    make_executor: Callable[[int], Executor],
    *,
    name: str,
    look: Callable[[], Room] | None = None,
) -> None:
    """Run a job from where its folder leaves it to its one end.

    A failure of the job is its last event, never an exception; only what keeps that from being written is
    raised. The job is then interrupted and can be resumed.

    Parameters
    ----------
    job_id : str
    settings : Settings
    make_executor : callable
        Makes an executor with so many slots.
    name : str
        Of the executor, for show.
    look : callable, optional
        What there is for workers; this machine's if unset.

    Raises
    ------
    EngineError
        NBML-E05 when another process runs the job, NBML-E06 when one takes it over, NBML-E01 when not even
        its end fits on the disk.
    """
    folder = JobFolder.of(settings.jobs, job_id)
    lease = Lease(folder.lease, accept=True)
    log = EventLog(folder.events, job_id, lease)
    if any(event.type == "job.finished" for event in log.past):
        log.close()
        lease.release()
        return
    attempts = sum(event.type == "job.started" for event in log.past)
    log.emit(JobStarted(attempt=attempts + 1, executor=name))
    tracking: TrackingWriter | SearchTracking | None = None
    spec: JobSpec | None = None
    try:
        spec = read_spec(folder)
        if log.torn_bytes:
            log.emit(notice(EngineError("NBML-E24", bytes=log.torn_bytes)))
        if isinstance(spec, OptimizeSpec):
            from nbml.jobs.optimize.search_context import SearchContext
            from nbml.jobs.optimize.tracked import SearchTracking

            tracking = search = SearchTracking(folder.root, spec, settings)
            for event in log.past:
                search.event(event)
            log.listen(search.event)
            end = _search(
                SearchContext(folder, spec, settings, log, make_executor, lease.beat, look, tracking=search)
            )
        else:
            tracking = writer = TrackingWriter(folder.root, spec, settings)
            for event in log.past:
                writer.event(event)
            log.listen(writer.event)
            room = None if look is None else look()
            context = JobContext(folder, spec, settings, log, make_executor, beat=lease.beat, room=room)
            end = _run(context, writer)
    except EngineError as error:
        if error.code == "NBML-E06":
            if tracking is not None:
                tracking.close(timeout_s=0.0)
            log.close()
            raise
        end = JobFinished(state="failed", error=Fault(**error.to_dict()))
    except NbmlError as error:
        end = JobFinished(state="failed", error=Fault(**error.to_dict()))
    except StopRequestedError:
        end = JobFinished(state="cancelled")
    except Exception as error:
        # The boundary of a job: whatever went wrong must end it visibly.
        end = JobFinished(state="failed", error=Fault(**unexpected(error, folder).to_dict()))
    try:
        if spec is not None and (trouble := _enter(spec, folder, settings, end)) is not None:
            log.emit(notice(trouble))
        log.emit(end)
    finally:
        if tracking is not None:
            tracking.close(timeout_s=TRACKING_CLOSE_S)
        log.close()
        lease.release()


def _enter(spec: JobSpec, folder: JobFolder, settings: Settings, end: JobFinished) -> NbmlError | None:
    """Enter the job's end in the catalog; what kept that from being done, if anything did."""
    code = None if end.error is None else end.error.code
    return recording.finished(spec, folder.root, settings, end.state, error_code=code)


def unexpected(error: Exception, folder: JobFolder) -> JobError:
    """NBML-J12 for an exception nobody foresaw; its trace is kept in the job's folder."""
    path = folder.root / "failure.txt"
    write_text(path, "".join(traceback.format_exception(error)))
    return JobError("NBML-J12", kind=type(error).__name__, reason=str(error)[:1_000], path=str(path))


def _search(context: SearchContext) -> JobFinished:
    from nbml.jobs.optimize.running import run_optimize

    return JobFinished(state=run_optimize(context).state)


def _run(context: JobContext, tracking: TrackingWriter) -> JobFinished:
    record = run_training(context)
    with context.stage("keep"):
        kept = tracking.finish(record, timeout_s=TRACKING_WITHIN_S)
        if kept is None:
            context.note(JobError("NBML-J22", reason=tracking.error or "-"))
        for notice in tracking.notices():
            context.log.emit(notice)
        if kept is not None:
            record = note_run(context.folder, record, kept)
    return JobFinished(state=record.state, scores=_pooled(record))


def _pooled(record: TrainRecord) -> dict[str, float]:
    scores = {}
    for target in record.targets:
        leader = record.chosen(target)
        if leader is not None and leader.scores["rmse"].pooled is not None:
            scores[target] = leader.scores["rmse"].pooled
    return scores
