"""Making and starting jobs: the arguments people write, the spec, and the place where it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from nbml.catalog import recording
from nbml.catalog.reading import read as read_table
from nbml.data.table import Table
from nbml.engine.event_log import EventLog
from nbml.engine.lease import Lease
from nbml.errors import JobError, NbmlError, SpecError
from nbml.jobs.context import notice
from nbml.jobs.job import Job
from nbml.jobs.opening import AnyJob, handle_of
from nbml.jobs.submission.again import interrupted_before, remember
from nbml.jobs.supervise import (
    ENTRY,
    ENTRY_ON_NODES,
    WARM,
    supervise_inline,
    supervise_on_cluster,
    unexpected,
)
from nbml.jobs.writing import write_job
from nbml.jobs.written_job import WrittenJob, WrittenSearch
from nbml.settings import Settings
from nbml.spec.events import Fault, JobFinished, JobQueued
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.parse import JobSpec, load_job, parse_job, parse_spec
from nbml.spec.reading import ReadOptions
from nbml.spec.source import is_remote
from nbml.spec.train import TrainSpec

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.optimize.job import OptimizeJob

    Source = Table | pd.DataFrame | str | Path

Executor = Literal["ray", "inline", "cluster"]


def make_spec(
    source: Source | None = None,
    targets: str | Sequence[str] = (),
    features: Sequence[str] | None = None,
    *,
    model: str | Sequence[str] = "lightgbm",
    group: str | None = None,
    trials: int | None = 30,
    folds: int | Literal["logo"] | None = None,
    fold_column: str | None = None,
    seed: int = 42,
    timeout_s: float | None = None,
    project: str = "default",
    name: str | None = None,
    sampler: str = "tpe",
    space: Mapping[str, Any] | None = None,
    open_trials: int = 4,
    workers: int | None = None,
    threads: int = 1,
    memory_mb: int | None = None,
    fold_timeout_s: float | None = None,
    shap: bool = True,
    missing_target: str = "refuse",
    infinite: str = "refuse",
    kinds: Mapping[str, str] | None = None,
    register_as: str | None = None,
    alias: str | None = None,
    read: ReadOptions | Mapping[str, Any] | None = None,
) -> TrainSpec:
    """The spec that ``train`` would run for the same arguments; see ``train``."""
    path = None
    if isinstance(source, str | Path):
        path = str(source) if is_remote(str(source)) else str(Path(source).absolute())
    return parse_spec(
        {
            "schema": "nbml.job/1",
            "task": "train",
            "name": name,
            "project": project,
            "data": {
                "path": path,
                "read": read.model_dump() if isinstance(read, ReadOptions) else dict(read or {}),
            },
            "targets": [targets] if isinstance(targets, str) else list(targets),
            "features": None if features is None else list(features),
            "group": group,
            "fold_column": fold_column,
            "folds": folds,
            "models": [model] if isinstance(model, str) else list(model),
            "search": {
                "sampler": sampler,
                "trials": trials,
                "timeout_s": timeout_s,
                "open_trials": open_trials,
                "space": dict(space or {}),
            },
            "explain": {"shap": shap},
            "resources": {
                "workers": workers,
                "threads": threads,
                "memory_mb": memory_mb,
                "fold_timeout_s": fold_timeout_s,
            },
            "seed": seed,
            "missing_target": missing_target,
            "infinite": infinite,
            "kinds": dict(kinds or {}),
            "register_as": register_as,
            "alias": alias,
        }
    )


def train(
    source: Source,
    targets: str | Sequence[str] = (),
    features: Sequence[str] | None = None,
    *,
    executor: Executor | None = None,
    **arguments: Any,
) -> Job:
    """Tune, cross-validate, explain and keep models; returns at once.

    Parameters
    ----------
    source : Table, DataFrame or path
        The rows. A path is read as by ``nbml.read``.
    targets : str or sequence of str
        Columns to predict.
    features : sequence of str, optional
        Inputs; all usable columns when left out.
    model : str or sequence of str
        lightgbm, catboost, xgboost, mlp; each is searched, the best wins, all stay.
    group : str, optional
        Column whose rows stay together in a fold.
    trials : int or None
        Trials for each target and family.
    folds : int, "logo" or None
        Number of folds; 5 by default, one a group up to 10 groups.
    fold_column : str, optional
        Column that names the fold of each row.
    seed : int
        The same seed gives the same answer, whatever the number of workers.
    timeout_s : float, optional
        Time for the search; what is finished then is kept.
    project, name : str
        For finding it again.
    sampler : {"tpe", "random", "cmaes", "gp", "qmc"}
        Optuna sampler.
    space : mapping, optional
        Overrides of search ranges: ``{"lightgbm": {"num_leaves": {"low": 4, "high": 64}}}``.
    open_trials : int
        Trials under way at once in one search; part of the answer.
    workers, threads, memory_mb, fold_timeout_s
        Resources; workers never change the answer.
    shap : bool
        Whether held-out rows are explained.
    missing_target : {"refuse", "drop"}
        What to do with rows without a target.
    infinite : {"refuse", "missing"}
        What to do with infinite feature values.
    kinds : mapping, optional
        Corrections of column kinds, such as ``{"lot": "category"}``.
    register_as, alias : str, optional
        Register the chosen model in MLflow.
    read : ReadOptions or mapping, optional
        How to read a path.
    executor : {"ray", "inline", "cluster"}, optional
        Where it runs; the setting when left out.

    Returns
    -------
    Job
        Its handle.

    Raises
    ------
    SpecError, ReadError, DataError
        When what is asked for cannot be trained; nothing has started then.
    """
    spec = make_spec(source if isinstance(source, str | Path) else None, targets, features, **arguments)
    return start(spec, None if isinstance(source, str | Path) else source, executor=executor)


@overload
def run(spec: TrainSpec, *, executor: Executor | None = None) -> Job: ...
@overload
def run(spec: OptimizeSpec, *, executor: Executor | None = None) -> OptimizeJob: ...
@overload
def run(spec: Mapping[str, Any] | str | Path, *, executor: Executor | None = None) -> AnyJob: ...
def run(spec: JobSpec | Mapping[str, Any] | str | Path, *, executor: Executor | None = None) -> AnyJob:
    """Run a spec of any task: an object, a mapping, or a YAML or JSON file; returns at once."""
    if isinstance(spec, str | Path):
        spec = load_job(spec)
    elif isinstance(spec, Mapping):
        spec = parse_job(spec)
    if isinstance(spec, TrainSpec):
        return start(spec, None, executor=executor)
    from nbml.jobs.optimize.launching import start_search

    return start_search(spec, executor=executor)


def start(
    spec: TrainSpec,
    source: Table | pd.DataFrame | None,
    *,
    executor: Executor | None = None,
    settings: Settings | None = None,
) -> Job:
    """Check a spec against its table, write the job down and set it going."""
    settings = settings or Settings()
    asked = spec.data.path if source is None else source
    if asked is None:
        raise SpecError("NBML-S08")
    table = asked if isinstance(asked, Table) else read_table(asked, spec.data.read, labels=spec.labels)
    if table.path is not None and (asked is not table or is_remote(table.path)):
        spec = spec.model_copy(update={"data": spec.data.model_copy(update={"path": table.path})})
    executor = executor or settings.executor
    if executor == "cluster" and (before := interrupted_before(spec, table.sha256, settings)):
        again = resume(before, executor=executor)
        assert isinstance(again, Job)
        return again
    written = write_job(spec, table, settings)
    if executor == "cluster":
        remember(spec, table.sha256, written.folder.job_id, settings)
    queue(written, settings)
    launch(written, settings, executor)
    return Job(written.folder.job_id, settings)


def resume(job_id: str, *, executor: Executor | None = None) -> AnyJob:
    """Go on with an interrupted job from what its folder holds.

    Raises
    ------
    EngineError
        NBML-E05 when it is still running.
    JobError
        NBML-J07 when it has ended.
    """
    settings = Settings()
    job = handle_of(job_id, settings)
    if job.snapshot().is_finished:
        raise JobError("NBML-J07", job_id=job_id, state=job.status)
    Lease(job.paths.lease).offer()
    written = WrittenJob(job.paths, job.spec) if isinstance(job, Job) else WrittenSearch(job.paths, job.spec)
    launch(written, settings, executor or settings.executor)
    return job


def connect(address: str | None = None, *, wait: bool = True, **options: Any) -> None:
    """Connect to a Ray cluster and warm it up, so that the first job need not wait.

    Parameters
    ----------
    address : str, optional
        An existing cluster; nbml's own head when left out. ``"databricks"`` sets Ray up on all nodes of the
        notebook's cluster; where that cannot be, one warning says why and where jobs run instead.
    wait : bool
        Whether to return only when workers are ready to be given work.
    **options : Any
        With ``"databricks"``: ``max_worker_nodes``, ``min_worker_nodes``, ``idle_minutes`` and further
        arguments of ``ray.util.spark.setup_ray_cluster``.
    """
    if address == "databricks":
        from nbml.jobs.on_databricks import connect_on_databricks

        return connect_on_databricks(**options)
    if options:
        raise TypeError(f"connect() takes {', '.join(options)} with 'databricks' only")
    from nbml.engine.dispatch import stand_by

    settings = Settings() if address is None else Settings(ray_address=address)
    stand_by(settings, WARM, wait=wait)


def launch(written: WrittenJob | WrittenSearch, settings: Settings, executor: Executor) -> None:
    """Hand a written job to a supervisor: an actor on Ray, or a thread of this process (inline, cluster)."""
    if executor != "ray":
        threading.Thread(
            target=supervise_inline if executor == "inline" else supervise_on_cluster,
            args=(written.folder.job_id, settings),
            name=f"nbml-{written.folder.job_id}",
            daemon=True,
        ).start()
        return
    # Not a daemon: a script that ends at once still hands its job over.
    threading.Thread(target=_hand_over, args=(written, settings), name="nbml-hand-over", daemon=False).start()


def _hand_over(written: WrittenJob | WrittenSearch, settings: Settings) -> None:
    """Give the job to a supervisor on Ray; where that fails the job ends with the reason."""
    from nbml.engine.dispatch import dispatch

    try:
        dispatch(written.folder.job_id, ENTRY, settings, WARM, on_nodes=ENTRY_ON_NODES)
    except Exception as error:
        # Nobody else can tell the job's readers that it will not begin.
        failure = error if isinstance(error, NbmlError) else unexpected(error, written.folder)
        code, folder = failure.code, written.folder.root
        trouble = recording.finished(written.spec, folder, settings, "failed", error_code=code)
        with open_log(written) as log:
            if trouble is not None:
                log.emit(notice(trouble))
            log.emit(JobFinished(state="failed", error=Fault(**failure.to_dict())))


def queue(written: WrittenJob | WrittenSearch, settings: Settings) -> None:
    """Begin the job's log and enter it in the catalog."""
    with open_log(written) as log:
        log.emit(JobQueued(task=written.spec.task, title=written.spec.title))
        if (trouble := recording.made(written.spec, settings)) is not None:
            log.emit(notice(trouble))


@contextmanager
def open_log(written: WrittenJob | WrittenSearch) -> Iterator[EventLog]:
    """The log of a job that nobody runs yet, to write to."""
    lease = Lease(written.folder.lease, accept=True)
    log = EventLog(written.folder.events, written.folder.job_id, lease)
    yield log
    log.close()
    lease.offer()
