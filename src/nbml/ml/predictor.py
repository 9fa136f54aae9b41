"""From new rows to predictions with intervals and distance to the data, by the models of a bundle.

Owns which model answers and the table of answers. Knows nothing of jobs or of where a bundle came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nbml.errors import PredictError
from nbml.ml.answer import whole_blocks
from nbml.ml.bundle.reader import Bundle
from nbml.ml.choice import Choice, cards_of
from nbml.ml.domain.neighbours import Near
from nbml.ml.intervals.difficulty import NEIGHBOURS
from nbml.ml.intervals.guarantee import Guarantee
from nbml.ml.profiler import Profile, profile
from nbml.ml.rows import Rows, to_frame


@dataclass(frozen=True)
class Shap:
    """Shapley values of some rows for one target.

    Attributes
    ----------
    values : DataFrame, shape (n_rows, n_features)
        Contribution of each feature, in target units, under the users' names on the index of the rows.
    base : float
        What is predicted when no feature is known; ``base + values.sum(axis=1)`` is the prediction.
    """

    values: pd.DataFrame
    base: float


class Predictor:
    """Predicts by the models of a bundle. Safe to share between threads.

    Parameters
    ----------
    bundle : Bundle
        An open bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    @property
    def targets(self) -> tuple[str, ...]:
        """The users' names of the targets, in the order of the job."""
        return self.bundle.targets

    @property
    def families(self) -> dict[str, tuple[str, ...]]:
        """Families by target, the one that answers by default first; empty where no model was kept."""
        return {
            target: tuple(card.family for card in cards_of(self.bundle, target)) for target in self.targets
        }

    def predict(
        self,
        rows: Rows,
        *,
        target: str | Sequence[str] | None = None,
        family: str | None = None,
        interval: float | None = 0.9,
        spread: bool = True,
        distance: bool = True,
        nearest: int = 0,
        chunk_rows: int = 100_000,
        threads: int = 1,
    ) -> pd.DataFrame:
        """Predict targets of new rows.

        Parameters
        ----------
        rows : DataFrame, Series, dict or list of dict
            Columns are found by name, in any order; see ``nbml.ml.rows.to_frame``.
        target : str or sequence of str, optional
            Which targets; all that have a model if unset.
        family : str, optional
            Which family answers; the chosen one of each target if unset.
        interval : float, optional
            Level of the prediction intervals, between 0 and 1; none if None.
        spread : bool
            Whether to give the spread of the fold models.
        distance : bool
            Whether to give the distance to the training data.
        nearest : int
            How many of the nearest training rows to name, up to 20.
        chunk_rows : int
            Rows encoded at once, in whole blocks of 8,192; bounds the memory beside the answer and
            never changes the answer.
        threads : int
            Threads of the libraries.

        Returns
        -------
        DataFrame
            On the index of the rows, for each target ``predicted_<target>``, then ``lower_<target>`` and
            ``upper_<target>`` (infinite where there are too few rows or groups for the level),
            ``spread_<target>`` (standard deviation of the fold models, n - 1 in the denominator, NaN with
            fewer than two). Then ``distance`` (0 to 1: the share of held-out training rows that were nearer
            to their data), ``nearest_<k>`` and ``nearest_<k>_distance`` (position in the training table from
            0, and how far), and ``flags`` (see ``Encoder.encode``). What a bundle does not hold is left out.
            ``attrs["notes"]`` lists what there is to know as plain dicts with code, message, next_step and
            fields.

        Raises
        ------
        PredictError
            As ``Encoder.encode``; NBML-P09 unknown target, NBML-P10 family not kept, NBML-P11 no model,
            NBML-P12 a level that is none, NBML-P13 a number of nearest rows beyond 20.
        ModelError
            As ``Bundle.model``.
        """
        frame = to_frame(rows, self.bundle.encoder.names)
        parts = self.stream(
            frame,
            target=target,
            family=family,
            interval=interval,
            spread=spread,
            distance=distance,
            nearest=nearest,
            chunk_rows=chunk_rows,
            threads=threads,
        )
        return gathered(parts, frame.index)

    def stream(
        self,
        rows: Rows,
        *,
        target: str | Sequence[str] | None = None,
        family: str | None = None,
        interval: float | None = 0.9,
        spread: bool = True,
        distance: bool = True,
        nearest: int = 0,
        chunk_rows: int = 100_000,
        threads: int = 1,
        first_row: int = 0,
    ) -> Iterator[pd.DataFrame]:
        """Yield the table of ``predict`` piece by piece, so that it need not be held whole.

        Parameters
        ----------
        rows, target, family, interval, spread, distance, nearest, chunk_rows, threads
            As for ``predict``. At least one piece comes, if need be without rows.
        first_row : int
            Rows before these, for the row numbers in errors when a table itself comes in pieces.

        Raises
        ------
        PredictError, ModelError
            As ``predict``.
        """
        if chunk_rows < 1:
            raise ValueError(f"chunk_rows={chunk_rows}")
        if interval is not None and not 0 < interval < 1:
            raise PredictError("NBML-P12", interval=str(interval)[:40])
        if not 0 <= nearest <= NEIGHBOURS:
            raise PredictError("NBML-P13", nearest=nearest, most=NEIGHBOURS)
        frame = to_frame(rows, self.bundle.encoder.names)
        choice = Choice.of(self.bundle, target, family)
        notes = list(choice.notes(interval, distance=distance, nearest=nearest))
        step = whole_blocks(chunk_rows)
        for start in range(0, max(len(frame), 1), step):
            encoded = self.bundle.encoder.encode(
                frame.iloc[start : start + step], first_row=first_row + start
            )
            near = choice.near(encoded.X, threads) if interval or distance or nearest else None
            columns: dict[str, Any] = {}
            for name in choice.cards:
                one = choice.answer(name, encoded.X, near, interval, threads, spread=spread)
                columns[f"predicted_{name}"] = one.predicted
                if one.lower is not None:
                    columns[f"lower_{name}"], columns[f"upper_{name}"] = one.lower, one.upper
                if spread:
                    columns[f"spread_{name}"] = one.spread
            if near is not None:
                columns |= self._place(near, nearest, distance=distance)
            columns["flags"] = pd.Series(encoded.flags, index=encoded.index, dtype=str)
            part = _table(columns, encoded.index)
            part.attrs["notes"] = [note.to_dict() for note in (*encoded.notes, *notes)]
            yield part

    def guarantees(self, interval: float = 0.9) -> dict[str, Guarantee]:
        """What intervals of a level promise, by target; targets without calibration are left out."""
        if not 0 < interval < 1:
            raise PredictError("NBML-P12", interval=str(interval)[:40])
        choice = Choice.of(self.bundle)
        found = {name: choice.guarantee(name, interval) for name in choice.cards}
        return {name: one for name, one in found.items() if one is not None}

    def curves(self, row: Rows, **options: Any) -> Profile:
        """What-if curves of every target along every input through one row; see ``profiler.profile``.

        Examples
        --------
        ``predictor.curves({"cement": 300, "age": 28}, inputs=["age"], interval=0.9).curves[0].lines``
        """
        return profile(self.bundle, row, **options)

    def shap(
        self,
        rows: Rows,
        target: str,
        *,
        family: str | None = None,
        background: Rows | None = None,
        seed: int = 0,
        threads: int = 1,
    ) -> Shap:
        """Shapley values of new rows for one target.

        Exact for trees, whatever the background. A family that is explained by sampling measures against
        ``background`` rows: those given, else those kept in the bundle, else the rows themselves.

        Parameters
        ----------
        rows, target, family, threads
            As for ``predict``.
        background : DataFrame, Series, dict or list of dict, optional
            Rows that stand for features not known.
        seed : int
            Seed of what is drawn.

        Raises
        ------
        PredictError, ModelError
            As ``predict``.
        """
        encoded = self.bundle.encoder.encode(rows)
        against = self.bundle.background
        if background is not None:
            against = self.bundle.encoder.encode(background).X
        final, folds = Choice.of(self.bundle, target, family).models(target, folds=False)
        parts = [
            model.attribute(
                encoded.X, background=encoded.X if against is None else against, seed=seed, threads=threads
            )
            for model in ([final] if final else folds)
        ]
        values = sum((part.values for part in parts), np.zeros_like(encoded.X)) / len(parts)
        frame = pd.DataFrame(values, index=encoded.index, columns=list(self.bundle.encoder.names))
        return Shap(frame, sum(part.base for part in parts) / len(parts))

    def _place(self, near: Near, nearest: int, *, distance: bool) -> dict[str, Any]:
        """Columns that say where rows lie among the training rows."""
        reference = self.bundle.reference
        assert reference is not None
        columns: dict[str, Any] = {"distance": reference.domain.score(near)} if distance else {}
        for k in range(min(nearest, near.index.shape[1])):
            columns[f"nearest_{k + 1}"] = reference.domain.rows[near.index[:, k]]
            columns[f"nearest_{k + 1}_distance"] = near.distance[:, k]
        return columns


def gathered(parts: Iterable[pd.DataFrame], index: pd.Index[Any]) -> pd.DataFrame:
    """One table of the pieces of ``Predictor.stream``, let go as they come; notes are the last one's."""
    whole: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    start = 0
    for part in parts:
        notes = part.attrs["notes"]
        for name in part.columns:
            values = part[name].to_numpy(dtype=object if name == "flags" else None)
            if name not in whole:
                whole[name] = np.empty(len(index), values.dtype)
            whole[name][start : start + len(part)] = values
        start += len(part)
    whole["flags"] = pd.Series(whole["flags"], index=index, dtype=str)
    out = _table(whole, index)
    out.attrs["notes"] = notes
    return out


def _table(columns: dict[str, Any], index: pd.Index[Any]) -> pd.DataFrame:
    """A frame of these columns, also where a name is text that UTF-8 cannot hold."""
    try:
        names = pd.Index(list(columns))
    except UnicodeEncodeError:
        names = pd.Index(list(columns), dtype=object)
    return pd.DataFrame(dict(enumerate(columns.values())), index=index).set_axis(names, axis=1)
