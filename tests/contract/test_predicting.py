"""Predicting by every family: the same rows get the same verdict, code and flags from all four (P1-P15)."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal

from nbml.errors import ModelError, PredictError
from nbml.ml import answer as answer_module
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import fold_part
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.whole import write_bundle
from nbml.ml.bundle.writer import BundleWriter
from nbml.ml.encoder import Encoder
from nbml.ml.folds import Folds
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Shape
from nbml.ml.predictor import Predictor
from nbml.ml.reference import learn_reference

QUICK = {
    "lightgbm": {"num_iterations": 20},
    "catboost": {"iterations": 20},
    "xgboost": {"num_boost_round": 20},
    "mlp": {"epochs": 8, "width": 16},
}
N_ROWS, N_FOLDS = 90, 3
TARGETS = ("強度 [MPa]", "<b>y</b>")
FEATURES = [
    ("温度[℃]", "number"),
    ("a,b", "number"),
    ("count", "integer"),
    ("on", "boolean"),
    ("grade", "category"),
]


def training_rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "温度[℃]": rng.normal(50, 20, N_ROWS).round(3),
            "a,b": rng.normal(size=N_ROWS),
            "count": rng.integers(0, 30, N_ROWS),
            "on": rng.random(N_ROWS) < 0.5,
            "grade": rng.choice(["A", "B", "C", "D\n;"], N_ROWS),
        }
    )
    frame.loc[::9, "a,b"] = np.nan
    return frame


TRAINING = training_rows()
ENCODER = Encoder.learn(TRAINING, FEATURES)
X = ENCODER.encode(TRAINING).X
Y = np.column_stack([np.nan_to_num(X) @ [1, 5, 0.5, 3, 2], 1e4 + np.nan_to_num(X) @ [-2, 0, 1, 0, 9]])


def fit(name, target, rows):
    model = family(name)
    shape = Shape(N_ROWS, len(FEATURES), len(rows), n_categorical=1)
    params = {**model.start(shape), **QUICK[name]}
    assert set(QUICK[name]) <= set(model.start(shape))
    prepared = model.prepare(X[rows], ENCODER.layout, threads=1)
    return model.fit(prepared, Y[rows, target], params, seed=1, threads=1, should_stop=lambda: False)


@pytest.fixture(scope="module")
def models():
    """Fitted models by (target, family, part); the second target has no spread models."""
    rows = np.arange(N_ROWS)
    fitted = {}
    for name in FAMILIES:
        for target in range(2):
            fitted[target, name, "final"] = fit(name, target, rows)
        for k in range(N_FOLDS):
            fitted[0, name, fold_part(k)] = fit(name, 0, rows[rows % N_FOLDS != k])
    return fitted


def reference(models):
    """Reference rows of the first target, the one that has fold models."""
    folds = Folds(np.arange(N_ROWS) % N_FOLDS, ("a", "b", "c"), "given")
    predictions = {}
    for name in FAMILIES:
        predictions[0, name] = np.empty(N_ROWS)
        for k in range(N_FOLDS):
            held = folds.held_out(k)
            predictions[0, name][held] = models[0, name, fold_part(k)].predict(X[held])
    answers = [models[target, "catboost", "final"].predict for target in range(2)]
    return learn_reference(X, Y, ENCODER.layout, folds, answers=answers, predictions=predictions)


@pytest.fixture(scope="module")
def written(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("job") / "models"
    cards = [ModelCard(target, name, chosen=name == "catboost") for name in FAMILIES for target in range(2)]
    write_bundle(
        folder,
        {key: model.files() for key, model in models.items()},
        encoder=ENCODER,
        targets=TARGETS,
        cards=cards,
        golden=X,
        background=X[:20],
        reference=reference(models),
    )
    return folder


@pytest.fixture(scope="module")
def predictor(written):
    return Predictor(open_bundle(written))


@pytest.fixture(params=FAMILIES)
def name(request):
    return request.param


@pytest.fixture
def predict(predictor, name):
    return lambda rows, **kwargs: predictor.predict(rows, family=name, **kwargs)


def changed(**columns):
    return TRAINING.assign(**columns)


def test_the_bundle_answers_as_the_models_did(predictor, models, name):
    """Saved, loaded and behind the encoder: equal to the last bit."""
    out = predictor.predict(TRAINING, family=name)
    for target in range(2):
        assert_array_equal(out[f"predicted_{TARGETS[target]}"], models[target, name, "final"].predict(X))
    folds = np.array([models[0, name, fold_part(k)].predict(X) for k in range(N_FOLDS)])
    assert_allclose(out[f"spread_{TARGETS[0]}"], folds.std(axis=0, ddof=1), rtol=1e-9, atol=1e-9)
    assert out[f"spread_{TARGETS[1]}"].isna().all()


REFUSED = {
    "P1": (TRAINING.drop(columns=["on", "a,b"]), "NBML-P01"),
    "P4": (TRAINING.rename(columns={"温度[℃]": "温度"}), "NBML-P01"),
    "D31": (TRAINING.set_axis(pd.MultiIndex.from_product([["x"], TRAINING.columns]), axis=1), "NBML-P04"),
    "R13": (pd.concat([TRAINING, TRAINING[["on"]]], axis=1), "NBML-P02"),
    "P5": (changed(count="1,000"), "NBML-P05"),
    "P6 date": (changed(count=pd.Timestamp("2026-01-01")), "NBML-P06"),
    "P6 bytes": (changed(grade=b"A"), "NBML-P06"),
    "R24": (changed(count=TRAINING["count"] + 1j), "NBML-P06"),
    "D4": (changed(**{"a,b": np.inf}), "NBML-P07"),
    "P10 array": (TRAINING.to_numpy(), "NBML-P03"),
    "P10 list": (TRAINING.to_numpy().tolist(), "NBML-P03"),
    "P10 dict": ({**TRAINING.to_dict("list"), "on": [True]}, "NBML-P08"),
}


@pytest.mark.parametrize(("rows", "code"), REFUSED.values(), ids=REFUSED)
def test_the_same_rows_are_refused_with_the_same_code(predict, rows, code):
    with pytest.raises(PredictError) as caught:
        predict(rows)
    assert caught.value.code == code


SAME = {
    "P2": changed(lot="x", **{"predicted_y": 1}),
    "P3": TRAINING[TRAINING.columns[::-1]],
    "P5": TRAINING.astype({"温度[℃]": str, "count": str}),
    "P10": TRAINING.to_dict("records"),
    "D30 arrow": TRAINING.convert_dtypes(dtype_backend="pyarrow"),
    "D30 nullable": TRAINING.convert_dtypes(),
    "D30 object": TRAINING.astype(object),
    "D30 category": TRAINING.astype("category"),
    "D30 float": TRAINING.astype({"on": float, "count": "float32"}),
    "D30 sparse": TRAINING.astype({"count": pd.SparseDtype("int64", 0), "a,b": pd.SparseDtype("float64")}),
}


@pytest.mark.parametrize("rows", SAME.values(), ids=SAME)
def test_the_same_values_get_the_same_answer(predict, rows):
    """P2, P3, P5, P10, D30: to the last bit."""
    assert_frame_equal(predict(rows), predict(TRAINING), check_exact=True)


FLAGGED = {
    "P7": ({"grade": "E"}, "unseen:grade"),
    "P8": ({"count": 31}, "outside:count"),
    "D38": ({"a,b": 1e300}, "outside:a,b"),
    "D38 small": ({"温度[℃]": -1e300}, "outside:温度[℃]"),
    "P11": ({"温度[℃]": None}, "missing:温度[℃]"),
    "P11 boolean": ({"on": None}, "missing:on"),
    "P11 category": ({"grade": None}, "missing:grade"),
    "P7 P8 P11": ({"grade": "", "count": -1, "温度[℃]": ""}, "missing:温度[℃]; outside:count; unseen:grade"),
    "known": ({"a,b": None}, ""),
}


@pytest.mark.parametrize(("values", "flags"), FLAGGED.values(), ids=FLAGGED)
def test_unusual_rows_are_answered_and_flagged(predict, values, flags):
    """P7, P8, P11, D25, D38."""
    out = predict(TRAINING[:2].assign(**values))
    assert list(out["flags"]) == [flags] * 2
    assert np.isfinite(out.filter(like="predicted_")).all(axis=None)


def test_an_unseen_level_is_answered_as_a_missing_one(predict):
    """D25: one rule for all."""
    unseen, missing = predict(changed(grade="E")), predict(changed(grade=None))
    assert_frame_equal(unseen.drop(columns="flags"), missing.drop(columns="flags"), check_exact=True)


@pytest.mark.parametrize("rows", [TRAINING[:0], [], {column: [] for column in TRAINING}])
def test_no_rows(predict, rows):
    """P9."""
    out = predict(rows)
    assert len(out) == 0
    assert list(out.columns) == list(predict(TRAINING[:1]).columns)


def test_one_row_alone_is_answered_as_in_the_table(predict):
    """P10: a dict, a Series and a table of one row; the product of a network rounds by the number of rows."""
    whole = predict(TRAINING)
    alone = predict(TRAINING.iloc[5])
    assert list(alone.index) == [5]
    assert_allclose(alone.filter(like="predicted_"), whole.filter(like="predicted_")[5:6], rtol=1e-12)
    row = dict(zip(TRAINING.columns, TRAINING.astype(object).to_numpy()[5], strict=True))
    assert_frame_equal(predict(row).set_axis([5]), alone, check_exact=True)


def test_bounds_and_distance_of_one_row_alone(predict, name):
    """P10: of the first target; the second has no fold models and says that it has no intervals."""
    whole, alone = predict(TRAINING, nearest=2), predict(TRAINING.iloc[5], nearest=2)
    assert f"lower_{TARGETS[0]}" in whole
    assert f"lower_{TARGETS[1]}" not in whole
    assert [note["code"] for note in whole.attrs["notes"]] == ["NBML-P26"]
    numbers = [column for column in whole.columns if column != "flags"]
    assert_allclose(
        alone[numbers].to_numpy(float), whole[numbers][5:6].to_numpy(float), rtol=0 if name != "mlp" else 1e-9
    )


@pytest.mark.parametrize(
    "index",
    [[1] * N_ROWS, range(N_ROWS, 0, -1), pd.date_range("2026", periods=N_ROWS)],
    ids=["same", "down", "dates"],
)
def test_the_index_is_kept_and_never_joined_on(predict, index):
    """P12, D32."""
    out = predict(TRAINING.set_axis(index))
    assert out.index.equals(pd.Index(index))
    assert_frame_equal(out.reset_index(drop=True), predict(TRAINING), check_exact=True)


def test_chunks_never_change_the_answer(predict, monkeypatch):
    """P15."""
    rows = pd.concat([TRAINING] * 3, ignore_index=True)
    monkeypatch.setattr(answer_module, "BLOCK_ROWS", 40)
    whole = predict(rows)
    for chunk_rows in (1, 50, 123):
        assert_frame_equal(predict(rows, chunk_rows=chunk_rows), whole, check_exact=True)


@pytest.mark.parametrize("part", ["final", fold_part(1)])
def test_a_truncated_or_altered_model_never_reaches_its_library(written, tmp_path, name, part, monkeypatch):
    """F25: half a LightGBM file would load and answer."""
    folder = shutil.copytree(written, tmp_path / "models")
    opened = open_bundle(folder)
    card = next(card for card in opened.cards if card.family == name and card.target == 0)
    module = importlib.import_module(f"nbml.ml.models.{name}_family")
    monkeypatch.setattr(module.FAMILY, "load", lambda _: pytest.fail("a library saw it"))
    for path in (folder / card.folder / part).iterdir():
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:-1], b"", whole.replace(whole[-2:-1], b"7")):
            if damaged == whole:
                continue
            path.write_bytes(damaged)
            for act in (lambda: open_bundle(folder), lambda: opened.model(card, part)):
                with pytest.raises(ModelError, match="NBML-M52"):
                    act()
        path.write_bytes(whole)


def test_a_sealed_model_that_answers_otherwise_is_refused(written, tmp_path, name):
    """P13: the golden rows tell what a check-sum cannot."""
    folder = shutil.copytree(written, tmp_path / "models")
    said = json.loads((folder / "manifest.json").read_bytes())
    kept = said["golden"]["predictions"][f"0-{name}/final"]
    kept[0] += 1e-4 * max(map(abs, kept))
    (folder / "manifest.json").write_text(json.dumps(said))
    predictor = Predictor(open_bundle(folder))
    with pytest.raises(ModelError, match="NBML-M55") as caught:
        predictor.predict(TRAINING, family=name)
    assert caught.value.fields["part"] == f"0-{name}/final"
    for other in FAMILIES:
        if other != name:
            predictor.predict(TRAINING, family=other)


def test_models_are_immutable_while_the_same_is_trained_again(written, tmp_path, models, name):
    """P14: an open bundle answers as before; a finished folder refuses other models."""
    folder = shutil.copytree(written, tmp_path / "models")
    predictor = Predictor(open_bundle(folder))
    before = predictor.predict(TRAINING, family=name)
    other = models[1, name, "final"].files()
    with pytest.raises(ModelError, match="NBML-M58"):
        BundleWriter(folder).add(0, name, "final", other)
    retrained = tmp_path / "again"
    write_bundle(
        retrained,
        {(0, name, "final"): other},
        encoder=ENCODER,
        targets=TARGETS,
        golden=X,
        cards=[ModelCard(0, name)],
    )
    assert open_bundle(retrained).digest != predictor.bundle.digest
    assert_frame_equal(predictor.predict(TRAINING, family=name), before, check_exact=True)
    reopened = Predictor(open_bundle(folder))
    assert_frame_equal(reopened.predict(TRAINING, family=name), before, check_exact=True)


def test_many_threads_get_the_same_answer(written, name):
    """P14: models are loaded once and only read."""
    predictor = Predictor(open_bundle(written))
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(predictor.predict(TRAINING, family=name)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    for answer in answers[1:]:
        assert_frame_equal(answer, answers[0], check_exact=True)


def test_shap_adds_up_to_the_prediction(predictor, name):
    rows = changed(grade=["A", "E", None] * (N_ROWS // 3))[:6]
    explained = predictor.shap(rows, TARGETS[0], family=name)
    total = explained.base + explained.values.sum(axis=1)
    predicted = predictor.predict(rows, family=name)[f"predicted_{TARGETS[0]}"]
    assert_allclose(total, predicted, rtol=1e-5, atol=1e-5 * np.abs(predicted).max())
    assert list(explained.values.columns) == [column for column, _ in FEATURES]


def test_the_chosen_family_answers_by_default(predictor):
    assert {families[0] for families in predictor.families.values()} == {"catboost"}
    assert_frame_equal(predictor.predict(TRAINING), predictor.predict(TRAINING, family="catboost"))


SCRIPT = """
import sys, pandas
from pathlib import Path
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.predictor import Predictor
folder = Path(sys.argv[1])
bundle = open_bundle(folder / "models")
assert not {"lightgbm", "catboost", "xgboost", "sklearn"} & set(sys.modules), "opening loads no library"
for name in sys.argv[2:]:
    out = Predictor(bundle).predict(pandas.read_parquet(folder / "rows.parquet"), family=name)
    out.attrs.clear()
    out.to_parquet(folder / name)
"""


def test_a_fresh_process_answers_to_the_last_bit(written, predictor, tmp_path):
    """P13."""
    shutil.copytree(written, tmp_path / "models")
    TRAINING.to_parquet(tmp_path / "rows.parquet")
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), *FAMILIES], check=True, timeout=240)
    for name in FAMILIES:
        here = predictor.predict(TRAINING, family=name)
        assert_frame_equal(pd.read_parquet(tmp_path / name), here, check_exact=True)
