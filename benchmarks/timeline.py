"""When things happened in a job, from its own log: seconds since a moment of the caller's clock."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any


def moment(event: Any) -> float:
    """The time of an event as `time.time` counts it."""
    return datetime.fromisoformat(event.ts).timestamp()


def first(events: list[Any], kind: str) -> Any:
    """The first event of a kind."""
    return next(event for event in events if event.type == kind)


def stages(events: list[Any], called: float) -> dict[str, float]:
    """Seconds by stage, with what lies before the job began and after it had ended nothing left out."""
    spent = {"until started": round(moment(first(events, "job.started")) - called, 3)}
    spent |= {event.stage: event.seconds for event in events if event.type == "stage.finished"}
    last_fold = max(moment(event) for event in events if event.type == "fold.finished")
    searched = next(event for event in events if event.type == "stage.finished" and event.stage == "search")
    spent["of search, after the last fold"] = round(moment(searched) - last_fold, 3)
    return spent


def span(events: list[Any], stage: str) -> tuple[float, float]:
    """Begin and end of a stage."""
    begun = next(e for e in events if e.type == "stage.started" and e.stage == stage)
    ended = next(e for e in events if e.type == "stage.finished" and e.stage == stage)
    return moment(begun), moment(ended)


def supervisor_pid(job: Any) -> int:
    """The process that runs a job."""
    return int(json.loads(job.paths.lease.read_text())["pid"])
