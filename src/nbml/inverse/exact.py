"""The exact optimum of boosted models over a space: best row, a bound for all rows, the gap, the time.

The mixed-integer formulation of Mišić [1]_, solved by HiGHS through scipy: a binary for each threshold of an
input, a share for each leaf, splits that tie them together. Proof is luck; the bound holds in any case.

.. [1] V. V. Mišić (2020), Optimization of Tree Ensembles, Operations Research 68(5).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from nbml.errors import OptimizeError
from nbml.inverse.contradiction import Model
from nbml.inverse.models import Columns, ModelSurrogate, TargetModel
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints
from nbml.ml.models.base import FittedModel
from nbml.ml.shapley.trees import CATEGORICAL, NUMERIC, TreeEnsemble


@dataclass(frozen=True, eq=False)
class Exact:
    """What was proven.

    Attributes
    ----------
    positions : ndarray of int64, shape (n_variables,)
        The best row known; it keeps every exact constraint.
    value : float
        Its prediction.
    bound : float
        No row predicts better than this.
    gap : float
        ``|bound - value|``, in the unit of the target.
    seconds : float
    is_proven : bool
        Whether the gap is closed (to 1e-4 of the value).
    """

    positions: Ints
    value: float
    bound: float
    gap: float
    seconds: float
    is_proven: bool


@dataclass(frozen=True, eq=False)
class Term:
    """A part of what is maximised: a factor times a model's prediction, or times an input's value.

    Attributes
    ----------
    of : TargetModel or int
        The model, or the position of an input of numbers.
    factor : float
    """

    of: TargetModel | int
    factor: float = 1.0


def maximize_trees(
    space: Space, target: TargetModel, *, start: Ints, maximize: bool = True, seconds: float = 30.0
) -> Exact:
    """Maximise or minimise one model's prediction; as ``maximize_sum``."""
    sign = 1.0 if maximize else -1.0
    found = maximize_sum(space, [Term(target, sign)], start=start, seconds=seconds)
    return replace(found, value=sign * found.value, bound=sign * found.bound)


def maximize_sum(space: Space, terms: Sequence[Term], *, start: Ints, seconds: float = 30.0) -> Exact:
    """Maximise a weighted sum of models' predictions and inputs.

    Parameters
    ----------
    space : Space
        Its exact constraints all take part; forbidden combinations of numbers are checked afterwards only.
    terms : sequence of Term
        LightGBM and XGBoost models, one for each target.
    start : ndarray of int64, shape (n_variables,)
        A feasible row, the heuristic's answer: the program looks for better ones only.
    seconds : float
        Time for the solver.

    Raises
    ------
    OptimizeError
        NBML-O52 for a model that is not one ensemble of trees.
    """
    begun = time.monotonic()
    model = Model(space)
    program = model.program
    known = float(value_of(space, terms, start[None])[0])
    parts: dict[int, float] = {}
    constant = reach = 0.0
    cuts: dict[tuple[int, float], int] = {}
    for term in terms:
        if isinstance(term.of, int):
            form, shift, ends = _input_value(model, term.of)
            constant += term.factor * shift
            reach += max(term.factor * end for end in ends)
            for k, c in form.items():
                parts[k] = parts.get(k, 0.0) + term.factor * c
            continue
        if len(term.of.models) != 1:
            raise OptimizeError("NBML-O52", target=term.of.name)
        trees, centre, scale = _trees(term.of.models[0], term.of.name)
        base, factor = term.factor * (centre + scale * trees.base), term.factor * scale
        constant += base
        reach += base + factor * sum(_extreme(trees, 1.0 if factor > 0 else -1.0))
        leaves, values = _add_trees(model, trees, term.of.columns, space, cuts)
        parts |= {int(z): factor * float(v) for z, v in zip(leaves, values, strict=True)}
    cost = np.zeros(len(program.low))
    cost[list(parts)] = [-v for v in parts.values()]
    program.row(parts, known - constant, np.inf)
    entries = [(r, c, v) for r, (form, *_) in enumerate(program.rows) for c, v in form.items()]
    matrix = csr_array(
        ([v for *_, v in entries], ([r for r, *_ in entries], [c for _, c, _ in entries])),
        shape=(len(program.rows), len(program.low)),
    )
    found = milp(
        cost,
        integrality=np.array(program.whole, dtype=np.int64),
        bounds=Bounds(np.array(program.low), np.array(program.high)),
        constraints=LinearConstraint(matrix, [r[1] for r in program.rows], [r[2] for r in program.rows]),
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )
    best, value = start, known
    if found.x is not None:
        row = model.positions(found.x)
        if space.is_feasible(row[None])[0]:
            there = float(value_of(space, terms, row[None])[0])
            if there > known:
                best, value = row, there
    dual = getattr(found, "mip_dual_bound", None)
    if found.status == 2:  # no row is better than the start
        bound = value
    elif dual is None or not np.isfinite(dual):
        bound = reach
    else:
        bound = constant - float(dual)
    bound = max(bound, value)
    gap = bound - value
    return Exact(best, value, bound, gap, time.monotonic() - begun, gap <= 1e-4 * max(abs(value), 1e-12))


def value_of(space: Space, terms: Sequence[Term], positions: Ints) -> Floats:
    """The sum for some rows."""
    values = space.values(positions)
    out = np.zeros(len(values))
    for term in terms:
        if isinstance(term.of, int):
            out += term.factor * values[:, term.of]
        else:
            out += term.factor * ModelSurrogate(space, [term.of]).predict(values)[:, 0]
    return out


def _input_value(model: Model, i: int) -> tuple[dict[int, float], float, tuple[float, float]]:
    """An input's value as a linear form with its constant, and the ends of its range."""
    variable = model.space.variables[i]
    terms, shift = model.terms[i]
    scale = float(variable.scale)
    ends = variable.integers(np.array([model.space.low[i], model.space.high[i]])) / scale
    factor, offset = (
        (variable.step / scale, variable.offset / scale) if variable.is_grid else (1 / scale, 0.0)
    )
    return (
        {k: factor * c for k, c in terms.items()},
        offset + factor * shift,
        (float(ends[0]), float(ends[1])),
    )


def _trees(model: FittedModel, name: str) -> tuple[TreeEnsemble, float, float]:
    files = model.files()
    about = json.loads(files["nbml.json"])
    if "model.txt" in files:
        import lightgbm

        trees = TreeEnsemble.from_lightgbm(lightgbm.Booster(model_str=files["model.txt"].decode()))
    elif "model.ubj" in files:
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(bytearray(files["model.ubj"]))
        trees = TreeEnsemble.from_xgboost(booster)
    else:
        raise OptimizeError("NBML-O52", target=name)
    split = trees.nodes.feature >= 0
    if not np.isin(trees.splits.kind[split], [NUMERIC, CATEGORICAL]).all():
        raise OptimizeError("NBML-O52", target=name)
    return trees, float(about["centre"]), float(about["scale"])


def _add_trees(
    model: Model, trees: TreeEnsemble, columns: Columns, space: Space, cuts: dict[tuple[int, float], int]
) -> tuple[np.ndarray, Floats]:
    """Leaves as shares that add up to one in each tree, tied to the inputs by every split.

    `cuts` holds the binaries of thresholds, which ensembles share.
    """
    program, nodes = model.program, trees.nodes
    leaves: list[int] = []
    values: list[float] = []
    for root in trees.roots:
        mine: list[int] = []
        stack: list[tuple[int, tuple[tuple[int, bool], ...]]] = [(int(root), ())]
        under: dict[tuple[int, bool], list[int]] = {}
        while stack:
            node, path = stack.pop()
            if nodes.feature[node] < 0:
                z = program.variable(0, 1, whole=False)
                mine.append(z)
                leaves.append(z)
                values.append(float(nodes.value[node]))
                for step in path:
                    under.setdefault(step, []).append(z)
                continue
            stack.append((int(nodes.left[node]), (*path, (node, True))))
            stack.append((int(nodes.right[node]), (*path, (node, False))))
        program.row(dict.fromkeys(mine, 1.0), 1, 1)
        for (node, is_left), below in under.items():
            terms, constant = _goes_left(model, trees, columns, space, node, cuts)
            shares = dict.fromkeys(below, 1.0)
            if is_left:
                program.row({**shares, **{k: -c for k, c in terms.items()}}, -np.inf, constant)
            else:
                program.row({**shares, **terms}, -np.inf, 1 - constant)
    return np.array(leaves, dtype=np.intp), np.array(values)


def _goes_left(
    model: Model,
    trees: TreeEnsemble,
    columns: Columns,
    space: Space,
    node: int,
    cuts: dict[tuple[int, float], int],
) -> tuple[dict[int, float], float]:
    """1 where a row goes left, as a linear form of binaries and a constant."""
    column = int(trees.nodes.feature[node])
    i = int(columns.variables[column])
    splits = trees.splits
    if i < 0:
        return {}, float(splits.missing_left[node])
    variable = space.variables[i]
    if splits.kind[node] == CATEGORICAL:
        words = splits.words[splits.word_start[node] : splits.word_stop[node]]
        codes = columns.codes[column].astype(int)
        left = [
            k
            for k, code in enumerate(codes)
            if code // 32 < len(words) and words[code // 32] >> (code % 32) & 1
        ]
        return {model.levels[i][k]: 1.0 for k in left}, 0.0
    threshold = float(splits.threshold[node])
    if variable.is_category:
        left = [k for k, code in enumerate(columns.codes[column]) if code <= threshold]
        return {model.levels[i][k]: 1.0 for k in left}, 0.0
    last = int(variable.at_most(np.array([int(np.floor(threshold * variable.scale + 1e-9))]))[0])
    if last < 0 or last >= variable.count - 1:
        return {}, float(last >= 0)
    if i in model.levels:
        return {model.levels[i][k]: 1.0 for k in range(last + 1)}, 0.0
    if (i, last) not in cuts:
        cuts[i, last] = y = model.program.variable(0, 1)
        terms, _ = model.terms[i]
        ends = (last, last + 1, 0, variable.count - 1)
        low_end, next_, least, most = (
            float(e) if variable.is_grid else float(variable.integers(np.array([e]))[0]) for e in ends
        )
        model.program.row({**terms, y: most - low_end}, -np.inf, most)
        model.program.row({**terms, y: next_ - least}, next_, np.inf)
    return {cuts[i, last]: 1.0}, 0.0


def _extreme(trees: TreeEnsemble, sign: float) -> list[float]:
    """The best leaf of each tree: a bound without any solver."""
    out = []
    for root in trees.roots:
        stack, best = [int(root)], -np.inf
        while stack:
            node = stack.pop()
            if trees.nodes.feature[node] < 0:
                best = max(best, sign * float(trees.nodes.value[node]))
            else:
                stack += [int(trees.nodes.left[node]), int(trees.nodes.right[node])]
        out.append(sign * best)
    return out
