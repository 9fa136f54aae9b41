"""What is uploaded when a job ends, step by step: each step may be done twice and is remembered once done.

Owns the order of the steps and what they write to the runs; the files are made by ``nbml.tracking.files``.
Knows nothing of threads and of waiting.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

from nbml.ml.bundle.places import MANIFEST
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.train import TrainSpec
from nbml.tracking import files
from nbml.tracking.ending import STATUS, Ending
from nbml.tracking.logged_model import log_model, register
from nbml.tracking.names import key, shown, slug
from nbml.tracking.runs import JOB


class Closing(Ending[TrainSpec, TrainRecord]):
    """Brings a training's runs to their end."""

    def _steps(self) -> dict[str, Callable[[], None]]:
        steps: dict[str, Callable[[], None]] = {}
        for study in self._runs.studies:
            steps[f"study {study}"] = lambda study=study: self._close_study(study)  # type: ignore[misc]
        steps["job"] = self._close_job
        if self._record is not None:
            steps["data"] = self._log_data
        models = None if self._record is None else self._folder / self._record.models
        if models is not None and (models / MANIFEST).exists():
            steps["model"] = lambda: log_model(self._runs, models)
            steps["register"] = lambda: register(self._runs, self._spec)
        steps["end"] = self._end
        return steps

    def _close_study(self, study: str) -> None:
        """Best parameters and scores as the run's own, the trials as a table, the Shapley values."""
        leader = self._leader(study)
        trials = [one for one in self._runs.spool.read() if one["op"] == "trial" and one["study"] == study]
        with files.staging(self._runs.spool.folder) as folder:
            files.write_trials(folder, trials, self._runs.folds)
            if leader is not None and leader.shap is not None:
                shutil.copyfile(self._folder / leader.shap, folder / "shap.npz")
            tags = {
                "mlflow.loggedArtifacts": json.dumps([{"path": files.TRIALS, "type": "table"}]),
                **_name_tags(self._runs.folds),
            }
            params, values = {}, {}
            if leader is not None:
                params = {slug(name): value for name, value in leader.params.items()}
                values = _scores(leader, None) | {
                    "trials_complete": leader.trials_complete,
                    "trials_failed": leader.trials_failed,
                    "fit_seconds": leader.seconds,
                }
                tags |= {"nbml.chosen": str(leader.chosen).lower(), "nbml.best_trial": str(leader.trial)}
            self._write(study, params, values, tags)
            self._runs.attempt(study, lambda run_id: self._runs.client.log_artifacts(run_id, str(folder)))

    def _close_job(self) -> None:
        """What was asked and what came out: settings, scores of the chosen models, tables."""
        spec, record = self._spec, self._record
        values: dict[str, float | None] = {}
        tags = {"nbml.state": self._job_state}
        params: dict[str, Any] = {
            "models": ", ".join(spec.models),
            "sampler": spec.search.sampler,
            "seed": spec.seed,
            "trials": spec.search.trials,
            "timeout_s": spec.search.timeout_s,
        }
        if record is not None:
            for number, target in enumerate(record.targets):
                for row in record.leaderboard:
                    if row.target == target and (row.chosen or row.study is None):
                        stem = "" if row.chosen else "baseline_"
                        values |= _scores(row, None, stem) if number == 0 else {}
                        values |= _scores(row, target, stem) if len(record.targets) > 1 else {}
            values |= {"seconds": record.seconds, "busy_share": record.busy_share}
            params |= {
                "n_rows": record.n_rows,
                "n_features": len(record.features),
                "fold_scheme": record.fold_scheme,
                "n_folds": len(record.fold_names),
            }
            tags |= {
                "nbml.data.sha256": record.data_sha256,
                "nbml.warnings": str(len(record.warnings)),
                **_name_tags(record.targets),
            }
        elif self._ending.get("error"):
            tags["nbml.error"] = shown(f"{self._ending['error']['code']}: {self._ending['error']['message']}")
        self._write(JOB, {name: value for name, value in params.items() if value is not None}, values, tags)
        with files.staging(self._runs.spool.folder) as folder:
            notices = [one for one in self._runs.spool.read() if one["op"] == "notice"]
            files.write_job(folder, self._folder, spec, record, self._ending, notices)
            self._runs.attempt(JOB, lambda run_id: self._runs.client.log_artifacts(run_id, str(folder)))

    def _log_data(self) -> None:
        assert self._record is not None
        inputs = files.dataset(self._spec, self._record)
        self._runs.attempt(JOB, lambda run_id: self._runs.client.log_inputs(run_id, datasets=[inputs]))

    def _end(self) -> None:
        status = STATUS[self._job_state]
        for study in (*self._runs.studies, JOB):
            leader = self._leader(study)
            failed = leader is not None and leader.error is not None
            self._terminate(study, "FAILED" if failed else status)

    def _leader(self, study: str) -> Leader | None:
        rows = () if self._record is None else self._record.leaderboard
        return next((row for row in rows if row.study == study), None)


def _scores(row: Leader, target: str | None, stem: str = "") -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    for metric, score in row.scores.items():
        said = {"": score.pooled, "_mean": score.mean, "_spread": score.spread}
        values |= {key(f"{stem}{metric}{end}", target): value for end, value in said.items()}
    return values


def _name_tags(names: Any) -> dict[str, str]:
    """The real name behind each key that is not the name itself."""
    return {key("nbml.name", name): shown(name) for name in names if slug(name) != name}
