"""The contract every model family keeps: one class, the same verdict for all four."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from nbml.errors import ModelError
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import FitStoppedError, Layout, Shape

FEW = {
    "lightgbm": {"num_iterations": 30},
    "xgboost": {"num_boost_round": 30},
    "catboost": {"iterations": 30},
    "mlp": {"epochs": 15},
}


def never() -> bool:
    return False


def shape_of(X, layout):
    return Shape(n_rows=len(X), n_features=X.shape[1], n_train=len(X), n_categorical=len(layout.categorical))


def mixed(n=160, seed=0):
    """Three numbers and a category, with holes; the target depends on all but the third."""
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 5, n)
    X = np.column_stack([rng.normal(size=(n, 3)), level.astype(float)])
    y = 3 * X[:, 0] - X[:, 1] + np.array([0.0, 4, -3, 8, 1])[level] + 50 + 0.1 * rng.normal(size=n)
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, y, Layout((0, 0, 0, 6))


@pytest.fixture(params=FAMILIES)
def learn(request):
    """Prepare and fit with few rounds; ``learn.family`` is the family."""
    chosen = family(request.param)

    def fit(X, y, layout=None, *, seed=7, threads=1, should_stop=never, prepared=None, **params):
        layout = layout or Layout((0,) * X.shape[1])
        prepared = prepared or chosen.prepare(X, layout, threads=threads)
        params = chosen.start(shape_of(X, layout)) | FEW[chosen.name] | params
        return chosen.fit(prepared, y, params, seed=seed, threads=threads, should_stop=should_stop)

    fit.family = chosen
    return fit


class TestFamilyContract:
    def test_predicts_one_float64_for_each_row(self, learn):
        X, y, layout = mixed()
        predicted = learn(X, y, layout).predict(X)
        assert predicted.shape == (len(X),)
        assert predicted.dtype == np.float64
        assert np.sqrt(np.mean((predicted - y) ** 2)) < 0.8 * y.std()

    def test_start_lies_in_the_space(self, learn):
        for n, categorical in ((4, 0), (150, 2), (5_000, 0), (60_000, 3)):
            shape = Shape(n_rows=n, n_features=8, n_train=n, n_categorical=categorical)
            space, start = learn.family.space(shape), learn.family.start(shape)
            assert space.keys() == start.keys()
            for name, param in space.items():
                assert param.why
                if param.kind == "choice":
                    assert start[name] in param.choices
                else:
                    assert param.low <= start[name] <= param.high
                    assert isinstance(start[name], int) == (param.kind == "int")

    def test_same_seed_same_model(self, learn):
        X, y, layout = mixed()
        one, two = learn(X, y, layout), learn(X, y, layout)
        assert np.array_equal(one.predict(X), two.predict(X))
        other = learn(X, y, layout, seed=8)
        assert not np.array_equal(one.predict(X), other.predict(X))

    def test_missing_values_need_no_filling(self, learn):
        X, y, _ = mixed()
        X = X[:, :3].copy()
        y = y + 30 * np.isnan(X[:, 2])
        model = learn(X, y)
        told = model.predict(np.array([[0.0, 0.0, np.nan], [0.0, 0.0, 0.0]]))
        assert told[0] - told[1] > 5

    def test_levels_are_not_numbers(self, learn):
        codes = np.tile(np.arange(6.0), 40)
        y = np.array([5.0, -9, 7, -8, 9, -6])[codes.astype(int)]
        enough = {"epochs": 200} if learn.family.name == "mlp" else {}
        model = learn(codes[:, None], y, Layout((6,)), **enough)
        told = model.predict(np.arange(6.0)[:, None])
        assert np.array_equal(np.sign(told), np.sign(y[:6]))

    def test_an_unseen_level_is_missing_d25(self, learn):
        X, y, layout = mixed()
        model = learn(X, y, layout)  # level 5 exists in the table, not in this training part
        rows = np.repeat(X[:1], 4, axis=0)
        rows[:, 3] = [np.nan, 5.0, 9.0, 0.5]
        assert len(set(model.predict(rows))) == 1
        missing, unseen = (model.attribute(rows[i : i + 1], background=X, seed=0) for i in (0, 1))
        assert np.array_equal(missing.values, unseen.values)

    @pytest.mark.parametrize("value", [np.inf, -np.inf])
    def test_infinite_inputs_are_refused_d4(self, learn, value):
        X, y, layout = mixed()
        bad = X.copy()
        bad[3, 1] = value
        with pytest.raises(ModelError) as caught:
            learn(bad, y, layout)
        assert (caught.value.code, caught.value.fields) == ("NBML-M02", {"row": 3, "column": 1})
        with pytest.raises(ModelError, match="NBML-M02"):
            learn(X, y, layout).predict(bad)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_a_target_that_is_not_finite_is_refused_d1(self, learn, value):
        X, y, layout = mixed()
        y[4] = value
        with pytest.raises(ModelError) as caught:
            learn(X, y, layout)
        assert (caught.value.code, caught.value.fields) == ("NBML-M03", {"row": 4})

    def test_another_number_of_columns_is_refused_p1(self, learn):
        X, y, layout = mixed()
        with pytest.raises(ModelError, match="NBML-M04"):
            learn(X, y, layout).predict(X[:, :3])

    @pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
    def test_nothing_to_learn_from_d10(self, learn, shape):
        with pytest.raises(ModelError, match="NBML-M01"):
            learn(np.zeros(shape), np.zeros(shape[0]))

    def test_no_rows_give_no_predictions_p9(self, learn):
        X, y, layout = mixed()
        model = learn(X, y, layout)
        assert model.predict(X[:0]).shape == (0,)
        assert model.attribute(X[:0], background=X, seed=0).values.shape == (0, 4)

    def test_saved_and_loaded_to_the_last_bit(self, learn):
        X, y, layout = mixed()
        model = learn(X, y, layout)
        files = model.files()
        again = learn.family.load(files)
        rows = np.vstack([X, mixed(seed=1)[0] * 3])
        assert np.array_equal(model.predict(rows), again.predict(rows))
        one, two = (m.attribute(rows[:5], background=X, seed=3) for m in (model, again))
        assert np.array_equal(one.values, two.values)
        assert one.base == two.base
        assert all(Path(name).name == name for name in files)
        assert not any(content.startswith(b"\x80") for content in files.values())  # a pickle's first byte

    def test_damaged_or_foreign_files_are_refused(self, learn):
        X, y, layout = mixed()
        files = learn(X, y, layout).files()
        own = {"nbml.json": files["nbml.json"]}
        for damaged in ({}, own, {**files, "nbml.json": b"{"}):
            with pytest.raises(ModelError, match="NBML-M05"):
                learn.family.load(damaged)
        other = family("mlp" if learn.family.name != "mlp" else "xgboost")
        with pytest.raises(ModelError, match="NBML-M05"):
            other.load(files)

    def test_attribution_adds_up_to_the_prediction(self, learn):
        X, y, layout = mixed()
        model = learn(X, y, layout)
        rows = X[:12]
        got = model.attribute(rows, background=X, seed=0)
        predicted = model.predict(rows)
        assert got.values.shape == rows.shape
        # 1e-6 relative is the demand; float32 leaves of a booster stay well within it
        assert np.allclose(got.base + got.values.sum(axis=1), predicted, rtol=1e-6, atol=0)
        assert np.abs(got.values).mean(axis=0).argmin() == 2  # the column that does not matter

    def test_attribution_leaves_the_global_generator_alone(self, learn):
        X, y, _ = mixed()
        X = np.tile(X[:, :3], 4)
        model = learn(X, y)
        np.random.seed(5)
        expected = np.random.random()
        np.random.seed(5)
        one = model.attribute(X[:2], background=X, seed=1)
        assert np.random.random() == expected
        assert np.array_equal(one.values, model.attribute(X[:2], background=X, seed=1).values)

    @pytest.mark.parametrize("after", [0, 3])
    def test_stops_between_rounds_f6(self, learn, after):
        X, y, layout = mixed()
        asked = 0

        def should_stop():
            nonlocal asked
            asked += 1
            return asked > after

        with pytest.raises(FitStoppedError):
            learn(X, y, layout, should_stop=should_stop)
        assert asked == after + 1

    def test_asks_every_round_whether_to_stop(self, learn):
        X, y, layout = mixed()
        asked = []
        learn(X, y, layout, should_stop=lambda: bool(asked.append(1)))
        assert len(asked) >= next(iter(FEW[learn.family.name].values()))

    def test_one_preparation_serves_many_fits(self, learn):
        X, y, layout = mixed()
        prepared = learn.family.prepare(X, layout, threads=1)
        shared = [
            learn(X, target, layout, prepared=prepared, seed=seed).predict(X)
            for target, seed in ((y, 1), (-(y**2), 2), (y, 1))
        ]
        assert np.array_equal(shared[0], shared[2])
        assert np.array_equal(shared[0], learn(X, y, layout, seed=1).predict(X))
        assert np.array_equal(shared[1], learn(X, -(y**2), layout, seed=2).predict(X))

    def test_inputs_are_not_changed(self, learn):
        X, y, layout = mixed()
        X.setflags(write=False)
        y.setflags(write=False)
        before = X.copy(), y.copy()
        model = learn(X, y, layout)
        model.predict(X)
        model.attribute(X[:3], background=X, seed=0)
        assert np.array_equal(X, before[0], equal_nan=True)
        assert np.array_equal(y, before[1])

    def test_memory_layout_does_not_matter(self, learn):
        X, y, layout = mixed()
        model = learn(np.asfortranarray(X), y, layout)
        assert np.array_equal(model.predict(X), learn(X, y, layout).predict(np.asfortranarray(X)))

    @pytest.mark.parametrize("value", [3.0, np.nan])
    def test_a_column_without_information_d21_d22(self, learn, value):
        X, y, _ = mixed()
        X[:, 2] = value
        model = learn(X[:, :3], y)
        assert np.isfinite(model.predict(X[:, :3])).all()
        assert not model.attribute(X[:4, :3], background=X[:, :3], seed=0).values[:, 2].any()

    @pytest.mark.parametrize("n_levels", [0, 4])
    def test_a_column_missing_in_the_training_part_only_d23(self, learn, n_levels):
        X, y, _ = mixed()
        X = X[:, :3].copy()
        X[:, 2] = np.nan
        model = learn(X, y, Layout((0, 0, n_levels)))
        told = X[:3].copy()
        told[:, 2] = 1.0
        assert np.isfinite(model.predict(told)).all()
        if n_levels:  # every level is unseen there
            assert np.array_equal(model.predict(told), model.predict(X[:3]))

    @pytest.mark.parametrize("value", [5.0, np.nan])
    def test_rows_that_cannot_be_told_apart_get_the_mean_d22(self, learn, value):
        X = np.full((30, 2), value)
        y = np.arange(30.0)
        model = learn(X, y)
        assert model.predict(np.ones((2, 2))) == pytest.approx([14.5, 14.5], rel=1e-15)
        assert not model.attribute(X, background=X, seed=0).values.any()
        assert learn.family.load(model.files()).predict(X[:1]) == model.predict(X[:1])

    @pytest.mark.parametrize("value", [0.0, 0.1, -1e20])
    def test_a_constant_target_is_predicted_exactly_d5(self, learn, value):
        X, _, layout = mixed()
        model = learn(X, np.full(len(X), value), layout)
        assert (model.predict(X) == value).all()

    @pytest.mark.parametrize("n", [1, 2, 4, 5])
    def test_tiny_tables(self, learn, n):
        X, y, layout = mixed(5)
        assert np.isfinite(learn(X[:n], y[:n], layout).predict(X)).all()

    def test_one_column(self, learn):
        X = np.nan_to_num(mixed()[0][:, :1])
        model = learn(X, 3 * X[:, 0])
        assert np.corrcoef(model.predict(X), X[:, 0])[0, 1] > 0.95
        got = model.attribute(X[:5], background=X, seed=0)
        assert np.allclose(got.base + got.values[:, 0], model.predict(X[:5]), rtol=1e-6, atol=1e-6)

    def test_more_columns_than_rows_d40(self, learn):
        X = np.random.default_rng(0).normal(size=(25, 60))
        model = learn(X, X[:, 0])
        assert np.isfinite(model.predict(X)).all()
        assert np.isfinite(model.attribute(X[:1], background=X, seed=0).values).all()

    @pytest.mark.parametrize("scale", [1e-30, 1e-6, 1e6, 1e30])
    def test_the_scale_of_inputs_and_target_does_not_matter_d38(self, learn, scale):
        X, y, _ = mixed()
        X = np.nan_to_num(X[:, :3])
        plain, scaled = learn(X, y).predict(X), learn(X * scale, y * scale).predict(X * scale) / scale
        error = [np.sqrt(np.mean((p - y) ** 2)) for p in (plain, scaled)]
        assert error[1] == pytest.approx(error[0], rel=0.3)  # bins may fall a little otherwise

    def test_numbers_beyond_float32_are_cut_not_fatal_d38(self, learn):
        X, y, layout = mixed()
        X[0, 0], X[1, 0], X[2, 1] = 1e300, -1e300, 1e-300
        assert np.isfinite(learn(X, y, layout).predict(X)).all()

    def test_ten_thousand_levels_d24(self, learn):
        rng = np.random.default_rng(0)
        X = np.column_stack([rng.integers(0, 10_000, 1500).astype(float), rng.normal(size=1500)])
        model = learn(X, X[:, 1], Layout((10_000, 0)))
        predicted = model.predict(X)
        assert np.isfinite(predicted).all()
        assert np.array_equal(learn.family.load(model.files()).predict(X), predicted)

    def test_rounds_grow_with_the_rows_of_the_last_fit(self, learn):
        space = learn.family.space(Shape(1000, 5, 800))
        params = learn.family.start(Shape(1000, 5, 800))
        final = learn.family.final_params(params, n_train=800.0, n_rows=1000)
        name = next(iter(FEW[learn.family.name]))
        assert final[name] == (params[name] if learn.family.name == "mlp" else round(params[name] * 1.25))
        assert {k: v for k, v in final.items() if k != name} == {k: v for k, v in params.items() if k != name}
        assert name in space

    @pytest.mark.parametrize("name", FAMILIES)
    def test_silent_and_writes_nothing_f30(self, name, tmp_path):
        """Run in a process of its own in an empty folder: not a byte on either stream, no file left."""
        script = (
            "import numpy as np\n"
            "from nbml.ml.models import family\n"
            "from nbml.ml.models.base import Layout, Shape\n"
            f"one = family({name!r})\n"
            "rng = np.random.default_rng(0)\n"
            "for n, levels in ((40, (0, 3, 0)), (4, (0, 0, 0)), (300, (0, 200, 0))):\n"
            "    codes = rng.integers(0, max(levels[1], 1), n)\n"
            "    X = np.column_stack([rng.normal(size=n), codes, np.ones(n)])\n"
            "    prepared = one.prepare(X, Layout(levels), threads=1)\n"
            "    params = one.start(Shape(n, 3, n, 1 if levels[1] else 0))\n"
            f"    params |= {FEW[name]!r}\n"
            "    model = one.fit(prepared, X[:, 0], params, seed=1, threads=1, should_stop=lambda: False)\n"
            "    model = one.load(model.files())\n"
            "    model.predict(X); model.attribute(X[:2], background=X, seed=0)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            timeout=240,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert not list(tmp_path.iterdir())

    def test_one_thread_means_one_thread_f19(self, learn):
        """CPU seconds of the process do not exceed those of this thread by more than noise."""
        X, y, layout = mixed(3000)
        learn(X[:100], y[:100], layout)
        process, thread = time.process_time(), time.thread_time()
        model = learn(X, y, layout)
        model.predict(np.tile(X, (5, 1)))
        process, thread = time.process_time() - process, time.thread_time() - thread
        assert process - thread < 0.2 * process + 0.02

    def test_blas_threads_are_given_back(self, learn):
        def before():
            return [
                (lib["filepath"], lib["num_threads"])
                for lib in threadpoolctl.threadpool_info()
                if lib["user_api"] == "blas"
            ]

        X, y, layout = mixed()
        was = before()
        learn(X, y, layout).predict(X)
        assert before() == was
