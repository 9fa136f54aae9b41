"""The latest explanations that were opened in this process, each made once, so that a click is quick."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from nbml.jobs.explaining.explanation import Check, Explanation
from nbml.jobs.explaining.opening import make_explanation
from nbml.jobs.explaining.shap_values import Of
from nbml.jobs.explaining.subject import Subject
from nbml.jobs.job import Job
from nbml.settings import Settings

KEPT = 6
Key = tuple[str, str | None, str | None, Of]


class Explanations:
    """The latest explanations by job, target, family and kind of rows. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._made: OrderedDict[Key, Explanation] = OrderedDict()
        self._making: dict[Key, Lock] = {}

    def subject(self, job_id: str, settings: Settings) -> Subject:
        """A finished job, opened once."""
        with self._lock:
            if job_id not in self._subjects:
                self._subjects[job_id] = Subject.of(Job(job_id, settings))
                if len(self._subjects) > 2:
                    self._subjects.popitem(last=False)
            return self._subjects[job_id]

    def get(self, key: Key, settings: Settings, check: Check) -> Explanation:
        """An explanation; a second request for one that is being made waits for it.

        Raises
        ------
        NbmlError
            As ``nbml.explain``.
        """
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                known = self._made.get(key)
                if known is not None:
                    self._made.move_to_end(key)
                    return known
            job_id, target, family, of = key
            made = make_explanation(self.subject(job_id, settings), target, family, of=of, check=check)
            with self._lock:
                self._made[key] = made
                if len(self._made) > KEPT:
                    old, _ = self._made.popitem(last=False)
                    self._making.pop(old, None)
            return made
