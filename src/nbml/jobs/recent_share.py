"""How busy the workers were lately: the share over a whole search says little while it begins. Pure."""

from __future__ import annotations

from collections import deque

WINDOW_S = 5.0
FOLDS = 4
"""Folds of every worker that make up a share; a fold's time is only known when it ends."""


class RecentShare:
    """The share of the workers' time spent on fits over the last seconds, or folds where those take longer.

    Parameters
    ----------
    begun : float
        When the search began, s.
    """

    def __init__(self, begun: float) -> None:
        self._marks = deque([(begun, 0.0, 0)])

    def at(self, now: float, busy_s: float, folds: int, workers: int) -> float | None:
        """The share now, 0 to 1; None until every worker has done a few folds.

        Parameters
        ----------
        now : float
            On the clock of ``begun``, s.
        busy_s : float
            Seconds of fits and predictions since then, over all workers.
        folds : int
            Folds done since then.
        workers : int
        """
        enough = FOLDS * workers
        while (
            len(self._marks) > 1
            and now - self._marks[1][0] >= WINDOW_S
            and folds - self._marks[1][2] >= enough
        ):
            self._marks.popleft()
        since, before_s, before = self._marks[0]
        self._marks.append((now, busy_s, folds))
        if folds - before < enough or now <= since:
            return None
        return round(min((busy_s - before_s) / (workers * (now - since)), 1.0), 3)
