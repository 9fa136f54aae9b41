"""A page that shows a panel, as strict as the strictest front end, and jobs to show on it.

It takes JSON only, no buffers, nothing over 5 MB, sends from a control thread and keeps no state.
"""

from __future__ import annotations

import json
import threading
import time
from itertools import count

from comm.base_comm import BaseComm

from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.settings import Settings
from nbml.spec.columns import Column, ColumnSheet, Finding
from nbml.spec.events import (
    BestChanged,
    FoldFinished,
    JobFinished,
    JobPlanned,
    JobQueued,
    JobStarted,
    Score,
    StudyPlan,
    TrialFinished,
    TrialStarted,
)
from nbml.spec.parse import parse_spec, spec_to_json
from nbml.spec.result import Leader, TrainRecord

LARGEST = 5_000_000
PARAMS = {f"parameter_{n}": 0.123456789 * n for n in range(9)}


class PageComm(BaseComm):
    """The channel of one panel; what it cannot carry, it refuses."""

    def __init__(self, *args, **keys):
        self.sent = []
        self.refused = []
        self.news = threading.Condition()
        super().__init__(*args, **keys)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        said = json.dumps(data, allow_nan=False)
        if buffers or len(said.encode()) > LARGEST:
            self.refused.append((msg_type, len(said), bool(buffers)))
            raise AssertionError(self.refused[-1])
        with self.news:
            entry = (msg_type, json.loads(said), len(said), time.monotonic(), threading.current_thread())
            self.sent.append(entry)
            self.news.notify_all()


class Page:
    """What a person's browser does with a panel."""

    def __init__(self, panel, view="v"):
        self.panel, self.comm, self.view = panel, panel.comm, view
        self._numbers = count(1)

    def send(self, content, *, buffers=(), wait=True):
        """A message of the page, heard on a control thread."""
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": list(buffers)}
        thread = threading.Thread(target=self.comm.handle_msg, args=(message,), name="Control")
        thread.start()
        if wait:
            thread.join()

    def request(self, kind, **body):
        """A request with its envelope."""
        number = next(self._numbers)
        return {"v": 1, "kind": kind, "request_id": f"{self.view}-{number}", "view_id": self.view} | body

    def ask(self, kind, **body):
        """Send a request and wait for its reply and, if it was accepted, its answer."""
        request = self.request(kind, **body)
        self.send(request)
        reply = self.wait(lambda m: m["kind"] == "reply" and m["request_id"] == request["request_id"])
        if not reply["accepted"]:
            return reply
        return self.wait(lambda m: m["kind"] == "answer" and m["request_id"] == request["request_id"])

    def messages(self, kind=None):
        """Custom messages that have come, of a kind."""
        found = [data["content"] for _, data, *_ in list(self.comm.sent) if data.get("method") == "custom"]
        return [message for message in found if kind in (None, message["kind"])]

    def entries(self, kind):
        """Sizes, times and threads of messages of a kind; ``snapshot-trait`` for the synced trait."""
        chosen = []
        for _, data, size, moment, thread in list(self.comm.sent):
            is_trait = data.get("method") == "update" and "snapshot" in data["state"]
            if (kind == "snapshot-trait" and is_trait) or data.get("content", {}).get("kind") == kind:
                chosen.append((size, moment, thread))
        return chosen

    def wait(self, fits, within_s=60):
        """The first message that fits, come or to come."""
        with self.comm.news:
            found = self.comm.news.wait_for(lambda: next(filter(fits, self.messages()), None), within_s)
        assert found, [m["kind"] for m in self.messages()]
        return found


class Recorded:
    """A job that is written by hand, event by event, by a supervisor that does not exist."""

    def __init__(self, trials=0, *, title="mix of 温度", targets=("y",), spec=None):
        settings = Settings()
        self.folder = JobFolder.of(settings.jobs, new_job_id()).make()
        self.id = self.folder.job_id
        raw = {"targets": list(targets), "name": title, "data": {"path": "mix.csv"}} | (spec or {})
        self.folder.spec.write_text(spec_to_json(parse_spec(raw)), encoding="utf-8")
        self.seq = 0
        plan = JobPlanned(
            studies=(
                StudyPlan(id="t0-lightgbm", target=targets[0], family="lightgbm", trials=trials or 100),
            ),
            fold_names=("1", "2", "3", "4", "5"),
            fold_rows=(2,) * 5,
            fold_scheme="k-fold",
            n_rows=10,
            n_features=3,
        )
        self.tell(JobQueued(task="train", title=title), JobStarted(attempt=1, executor="ray"), plan)
        for number in range(trials):
            self.tell(*trial(number))

    def tell(self, *events):
        """Append events to the log, numbered."""
        lines = []
        for event in events:
            self.seq += 1
            numbered = event.model_copy(
                update={"seq": self.seq, "job_id": self.id, "elapsed_s": self.seq * 0.01}
            )
            lines.append(numbered.model_dump_json() + "\n")
        with self.folder.events.open("a", encoding="utf-8") as file:
            file.write("".join(lines))

    def finish(self, state="succeeded", **fields):
        """Tell the end."""
        self.tell(JobFinished(state=state, **fields))


def trial(number, study="t0-lightgbm"):
    """The seven or eight events of one trial of five folds."""
    folds = (1.23456789 + 1 / (number + 1),) * 5
    events = [TrialStarted(study=study, trial=number, params=PARAMS)]
    events += [FoldFinished(study=study, trial=number, fold=k, value=folds[k], seconds=0.1) for k in range(5)]
    events.append(TrialFinished(study=study, trial=number, state="complete", value=folds[0], folds=folds))
    if number % 50 == 0:
        events.append(BestChanged(study=study, trial=number, value=folds[0], folds=folds, params=PARAMS))
    return events


HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} `x`"


def finished(target="y", feature="x", level="steel"):
    """A job that has ended well, with a result as jobs write it; no model."""
    job = Recorded(trials=3, title=f"strength of {target}", targets=(target,))
    scores = {
        "rmse": Score(metric="rmse", pooled=3.8971, mean=3.9012, spread=0.312, folds=(3.6, 4.2)),
        "r2": Score(metric="r2", pooled=0.93, mean=0.93, spread=0.012, folds=(0.92, 0.94)),
    }
    chosen = Leader(
        target=target,
        family="lightgbm",
        study="t0-lightgbm",
        chosen=True,
        trial=2,
        params={"num_leaves": 31, "learning_rate": 0.0512345},
        scores=scores,
        trials_complete=3,
    )
    other = chosen.model_copy(update={"family": "mlp", "chosen": False, "scores": {}})
    base = Score(metric="rmse", pooled=16.7, mean=16.7, spread=0.4, folds=(16.5, 16.9))
    baseline = Leader(target=target, family="baseline", study=None, scores={"rmse": base})
    record = TrainRecord(
        job_id=job.id,
        state="succeeded",
        title="t",
        targets=(target,),
        features=(feature,),
        fold_names=("1", "2"),
        fold_scheme="k-fold",
        n_rows=10,
        data_sha256="0" * 64,
        leaderboard=(chosen, other, baseline),
        warnings=(
            Finding(
                code="NBML-D20",
                severity="warning",
                columns=(feature,),
                message=f"{feature} is odd.",
                next_step="Look at it.",
            ),
        ),
        sheet=ColumnSheet(columns=(Column(name=feature, position=0, kind="category", levels=(level,)),)),
    )
    job.folder.result.write_text(record.model_dump_json(), encoding="utf-8")
    job.finish(scores={target: 3.9})
    return job
