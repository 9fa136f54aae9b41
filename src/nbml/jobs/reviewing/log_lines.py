"""A job's log as lines for people, in the language in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbml.i18n import text
from nbml.jobs.reviewing.verdict import decimals, number
from nbml.spec.events import (
    AnyEvent,
    BestChanged,
    FoldFinished,
    JobFinished,
    JobPlanned,
    JobQueued,
    JobStarted,
    Log,
    Notice,
    StageFinished,
    StageStarted,
    StudyPlan,
    TrialFinished,
)
from nbml.spec.messages.train_room import LogLine
from nbml.spec.reading import shown

MOST_LINES = 500


def log_lines(
    events: Iterable[AnyEvent], *, after: int = 0, most: int = MOST_LINES
) -> tuple[tuple[LogLine, ...], int]:
    """The latest lines after an event, and the number of the last event read.

    Parameters
    ----------
    events : iterable of AnyEvent
        From the first on; searches are named by the plan among them.
    after : int
        Only events beyond this one become lines.
    most : int
        Lines at most.
    """
    studies: dict[str, StudyPlan] = {}
    lines: list[LogLine] = []
    seq = after
    for event in events:
        if isinstance(event, JobPlanned):
            studies = {study.id: study for study in event.studies}
        seq = max(seq, event.seq)
        if event.seq <= after:
            continue
        line = _line(event, studies)
        if line is not None:
            level, words = line
            lines.append(LogLine(seq=event.seq, elapsed_s=event.elapsed_s, level=level, text=words))  # type: ignore[arg-type]
    return tuple(lines[-most:]), seq


def _line(event: AnyEvent, studies: Mapping[str, StudyPlan]) -> tuple[str, str] | None:
    match event:
        case JobQueued():
            return "info", text("train_room.log.queued")
        case JobStarted(attempt=attempt):
            key = "started" if attempt == 1 else "resumed"
            return "info", text(f"train_room.log.{key}", attempt=attempt)
        case JobPlanned():
            return "info", text(
                "train_room.log.planned",
                rows=event.n_rows,
                features=event.n_features,
                folds=len(event.fold_names),
                searches=len(event.studies),
            )
        case StageStarted(stage=stage):
            return "info", text(f"train_room.log.stage.{stage}")
        case StageFinished(stage=stage, seconds=seconds):
            return "info", text(
                "train_room.log.took", what=text(f"train_room.stage.{stage}"), seconds=_short(seconds)
            )
        case FoldFinished(attempts=attempts) if attempts > 1:
            search = _search(event.study, studies)
            return "warning", text(
                "train_room.log.repeated",
                search=search,
                trial=event.trial,
                fold=event.fold + 1,
                attempts=attempts,
            )
        case TrialFinished(state="complete", value=value) if value is not None:
            return "info", text(
                "train_room.log.trial",
                search=_search(event.study, studies),
                trial=event.trial,
                value=_short(value),
            )
        case TrialFinished():
            why = "" if event.error is None else shown(event.error.message, 300)
            return "warning", text(
                f"train_room.log.{'pruned' if event.state == 'pruned' else 'failed'}",
                search=_search(event.study, studies),
                trial=event.trial,
                reason=why,
            )
        case BestChanged():
            return "info", text(
                "train_room.log.best",
                search=_search(event.study, studies),
                trial=event.trial,
                value=_short(event.value),
            )
        case Notice():
            return event.level, shown(event.message, 400)
        case JobFinished(state=state):
            why = "" if event.error is None else shown(event.error.message, 400)
            level = "error" if state == "failed" else "info"
            return level, f"{text(f'train_room.log.end.{state}')} {why}".strip()
        case Log():
            return "info", shown(event.message, 400)
        case _:
            return None


def _search(study: str, studies: Mapping[str, StudyPlan]) -> str:
    plan = studies.get(study)
    if plan is None:
        return study
    many = len({p.target for p in studies.values()}) > 1
    return f"{shown(plan.target, 30)} / {plan.family}" if many else plan.family


def _short(value: float) -> str:
    return number(value, decimals(value, None) + 1)
