"""What is asked of the models about every piece of a table, and the bench that asks it in a worker.

A question is plain data, so that any process can put it; the answer to a piece depends on nothing but the
models, the piece and its place. Knows no file and no place of work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.errors import ModelError
from nbml.ml.bundle.places import iter_files
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.predictor import Predictor

if TYPE_CHECKING:
    import pandas as pd

Targets = str | tuple[str, ...] | None
_BLOCK = 8_192
_OF_TARGET = ("predicted", "lower", "upper", "spread")


@dataclass(frozen=True)
class Question:
    """What to ask.

    Attributes
    ----------
    groups : tuple of (family, targets)
        What is asked of each family; None as for ``Predictor.predict``.
    targets : tuple of str
        The order of the answers, where several families are asked.
    inputs : tuple of (str, int), optional
        Inputs of the models with the place of their column; by name if unset.
    interval, spread, distance, nearest
        As for ``Predictor.predict``.
    """

    groups: tuple[tuple[str | None, Targets], ...] = ((None, None),)
    targets: tuple[str, ...] = ()
    inputs: tuple[tuple[str, int], ...] | None = None
    interval: float | None = 0.9
    spread: bool = True
    distance: bool = True
    nearest: int = 0

    def answer(
        self, predictor: Predictor, rows: pd.DataFrame, *, first_row: int, threads: int
    ) -> pd.DataFrame:
        """The answers for one piece: those of the targets, then where the rows lie, and flags.

        Parameters
        ----------
        predictor : Predictor
        rows : DataFrame
        first_row : int
            Rows before these, for the row numbers in errors.
        threads : int
            Never changes the answer.

        Raises
        ------
        PredictError, ModelError
            As ``Predictor.predict``.
        """
        import pandas as pd

        asked = rows
        if self.inputs is not None:
            names = pd.Index([name for name, _ in self.inputs], dtype=object)
            asked = rows.iloc[:, [place for _, place in self.inputs]].set_axis(names, axis=1)
        parts: list[pd.DataFrame] = []
        for family, targets in self.groups:
            parts += predictor.stream(
                asked,
                target=targets,
                family=family,
                interval=self.interval,
                spread=self.spread,
                distance=self.distance and not parts,
                nearest=0 if parts else self.nearest,
                chunk_rows=len(asked) + _BLOCK,
                threads=threads,
                first_row=first_row,
            )
        return parts[0] if len(parts) == 1 else self._together(parts)

    def _together(self, parts: list[pd.DataFrame]) -> pd.DataFrame:
        """Answers of several families side by side."""
        import pandas as pd

        found = {str(name): part[name] for part in parts for name in part.columns}
        of_targets = [f"{word}_{target}" for target in self.targets for word in _OF_TARGET]
        of_rows = [name for name in parts[0].columns if name not in of_targets]
        names = [*(name for name in of_targets if name in found), *of_rows]
        columns = {k: found[name] if name in of_targets else parts[0][name] for k, name in enumerate(names)}
        whole = pd.DataFrame(columns, index=parts[0].index).set_axis(pd.Index(names, dtype=object), axis=1)
        whole.attrs["notes"] = list({str(n): n for part in parts for n in part.attrs["notes"]}.values())
        return whole


@dataclass(frozen=True)
class Shared:
    """What a worker needs once: a question with the models' files, since it may have another disk."""

    question: Question
    files: dict[str, bytes]
    digest: str
    no_rows: pd.DataFrame

    @classmethod
    def of(cls, predictor: Predictor, question: Question, frame: pd.DataFrame) -> Shared:
        """The files as they are now; workers refuse others than those that were opened."""
        folder = predictor.bundle.folder
        files = {name: (folder / name).read_bytes() for name in iter_files(folder)}
        return cls(question, files, predictor.bundle.digest, frame.iloc[:0])


class PredictBench:
    """Answers pieces in a worker. Loads all models that the question needs before the first piece."""

    def __init__(self, shared: Shared) -> None:
        self._question = shared.question
        with tempfile.TemporaryDirectory(prefix="nbml-predict-") as made:
            folder = Path(made) / "models"
            for name, content in shared.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            self._predictor = Predictor(open_bundle(folder))
            if self._predictor.bundle.digest != shared.digest:
                raise ModelError("NBML-M52", file="manifest.json", reason="SHA-256")
            self._question.answer(self._predictor, shared.no_rows, first_row=0, threads=1)

    def run(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """Answer a piece."""
        del should_stop
        return self._question.answer(self._predictor, work["rows"], first_row=work["first_row"], threads=1)

    def hear(self, news: Mapping[str, Any]) -> None:
        """Nothing is told."""
