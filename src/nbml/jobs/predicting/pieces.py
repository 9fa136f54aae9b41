"""A table's answers, piece by piece in the order of its rows: in this process, or on the cluster's workers.

Owns when the workers pay. Wherever a piece is answered, the answer is the same to the last bit.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbml.engine.budget import cpu_budget
from nbml.engine.cluster import find_head, head_folder
from nbml.engine.executor import Executor, Outcome, Task
from nbml.engine.job_folder import new_job_id
from nbml.errors import NbmlError
from nbml.jobs.predicting.question import PredictBench, Question, Shared
from nbml.ml.answer import whole_blocks
from nbml.ml.notes import Note
from nbml.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.predictor import Predictor

PIECE_ROWS = 16_384
"""Two blocks of the predictor: a person can stop between pieces, and a piece is worth a call."""

PAYS_S = 6.0
"""Seconds of work in this process from which on it is handed over; measured in docs/predicting.md."""

SOON_S = 0.2
"""How long the next piece waits for workers that may be there at once."""

_LOOK_S = 0.1
_BUSY_WITHIN_S = 5.0
_END = object()


def answer_pieces(
    predictor: Predictor,
    frame: pd.DataFrame,
    question: Question,
    *,
    threads: int,
    piece_rows: int = PIECE_ROWS,
    settings: Settings | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    find_workers: Callable[[Settings], Executor | None] | None = None,
) -> Generator[pd.DataFrame, None, None]:
    """Yield the answers for a table; at least one piece comes, if need be without rows.

    Two pieces are answered here. What the second took says what the rest would take; where that is more than
    `PAYS_S` and a cluster stands, its workers answer the rest. Until they are found, and should the cluster
    fail, the work goes on here; of a failure a note tells (NBML-P28).

    Parameters
    ----------
    predictor : Predictor
    frame : DataFrame
        Memory beside it is that of a few pieces.
    question : Question
    threads : int
        Threads of the libraries in this process.
    piece_rows : int
        Rows of a piece, in whole blocks of the predictor; never changes the answer.
    settings : Settings, optional
        Where the cluster is; without them all is done here.
    meanwhile : callable
        Called several times a second while workers answer; what it raises ends the work.
    find_workers : callable, optional
        Gives an executor, or None where there is none; `warm_workers` if unset.

    Raises
    ------
    PredictError, ModelError
        As ``Predictor.predict``.
    EngineError
        NBML-E10, NBML-E14 when a piece has killed three workers.
    """
    step = whole_blocks(piece_rows)
    starts = deque(range(0, max(len(frame), 1), step))

    def answer() -> pd.DataFrame:
        start = starts[0]
        part = question.answer(predictor, frame.iloc[start : start + step], first_row=start, threads=threads)
        starts.popleft()
        return part

    yield answer()
    seconds = 0.0
    if starts:
        begun = time.perf_counter()
        part = answer()
        seconds = time.perf_counter() - begun
        yield part
    trouble: list[Note] = []
    if settings is not None and seconds * len(starts) > PAYS_S:
        coming = _looked_for(find_workers or warm_workers, settings, trouble)
        while starts and not wait((coming,), timeout=SOON_S).done:
            yield answer()
        executor = coming.result() if starts else None
        work = (Task(str(k), {"rows": frame.iloc[k : k + step], "first_row": k}) for k in tuple(starts))
        if executor is not None:
            shared = Shared.of(predictor, question, frame)
            with closing(_on_workers(executor, shared, work, trouble)) as outcomes:
                for outcome in outcomes:
                    if outcome is None:
                        meanwhile()
                        continue
                    _mark_used(settings)
                    if outcome.error is not None:
                        raise outcome.error
                    starts.popleft()
                    yield outcome.value
    while starts:
        part = answer()
        part.attrs["notes"] = [*part.attrs["notes"], *(note.to_dict() for note in trouble)]
        yield part


def warm_workers(settings: Settings) -> Executor | None:
    """The workers of a cluster that stands; None where there is none, or other jobs are at work on it."""
    if settings.executor != "ray" or cpu_budget(settings) < 2:
        return None
    if not (settings.ray_address or os.environ.get("RAY_ADDRESS") or find_head(settings)):
        return None
    from nbml.engine.dispatch import stand_by
    from nbml.engine.ray_executor import RayExecutor
    from nbml.jobs.supervise import WARM

    keeper = stand_by(settings, WARM)
    if keeper.running.remote().future().result(timeout=_BUSY_WITHIN_S):
        return None
    return RayExecutor(f"predicting-{new_job_id()}", cpu_budget(settings))


def _mark_used(settings: Settings) -> None:
    """Have nbml's own head see that it is at work, which it else knows of jobs only."""
    mark = head_folder(settings) / "last-used"
    if mark.exists():
        mark.touch()


def in_order(executor: Executor, tasks: Iterable[Task], *, ahead: int) -> Iterator[Outcome | None]:
    """Yield outcomes in the order of the tasks, and None now and then while none has come.

    At most `ahead` tasks are handed out or wait here for those before them.
    """
    tasks, open_keys = iter(tasks), deque[str]()
    come: dict[str, Outcome] = {}
    while True:
        for task in islice(tasks, ahead - len(open_keys)):
            executor.submit(task)
            open_keys.append(task.key)
        if not open_keys:
            return
        if open_keys[0] in come:
            yield come.pop(open_keys.popleft())
            continue
        come |= {outcome.key: outcome for outcome in executor.next(_LOOK_S)}
        yield None


def _looked_for(
    find_workers: Callable[[Settings], Executor | None], settings: Settings, trouble: list[Note]
) -> Future[Executor | None]:
    """Look for workers in a thread, since connecting to a busy cluster may take long."""
    coming: Future[Executor | None] = Future()

    def look() -> None:
        try:
            coming.set_result(_tried(lambda: find_workers(settings), trouble))
        except BaseException as error:
            coming.set_exception(error)

    threading.Thread(target=look, name="nbml-find-workers", daemon=True).start()
    return coming


def _on_workers(
    executor: Executor, shared: Shared, tasks: Iterable[Task], trouble: list[Note]
) -> Generator[Outcome | None, None, None]:
    """As `in_order`, as far as the cluster gives answers; why it stopped is left in `trouble`."""
    is_done = False
    try:
        _tried(lambda: executor.open(PredictBench, shared), trouble)
        outcomes = in_order(executor, tasks, ahead=2 * executor.slots + 1)
        while not trouble:
            told = _tried(lambda: next(outcomes, _END), trouble)
            if told is _END or trouble:
                break
            yield told
        is_done = not trouble
    finally:
        with suppress(*_failures()):
            if not is_done:
                executor.stop()
            executor.close()


def _tried(act: Callable[[], Any], trouble: list[Note]) -> Any:
    """What it gives; what the cluster raises becomes a note, since the work can go on here."""
    try:
        return act()
    except _failures() as error:
        reason = error.message if isinstance(error, NbmlError) else f"{type(error).__name__}: {error}"
        trouble.append(Note("NBML-P28", {"reason": reason[:300]}))
    return None


def _failures() -> tuple[type[Exception], ...]:
    """What a cluster that fails may raise."""
    from nbml.engine import ray_executor

    return (NbmlError, ray_executor.RayError, TimeoutError)  # type: ignore[attr-defined]
