"""From the events of a job to the operations of the spool: a line for each finished trial and each front.

Owns what an operation holds and which were said already. Knows nothing of files and of MLflow.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from datetime import datetime
from typing import Any

from nbml.spec.events import (
    AnyEvent,
    FoldFinished,
    FrontChanged,
    JobFinished,
    JobPlanned,
    Notice,
    TrialFinished,
    TrialStarted,
)
from nbml.tracking.spool import Operation

WANTED = (JobPlanned, TrialStarted, FoldFinished, TrialFinished, FrontChanged, Notice, JobFinished)


class Recorder:
    """Turns events into operations and tells which are new. For one thread at a time."""

    def __init__(self) -> None:
        self._params: dict[tuple[str, int], dict[str, Any]] = {}
        self._seconds: dict[tuple[str, int], float] = {}
        self._said: set[Hashable] = set()

    def record(self, event: AnyEvent) -> Operation | None:
        """The operation of an event; None for one that only adds to a later operation, or to none."""
        stamp = _milliseconds(event.ts)
        match event:
            case TrialStarted():
                self._params[event.study, event.trial] = event.params
            case FoldFinished():
                at = (event.study, event.trial)
                self._seconds[at] = self._seconds.get(at, 0.0) + event.seconds
            case JobPlanned():
                return {
                    "op": "plan",
                    "ts": stamp,
                    "studies": [study.model_dump() for study in event.studies],
                    "folds": list(event.fold_names),
                }
            case TrialFinished():
                at = (event.study, event.trial)
                return {
                    "op": "trial",
                    "ts": stamp,
                    "study": event.study,
                    "number": event.trial,
                    "state": event.state,
                    "value": event.value,
                    "folds": list(event.folds),
                    "params": self._params.pop(at, {}),
                    "seconds": round(self._seconds.pop(at, 0.0), 4),
                    "error": event.error and event.error.code,
                }
            case FrontChanged():
                return {
                    "op": "front",
                    "ts": stamp,
                    "evaluations": event.evaluations,
                    "size": event.size,
                    "hypervolume": event.hypervolume,
                }
            case Notice():
                return {
                    "op": "notice",
                    "ts": stamp,
                    "seq": event.seq,
                    "level": event.level,
                    "code": event.code,
                    "message": event.message,
                }
            case JobFinished():
                return {
                    "op": "end",
                    "ts": stamp,
                    "state": event.state,
                    "error": event.error and event.error.model_dump(mode="json"),
                }
            case _:
                pass
        return None

    def is_new(self, operation: Operation) -> bool:
        """Whether an operation was not admitted yet.

        A trial, a front, the plan and the end count once however often they are told, so a supervisor that
        resumes may tell its whole log again. The end says nothing more once a record has closed the job.
        """
        return _identity(operation) not in self._said and not (
            operation["op"] == "end" and "finish" in self._said
        )

    def admit(self, operation: Operation) -> None:
        """From now on an operation is not new."""
        self._said.add(_identity(operation))


def finish() -> Operation:
    """The operation that closes a job with a record."""
    return {"op": "finish", "ts": round(time.time() * 1000)}


def _milliseconds(ts: str) -> int:
    """The time of an event, so that an operation applied twice gives MLflow the same point twice."""
    seconds = datetime.fromisoformat(ts).timestamp() if ts else time.time()
    return round(seconds * 1000)


def _identity(operation: Operation) -> Hashable:
    match operation["op"]:
        case "trial":
            return operation["study"], operation["number"]
        case "front":
            return "front", operation["evaluations"]
        case "notice":
            return "notice", operation["seq"] or (operation["code"], operation["ts"])
        case kind:
            return str(kind)
