"""Which models of a bundle answer for which targets, and what there is to know of them beforehand.

Owns the default family, the stand-in for a final model that is missing, and the notes on both. Knows no
names of features, no cells and no tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbml.errors import PredictError
from nbml.ml.answer import Answer, answer
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import FINAL
from nbml.ml.bundle.reader import Bundle
from nbml.ml.domain.neighbours import Near
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.difficulty import NEIGHBOURS
from nbml.ml.intervals.guarantee import Guarantee
from nbml.ml.models.base import FittedModel, Floats
from nbml.ml.notes import Note


def cards_of(bundle: Bundle, target: str) -> list[ModelCard]:
    """Models of a target, the one that answers by default first."""
    cards = [card for card in bundle.cards if bundle.targets[card.target] == target]
    return sorted(cards, key=lambda card: not card.chosen)


@dataclass(frozen=True)
class Choice:
    """The model that answers for each target asked.

    Attributes
    ----------
    bundle : Bundle
    cards : dict of str to ModelCard
        By target, in the order asked.
    is_all : bool
        Whether no target was named.
    """

    bundle: Bundle
    cards: dict[str, ModelCard]
    is_all: bool

    @classmethod
    def of(
        cls, bundle: Bundle, target: str | Sequence[str] | None = None, family: str | None = None
    ) -> Choice:
        """Choose models.

        Parameters
        ----------
        bundle : Bundle
        target : str or sequence of str, optional
            Which targets; all that have a model if unset.
        family : str, optional
            Which family answers; the chosen one of each target if unset.

        Raises
        ------
        PredictError
            NBML-P09 unknown target, NBML-P10 family not kept, NBML-P11 no model.
        """
        asked = bundle.targets if target is None else (target,) if isinstance(target, str) else tuple(target)
        known = [name for name in bundle.targets if cards_of(bundle, name)]
        cards = {}
        for name in asked:
            if name not in bundle.targets:
                raise PredictError("NBML-P09", target=name, targets=list(bundle.targets))
            found = cards_of(bundle, name)
            if not found and (target is not None or not known):
                raise PredictError("NBML-P11", target=name, targets=known or "–")
            fitting = [card for card in found if family in (None, card.family)]
            if found and not fitting:
                raise PredictError(
                    "NBML-P10", target=name, family=family, families=[card.family for card in found]
                )
            if fitting:
                cards[name] = fitting[0]
        return cls(bundle, cards, target is None)

    def models(self, name: str, *, folds: bool) -> tuple[FittedModel | None, list[FittedModel]]:
        """The final model, if there is one, and the fold models where they are wanted or stand in for it."""
        card = self.cards[name]
        parts = self.bundle.parts(card)
        final = self.bundle.model(card, FINAL) if FINAL in parts else None
        wanted = [part for part in parts if part != FINAL and (folds or final is None)]
        return final, [self.bundle.model(card, part) for part in wanted]

    def calibration(self, name: str) -> Calibration | None:
        """What intervals for a target are made of; None where nothing was kept."""
        card, reference = self.cards[name], self.bundle.reference
        return None if reference is None else reference.calibrations.get((card.target, card.family))

    def guarantee(self, name: str, level: float) -> Guarantee | None:
        """What intervals of a level promise for a target; None where there are none."""
        calibration, reference = self.calibration(name), self.bundle.reference
        if calibration is None or reference is None:
            return None
        return Guarantee.of(calibration, level, is_grouped=reference.is_grouped)

    def near(self, X: Floats, threads: int) -> Near | None:
        """The nearest reference rows of encoded rows; None where none were kept."""
        reference = self.bundle.reference
        return (
            None if reference is None else reference.domain.neighbours.query(X, NEIGHBOURS, threads=threads)
        )

    def answer(
        self, name: str, X: Floats, near: Near | None, level: float | None, threads: int, *, spread: bool
    ) -> Answer:
        """What a target's models say of encoded rows; bounds where `level` is given and can be had."""
        calibration = None if level is None else self.calibration(name)
        final, folds = self.models(name, folds=spread or calibration is not None)
        return answer(final, folds, X, calibration=calibration, near=near, level=level, threads=threads)

    def notes(self, level: float | None, *, distance: bool, nearest: int) -> Iterator[Note]:
        """What the user should know before the answers: what stands in, what is missing, what is infinite."""
        yield from self.bundle.notes
        for name, card in self.cards.items():
            parts = self.bundle.parts(card)
            if FINAL not in parts:
                yield Note("NBML-P21", {"target": name, "family": card.family, "count": len(parts)})
        without = [name for name in self.bundle.targets if name not in self.cards]
        if without and self.is_all:
            yield Note("NBML-P23", {"targets": without})
        if not (level or distance or nearest):
            return
        reference = self.bundle.reference
        if reference is None:
            yield Note("NBML-P24", {"made": self.bundle.versions.get("nbml", "?")})
            return
        if nearest and reference.domain.is_sample:
            yield Note("NBML-P27", {"kept": len(reference.domain.X), "rows": reference.domain.n_rows})
        for name, card in self.cards.items() if level else ():
            promise = self.guarantee(name, level or 0.0)
            if promise is None:
                yield Note("NBML-P26", {"target": name, "family": card.family})
            elif not promise.is_reachable:
                highest = round(promise.highest, 4)
                about = {"interval": level, "units": promise.n_units, "highest": highest}
                yield Note("NBML-P25", {"target": name} | about)
