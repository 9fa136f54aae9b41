"""Fitted models of folds whose trial may still become the best, in a worker's memory.

Writing a model can cost a tenth of its fit, and most trials never become the best. So a worker keeps what it
has fitted and writes it when told that the trial is the best so far. Knows no study; a model that is lost is
fitted again by whoever needs it, to the same last bit.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from nbml.jobs.trial_store import TrialStore
from nbml.ml.models.base import FittedModel

HELD = 32
"""At most so many models are held; the oldest is written instead."""

Place = tuple[str, int, int]


class HeldModels:
    """The models a worker holds, by (study, trial, fold). Used by the fitting and the listening thread.

    Parameters
    ----------
    store : TrialStore
        Where they are written.
    most : int
        How many are held.
    """

    def __init__(self, store: TrialStore, *, most: int = HELD) -> None:
        self._store, self._most = store, most
        self._models: OrderedDict[Place, FittedModel] = OrderedDict()
        self._lock = Lock()

    def hold(self, place: Place, model: FittedModel) -> None:
        """Hold a model; where there is no room the oldest is written."""
        with self._lock:
            self._models[place] = model
            surplus = [self._models.popitem(last=False) for _ in range(len(self._models) - self._most)]
        self._write(surplus)

    def keep(self, study: str, trial: int) -> None:
        """Write what is held of the trial that is the best now, and forget the study's earlier ones."""
        with self._lock:
            wanted = [place for place in self._models if place[:2] == (study, trial)]
            kept = [(place, self._models.pop(place)) for place in wanted]
        self._write(kept)
        self.forget(study, before=trial)

    def forget(self, study: str, *, before: int) -> None:
        """Forget the trials of a study that were told before this one and are beaten."""
        with self._lock:
            beaten = [place for place in self._models if place[0] == study and place[1] < before]
            for place in beaten:
                del self._models[place]

    def _write(self, models: list[tuple[Place, FittedModel]]) -> None:
        for place, model in models:
            self._store.save_model(*place, model.files())
