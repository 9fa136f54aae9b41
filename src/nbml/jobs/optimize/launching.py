"""Making and starting inverse searches: the arguments people write, the spec, the checks before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbml.durable import write_text
from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.errors import SpecError
from nbml.jobs.launch import Executor, launch, queue
from nbml.jobs.optimize.job import OptimizeJob
from nbml.jobs.optimize.setting import set_up
from nbml.jobs.optimize.sources import open_sources
from nbml.jobs.writing import library_versions as versions
from nbml.jobs.written_job import WrittenSearch, read_search
from nbml.platform.choose import current_user
from nbml.settings import Settings
from nbml.spec.optimize import Goal, Input, ModelSource, OptimizeSpec, Proof, ResolvedSearch
from nbml.spec.parse import parse_job, spec_to_dict, spec_to_json

if TYPE_CHECKING:
    from nbml.jobs.job import Job
    from nbml.jobs.result import TrainResult

    Run = str | ModelSource | Job | TrainResult | Mapping[str, Any]


def make_optimize_spec(
    runs: Run | Sequence[Run],
    inputs: Sequence[Input | Mapping[str, Any]] = (),
    goals: Sequence[Goal | Mapping[str, Any]] | Mapping[str, str] = (),
    constraints: Sequence[str | Mapping[str, Any]] = (),
    *,
    evaluations: int = 10_000,
    size: int = 100,
    interval: float = 0.9,
    engine: str = "nsga2",
    timeout_s: float | None = None,
    seed: int = 42,
    after: str | OptimizeJob | None = None,
    exact: bool | float | Proof | Mapping[str, Any] | None = None,
    project: str = "default",
    name: str | None = None,
    workers: int | None = None,
    threads: int = 1,
    memory_mb: int | None = None,
) -> OptimizeSpec:
    """The spec that ``optimize`` would run for the same arguments; see ``optimize``."""
    listed = runs if isinstance(runs, list | tuple) else [runs]
    wanted = (
        [{"target": k, "goal": v} for k, v in goals.items()] if isinstance(goals, Mapping) else list(goals)
    )
    spec = parse_job(
        {
            "schema": "nbml.job/1",
            "task": "optimize",
            "name": name,
            "project": project,
            "runs": [_run(one) for one in listed],
            "inputs": [_plain(one) for one in inputs],
            "goals": [_plain(one) for one in wanted],
            "constraints": [one if isinstance(one, str) else _plain(one) for one in constraints],
            "evaluations": evaluations,
            "size": size,
            "interval": interval,
            "engine": engine,
            "timeout_s": timeout_s,
            "seed": seed,
            "after": None if after is None else _run(after),
            "exact": _plain(exact),
            "resources": {"workers": workers, "threads": threads, "memory_mb": memory_mb},
        }
    )
    assert isinstance(spec, OptimizeSpec)
    return spec


def optimize(
    runs: Run | Sequence[Run],
    inputs: Sequence[Input | Mapping[str, Any]] = (),
    goals: Sequence[Goal | Mapping[str, Any]] | Mapping[str, str] = (),
    constraints: Sequence[str | Mapping[str, Any]] = (),
    *,
    executor: Executor | None = None,
    **arguments: Any,
) -> OptimizeJob:
    """Find inputs whose predicted targets reach goals; returns at once.

    Parameters
    ----------
    runs : str, Job, TrainResult, mapping, or a list of them
        Trained models: a job id, an MLflow run id or a model address; ``{"run": id, "targets": [...],
        "family": name}`` for some of its targets or another family. Several runs join their inputs.
    inputs : list
        ``{"name": "cement", "low": 100, "high": 540, "step": 5}``, ``{"name": "age", "fixed": 28}``,
        ``{"name": "type", "levels": ["A", "B"]}``; also integer, log, zero, tolerance, extrapolate. Inputs
        not named keep their training range.
    goals : list or mapping
        ``{"target": "strength", "goal": "maximize"}``; minimize, reach (value, tolerance), between (low,
        high), at_least and at_most (value), each with weight and soft; ``"input"`` or ``"formula"`` in place
        of ``"target"``. A mapping of targets to maximize or minimize is the short form.
    constraints : list
        ``{"kind": "mixture", "parts": [...], "total": 100}``; linear, ratio, count, when, combinations,
        formula, distance, interval. A text is a formula: ``"water / cement <= 0.6"``.
    evaluations : int
        Rows to predict at most, 10 to 10,000,000.
    size : int
        Pareto rows to show at most.
    interval : float
        Level of the prediction intervals.
    engine : str
        nsga2, or one of Optuna's samplers by name: optuna-tpe, optuna-nsga2, optuna-nsga3, optuna-gp,
        optuna-random, optuna-qmc.
    timeout_s : float, optional
        Time for the search; what is found then is kept.
    seed : int
        The same seed gives the same front.
    after : str or OptimizeJob, optional
        An earlier search: its front is where this one begins, as far as it is still feasible.
    exact : bool or float, optional
        Exact mode: after the search a mixed-integer program looks for better rows and bounds what any row can
        reach, for 30 s or so many seconds. For one goal, or for directions weighed against each other, on
        LightGBM and XGBoost models; ``result.record.proof`` and a notice say what came of it.
    project, name : str
        For finding it again.
    workers, memory_mb : int, optional
        For searches of 100,000 evaluations and more, which are split into islands on workers; they never
        change the answer.
    threads : int
        Threads of the libraries.
    executor : {"ray", "inline"}, optional
        Where it runs; the setting when left out.

    Returns
    -------
    OptimizeJob
        Its handle; ``.result().pareto`` is the table.

    Raises
    ------
    OptimizeError
        NBML-O.. when what is asked for cannot be searched, with the field in ``fields["place"]``; nothing has
        started then.
    SpecError
        NBML-S01 for fields that do not exist or have another type.
    """
    return start_search(make_optimize_spec(runs, inputs, goals, constraints, **arguments), executor=executor)


def go_on(job: OptimizeJob, changes: Mapping[str, Any], *, executor: Executor | None = None) -> OptimizeJob:
    """As ``OptimizeJob.go_on``."""
    said = spec_to_dict(job.spec.model_copy(update={"resolved": None}))
    kept: dict[str, Any] = {
        name: said[name]
        for name in (
            "inputs",
            "goals",
            "constraints",
            "evaluations",
            "size",
            "interval",
            "engine",
            "timeout_s",
        )
        if name in said
    }
    kept |= {name: said[name] for name in ("seed", "exact", "project", "name") if name in said}
    resources = said.get("resources", {})
    kept |= {name: resources[name] for name in ("workers", "threads", "memory_mb") if name in resources}
    by_name = {one["name"]: one for one in kept.pop("inputs", [])}
    for one in changes.get("inputs", ()):
        plain = dict(_plain(one))
        by_name[plain["name"]] = _changed(by_name.get(plain["name"], {}), plain)
    changed = {name: value for name, value in changes.items() if name not in ("inputs", "runs")}
    spec = make_optimize_spec(
        changes.get("runs", list(said["runs"])), list(by_name.values()), **{"after": job, **kept, **changed}
    )
    return start_search(spec, executor=executor)


def start_search(
    spec: OptimizeSpec, *, executor: Executor | None = None, settings: Settings | None = None
) -> OptimizeJob:
    """Check a spec against its models, write the job down and set it going."""
    settings = settings or Settings()
    written = write_search(spec, settings)
    queue(written, settings)
    launch(written, settings, executor or settings.executor)
    return OptimizeJob(written.folder.job_id, settings)


def write_search(spec: OptimizeSpec, settings: Settings) -> WrittenSearch:
    """Settle a spec for its models and write the job down; nothing runs yet."""
    if spec.after is not None:
        read_search(spec.after, settings)
    sources = open_sources(spec.model_copy(update={"resolved": None}), settings)
    set_up(spec, sources)
    folder = JobFolder.of(settings.jobs, new_job_id()).make()
    resolved = ResolvedSearch(
        job_id=folder.job_id,
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        user=current_user(settings),
        used=tuple(source.used for source in sources),
    )
    spec = spec.model_copy(update={"resolved": resolved})
    write_text(folder.spec, spec_to_json(spec))
    return WrittenSearch(folder, spec)


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """An input with some fields changed: a range takes the place of a fixed value and the other way round."""
    ways = ({"fixed"}, {"levels"}, {"low", "high", "step"})
    said = [way for way in ways if way & set(now)]
    dropped = set().union(*(way for way in ways if said and way not in said))
    return {name: value for name, value in was.items() if name not in dropped} | dict(now)


def _run(one: Any) -> Any:
    """A run by its id, whatever handle of it was given."""
    if isinstance(one, str | ModelSource | Mapping):
        return _plain(one)
    record = getattr(one, "record", None)
    found = getattr(one, "id", None) if record is None else record.job_id
    if not isinstance(found, str):
        raise SpecError("NBML-S01", places=["runs"], problems=f"runs: {type(one).__name__}")
    return found


def _plain(one: Any) -> Any:
    return one.model_dump(exclude_unset=True) if isinstance(one, Input | Goal | ModelSource | Proof) else one
