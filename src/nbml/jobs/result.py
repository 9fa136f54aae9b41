"""The result of a training job as people use it in code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.predictor import Predictor
from nbml.spec.columns import Finding
from nbml.spec.result import TrainRecord

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_REPORT, _NOTEBOOK = "nbml.report.writing", "nbml.report.notebook"
"""By name, because what is handed on stands above jobs."""


@dataclass(frozen=True)
class Shap:
    """Shapley values of held-out rows for one target.

    Attributes
    ----------
    values : DataFrame
        One row for each explained row (index: row position in the table), one column a feature.
    base : ndarray of float64, shape (n_rows,)
        Prediction without any feature, of the fold model that explains the row.
    fold : ndarray of int, shape (n_rows,)
        Fold in which the row was held out.
    """

    values: pd.DataFrame
    base: NDArray[np.float64]
    fold: NDArray[np.int32]


class TrainResult:
    """Scores, out-of-fold predictions, explanations and models of a finished training job."""

    def __init__(self, folder: Path, record: TrainRecord) -> None:
        self.folder = folder
        self.record = record

    @classmethod
    def load(cls, folder: Path) -> TrainResult:
        """The result in a job's folder."""
        return cls(
            folder, TrainRecord.model_validate_json(JobFolder(folder).result.read_text(encoding="utf-8"))
        )

    @property
    def run_id(self) -> str | None:
        """MLflow run id; None while it waits to be uploaded."""
        return self.record.run_id

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What the checks found and did not stop."""
        return self.record.warnings

    @property
    def score(self) -> float | dict[str, float]:
        """RMSE over all out-of-fold rows of the chosen model; by target where there are several."""
        scores = {
            target: self._chosen(target).scores["rmse"].pooled or float("nan")
            for target in self.record.targets
        }
        return scores if len(scores) > 1 else next(iter(scores.values()))

    @property
    def scores(self) -> pd.DataFrame:
        """One row for each target, family and metric: pooled, mean, spread, and every fold."""
        import pandas as pd

        rows = []
        for leader in self.record.leaderboard:
            for metric, score in leader.scores.items():
                folds = dict(zip(self.record.fold_names, score.folds, strict=True))
                rows.append(
                    {
                        "target": leader.target,
                        "family": leader.family,
                        "chosen": leader.chosen,
                        "metric": metric,
                        "pooled": score.pooled,
                        "mean": score.mean,
                        "spread": score.spread,
                        **folds,
                    }
                )
        return pd.DataFrame(rows)

    @property
    def leaderboard(self) -> pd.DataFrame:
        """Models and the baseline by target, best first, with pooled RMSE, MAE and R2 and their spread."""
        import pandas as pd

        rows = []
        for leader in self.record.leaderboard:
            row: dict[str, Any] = {
                "target": leader.target,
                "family": leader.family,
                "chosen": leader.chosen,
                "trials": leader.trials_complete,
                "failed": leader.trials_failed,
            }
            for metric, score in leader.scores.items():
                row |= {metric: score.pooled, f"{metric}_spread": score.spread}
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def coverage(self) -> pd.DataFrame:
        """How the intervals would have done on held-out rows: one row for each target, family and level.

        Each row was judged by the model that had not seen it and by the errors in the other folds.
        ``share`` is the mean over groups where there are groups, ``of_rows`` that over rows; both are NaN
        where there are too few groups to judge. See docs/intervals.md.
        """
        import pandas as pd

        rows = [
            {"target": leader.target, "family": leader.family, "chosen": leader.chosen}
            | one.model_dump(exclude={"groups"})
            for leader in self.record.leaderboard
            for one in leader.coverage
        ]
        measured = ("share", "of_rows", "median_width")
        return pd.DataFrame(rows).astype(dict.fromkeys(measured, np.float64) if rows else {})

    @property
    def coverage_by_group(self) -> pd.DataFrame:
        """How many rows of a group lay in their intervals: the worst 50 groups of each row of `coverage`."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"target": leader.target, "family": leader.family, "level": one.level} | group.model_dump()
                for leader in self.record.leaderboard
                for one in leader.coverage
                for group in one.groups
            ],
            columns=["target", "family", "level", "group", "n_rows", "share"],
        )

    @property
    def best_params(self) -> dict[str, Any]:
        """Hyperparameters of the chosen model; by target where there are several."""
        params = {target: self._chosen(target).params for target in self.record.targets}
        return params if len(params) > 1 else next(iter(params.values()))

    @property
    def cv_result(self) -> pd.DataFrame:
        """The out-of-fold table in the row order of the input."""
        import pandas as pd

        texts = pd.read_csv(
            self.folder / self.record.cv_result, dtype=str, keep_default_na=False, na_values=[""]
        )
        return texts.astype(dict.fromkeys(texts.columns[1:], np.float64))

    def shap(self, target: str | None = None, family: str | None = None) -> Shap:
        """Shapley values of the held-out rows.

        Parameters
        ----------
        target : str, optional
            Needed where there are several.
        family : str, optional
            The chosen one when left out.

        Raises
        ------
        JobError
            NBML-J06 when the target or family has none.
        """
        import pandas as pd

        target = target or self.record.targets[0]
        leader = next(
            (
                row
                for row in self.record.leaderboard
                if row.target == target
                and row.shap
                and (row.family == family or (family is None and row.chosen))
            ),
            None,
        )
        if leader is None or leader.shap is None:
            raise JobError("NBML-J06", target=target, family=family or "-")
        with np.load(self.folder / leader.shap, allow_pickle=False) as saved:
            values = pd.DataFrame(saved["values"], index=saved["rows"], columns=list(saved["features"]))
            return Shap(values, saved["base"], saved["fold"])

    @cached_property
    def predictor(self) -> Predictor:
        """The models, verified and ready."""
        return Predictor(open_bundle(JobFolder(self.folder).models))

    def predict(self, frame: Any, **options: Any) -> pd.DataFrame:
        """Predict new rows; see ``nbml.predict`` and ``nbml.ml.predictor.Predictor.predict``."""
        from nbml.jobs.predicting.asking import ask

        return ask(self.predictor, frame, JobFolder(self.folder), **options)

    def report(
        self,
        path: str | Path,
        *,
        language: str | None = None,
        theme: Literal["auto", "light", "dark"] = "auto",
    ) -> Path:
        """Write the result as one HTML file that opens without a network; see ``nbml.report.writing``.

        Parameters
        ----------
        path : str or Path
            The file; an older one is replaced.
        language : {"en", "ja"}, optional
            The one in force when left out.
        theme : {"auto", "light", "dark"}
            auto follows the reader's system.
        """
        from nbml.jobs.job import Job

        write = import_module(_REPORT).write_report
        written: Path = write(Job(self.record.job_id), path, language=language, theme=theme)
        return written

    def export_notebook(
        self, path: str | Path, *, family: str | None = None, language: str | None = None
    ) -> Path:
        """Write a notebook that does this again without nbml, and its table beside it.

        It uses pandas, numpy, scikit-learn and the boosters alone: reads the table, encodes the columns,
        makes the same folds, fits with the parameters found and gives the predictions of ``predict``.

        Parameters
        ----------
        path : str or Path
            The notebook; an older one is replaced. The table is ``<name>-<hash>.parquet`` in the same folder.
        family : str, optional
            The chosen one of each target when left out.
        language : {"en", "ja"}, optional
            Of headings and explanations; the one in force when left out.
        """
        from nbml.jobs.job import Job

        write = import_module(_NOTEBOOK).write_notebook
        written: Path = write(Job(self.record.job_id), path, family=family, language=language)
        return written

    def _chosen(self, target: str) -> Any:
        leader = self.record.chosen(target)
        if leader is None:
            raise JobError("NBML-J06", target=target, family="-")
        return leader

    def __repr__(self) -> str:
        return f"<nbml result {self.record.title!r} rmse={self.score}>"
