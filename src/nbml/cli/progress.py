"""A running job on a terminal, drawn from its snapshot alone; and as plain lines where there is none.

Pure: what is drawn follows from the snapshot and the elapsed time, so a test can look at it.
"""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import duration, fold_spread, number, plus_minus
from nbml.cli.front_progress import FrontLines, bar, front_line, seconds_left
from nbml.i18n import text
from nbml.spec.events import (
    AnyEvent,
    BestChanged,
    FrontChanged,
    JobFinished,
    JobPlanned,
    JobQueued,
    JobStarted,
    Notice,
    StageStarted,
    TrialFinished,
)
from nbml.spec.reading import shown
from nbml.spec.snapshot import Snapshot, StudyView, TrialView

MARKS = {"complete": "▪", "failed": "✗", "pruned": "-", "running": "▫"}
PLAIN_MARKS = {"complete": "o", "failed": "x", "pruned": "-", "running": "."}
_STYLES = {"complete": "cyan", "failed": "magenta", "pruned": "dim", "running": "dim"}
_NAME_WIDTH, _LINES_PER_STUDY, _OF_ONE_CODE = 28, 50, 3


class Progress:
    """A rich renderable of a job: title, what is being waited for, a line a search, time left."""

    def __init__(self, snapshot: Snapshot, elapsed_s: float, hint: str = "", task: str = "train") -> None:
        self.snapshot, self.elapsed_s, self.hint = snapshot, elapsed_s, hint
        self.task = "optimize" if snapshot.front is not None else task

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        job = self.snapshot
        head = Table.grid(expand=True, padding=(0, 2, 0, 0))
        head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        head.add_row(Text(shown(job.title or job.job_id), style="bold"), duration(self.elapsed_s))
        yield head
        yield Text(stage_line(job, self.task), style="dim", no_wrap=True, overflow="ellipsis")
        if job.front is not None:
            words = front_line(job.front)
            marks = ("━", "─") if options.encoding.startswith("utf") else ("=", "-")
            yield Text("  ", no_wrap=True, overflow="ellipsis").join([bar(job.front, marks), Text(words)])
        if job.studies:
            yield _studies(
                job, options.max_width, MARKS if options.encoding.startswith("utf") else PLAIN_MARKS
            )
        yield Text(foot_line(job, self.hint), style="dim", no_wrap=True, overflow="ellipsis")


def _studies(job: Snapshot, width: int, marks: dict[str, str]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    names = [study_name(job, study) for study in job.studies]
    bests = [best_words(study) for study in job.studies]
    counts = [count_words(study) for study in job.studies]
    taken = sum(max(map(len, column)) for column in (names, bests, counts)) + 8
    for justify in ("left", "left", "right", "left"):
        grid.add_column(justify=justify, no_wrap=True, overflow="ellipsis")
    for name, study, count, best in zip(names, job.studies, counts, bests, strict=True):
        grid.add_row(Text(name), dots(study, max(width - taken, 5), marks), Text(count), Text(best))
    return grid


def dots(study: StudyView, width: int, marks: dict[str, str] = MARKS) -> Text:
    """One mark a trial in the order asked, the latest `width` of them; as wide empty as full."""
    trials = study.trials[-width:]
    line = Text()
    for trial in trials:
        line.append(marks[trial.state], style=_STYLES[trial.state])
    return line.append(" " * (min(study.planned or 0, width) - len(trials)))


def study_name(job: Snapshot, study: StudyView) -> str:
    """The family; with the target before it where there are several."""
    if len({s.target for s in job.studies}) == 1:
        return study.family
    return f"{shown(study.target, _NAME_WIDTH)} / {study.family}"


def count_words(study: StudyView) -> str:
    """Trials told of those planned."""
    done = study.complete + study.failed
    return f"{done}" if study.planned is None else f"{done}/{study.planned}"


def best_words(study: StudyView) -> str:
    """The best score so far and its fold spread."""
    return "" if study.best is None else text("cli.progress.best", score=trial_score(study.best))


def trial_score(trial: TrialView | BestChanged) -> str:
    """A trial's pooled RMSE with the spread over its folds."""
    return plus_minus(trial.value, fold_spread(trial.folds))


def stage_line(job: Snapshot, task: str = "train") -> str:
    """The stage in words, those of the task, and what it waits for."""
    if job.state == "queued":
        return text("cli.queued")
    if job.is_finished or job.stage is None:
        return text(f"cli.state.{job.state}")
    stage = text(f"cli.stage.{job.stage}" if task == "train" else f"cli.search_stage.{job.stage}")
    return f"{stage}: {shown(job.waiting_for, 200)}" if job.waiting_for else stage


def foot_line(job: Snapshot, hint: str = "") -> str:
    """Time left, cores busy, how to stop."""
    parts = []
    if not job.is_finished:
        left = job.seconds_left if job.front is None else seconds_left(job)
        if job.stage == "search" and left:
            parts.append(text("cli.progress.left", time=duration(left)))
        if job.workers:
            parts.append(text("cli.progress.busy", busy=job.busy, workers=job.workers))
        parts.append(hint)
    return "   ".join(part for part in parts if part)


class Teller:
    """Tells a job in lines, where nothing can be redrawn: few, each complete in itself.

    A search of many trials is told in about fifty lines, and at each new best; a front in about twenty.

    Attributes
    ----------
    task : str
        What kind of job it is, once it has said so.
    """

    def __init__(self, task: str = "train") -> None:
        self.task = task
        self._front = FrontLines()

    def lines(self, event: AnyEvent, job: Snapshot) -> list[str]:
        """The lines an event is worth; `job` is the state after it."""
        if isinstance(event, JobQueued):
            self.task = event.task
        line = self._front.line(event) if isinstance(event, FrontChanged) else _line(event, job, self.task)
        return [text("cli.plain.line", time=f"{event.elapsed_s:7.1f}", line=line)] if line else []


def _line(event: AnyEvent, job: Snapshot, task: str) -> str:
    line = ""
    match event:
        case JobQueued():
            line = stage_line(job, task)
        case JobStarted(attempt=attempt):
            line = text("cli.plain.started" if attempt == 1 else "cli.plain.resumed", attempt=attempt)
        case JobPlanned():
            line = text(
                "cli.plain.planned",
                rows=f"{event.n_rows:,}",
                features=event.n_features,
                folds=len(event.fold_names),
                searches=len(event.studies),
            )
        case StageStarted():
            line = stage_line(job, task)
        case TrialFinished(error=None):
            study = _study(job, event.study)
            every = max((study.planned or 0) // _LINES_PER_STUDY, 1)
            if (event.trial + 1) % every == 0:
                line = text(
                    "cli.plain.trial",
                    search=study_name(job, study),
                    count=count_words(study),
                    score=number(event.value),
                    state=text(f"cli.trial.{event.state}"),
                )
        case TrialFinished(error=error) if error is not None:
            line = text(
                "cli.plain.trial_failed",
                search=study_name(job, _study(job, event.study)),
                trial=event.trial + 1,
                code=error.code,
                reason=shown(error.message, 300),
            )
        case BestChanged():
            line = text(
                "cli.plain.best",
                search=study_name(job, _study(job, event.study)),
                trial=event.trial + 1,
                score=trial_score(event),
            )
        case Notice():
            told = sum(notice.code == event.code for notice in job.notices) if event.code else 0
            if told <= _OF_ONE_CODE:
                line = text("cli.plain.notice", code=event.code, message=shown(event.message, 1_000))
            elif told == _OF_ONE_CODE + 1:
                line = text("cli.plain.notice_more", code=event.code)
        case JobFinished():
            line = text(f"cli.state.{event.state}")
    return line


def _study(job: Snapshot, key: str) -> StudyView:
    return next(study for study in job.studies if study.id == key)
