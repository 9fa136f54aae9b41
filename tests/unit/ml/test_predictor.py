"""The predictor: which model answers, spread, chunks, notes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal

from nbml.errors import PredictError
from nbml.ml import answer as answer_module
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.places import fold_part
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.whole import write_bundle
from nbml.ml.encoder import Encoder
from nbml.ml.models.base import Attribution
from nbml.ml.notes import split_flags
from nbml.ml.predictor import Predictor

FRAME = pd.DataFrame({"温度[℃]": [1.0, 2.0, 3.0, 4.0], "a,b": ["x", "y", "z", "x"]})
ENCODER = Encoder.learn(FRAME, [("温度[℃]", "number"), ("a,b", "category")])
X = ENCODER.encode(FRAME).X
SLOPES = (1.0, 2.5, 4.0)


class Linear:
    """A weight for each column; missing is 0. Like a matrix product, it rounds by the number of rows."""

    def __init__(self, slope):
        self.slope = slope

    def predict(self, X, *, threads=1):
        return self.slope * np.nan_to_num(X).sum(axis=1) * (1 + len(X) * 2**-50)

    def attribute(self, X, *, background, seed, threads=1):
        centre = np.nan_to_num(background).mean(axis=0)
        return Attribution(self.slope * (np.nan_to_num(X) - centre), self.slope * float(centre.sum()))

    def files(self):
        return {"model.json": json.dumps(self.slope).encode()}


def load(name):
    return SimpleNamespace(name=name, load=lambda files: Linear(json.loads(files["model.json"])))


def make(folder, models, *, targets=("y", "強度"), encoder=ENCODER, rows=X, background=None):
    """A predictor from {(target, family): ({part: slope}, chosen)}."""
    pieces = {
        (*key, part): Linear(slope).files()
        for key, (parts, _) in models.items()
        for part, slope in parts.items()
    }
    cards = [ModelCard(*key, chosen=chosen) for key, (_, chosen) in models.items()]
    write_bundle(
        folder,
        pieces,
        encoder=encoder,
        targets=targets,
        cards=cards,
        golden=rows,
        background=background,
        load=load,
    )
    return Predictor(open_bundle(folder, load=load))


FOLDS = {fold_part(k): slope for k, slope in enumerate(SLOPES)}


@pytest.fixture
def whole(tmp_path):
    return make(
        tmp_path / "models",
        {
            (0, "poor"): ({"final": -1.0}, False),
            (0, "good"): (FOLDS | {"final": 3.0}, True),
            (1, "good"): ({"final": 2.0, "fold-0": 1.0}, True),
        },
    )


def test_columns_index_and_values(whole):
    """P12."""
    out = whole.predict(FRAME.set_axis([7, 7, 3, 5]))
    assert list(out.columns) == ["predicted_y", "spread_y", "predicted_強度", "spread_強度", "flags"]
    assert list(out.index) == [7, 7, 3, 5]
    sums = X.sum(axis=1)
    assert_allclose(out["predicted_y"], 3 * sums, rtol=1e-12)
    assert_allclose(out["spread_y"], np.std(SLOPES, ddof=1) * sums, rtol=1e-12)
    assert_allclose(out["predicted_強度"], 2 * sums, rtol=1e-12)
    assert out["spread_強度"].isna().all(), "one fold model has no spread"
    assert list(out["flags"]) == [""] * 4
    assert [note["code"] for note in out.attrs["notes"]] == ["NBML-P24"], "no reference rows were kept"


def test_target_family_and_spread_can_be_chosen(whole):
    assert whole.targets == ("y", "強度")
    assert whole.families == {"y": ("good", "poor"), "強度": ("good",)}
    out = whole.predict(FRAME, target="y", family="poor", spread=False)
    assert list(out.columns) == ["predicted_y", "flags"]
    assert (out["predicted_y"] < 0).all()
    assert whole.predict(FRAME, target=["強度", "y"]).columns[0] == "predicted_強度"


@pytest.mark.parametrize(
    ("asked", "code", "fields"),
    [
        ({"target": "z"}, "NBML-P09", {"target": "z", "targets": ["y", "強度"]}),
        ({"target": ["y", "z"]}, "NBML-P09", {"target": "z", "targets": ["y", "強度"]}),
        ({"family": "poor"}, "NBML-P10", {"target": "強度", "family": "poor", "families": ["good"]}),
    ],
)
def test_what_is_not_there_is_named(whole, asked, code, fields):
    with pytest.raises(PredictError) as caught:
        whole.predict(FRAME, **asked)
    assert (caught.value.code, caught.value.fields) == (code, fields)


def test_without_a_final_model_the_mean_of_the_folds_answers_and_says_so(tmp_path):
    """F6: a cancelled job stays usable."""
    cut = make(tmp_path / "models", {(0, "good"): (FOLDS, True)})
    out = cut.predict(FRAME)
    assert list(out.columns) == ["predicted_y", "spread_y", "flags"]
    assert_allclose(out["predicted_y"], np.mean(SLOPES) * X.sum(axis=1), rtol=1e-12)
    assert_array_equal(cut.predict(FRAME, spread=False)["predicted_y"], out["predicted_y"])
    kept, missing, _ = out.attrs["notes"]
    assert (kept["code"], kept["fields"]) == ("NBML-P21", {"target": "y", "family": "good", "count": 3})
    assert (missing["code"], missing["fields"]) == ("NBML-P23", {"targets": ["強度"]})
    assert "強度" in missing["message"]
    with pytest.raises(PredictError, match="NBML-P11") as caught:
        cut.predict(FRAME, target="強度")
    assert caught.value.fields["targets"] == ["y"]
    values = cut.shap(FRAME, "y", background=FRAME)
    assert_allclose(values.base + values.values.sum(axis=1), out["predicted_y"], rtol=1e-12)


def test_a_bundle_without_models_says_so(tmp_path):
    with pytest.raises(PredictError, match="NBML-P11"):
        make(tmp_path / "models", {}).predict(FRAME)


def test_chunks_never_change_the_answer(whole, monkeypatch):
    """P15: to the last bit, errors and flags included."""
    rows = pd.DataFrame({"温度[℃]": np.linspace(0, 5, 103), "a,b": list("xyzw" * 26)[:103]})
    monkeypatch.setattr(answer_module, "BLOCK_ROWS", 10)
    at_once = whole.predict(rows, chunk_rows=1000)
    for chunk_rows in (1, 7, 10, 25, 103):
        assert_frame_equal(whole.predict(rows, chunk_rows=chunk_rows), at_once, check_exact=True)
    rows.loc[87, "温度[℃]"] = np.inf
    for chunk_rows in (1, 25, 1000):
        with pytest.raises(PredictError) as caught:
            whole.predict(rows, chunk_rows=chunk_rows)
        assert (caught.value.code, caught.value.fields["rows"]) == ("NBML-P07", [88])
    with pytest.raises(ValueError, match="chunk_rows"):
        whole.predict(rows, chunk_rows=0)


def test_a_large_table_takes_little_more_than_its_answer(whole, monkeypatch):
    """P15: no chunk is larger than asked."""
    seen = []
    encode = Encoder.encode

    def counted(self, rows, **kwargs):
        seen.append(len(rows))
        return encode(self, rows, **kwargs)

    monkeypatch.setattr(Encoder, "encode", counted)
    rows = pd.DataFrame({"温度[℃]": np.ones(50_000), "a,b": "x"})
    assert len(whole.predict(rows, chunk_rows=20_000)) == 50_000
    assert seen == [16_384, 16_384, 16_384, 848]


@pytest.mark.parametrize("rows", [FRAME[:0], [], {"温度[℃]": [], "a,b": []}])
def test_no_rows_give_the_right_columns(whole, rows):
    """P9."""
    out = whole.predict(rows)
    assert out.shape == (0, 5)
    assert out["predicted_y"].dtype == np.float64
    assert out["flags"].dtype == whole.predict(FRAME)["flags"].dtype


def test_shap_is_additive_on_the_index_with_the_users_names(whole):
    rows = FRAME.set_axis(list("dcba"))
    explained = whole.shap(rows, "y")
    assert list(explained.values.columns) == list(FRAME.columns)
    assert list(explained.values.index) == list("dcba")
    total = explained.base + explained.values.sum(axis=1)
    assert_allclose(total, whole.predict(rows)["predicted_y"], rtol=1e-12)
    assert_allclose(whole.shap(rows, "y", family="poor").base, -X.mean(axis=0).sum())


def test_shap_measures_against_the_background_given_then_kept(tmp_path):
    models = {(0, "good"): ({"final": 1.0}, True)}
    kept = make(tmp_path / "kept", models, targets=["y"], background=X[:1])
    assert kept.shap(FRAME, "y").base == X[0].sum()
    assert kept.shap(FRAME, "y", background=FRAME[1:2]).base == X[1].sum()


NAMES = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(
    ["flags", "predicted_y", "index", "0", "<b>", "a;b", "温度[℃]", "__proto__", "y"]
)
DTYPES = {
    "number": ["float64", "float32", "Float64", "object", "float64[pyarrow]", "category"],
    "category": ["object", "string", "category", "string[python]"],
}


def named(columns):
    """A frame whose names may be any text: pandas' own text index holds no lone surrogate."""
    names = pd.Index(list(columns), dtype=object)
    return pd.DataFrame(dict(enumerate(columns.values()))).set_axis(names, axis=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_saved_and_loaded_it_predicts_the_same(tmp_path, data):
    """D29, D30, D33-D36, P3: any names, dtypes and order of columns."""
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    targets = data.draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    kinds = {name: data.draw(st.sampled_from(sorted(DTYPES))) for name in names}
    n_rows = data.draw(st.integers(1, 5))
    cells = {
        "number": st.integers(-1000, 1000).map(lambda k: k / 8) | st.none(),
        "category": st.text(st.characters(exclude_categories=("Cs",)), max_size=4) | st.none(),
    }
    frame = named(
        {
            name: pd.Series(data.draw(st.lists(cells[kind], min_size=n_rows, max_size=n_rows)), dtype=object)
            for name, kind in kinds.items()
        }
    )
    encoder = Encoder.learn(frame, list(kinds.items()))
    X = encoder.encode(frame).X
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    models = {(0, "good"): (FOLDS | {"final": 3.0}, True)}
    model = make(folder, models, targets=targets, encoder=encoder, rows=X)
    out = model.predict(frame)
    assert list(out.columns) == [f"predicted_{targets[0]}", f"spread_{targets[0]}", "flags"]
    assert_array_equal(out.iloc[:, 0], Linear(3.0).predict(X))
    assert set(out["flags"]) == {""}
    other = named(
        {
            name: frame[name].astype(data.draw(st.sampled_from(DTYPES[kinds[name]])))
            for name in data.draw(st.permutations(names))
        }
    )
    assert_frame_equal(model.predict(other), out, check_exact=True)


def test_flags_name_the_features(whole):
    """P7, P8, P11."""
    out = whole.predict(pd.DataFrame({"温度[℃]": [9.0, None], "a,b": ["q", "x"]}))
    assert [split_flags(flags) for flags in out["flags"]] == [
        [("outside", "温度[℃]"), ("unseen", "a,b")],
        [("missing", "温度[℃]")],
    ]
