"""The training job: from stored columns to tuned, explained, final models and their scores."""

from __future__ import annotations

import time

from nbml.data.store import load_frame
from nbml.durable import write_text
from nbml.engine.budget import cpu_budget, memory_budget_mb, worker_count, worker_memory_mb
from nbml.engine.executor import Task
from nbml.errors import EngineError, JobError
from nbml.jobs.context import JobContext, StopRequestedError, no_model
from nbml.jobs.search_loop import SearchLoop
from nbml.jobs.study_run import StudyRun
from nbml.jobs.train_bench import Shared, TrainBench
from nbml.jobs.training_data import Prepared, prepare
from nbml.jobs.training_output import write_output
from nbml.jobs.trial_store import TrialStore
from nbml.jobs.writing import library_versions
from nbml.jobs.written_job import FINDINGS
from nbml.ml.models import family
from nbml.ml.models.base import Shape
from nbml.ml.search import Search, quiet
from nbml.ml.space import override
from nbml.spec.columns import ColumnSheet
from nbml.spec.events import JobPlanned, Notice, StudyPlan
from nbml.spec.parse import answer_hash
from nbml.spec.result import TrainRecord

FOLD_SETS = 5


def run_training(context: JobContext) -> TrainRecord:
    """Run a training job to its end.

    Parameters
    ----------
    context : JobContext
        The job at hand; its folder may hold what an earlier attempt has finished.

    Returns
    -------
    TrainRecord
        What was made; ``state`` is cancelled when the job was asked to stop after its first trial.

    Raises
    ------
    NbmlError
        When the data cannot be trained on, the engine fails for good, or no trial is complete.
    StopRequestedError
        When the job was asked to stop before its first trial was complete.
    """
    begun = time.monotonic()
    spec = context.spec
    with context.stage("prepare"):
        sheet = ColumnSheet.model_validate_json((context.folder.data / "columns.json").read_text("utf-8"))
        prepared = _prepare(context, sheet)
        studies = _studies(context, prepared)
        plan = _plan(context, prepared, studies)
        before = next((event for event in context.log.past if isinstance(event, JobPlanned)), plan)
        if before.answer_sha256 != plan.answer_sha256:
            raise JobError("NBML-J23", job_id=context.folder.job_id)
        if before is not plan:
            _tell_versions(context)
        context.log.emit(plan)
    slots = _slots(context, prepared, len(studies))
    executor = context.make_executor(slots)
    loop = SearchLoop(context, executor, studies, lambda study: _follow_up(context, study, prepared))
    stopped = False
    try:
        with context.stage("workers", detail=str(slots)):
            executor.open(
                TrainBench,
                Shared(
                    prepared.data,
                    str(context.folder.trials),
                    context.files,
                    spec.seed,
                    spec.resources.threads,
                    spec.explain.sampled_rows,
                ),
            )
        with context.stage("search"), quiet():
            loop.search()
        with context.stage("explain"):
            loop.finish()
        executor.close()
    except StopRequestedError:
        executor.stop()
        for study in studies:
            study.settle()
        stopped = True
        if not any(study.best for study in studies):
            raise
    except BaseException:
        executor.stop()
        raise
    if not any(study.best for study in studies):
        first = next((study.first_error for study in studies if study.first_error), None)
        raise no_model(first, timed_out=loop.timed_out)
    with context.stage("final"):
        record = write_output(
            context, prepared, studies, loop, sheet=sheet, cancelled=stopped, seconds=time.monotonic() - begun
        )
        write_text(context.folder.result, record.model_dump_json(indent=1))
        TrialStore(context.folder.trials).sweep(
            keep=[(study.plan.id, study.best.number) for study in studies if study.best]
        )
    return record


def _prepare(context: JobContext, sheet: ColumnSheet) -> Prepared:
    spec, folder = context.spec, context.folder.data
    assert spec.resolved is not None
    frame = load_frame(folder, spec.resolved.columns_sha256)
    warnings = tuple(FINDINGS.validate_json((folder / "findings.json").read_text("utf-8")))
    for finding in warnings:
        context.log.emit(
            Notice(level="warning", code=finding.code, message=finding.message, fields=finding.fields)
        )
    return prepare(spec, frame, sheet, warnings)


def _studies(context: JobContext, prepared: Prepared) -> list[StudyRun]:
    spec, data = context.spec, prepared.data
    store = TrialStore(context.folder.trials)
    n_rows, n_features = data.X.shape
    shape = Shape(
        n_rows, n_features, round(n_rows * (1 - 1 / data.folds.n_folds)), len(data.layout.categorical)
    )
    studies = []
    for index, target in enumerate(spec.targets):
        for name in spec.models:
            learner = family(name)
            space = override(learner.space(shape), spec.search.space.get(name, {}))
            search = Search(space, learner.start(shape), sampler=spec.search.sampler, seed=spec.seed)
            plan = StudyPlan(id=f"t{index}-{name}", target=target, family=name, trials=spec.search.trials)
            studies.append(
                StudyRun(
                    plan,
                    index,
                    search,
                    data,
                    store,
                    open_trials=spec.search.open_trials,
                    emit=context.log.emit,
                )
            )
    return studies


def _tell_versions(context: JobContext) -> None:
    """Say from which event on other libraries than the job's first are at work."""
    assert context.spec.resolved is not None
    then, now = context.spec.resolved.versions, library_versions()
    differing = [name for name in now if then.get(name) != now[name]]
    if differing:
        said = (", ".join(f"{name} {there.get(name, '-')}" for name in differing) for there in (then, now))
        context.note(JobError("NBML-J24", **dict(zip(("then", "now"), said, strict=True))))


def _plan(context: JobContext, prepared: Prepared, studies: list[StudyRun]) -> JobPlanned:
    folds = prepared.data.folds
    return JobPlanned(
        studies=tuple(study.plan for study in studies),
        fold_names=folds.names,
        fold_rows=tuple(int(n) for n in folds.sizes),
        fold_scheme=folds.scheme,
        n_rows=len(prepared.data.X),
        n_features=prepared.data.layout.n_features,
        timeout_s=context.spec.search.timeout_s,
        answer_sha256=answer_hash(context.spec),
    )


def _slots(context: JobContext, prepared: Prepared, n_studies: int) -> int:
    resources = context.spec.resources
    n_rows, n_features = prepared.data.X.shape
    each = worker_memory_mb(n_rows, n_features, FOLD_SETS * min(n_studies, 4))
    room = context.room
    cpus = cpu_budget(context.settings) if room is None else room.cpus
    free = float(resources.memory_mb or (memory_budget_mb() if room is None else room.memory_mb))
    slots = worker_count(
        asked=resources.workers, cpus=cpus, threads=resources.threads, memory_mb=free, each_mb=each
    )
    if slots < 1:
        raise EngineError("NBML-E23", need_mb=round(each), free_mb=round(free))
    if resources.workers is not None and slots < resources.workers:
        if room is None:
            context.note(EngineError("NBML-E26", asked=resources.workers, workers=slots))
        else:  # those there is no room for wait for nodes
            begin = min(slots, cpus // resources.threads)
            context.note(EngineError("NBML-E55", asked=resources.workers, workers=begin))
    return slots


def _follow_up(context: JobContext, study: StudyRun, prepared: Prepared) -> list[Task]:
    """The tasks after a search: explain the best trial's folds, fit the final model."""
    if study.best is None:
        return []
    spec, plan, best = context.spec, study.plan, study.best
    common = {"study": plan.id, "family": plan.family, "target": study.target_index, "trial": best.number}
    tasks = [Task(f"{plan.id}/final", {**common, "do": "final", "params": best.params})]
    if spec.explain.shap:
        tasks += [
            Task(
                f"{plan.id}/explain/{k}",
                {**common, "do": "explain", "fold": k, "sampled": plan.family == "mlp"},
            )
            for k in range(prepared.data.folds.n_folds)
        ]
    return tasks
