"""From new rows to predictions, by the models of a bundle.

Owns which model answers, the spread of the fold models, and that answers do not depend on cutting rows
into chunks. Knows nothing of jobs or of where a bundle came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nbml.errors import PredictError
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import FINAL
from nbml.ml.bundle.reader import Bundle
from nbml.ml.models.base import FittedModel, Floats
from nbml.ml.notes import Note
from nbml.ml.rows import Rows, to_frame

BLOCK_ROWS = 8192
"""Rows handed to a model at once, counted from the first row whatever the chunks: matrix products round
differently for other numbers of rows."""


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
        return {target: tuple(card.family for card in self._cards(target)) for target in self.targets}

    def predict(
        self,
        rows: Rows,
        *,
        target: str | Sequence[str] | None = None,
        family: str | None = None,
        spread: bool = True,
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
        spread : bool
            Whether the fold models predict too: their number times the cost of the final model.
        chunk_rows : int
            Rows encoded at once, in whole blocks of ``BLOCK_ROWS``; bounds the memory beside the answer and
            never changes the answer.
        threads : int
            Threads of the libraries.

        Returns
        -------
        DataFrame
            On the index of the rows: ``predicted_<target>``, ``spread_<target>`` (standard deviation of the
            fold models, n - 1 in the denominator, NaN with fewer than two), then ``flags`` (see
            ``Encoder.encode``). ``attrs["notes"]`` lists what there is to know as plain dicts with code,
            message, next_step and fields.

        Raises
        ------
        PredictError
            As ``Encoder.encode``; NBML-P09 unknown target, NBML-P10 family not kept, NBML-P11 no model.
        ModelError
            As ``Bundle.model``.
        """
        if chunk_rows < 1:
            raise ValueError(f"chunk_rows={chunk_rows}")
        frame = to_frame(rows, self.bundle.encoder.names)
        cards = self._choose(target, family)
        answers = {name: np.empty(len(frame)) for name in cards}
        spreads = {name: np.empty(len(frame)) for name in cards if spread}
        flags = np.full(len(frame), "", dtype=object)
        notes: tuple[Note, ...] = ()
        step = max(1, chunk_rows // BLOCK_ROWS) * BLOCK_ROWS
        for start in range(0, max(len(frame), 1), step):
            chunk = slice(start, start + step)
            encoded = self.bundle.encoder.encode(frame.iloc[chunk], first_row=start)
            flags[chunk], notes = encoded.flags, encoded.notes
            for name, card in cards.items():
                final, folds = self._models(card, folds=spread)
                mean, deviation = _mean_and_spread(_in_blocks(model, encoded.X, threads) for model in folds)
                answers[name][chunk] = mean if final is None else _in_blocks(final, encoded.X, threads)
                if spread:
                    spreads[name][chunk] = deviation
        columns: dict[str, Any] = {}
        for name in cards:
            columns[f"predicted_{name}"] = answers[name]
            if spread:
                columns[f"spread_{name}"] = spreads[name]
        columns["flags"] = pd.Series(flags, index=frame.index, dtype=str)
        out = pd.DataFrame(columns, index=frame.index)
        notes += self.bundle.notes + self._notes(cards, asked=target is not None)
        out.attrs["notes"] = [note.to_dict() for note in notes]
        return out

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
        final, folds = self._models(self._choose(target, family)[target], folds=False)
        parts = [
            model.attribute(
                encoded.X, background=encoded.X if against is None else against, seed=seed, threads=threads
            )
            for model in ([final] if final else folds)
        ]
        values = sum((part.values for part in parts), np.zeros_like(encoded.X)) / len(parts)
        frame = pd.DataFrame(values, index=encoded.index, columns=list(self.bundle.encoder.names))
        return Shap(frame, sum(part.base for part in parts) / len(parts))

    def _cards(self, target: str) -> list[ModelCard]:
        """Models of a target, the chosen one first."""
        cards = [card for card in self.bundle.cards if self.targets[card.target] == target]
        return sorted(cards, key=lambda card: not card.chosen)

    def _choose(self, target: str | Sequence[str] | None, family: str | None) -> dict[str, ModelCard]:
        """The model that answers for each target asked."""
        asked = self.targets if target is None else (target,) if isinstance(target, str) else tuple(target)
        known = [name for name, families in self.families.items() if families]
        chosen = {}
        for name in asked:
            if name not in self.targets:
                raise PredictError("NBML-P09", target=name, targets=list(self.targets))
            cards = self._cards(name)
            if not cards and (target is not None or not known):
                raise PredictError("NBML-P11", target=name, targets=known or "–")
            fitting = [card for card in cards if family in (None, card.family)]
            if cards and not fitting:
                raise PredictError(
                    "NBML-P10", target=name, family=family, families=[card.family for card in cards]
                )
            if fitting:
                chosen[name] = fitting[0]
        return chosen

    def _models(self, card: ModelCard, *, folds: bool) -> tuple[FittedModel | None, list[FittedModel]]:
        """The final model, if there is one, and the fold models where they are wanted or stand in for it."""
        parts = self.bundle.parts(card)
        final = self.bundle.model(card, FINAL) if FINAL in parts else None
        wanted = [part for part in parts if part != FINAL and (folds or final is None)]
        return final, [self.bundle.model(card, part) for part in wanted]

    def _notes(self, cards: dict[str, ModelCard], *, asked: bool) -> tuple[Note, ...]:
        parts = {name: self.bundle.parts(card) for name, card in cards.items()}
        notes = [
            Note("NBML-P21", {"target": name, "family": card.family, "count": len(parts[name])})
            for name, card in cards.items()
            if FINAL not in parts[name]
        ]
        without = [name for name in self.targets if name not in cards]
        return (*notes, *([Note("NBML-P23", {"targets": without})] if without and not asked else ()))


def _in_blocks(model: FittedModel, X: Floats, threads: int) -> Floats:
    blocks = range(0, max(len(X), 1), BLOCK_ROWS)
    return np.concatenate([model.predict(X[k : k + BLOCK_ROWS], threads=threads) for k in blocks])


def _mean_and_spread(predictions: Iterable[Floats]) -> tuple[Floats | float, Floats | float]:
    """Mean and standard deviation by Welford's update [1]_, row by row the same for any number of rows.

    A sum along an axis is added up in another order when there is one row only.

    .. [1] B. P. Welford (1962), Note on a method for calculating corrected sums of squares and products.
    """
    mean: Floats | float = np.nan
    squares: Floats | float = 0.0
    count = 0
    for count, values in enumerate(predictions, start=1):
        step = values - (mean if count > 1 else 0.0)
        mean = step / count + (mean if count > 1 else 0.0)
        squares = squares + step * (values - mean)
    return mean, np.sqrt(squares / (count - 1)) if count > 1 else np.nan
