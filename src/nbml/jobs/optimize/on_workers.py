"""A search with islands on workers: how many workers, what they are given, what is told meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from nbml.engine.budget import WORKER_BASE_MB, cpu_budget, memory_budget_mb, worker_count
from nbml.engine.executor import Executor
from nbml.errors import EngineError, NbmlError
from nbml.inverse.archive import Archive
from nbml.inverse.problem import Problem
from nbml.jobs.optimize.island_bench import IslandBench
from nbml.jobs.optimize.islands import Islands, RecentArchive
from nbml.jobs.optimize.search_context import SearchContext
from nbml.jobs.optimize.setting import Setting
from nbml.jobs.optimize.sharing import PackedProblem, SharedProblem
from nbml.spec.events import Resources

RESOURCES_EVERY_S = 1.0
MODEL_COPIES = 4.0
"""Copies of the models that a worker may hold: as files, as text, as trees."""
Follow = Callable[[Problem, Iterator[Archive]], str]


def search_on_workers(
    context: SearchContext, setting: Setting, archive: RecentArchive, count: int, follow: Follow
) -> tuple[str, NbmlError | None]:
    """Search with islands on workers.

    Parameters
    ----------
    context : SearchContext
    setting : Setting
        Its problem's counters are brought up to date.
    archive : RecentArchive
        Takes in what is found; what a stopped or failed search has found stays.
    count : int
        How many islands.
    follow : callable
        Goes through the rounds of a search and says how it ended.

    Returns
    -------
    (str, NbmlError or None)
        done, timeout, stopped or failed; and why a part failed for good.

    Raises
    ------
    NbmlError
        When a part failed before anything was found.
    """
    spec, problem = context.spec, setting.problem
    packed = PackedProblem.of(
        setting, context.folder.job_id, level=spec.interval, threads=spec.resources.threads
    )
    here = SharedProblem.of(problem, packed.name)
    here.evaluations, here.failed, here.undefined = problem.evaluations, problem.failed, problem.undefined
    executor = context.make_executor(_slots(context, packed, count))
    islands = Islands(
        here,
        spec.evaluations - problem.evaluations,
        spec.seed,
        count=count,
        start=setting.start,
        executor=executor,
        archive=archive,
    )
    try:
        with context.stage("workers", detail=str(executor.slots)):
            executor.open(IslandBench, packed)
        with context.stage("search"):
            state = follow(here, _with_news(context, islands, executor))
        if state == "done" and islands.failure is None:
            executor.close()
        else:
            executor.stop()
    except BaseException:
        executor.stop()
        raise
    islands.settle()
    problem.evaluations, problem.failed, problem.undefined = here.evaluations, here.failed, here.undefined
    if islands.failure is not None and not archive.parts:
        raise islands.failure
    return state if islands.failure is None else "failed", islands.failure


def _with_news(context: SearchContext, islands: Islands, executor: Executor) -> Iterator[Archive]:
    """The rounds of islands, telling meanwhile of workers: those lost, and how busy they are."""
    begun = told = time.monotonic()
    for archive in islands.rounds():
        for note in executor.notes():
            context.note(note)
        now = time.monotonic()
        if now - told > RESOURCES_EVERY_S:
            told = now
            share = islands.busy_s / (executor.slots * (now - begun))
            busy = min(islands.busy, executor.slots)
            context.log.emit(Resources(workers=executor.slots, busy=busy, busy_share=round(share, 4)))
        yield archive


def _slots(context: SearchContext, packed: PackedProblem, count: int) -> int:
    resources, room = context.spec.resources, None if context.look is None else context.look()
    cpus = cpu_budget(context.settings) if room is None else room.cpus
    free = float(resources.memory_mb or (memory_budget_mb() if room is None else room.memory_mb))
    each = WORKER_BASE_MB + MODEL_COPIES * sum(one.size_mb for one in packed.models)
    slots = worker_count(
        asked=resources.workers, cpus=cpus, threads=resources.threads, memory_mb=free, each_mb=each
    )
    if slots < 1:
        raise EngineError("NBML-E23", need_mb=round(each), free_mb=round(free))
    return min(slots, count)
