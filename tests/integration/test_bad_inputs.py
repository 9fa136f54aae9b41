"""One table of bad inputs over all families: the same verdict and the same code, whatever would learn.

What a single family would refuse, swallow or take wrongly is decided before any of them sees it.
"""

import os

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.errors import NbmlError
from tests.integration.tables import FAMILIES, NoTracking, result, table, train

N = 36


@pytest.fixture(scope="module", autouse=True)
def no_tracking():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        yield


def changed(column, rows, value):
    frame = table()
    frame[column] = frame[column].astype(object) if isinstance(value, str) else frame[column]
    frame.loc[rows, column] = value
    return frame


def csv(content, name="table.csv"):
    """A file of these bytes."""
    return lambda folder: _file(folder / name, content if isinstance(content, bytes) else content.encode())


def _file(path, content):
    path.write_bytes(content)
    return path


ROWS = "".join(f"{k % 7},{k % 5},{k * 1.5}\n" for k in range(30))

REFUSED = {
    # Target
    "D1 missing": (lambda: changed("y", [3], np.nan), {}, "NBML-D01"),
    "D2 infinite": (lambda: changed("y", [3], np.inf), {}, "NBML-D02"),
    "D2 minus infinite": (lambda: changed("y", [3], -np.inf), {}, "NBML-D02"),
    "D2 1e300": (lambda: changed("y", [3], 1e300), {}, "NBML-D02"),
    "D3 constant": (lambda: table().assign(y=4.0), {}, "NBML-D03"),
    "D3 constant in single precision": (lambda: table().assign(y=1e12 + table()["y"]), {}, "NBML-D61"),
    "D6 text": (lambda: changed("y", [3], "many"), {}, "NBML-D06"),
    "D6 numbers as text": (lambda: table().assign(y=table()["y"].astype(str)), {}, "NBML-D67"),
    "D9 classes": (lambda: table().assign(y=table()["kind"]), {}, "NBML-D06"),
    "D1 all missing": (lambda: table().assign(y=np.nan), {"missing_target": "drop"}, "NBML-D10"),
    # Rows, groups, folds
    "D10 no rows": (lambda: table().iloc[:0], {}, "NBML-D10"),
    "D10 one row": (lambda: table().iloc[:1], {}, "NBML-D10"),
    "D10 no features": (lambda: table()[["y"]], {}, "NBML-D60"),
    "D10 nothing left": (lambda: table()[["y"]].assign(x=1.0, z=np.nan), {}, "NBML-D60"),
    "D11 fewer rows than folds": (lambda: table().iloc[:4], {"folds": 5}, "NBML-D11"),
    "D12 one group": (lambda: table().assign(lot="A"), {"group": "lot"}, "NBML-D12"),
    "D13 groups < folds": (lambda: table(), {"group": "lot", "folds": 7}, "NBML-D13"),
    "D15 row without a group": (lambda: changed("lot", [3], None), {"group": "lot"}, "NBML-D15"),
    "fold column with a gap": (lambda: changed("lot", [3], None), {"fold_column": "lot"}, "NBML-D54"),
    "fold column of one value": (lambda: table().assign(lot="A"), {"fold_column": "lot"}, "NBML-D56"),
    "folds part a group": (lambda: table(), {"group": "lot", "fold_column": "kind"}, "NBML-D57"),
    "logo without groups": (lambda: table(), {"folds": "logo"}, "NBML-D58"),
    # Features
    "D4 infinite": (lambda: changed("x", [3], np.inf), {}, "NBML-D04"),
    "D38 beyond single precision": (lambda: changed("x", [3], 1e300), {}, "NBML-D38"),
    "D19 target among the features": (lambda: table(), {"features": ["x", "y"]}, "NBML-D52"),
    "D19 copy of the target": (lambda: table().assign(copy=table()["y"]), {}, "NBML-D70"),
    "unknown target": (lambda: table(), {"targets": "nope"}, "NBML-D50"),
    "unknown feature": (lambda: table(), {"features": ["nope"]}, "NBML-D50"),
    "unknown group": (lambda: table(), {"group": "nope"}, "NBML-D50"),
    "target as group": (lambda: table(), {"group": "y"}, "NBML-D53"),
    "R23 date as a feature": (
        lambda: table().assign(d=pd.date_range("2024", periods=N)),
        {"features": ["x", "d"]},
        "NBML-D51",
    ),
    "R24 durations as groups": (
        lambda: table().assign(lot=pd.to_timedelta(np.arange(N) % 4, unit="s")),
        {"group": "lot"},
        "NBML-D72",
    ),
    "kinds of no column": (lambda: table(), {"kinds": {"nope": "number"}}, "NBML-S06"),
    "text said to be numbers": (lambda: table(), {"kinds": {"kind": "number"}}, "NBML-D68"),
    # Frames
    "D31 levels of names": (lambda: pd.concat({"a": table()}, axis=1), {}, "NBML-R28"),
    "D36 half a character": (
        lambda: table().set_axis(pd.Index(["a\ud800", "z", "kind", "lot", "y"], dtype=object), axis=1),
        {},
        "NBML-R27",
    ),
    "R29 not a table": (lambda: [[1, 2], [3, 4]], {}, "NBML-R29"),
    # The request
    "targets twice": (lambda: table(), {"targets": ["y", "y"]}, "NBML-S05"),
    "no targets": (lambda: table(), {"targets": []}, "NBML-S01"),
    "one fold": (lambda: table(), {"folds": 1}, "NBML-S04"),
    "neither trials nor time": (lambda: table(), {"trials": None}, "NBML-S03"),
    "F17 no workers": (lambda: table(), {"workers": 0}, "NBML-S01"),
}


@pytest.fixture(params=FAMILIES)
def family(request):
    return request.param


@pytest.mark.parametrize("case", list(REFUSED))
def test_refused_before_anything_is_fitted(nbml_home, family, case):
    make, arguments, code = REFUSED[case]
    arguments = dict(arguments)
    with pytest.raises(NbmlError) as refused:
        train(make(), arguments.pop("targets", "y"), model=family, **arguments)
    assert refused.value.code == code, str(refused.value)
    assert "?" not in refused.value.message, "a placeholder without its value"
    assert refused.value.next_step
    jobs = nbml_home / "jobs"
    assert not jobs.exists() or not list(jobs.iterdir()), "a refused job leaves nothing behind"


FILES = {
    "R5 broken byte": (
        csv(b"x,z,y\n1,2,3\n" + b"\xff\xfe\xfa\x80,1,2\n" * 3),
        {"read": {"encoding": "utf-8"}},
    ),
    "R7 empty": (csv(b""), {}),
    "R7 header only": (csv("x,z,y\n"), {}),
    "R8 a longer row": (csv("x,z,y\n" + ROWS + "1,2,3,4\n"), {}),
    "R9 every row longer": (csv("x,z\n" + ROWS), {"targets": "z"}),
    "R21 open quote": (csv('x,z,y\n1,"2,3\n' + ROWS), {}),
    "R25 truncated gzip": (csv(b"\x1f\x8b\x08\x00" + b"\x00" * 20, "table.csv.gz"), {}),
    "R26 html": (csv("<!DOCTYPE html><html><body>502</body></html>"), {}),
    "R26 zip bytes": (csv(b"PK\x03\x04" + b"\x00" * 30), {}),
    "R28 broken parquet": (csv(b"PAR1" + b"\x00" * 40 + b"PAR1", "t.parquet"), {}),
    "R29 pickle": (csv(b"\x80\x04\x95\x00\x00.", "t.pkl"), {}),
    "R30 folder": (lambda folder: folder, {}),
    "R30 nothing there": (lambda folder: folder / "none.csv", {}),
    "R30 url": (lambda folder: "http://127.0.0.1:9/table.csv", {}),
    "R30 s3": (lambda folder: "s3://bucket/table.csv", {}),
    "R30 device": (lambda folder: "/dev/zero", {}),
    "R30 pipe": (lambda folder: _pipe(folder / "pipe.csv"), {}),
}


def _pipe(path):
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("case", list(FILES))
def test_files_are_refused_alike(nbml_home, tmp_path, case):
    """R5 to R30: one verdict, with a code of the reader, for all families."""
    make, arguments = FILES[case]
    source = make(tmp_path)
    codes = set()
    for name in FAMILIES:
        arguments = dict(arguments)
        with pytest.raises(NbmlError) as refused:
            train(source, arguments.get("targets", "y"), model=name, read=arguments.get("read"))
        codes.add(refused.value.code)
        assert "?" not in refused.value.message.replace(str(source), "")
    (code,) = codes
    assert code.startswith("NBML-R")
    assert not (nbml_home / "jobs").exists()


def dates():
    return table().assign(day=pd.date_range("2024-01-01", periods=N))


TRAINED = {
    "D1 dropped": (lambda: changed("y", [3, 4], np.nan), {"missing_target": "drop"}, "NBML-D59"),
    "D4 as missing": (lambda: changed("x", [3], np.inf), {"infinite": "missing"}, "NBML-D62"),
    "D5 constant target in a fold": (
        lambda: table().assign(y=np.where(table()["lot"] == "L0", 1.0, table()["y"])),
        {"group": "lot", "folds": None},
        None,
    ),
    "D14 group of one row": (
        lambda: table().assign(lot=["A"] + ["B"] * 20 + ["C"] * 15),
        {"group": "lot", "folds": None},
        "NBML-D64",
    ),
    "D14 group of most rows": (
        lambda: table().assign(lot=["A"] * 30 + ["B"] * 3 + ["C"] * 3),
        {"group": "lot"},
        "NBML-D14",
    ),
    "D16 groups 00123 and 123": (
        lambda: table().assign(lot=["00123", "123", "0123"] * 12),
        {"group": "lot"},
        "NBML-D73",
    ),
    "D16 groups of numbers": (lambda: table().assign(lot=[1.5, 2.5, 3.5] * 12), {"group": "lot"}, None),
    "D17 group as a feature": (lambda: table(), {"group": "lot", "features": ["x", "lot"]}, "NBML-D17"),
    "D18 duplicate rows": (lambda: pd.concat([table(), table().iloc[:5]]), {}, "NBML-D18"),
    "D20 row number": (lambda: table().assign(id=range(N)), {}, "NBML-D20"),
    "D21 column without a value": (
        lambda: table().assign(empty=np.nan),
        {"features": ["x", "empty"]},
        "NBML-D21",
    ),
    "D22 constant column": (lambda: table().assign(same=1.0), {}, "NBML-D22"),
    "D23 missing in all training rows of a fold": (
        lambda: table().assign(rare=np.where(table()["lot"] == "L0", np.arange(N) * 1.0, np.nan)),
        {"group": "lot", "folds": None},
        None,
    ),
    "D24 many levels": (lambda: table(240).assign(code=[f"c{k % 60}" for k in range(240)]), {}, "NBML-D24"),
    "D25 level seen only when held out": (
        lambda: table().assign(
            where=np.where(table()["lot"] == "L0", "here", np.where(np.arange(N) % 2, "a", "b"))
        ),
        {"group": "lot", "folds": None},
        None,
    ),
    "D26 missing level": (lambda: changed("kind", [1, 2, 9], None), {}, None),
    "D27 number as a category": (
        lambda: table().assign(size=np.tile([1.0, 2.0, 2.5, np.nan], 9)),
        {"kinds": {"size": "category"}},
        None,
    ),
    "D28 near levels": (lambda: changed("kind", [0, 1], "a "), {}, "NBML-D28"),
    "D29 hostile levels": (
        lambda: table().assign(kind=np.tile(['"', "\n", "x" * 3000, "🙂", "<b>", "a,b", "=1", "NA", ""], 4)),
        {},
        None,
    ),
    "D30 nullable dtypes": (
        lambda: table().astype({"x": "Float64", "z": "Float32", "kind": "category", "y": "Float64"}),
        {},
        None,
    ),
    "D30 arrow dtypes": (lambda: table().convert_dtypes(dtype_backend="pyarrow"), {}, None),
    "D30 sparse": (lambda: table().astype({"x": pd.SparseDtype(float, 0.0)}), {}, None),
    "D31 names that are numbers": (lambda: table().rename(columns={"x": 0, "z": 1}), {}, None),
    "D32 index": (lambda: table().set_index(pd.Index([7] * N)), {}, None),
    "D33 names": (
        lambda: table().rename(columns={"x": 'a [<">],:{}\n', "z": "a b", "kind": "a_b"}),
        {},
        None,
    ),
    "D34 names": (lambda: table().rename(columns={"x": "__proto__", "z": "rmse", "kind": "fold"}), {}, None),
    "D37 long name": (lambda: table().rename(columns={"x": "強" * 300}), {}, None),
    "D38 tiny numbers": (lambda: table().assign(x=table()["x"] * 1e-30), {}, None),
    "D38 lost in single precision": (lambda: table().assign(x=table()["x"] * 1e-300), {}, "NBML-D63"),
    "D38 other scales": (lambda: table().assign(x=table()["x"] * 1e30, y=table()["y"] * 1e-9), {}, None),
    "D40 more columns than rows": (
        lambda: pd.concat(
            [
                table(),
                pd.DataFrame(
                    np.random.default_rng(0).normal(size=(N, 60)), columns=[f"w{k}" for k in range(60)]
                ),
            ],
            axis=1,
        ),
        {},
        None,
    ),
    "D40 one feature": (lambda: table(), {"features": ["x"]}, None),
    "D40 one category": (lambda: table(), {"features": ["kind"]}, None),
    "D42 dates": (dates, {}, "NBML-D42"),
    "D43 mixture": (
        lambda: table().assign(
            **dict(zip("pqr", np.random.default_rng(0).dirichlet([2, 3, 4], N).T, strict=True))
        ),
        {},
        "NBML-D43",
    ),
    "D7 two values": (lambda: table().assign(y=(table()["y"] > 1) * 1.0), {}, "NBML-D07"),
    "R19 whole numbers beyond 2^53": (lambda: table().assign(id=[2**60 + k for k in range(N)]), {}, None),
    "R23 dates as numbers": (lambda: table().assign(day=[20231230, 20240101] * (N // 2)), {}, "NBML-D74"),
    "R22 booleans with gaps": (lambda: table().assign(b=[True, False, None] * 12), {}, None),
}


@pytest.mark.parametrize("case", list(TRAINED))
def test_trained_by_all_families_alike(case):
    """The same warnings, folds, features and rows for all; finite scores and predictions of each."""
    make, arguments, code = TRAINED[case]
    frame = make()
    arguments = {"folds": 3} | arguments
    done = result(train(frame, "y", model=FAMILIES, **arguments))
    record = done.record
    by_family = {leader.family: leader for leader in record.leaderboard}
    assert [str(by_family[name].error) for name in FAMILIES] == ["None"] * 4
    assert all(np.isfinite(by_family[name].scores["rmse"].pooled) for name in FAMILIES)
    if code is not None:
        assert code in [finding.code for finding in done.warnings]
    undefined = {tuple(by_family[name].scores["r2"].undefined) for name in FAMILIES}
    assert len(undefined) == 1
    if case.startswith("D5"):
        assert undefined == {("L0", "L5")}, "one value in L0, one row in L5"
    for name in FAMILIES:
        out = done.predict(frame, family=name)
        assert len(out) == len(frame)
        assert np.isfinite(out["predicted_y"].to_numpy()).all()
        assert len(done.shap(family=name).values) == record.n_rows


@pytest.fixture(scope="module")
def trained():
    """One model of each family on one table."""
    return result(train(table(), model=FAMILIES, group="lot"))


P_REFUSED = {
    "P1 missing column": (lambda f: f.drop(columns=["x", "kind"]), "NBML-P01"),
    "P4 renamed column": (lambda f: f.rename(columns={"x": "X"}), "NBML-P01"),
    "P5 text in numbers": (lambda f: f.assign(x=["1.5", "12,5"] * 18), "NBML-P05"),
    "P5 full width": (lambda f: f.assign(x="１２"), "NBML-P05"),
    "P6 date for a number": (lambda f: f.assign(x=pd.Timestamp("2024-01-01")), "NBML-P06"),
    "P6 nested": (lambda f: f.assign(x=[[1]] * N), "NBML-P06"),
    "D4 infinite": (lambda f: f.assign(x=np.inf), "NBML-P07"),
    "P10 array": (lambda f: f[["x", "z", "kind"]].to_numpy(), "NBML-P03"),
    "P10 list of lists": (lambda f: [[1.0, 2.0, "a"]], "NBML-P03"),
    "P2 the same name twice": (lambda f: pd.concat([f, f[["x"]]], axis=1), "NBML-P02"),
    "D31 levels of names": (lambda f: pd.concat({"a": f}, axis=1), "NBML-P04"),
}


@pytest.mark.parametrize("case", list(P_REFUSED))
def test_rows_to_predict_are_refused_alike(trained, family, case):
    make, code = P_REFUSED[case]
    with pytest.raises(NbmlError) as refused:
        trained.predict(make(table()), family=family)
    assert refused.value.code == code
    if case == "P1 missing column":
        assert refused.value.fields["columns"] == ["x", "kind"]


P_SAME = {
    "P2 further columns": lambda f: f.assign(more=1, y=np.nan),
    "P3 other order": lambda f: f[["lot", "kind", "z", "y", "x"]],
    "P5 numbers as text": lambda f: f.assign(x=f["x"].map(repr)),
    "P10 list of dicts": lambda f: f.to_dict("records"),
    "P10 dict of lists": lambda f: f.to_dict("list"),
    "P12 index": lambda f: f.set_index(pd.Index([f"r{k}" for k in range(N)])),
    "D30 dtypes": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.mark.parametrize("case", list(P_SAME))
def test_the_same_rows_in_other_clothes_give_the_same_answer(trained, family, case):
    expected = trained.predict(table(), family=family)
    given = P_SAME[case](table())
    out = trained.predict(given, family=family)
    np.testing.assert_array_equal(out["predicted_y"].to_numpy(), expected["predicted_y"].to_numpy())
    if case == "P12 index":
        assert out.index.tolist() == given.index.tolist()


def test_unusual_rows_are_flagged_alike(trained, family):
    """P7, P8, P11: predicted, and said so row by row."""
    rows = table().iloc[:4].copy()
    rows["kind"] = rows["kind"].astype(object)
    rows.iloc[0, rows.columns.get_loc("kind")] = "never seen"
    rows.iloc[1, rows.columns.get_loc("x")] = 1e6
    rows.iloc[2, rows.columns.get_loc("x")] = np.nan
    out = trained.predict(rows, family=family)
    assert out["flags"].tolist() == ["unseen:kind", "outside:x", "missing:x", ""]
    assert np.isfinite(out["predicted_y"]).all()


def test_no_rows_give_no_answers_in_the_right_columns(trained, family):
    """P9."""
    out = trained.predict(table().iloc[:0], family=family)
    assert out.empty
    assert list(out.columns) == ["predicted_y", "lower_y", "upper_y", "spread_y", "distance", "flags"]


def test_one_row_alone_is_the_row_in_the_table(trained, family):
    """P10: a dict of scalars, a Series, a frame of one row."""
    whole = trained.predict(table(), family=family)["predicted_y"].iloc[5]
    row = table().iloc[5]
    for given in (row, row.to_dict(), table().iloc[[5]]):
        assert trained.predict(given, family=family)["predicted_y"].iloc[0] == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("name", ["manifest.json", "encoder.json", "model"])
@pytest.mark.parametrize("damage", ["cut in half", "a byte changed", "gone"])
def test_a_damaged_model_is_refused(tmp_path, name, damage, family):
    """F25: LightGBM alone would load half a file and predict other numbers."""
    import shutil

    from nbml.ml.bundle.reader import open_bundle
    from nbml.ml.predictor import Predictor

    source = trained_folder(family)
    shutil.copytree(source, tmp_path / "models")
    files = [p for p in (tmp_path / "models").rglob("*") if p.is_file()]
    path = next(p for p in files if (p.name == name if name != "model" else p.parent.name == "final"))
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        half = len(content) // 2
        path.write_bytes(
            content[:half]
            if damage == "cut in half"
            else content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        )
    with pytest.raises(NbmlError) as refused:
        Predictor(open_bundle(tmp_path / "models")).predict(table())
    assert refused.value.code.startswith("NBML-M")


_FOLDERS = {}


def trained_folder(family):
    if family not in _FOLDERS:
        _FOLDERS[family] = nbml.open(
            result(train(table(), model=family, group="lot")).record.job_id
        ).paths.models
    return _FOLDERS[family]
