"""What a job keeps for intervals, and the coverage it measures on its held-out rows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nbml.engine.executor import Outcome
from nbml.jobs.reference import LEVELS, keep_reference, measure_coverage
from nbml.jobs.training_data import Prepared, TrainingData
from nbml.jobs.trial_store import TrialRecord, TrialStore
from nbml.ml.encoder import Encoder
from nbml.ml.folds import make_folds
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape

N = 240
RNG = np.random.default_rng(0)
X = RNG.random((N, 2))
Y = np.column_stack([X[:, 0] + 0.1 * RNG.normal(size=N), X[:, 1] + 0.1 * RNG.normal(size=N)])
Y[::6, 1] = np.nan


def job(tmp_path, groups=None, *, has_final=True):
    """Arrays, a store and studies as a job has them at its end; out-of-fold predictions are the truth."""
    folds = make_folds(N, groups=groups)
    names = None if groups is None else tuple(str(group) for group in groups)
    data = TrainingData(X, Y, Layout((0, 0)), folds)
    prepared = Prepared(data, Encoder(()), (), np.arange(N) + 7, N + 7, names)
    store, answers, studies = TrialStore(tmp_path), {}, []
    learner = family("lightgbm")
    params = {**learner.start(Shape(N, 2, N)), "num_iterations": 5}
    for target in (0, 1):
        plan = SimpleNamespace(id=f"t{target}-lightgbm", family="lightgbm")
        record = TrialRecord(params, X[:, target].astype(np.float32), 0.1, [], [])
        store.save_trial(plan.id, 3, record)
        rows = ~np.isnan(Y[:, target])
        made = learner.prepare(X[rows], data.layout, threads=1)
        model = learner.fit(made, Y[rows, target], params, seed=0, threads=1, should_stop=lambda: False)
        files = model.files()
        if has_final:
            answers[f"{plan.id}/final"] = Outcome(f"{plan.id}/final", files)
        else:
            store.load_model_files = lambda study, trial, fold, files=files: files
        best = SimpleNamespace(number=3, value=0.1)
        studies.append(SimpleNamespace(plan=plan, target_index=target, best=best))
    unfinished = SimpleNamespace(id="t0-mlp", family="mlp")
    studies.append(SimpleNamespace(plan=unfinished, target_index=0, best=None))
    return prepared, keep_reference(prepared, studies, store, answers, seed=1, threads=1)


@pytest.mark.parametrize("has_final", [True, False], ids=["done", "cancelled"])
def test_rows_residuals_and_positions(tmp_path, has_final):
    _, kept = job(tmp_path, has_final=has_final)
    assert set(kept.calibrations) == {(0, "lightgbm"), (1, "lightgbm")}
    assert kept.domain.rows.tolist() == list(range(7, N + 7))
    second = kept.calibrations[1, "lightgbm"]
    assert np.isnan(second.difficulty.residual[::6]).all()
    np.testing.assert_allclose(second.difficulty.residual, np.abs(Y[:, 1] - X[:, 1]), atol=1e-6)
    assert second.n_units == N - N // 6


def test_coverage_of_rows(tmp_path):
    prepared, kept = job(tmp_path)
    found = measure_coverage(kept.calibrations[1, "lightgbm"], kept, prepared)
    assert tuple(one.level for one in found) == LEVELS
    for one in found:
        assert one.share == pytest.approx(one.level, abs=0.04)
        assert one.of_rows == pytest.approx(one.share)
        assert (one.n_rows, one.n_units) == (N - N // 6, N - N // 6)
        assert not one.is_grouped
        assert one.groups == ()
        assert one.worst_case < one.level
    widths = [one.median_width for one in found]
    assert widths == sorted(widths)


def test_coverage_by_group_has_the_users_names_worst_first(tmp_path):
    groups = [f"<b>{k % 12}</b>" for k in range(N)]
    prepared, kept = job(tmp_path, groups)
    of_50, *_ = measure_coverage(kept.calibrations[0, "lightgbm"], kept, prepared)
    assert {one.group for one in of_50.groups} == set(groups)
    shares = [one.share for one in of_50.groups]
    assert shares == sorted(shares)
    assert of_50.share == pytest.approx(np.mean(shares))
    assert sum(one.n_rows for one in of_50.groups) == N


def test_levels_out_of_reach_have_no_coverage(tmp_path):
    """Five groups reach 5/6 at predicting, and 4/5 where each is judged by the four others."""
    prepared, kept = job(tmp_path, [k % 5 for k in range(N)])
    found = measure_coverage(kept.calibrations[0, "lightgbm"], kept, prepared)
    assert [one.is_reachable for one in found] == [True, True, False, False]
    assert [one.share is None for one in found] == [False, False, True, True]
    assert found[3].groups == ()
