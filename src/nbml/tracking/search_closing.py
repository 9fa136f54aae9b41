"""What is uploaded when an inverse search ends: what was asked, the front as tables and figures, its models.

Models and data sets it was made with are inputs of its run, so that MLflow shows where the front comes from.
"""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.spec.front import OptimizeRecord
from nbml.spec.optimize import Input, OptimizeSpec, UsedModels
from nbml.tracking import files
from nbml.tracking.ending import STATUS, Ending
from nbml.tracking.faults import describe, verdict
from nbml.tracking.names import key, shown
from nbml.tracking.runs import JOB
from nbml.tracking.search_figures import figures_of

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import DatasetInput

FRONT = "front.json"


class SearchClosing(Ending[OptimizeSpec, OptimizeRecord]):
    """Brings the run of an inverse search to its end."""

    def _steps(self) -> dict[str, Callable[[], None]]:
        return {
            "job": self._close_job,
            "models": self._log_inputs,
            "end": lambda: self._terminate(JOB, STATUS[self._job_state]),
        }

    def _close_job(self) -> None:
        record, error = self._record, self._ending.get("error")
        tags = {"nbml.state": self._job_state, **_name_tags(one.name for one in self._spec.inputs)}
        values: dict[str, float | None] = {}
        pareto = None
        if record is not None:
            from nbml.data.store import load_frame

            pareto = load_frame(self._folder / "data", record.pareto_sha256)
            values = _values(record, pareto)
            tags |= {
                "nbml.warnings": str(sum(notice.level == "warning" for notice in record.notices)),
                "mlflow.loggedArtifacts": json.dumps([{"path": FRONT, "type": "table"}]),
            }
        elif error:
            tags["nbml.error"] = shown(f"{error['code']}: {error['message']}")
        step = 0 if record is None else record.evaluations
        self._write(JOB, params_of(self._spec), values, tags, step=step)
        with files.staging(self._runs.spool.folder) as folder:
            self._write_files(folder, pareto)
            self._runs.attempt(JOB, lambda run_id: self._runs.client.log_artifacts(run_id, str(folder)))

    def _write_files(self, folder: Path, pareto: pd.DataFrame | None) -> None:
        told = [one for one in self._runs.spool.read() if one["op"] == "notice"]
        files.dump(folder / "spec.json", self._spec.model_dump(mode="json", by_alias=True))
        files.dump(
            folder / "notices.json",
            [{name: one[name] for name in ("level", "code", "message")} for one in told],
        )
        if self._record is None or pareto is None:
            files.dump(folder / "error.json", self._ending.get("error"))
            return
        resolved = self._spec.resolved
        here = {name: version(name) for name in ("nbml", "mlflow")}
        versions = {"python": platform.python_version(), **({} if resolved is None else resolved.versions)}
        files.dump(folder / "versions.json", versions | here)
        files.dump(folder / "result.json", self._record.model_dump(mode="json"))
        files.dump(
            folder / FRONT, json.loads(pareto.to_json(orient="split", index=False, double_precision=15))
        )
        pareto.to_parquet(folder / "front.parquet", index=False)
        for name, figure in figures_of(self._record, pareto).items():
            (folder / name).write_text(figure, encoding="utf-8")
        if (self._folder / "pareto.csv").is_file():
            shutil.copyfile(self._folder / "pareto.csv", folder / "pareto.csv")

    def _log_inputs(self) -> None:
        """Link the run to its data sets and, where MLflow knows them, to its models."""
        from mlflow.entities import LoggedModelInput

        used = () if self._spec.resolved is None else self._spec.resolved.used
        data = [_dataset(one) for one in {one.data_sha256: one for one in used if one.data_sha256}.values()]
        models = [LoggedModelInput(one.model_id) for one in used if one.model_id]
        client = self._runs.client
        if data:
            self._runs.attempt(JOB, lambda run_id: client.log_inputs(run_id, datasets=data))
        if not models:
            return
        try:
            client.log_inputs(self._runs.run(JOB), models=models)
        except Exception as error:
            if verdict(error) != "refused":
                raise
            # A model that was deleted since, or one of another server; the tags still name it.
            self._runs.notice("info", "NBML-T24", reason=describe(error))


def params_of(spec: OptimizeSpec) -> dict[str, Any]:
    """What was asked, as parameters of a run: goals, inputs and constraints in words."""
    said: dict[str, Any] = {
        "engine": spec.engine,
        "seed": spec.seed,
        "evaluations": spec.evaluations,
        "interval": spec.interval,
        "timeout_s": spec.timeout_s,
        "exact_s": None if spec.exact is None else spec.exact.seconds,
    }
    said |= {f"goal_{k}": _words(goal) for k, goal in enumerate(spec.goals, start=1)}
    said |= {key("input", one.name): _input_words(one) for one in spec.inputs}
    said |= {f"constraint_{k}": _words(rule) for k, rule in enumerate(spec.constraints, start=1)}
    return {name: value for name, value in said.items() if value is not None}


def _words(part: Any) -> str:
    return json.dumps(part.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


def _input_words(one: Input) -> str:
    said = one.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return json.dumps(said, ensure_ascii=False)


def _values(record: OptimizeRecord, pareto: pd.DataFrame) -> dict[str, float | None]:
    values: dict[str, float | None] = {
        "hypervolume": record.hypervolume,
        "front_size": record.front_size,
        "evaluations": record.evaluations,
        "feasible": float(record.is_feasible),
        "seconds": record.seconds,
        "best_desirability": float(pareto["desirability"].max()) if len(pareto) else None,
    }
    if record.proof is not None:
        values |= {"exact_value": record.proof.value, "exact_bound": record.proof.bound}
        values |= {"exact_gap": record.proof.gap, "exact_seconds": record.proof.seconds}
    return values


def _dataset(used: UsedModels) -> DatasetInput:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    name = shown(used.data or used.run, 400)
    assert used.data_sha256 is not None
    return DatasetInput(
        Dataset(
            name=name,
            digest=used.data_sha256[:36],
            source_type="local",
            source=json.dumps({"uri": name}),
            profile=json.dumps({"num_rows": used.n_rows}) if used.n_rows else None,
        ),
        [InputTag("mlflow.data.context", "training")],
    )


def _name_tags(names: Iterable[str]) -> dict[str, str]:
    """The real name behind each key that is not the name itself."""
    return {key("nbml.name", name): shown(name) for name in names if key("input", name) != f"input.{name}"}
