"""Writing the answer down: the Pareto table with its trust columns, every evaluated row, the record."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from nbml.data.store import save_frame
from nbml.engine.job_folder import JobFolder
from nbml.inverse.archive import Archive
from nbml.inverse.goals import Goal
from nbml.inverse.problem import Rows
from nbml.inverse.searching import Answer
from nbml.inverse.surrogate import trust_of
from nbml.inverse.trust import neighbours, pass_rate, probability
from nbml.inverse.variables import Variable
from nbml.jobs.export import write_table
from nbml.jobs.optimize.setting import Setting
from nbml.jobs.optimize.sources import second_opinions
from nbml.spec.events import Notice
from nbml.spec.front import GoalScale, InputRange, OptimizeRecord, ProofRecord
from nbml.spec.optimize import OptimizeSpec

KEPT_ROWS = 200_000
SHAKE_SEED = 3
NEAREST = 3
LISTED = 1_000


def keep(
    folder: JobFolder,
    spec: OptimizeSpec,
    setting: Setting,
    archive: Archive,
    shown: Answer,
    *,
    notices: tuple[Notice, ...],
    state: str,
    seconds: float,
    proof: ProofRecord | None = None,
    islands: int = 0,
) -> OptimizeRecord:
    """Write the tables and figures of a search into its folder and describe them.

    Parameters
    ----------
    state : str
        done, timeout, stopped (by somebody) or failed (a part of it, for good).
    """
    problem = setting.problem
    pareto = pareto_table(spec, setting, shown)
    write_table(pareto, folder.root / "pareto.csv", byte_order_mark=True)
    measured = measured_table(setting)
    return OptimizeRecord(
        job_id=folder.job_id,
        state="cancelled" if state == "stopped" else "succeeded",
        is_partial=state != "done",
        title=spec.title,
        targets=problem.surrogate.targets,
        runs=tuple(source.said.run for source in setting.sources),
        inputs=tuple(_range(v) for v in problem.space.variables),
        goals=tuple(_scale(goal) for goal in problem.goals),
        evaluations=problem.evaluations,
        failed=problem.failed,
        undefined=problem.undefined,
        front_size=shown.front_size,
        is_feasible=shown.is_feasible,
        hypervolume=shown.hypervolume if shown.is_feasible else None,
        reference=tuple(float(v) for v in shown.reference),
        knee=shown.knee if shown.knee >= 0 else None,
        notices=notices,
        pareto_sha256=save_frame(pareto, folder.data),
        evaluated_sha256=save_frame(evaluated_table(setting, archive.rows), folder.data),
        measured_sha256=None if measured is None else save_frame(measured, folder.data),
        seconds=seconds,
        proof=proof,
        islands=islands,
    )


def pareto_table(spec: OptimizeSpec, setting: Setting, shown: Answer) -> pd.DataFrame:
    """One row for each Pareto row: inputs, predictions with intervals, goals, and how far to trust it."""
    problem, rows = setting.problem, shown.rows
    values = problem.space.values(rows.positions)
    trust = trust_of(problem.surrogate, values)
    columns: dict[str, np.ndarray] = {}

    def add(name: str, column: np.ndarray) -> None:
        """Under its name, or another where an input has that name already."""
        while name in columns:
            name += "_"
        columns[name] = column

    for name, series in problem.space.frame(rows.positions).items():
        add(str(name), series.to_numpy())
    for k, target in enumerate(problem.surrogate.targets):
        add(f"predicted_{target}", rows.predicted[:, k])
        if not np.isnan(trust.lower[:, k]).all():
            add(f"lower_{target}", trust.lower[:, k])
            add(f"upper_{target}", trust.upper[:, k])
    for k, goal in enumerate(problem.goals):
        if goal.on == "formula":
            add(goal.label, rows.goals[:, k])
    add("desirability", shown.desirability)
    add("meets", meets(problem.goals, rows))
    add("probability", probability(problem, rows, trust))
    rng = np.random.default_rng([spec.seed, SHAKE_SEED])
    add("pass_rate", pass_rate(problem, rows, rng))
    if not np.isnan(trust.distance).all():
        add("distance", trust.distance)
    if len(setting.measured):
        near = neighbours(problem.space, values, setting.measured, k=NEAREST)
        for k in range(near.rows.shape[1]):
            add(f"nearest_{k + 1}", _table_rows(setting)[near.rows[:, k]])
            add(f"nearest_{k + 1}_distance", near.distances[:, k])
    for name, predicted in second_opinions(problem.space, setting.sources, values).items():
        add(f"second_{name}", predicted)
    add("outside", outside(setting, values))
    add("knee", np.arange(len(rows)) == shown.knee)
    return pd.DataFrame(columns)


def evaluated_table(setting: Setting, rows: Rows) -> pd.DataFrame:
    """Evaluated rows, the latest where there are too many: inputs, predictions, goals, violation."""
    rows = rows.take(slice(max(len(rows) - KEPT_ROWS, 0), None))
    problem = setting.problem
    out = problem.space.frame(rows.positions)
    parts = {f"predicted_{t}": rows.predicted[:, k] for k, t in enumerate(problem.surrogate.targets)}
    parts |= {f"goal_{k + 1}": rows.goals[:, k] for k in range(len(problem.goals))}
    parts["violation"] = rows.violation
    numbered = pd.DataFrame(parts)
    return pd.concat([out, numbered], axis=1)


def measured_table(setting: Setting) -> pd.DataFrame | None:
    """What was measured of the targets and inputs, for the background of figures."""
    tables = [source.measured for source in setting.sources if source.measured is not None]
    if not tables:
        return None
    wanted = [*setting.problem.space.index, *setting.problem.surrogate.targets]
    table = max(tables, key=lambda t: sum(name in t.columns for name in wanted))
    return table[[name for name in wanted if name in table.columns]].reset_index(drop=True)


def meets(goals: tuple[Goal, ...], rows: Rows) -> np.ndarray:
    """Whether each row meets every goal that has an end."""
    return np.asarray(np.all([goal.miss(rows.goals[:, k]) == 0 for k, goal in enumerate(goals)], axis=0))


def outside(setting: Setting, values: np.ndarray) -> np.ndarray:
    """The inputs of each row that lie outside their training range, as text."""
    names = []
    for i, variable in enumerate(setting.problem.space.variables):
        feature = setting.features[variable.name]
        if feature.low is None or feature.high is None:
            continue
        beyond = (values[:, i] < feature.low) | (values[:, i] > feature.high)
        names.append(np.where(beyond, variable.name, ""))
    return np.array(
        ["; ".join(filter(None, cells)) for cells in zip(*names, strict=True)] or [""] * len(values),
        dtype=object,
    )


def _table_rows(setting: Setting) -> np.ndarray:
    """Row of each measured row in its training table, from 1."""
    if any(source.measured is not None for source in setting.sources):
        return np.arange(1, len(setting.measured) + 1)
    reference = setting.sources[0].bundle.reference
    assert reference is not None
    return np.asarray(reference.domain.rows) + 1


def _range(variable: Variable) -> InputRange:
    if variable.is_category:
        return InputRange(name=variable.name, kind="category", levels=variable.levels)
    values = variable.values(variable_positions(variable)) if variable.listed is not None else np.zeros(0)
    grid = variable.listed is None and variable.count > 1
    return InputRange(
        name=variable.name,
        kind="number",
        low=variable.low,
        high=variable.high,
        step=variable.step / variable.scale if grid else None,
        values=tuple(float(v) for v in values),
        zero=variable.zero,
        tolerance=variable.tolerance,
    )


def variable_positions(variable: Variable) -> np.ndarray:
    """Positions of at most 1,000 values of a variable, its ends among them."""
    return np.unique(np.linspace(0, variable.count - 1, min(variable.count, LISTED)).astype(np.int64))


def _scale(goal: Goal) -> GoalScale:
    return GoalScale(
        label=goal.label,
        on=goal.on,
        kind=goal.kind,
        low=goal.low if math.isfinite(goal.low) else None,
        high=goal.high if math.isfinite(goal.high) else None,
        weight=goal.weight,
        is_limit=goal.is_limit,
        seen_low=goal.seen_low,
        seen_high=goal.seen_high,
    )
