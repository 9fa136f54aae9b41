"""The result of an inverse search as people use it in code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.data.store import load_frame
from nbml.engine.job_folder import JobFolder
from nbml.errors import OptimizeError
from nbml.inverse.proposals import propose
from nbml.inverse.study import Parameter, to_study
from nbml.jobs.export import write_table
from nbml.spec.events import Notice
from nbml.spec.front import OptimizeRecord, ProofRecord

if TYPE_CHECKING:
    import optuna
    import pandas as pd
    import plotly.graph_objects as go

    from nbml.jobs.optimize.setting import Setting
    from nbml.spec.experiments import Why


class OptimizeResult:
    """The Pareto rows of a finished inverse search, and everything it evaluated."""

    def __init__(self, folder: Path, record: OptimizeRecord) -> None:
        self.folder = folder
        self.record = record

    @classmethod
    def load(cls, folder: Path) -> OptimizeResult:
        """The result in a job's folder."""
        text = JobFolder(folder).result.read_text(encoding="utf-8")
        return cls(folder, OptimizeRecord.model_validate_json(text))

    @cached_property
    def pareto(self) -> pd.DataFrame:
        """One row for each Pareto row: the inputs, ``predicted_<target>`` with bounds, and the trust columns.

        ``desirability`` (0 to 1), ``meets`` (every goal with an end), ``probability`` (of that, by the
        intervals), ``pass_rate`` (within the inputs' tolerances), ``distance`` (0 to 1, to the training
        data), ``nearest_<k>`` (row of the training table, from 1), ``second_<family>_<target>`` (other
        families), ``outside`` (inputs beyond their training range), ``knee``.
        """
        return self._table(self.record.pareto_sha256)

    @cached_property
    def evaluated(self) -> pd.DataFrame:
        """Every evaluated row in order: inputs, predictions, ``goal_<k>``, ``violation`` of the limits."""
        return self._table(self.record.evaluated_sha256)

    @cached_property
    def measured(self) -> pd.DataFrame | None:
        """Training rows, where they were at hand."""
        sha256 = self.record.measured_sha256
        return None if sha256 is None else self._table(sha256)

    @property
    def best(self) -> pd.Series[Any]:
        """The Pareto row of the highest desirability."""
        return self.pareto.iloc[int(self.pareto["desirability"].to_numpy().argmax())]

    @property
    def knee(self) -> pd.Series[Any] | None:
        """The Pareto row with the best bargain; None with one objective."""
        return None if self.record.knee is None else self.pareto.iloc[self.record.knee]

    @property
    def run_id(self) -> str | None:
        """MLflow run id, once it is kept there."""
        if self.record.run_id is not None:
            return self.record.run_id
        from nbml.tracking.kept import kept

        later = kept(self.folder)
        return None if later is None else later.run_id

    @property
    def proof(self) -> ProofRecord | None:
        """What exact mode has shown: the best value, a bound for all rows, the gap; None if not asked for."""
        return self.record.proof

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What there is to know of the search: rounded bounds, goals out of reach, what was stopped."""
        return self.record.notices

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of their columns."""
        return tuple(one.name for one in self.record.inputs)

    @cached_property
    def study(self) -> optuna.Study:
        """The front and a share of the other rows as an Optuna study, for its plots and dashboard."""
        pareto, others = self.pareto, self.evaluated
        traded = [k for k, goal in enumerate(self.record.goals) if not goal.is_limit] or [0]
        parameters = [
            Parameter(one.name, one.low, one.high, one.levels, whole=_is_whole(pareto[one.name]))
            for one in self.record.inputs
        ]
        front_values = np.column_stack([self._goal_values(k) for k in traded])
        other_values = others[[f"goal_{k + 1}" for k in traded]].to_numpy(dtype=np.float64)
        return to_study(
            parameters,
            [
                "maximize" if self.record.goals[k].kind in ("maximize", "at_least") else "minimize"
                for k in traded
            ],
            [self.record.goals[k].label for k in traded],
            (pareto.iloc[:, : len(parameters)], front_values),
            (others.iloc[:, : len(parameters)], other_values),
            name=self.record.title,
        )

    def figure(
        self, x: str | None = None, y: str | None = None, colour: str | None = None, *, z: str | None = None
    ) -> go.Figure:
        """The front as a scatter: any two or three columns, coloured by another, training rows behind.

        Parameters
        ----------
        x, y, colour, z : str, optional
            Columns of ``pareto`` or labels of goals; the first goals if unset. With `z` it is drawn in space.
        """
        from nbml.figures.front import front, front_in_space

        labels = [self._column(goal.label) for goal in self.record.goals]
        axes = [*labels, "desirability", *self.inputs]
        x = self._column(x) if x else axes[0]
        y = self._column(y) if y else next(name for name in axes if name != x)
        if z is not None:
            z, colour = self._column(z), self._column(colour) if colour else None
            return front_in_space(self.pareto, x, y, z, colour, measured=self._behind(x, y, z))
        colour = self._column(colour) if colour else (labels[2] if len(labels) > 2 else None)
        behind = self._behind(x, y)
        return front(self.pareto, x, y, colour, measured=None if behind is None else (behind[0], behind[1]))

    def parallel_coordinates(
        self, columns: Sequence[str] | None = None, colour: str | None = None
    ) -> go.Figure:
        """Every Pareto row as a line over inputs and goals."""
        from nbml.figures.parallel_coordinates import parallel_coordinates

        free = [one.name for one in self.record.inputs if one.low != one.high or len(one.levels) > 1]
        goals = [self._column(goal.label) for goal in self.record.goals]
        chosen = [self._column(name) for name in columns] if columns else list(dict.fromkeys([*free, *goals]))
        return parallel_coordinates(self.pareto, chosen, self._column(colour) if colour else "desirability")

    def propose(self, count: int, *, candidates: str = "pareto") -> pd.DataFrame:
        """Rows to try next: the likely best, the most instructive, and those far from what was tried.

        Parameters
        ----------
        count : int
        candidates : {"pareto", "evaluated"}
            Among which rows to choose; ``evaluated`` looks at all that keep the limits and opens the models.

        Returns
        -------
        DataFrame
            Rows of the candidates with ``reason`` (exploit, explore, fill) and ``score`` first.
        """
        from nbml.jobs.optimize.proposing import propose_rows

        return propose_rows(self, count, candidates=candidates, choose=propose)

    @property
    def experiments(self) -> pd.DataFrame:
        """Next experiments that were planned, with what was foreseen and what was measured since.

        A row an experiment: ``number``, ``planned``, ``why``, the inputs, and by target
        ``predicted_<target>`` with its bounds, ``measured_``, ``error_`` and ``inside_<target>``.
        """
        from nbml.jobs.experiments.book import read_book
        from nbml.jobs.experiments.comparing import book_table

        return book_table(read_book(self.folder))

    def plan(self, rows: Sequence[int], why: Why = "chosen") -> pd.DataFrame:
        """Plan rows of ``pareto`` (from 0) as next experiments; gives ``experiments``."""
        from nbml.jobs.experiments.book import plan

        plan(self, [(int(row), why) for row in rows])
        return self.experiments

    def measure(self, number: int, measured: Mapping[str, float | None]) -> pd.DataFrame:
        """Enter what was measured of an experiment, by target; None takes it back. Gives ``experiments``."""
        from nbml.jobs.experiments.book import measure

        for target, value in measured.items():
            measure(self, number, target, value)
        return self.experiments

    def compare(self, measured: pd.DataFrame) -> pd.DataFrame:
        """Measured results beside what was predicted for them.

        Parameters
        ----------
        measured : DataFrame
            The inputs as they were proposed, and any of the targets.

        Returns
        -------
        DataFrame
            ``<target>``, ``predicted_<target>``, its bounds, ``error_<target>`` and ``inside_<target>`` for
            each row that is a Pareto or evaluated row; others have NaN.
        """
        from nbml.jobs.optimize.proposing import compare_rows

        return compare_rows(self, measured)

    def to_csv(self, path: str | Path) -> None:
        """Write ``pareto`` as CSV with a UTF-8 mark; text that a spreadsheet would run gets an apostrophe."""
        write_table(self.pareto, Path(path).with_suffix(".csv"), byte_order_mark=True)

    def to_excel(self, path: str | Path) -> None:
        """Write ``pareto`` as an Excel file."""
        write_table(self.pareto, Path(path).with_suffix(".xlsx"))

    def setting(self) -> Setting:
        """The problem itself, its models opened again."""
        from nbml.jobs.optimize.setting import set_up
        from nbml.jobs.optimize.sources import open_sources
        from nbml.jobs.written_job import read_search
        from nbml.settings import Settings

        settings = Settings()
        spec = read_search(self.record.job_id, settings).spec
        return set_up(spec, open_sources(spec, settings))

    def _table(self, sha256: str) -> pd.DataFrame:
        return load_frame(JobFolder(self.folder).data, sha256)

    def _column(self, name: str) -> str:
        """The column of ``pareto`` that a name or goal stands for."""
        for candidate in (f"predicted_{name}", name):
            if candidate in self.pareto.columns:
                return candidate
        raise OptimizeError(
            "NBML-O30", place="column", column=name, close=", ".join(self.pareto.columns)[:200]
        )

    def _goal_values(self, k: int) -> np.ndarray:
        return self.pareto[self._column(self.record.goals[k].label)].to_numpy(dtype=np.float64)

    def _behind(self, *axes: str) -> tuple[np.ndarray, ...] | None:
        """Training rows on the same axes, where all were measured."""
        measured = self.measured
        names = [name.removeprefix("predicted_") for name in axes]
        if measured is None or not set(names) <= set(measured.columns):
            return None
        try:
            columns = [measured[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names]
        except (TypeError, ValueError):
            return None  # an axis of levels
        return tuple(columns)

    def __repr__(self) -> str:
        return f"<nbml front {self.record.title!r} {len(self.pareto)} rows of {self.record.front_size}>"


def _is_whole(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "iu"
