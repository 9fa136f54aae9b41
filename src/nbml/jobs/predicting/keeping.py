"""Writing a prediction run down as its pieces come: the table first, then the record that makes it one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.errors import EngineError
from nbml.jobs.batch import Batch, check_free
from nbml.jobs.export import Write, table_writer
from nbml.jobs.predicting.question import Question
from nbml.jobs.predicting.records import table_path, write_record
from nbml.ml.choice import Choice
from nbml.ml.notes import Note, split_flags
from nbml.platform.choose import current_user
from nbml.settings import Settings
from nbml.spec.prediction import FlagCount, NoteLine, PredictedBy, PredictionRecord

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.predictor import Predictor

_EXTRA = "NBML-P20"


@dataclass
class RunWriter:
    """Takes the pieces of a run.

    Attributes
    ----------
    batch : Batch
        How far it is.
    answers : tuple of str
        Columns that the models have added.
    record : PredictionRecord or None
        There once the run is written down.
    """

    beside: bool | None
    _write: Write
    batch: Batch = field(default_factory=Batch)
    answers: tuple[str, ...] = ()
    record: PredictionRecord | None = None
    _flags: Counter[str] = field(default_factory=Counter)

    def add(self, rows: pd.DataFrame, part: pd.DataFrame) -> None:
        """Write one piece, the table's columns before the answers."""
        import pandas as pd

        if self.beside is None:
            self.beside = not {str(name) for name in rows.columns} & {str(name) for name in part.columns}
        if self.beside:
            check_free(rows, part)
        self._write(pd.concat([rows, part], axis=1) if self.beside else part)
        self.batch.count(part)
        self._flags.update(part["flags"].to_list())
        self.answers = tuple(str(column) for column in part.columns)

    def counted(self) -> tuple[FlagCount, ...]:
        """Rows by flag, the most frequent first."""
        rows: Counter[tuple[str, str]] = Counter()
        for words, count in self._flags.items():
            for pair in split_flags(words) if words else ():
                rows[pair] += count
        return tuple(
            FlagCount.model_validate({"word": word, "input": name, "rows": count})
            for (word, name), count in rows.most_common()
        )


@contextmanager
def kept_run(
    folder: JobFolder,
    predictor: Predictor,
    question: Question,
    *,
    source: str,
    sha256: str,
    columns: Mapping[str, str],
    beside: bool | None = True,
    settings: Settings,
) -> Iterator[RunWriter]:
    """Open a run; it is written down when the block ends without an error, else nothing is left.

    Parameters
    ----------
    folder : JobFolder
        Of the job whose models answer.
    predictor : Predictor
    question : Question
    source, sha256 : str
        What the table is called, and the hash of its content.
    columns : mapping of str to str
        Column of the table by input.
    beside : bool, optional
        Whether the table's columns are kept before the answers; if unset, where none has an answer's name.
    settings : Settings

    Raises
    ------
    ExportError
        NBML-C05 when the table has a column of an answer's name.
    EngineError
        NBML-E01, NBML-E02 when the file cannot be written.
    """
    begun, run_id = time.perf_counter(), new_job_id()
    path = table_path(folder, run_id)
    with table_writer(path) as write:
        run = RunWriter(beside, write)
        yield run
    batch = run.batch
    run.record = PredictionRecord(
        id=run_id,
        job_id=folder.job_id,
        models_sha256=predictor.bundle.digest,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        user=current_user(settings),
        nbml=version("nbml"),
        source=source,
        source_sha256=sha256,
        columns=dict(columns),
        models=_answering(predictor, question),
        interval=question.interval,
        rows=batch.rows,
        flagged=batch.flagged,
        far=batch.far,
        flags=run.counted(),
        notes=tuple(
            NoteLine(code=note["code"], message=note["message"], next_step=note["next_step"])
            for note in batch.notes
            if note["code"] != _EXTRA
        ),
        answers=run.answers,
        file=path.name,
        seconds=round(time.perf_counter() - begun, 2),
    )
    try:
        write_record(folder, run.record)
    except EngineError:
        path.unlink(missing_ok=True)
        raise


class SideRun:
    """A run that is written down beside something that matters more: what stands in its way is a note.

    Attributes
    ----------
    trouble : list of Note
        NBML-P29 where the run could not be written; nothing is left of it then.
    """

    def __init__(self, run: AbstractContextManager[RunWriter] | None) -> None:
        self.trouble: list[Note] = []
        self._run = run
        self._entered: RunWriter | None = None

    def __enter__(self) -> Self:
        if self._run is not None:
            with self._noted():
                self._entered = self._run.__enter__()
        return self

    def add(self, rows: pd.DataFrame, part: pd.DataFrame) -> None:
        """As ``RunWriter.add``, of rows of any types; nothing happens after a failure."""
        if self._entered is not None:
            with self._noted():
                self._entered.add(storable(rows), part)

    def __exit__(self, *failure: Any) -> None:
        if self._entered is not None and self._run is not None:
            self._entered = None
            with self._noted():
                self._run.__exit__(*failure)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except EngineError as error:
            self.trouble.append(Note("NBML-P29", {"reason": error.message}))
            run, entered, self._entered = self._run, self._entered, None
            if entered is not None and run is not None:
                with suppress(EngineError):
                    run.__exit__(type(error), error, error.__traceback__)


def storable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame from somebody's own hands as one that Parquet holds: numbers, times and texts, names once each.

    What is neither is written as its text.
    """
    import pandas as pd

    held: dict[str, Any] = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        held.setdefault(_storable(name), column if _is_plain(column.dtype) else _texts(column))
    names = pd.Index(list(held), dtype=object)
    return pd.DataFrame(dict(enumerate(held.values())), index=frame.index, copy=False).set_axis(names, axis=1)


def _is_plain(dtype: Any) -> bool:
    """Whether Parquet holds a column as it is; text that pandas keeps in Arrow is UTF-8 already."""
    import pandas as pd

    is_text = isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow"
    return is_text or (isinstance(dtype, np.dtype) and dtype.kind in "fibM")


def _texts(column: Any) -> Any:
    import pandas as pd

    told = [
        None if missing else _storable(value) for value, missing in zip(column, column.isna(), strict=True)
    ]
    return pd.Series(told, index=column.index, dtype="str")


def _storable(value: Any) -> str:
    """A text that UTF-8 holds."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _answering(predictor: Predictor, question: Question) -> tuple[PredictedBy, ...]:
    """The models that answer, in the order of the targets."""
    found = {}
    for family, targets in question.groups:
        asked = list(targets) if isinstance(targets, tuple) else targets
        for target, card in Choice.of(predictor.bundle, asked, family).cards.items():
            by_default = predictor.families[target][0] == card.family
            found[target] = PredictedBy(target=target, family=card.family, is_chosen=by_default)
    return tuple(found[target] for target in predictor.targets if target in found)
