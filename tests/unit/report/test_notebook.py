"""A notebook that needs no nbml: the same folds, fits and predictions, whatever the columns are called."""

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import FAMILIES, NoTracking, table, train

import nbml
from nbml.errors import JobError
from nbml.i18n import speaking
from nbml.jobs.explaining.subject import Subject
from nbml.report.cells import cells
from nbml.report.notebook import make_notebook, write_notebook
from nbml.report.recipe import Recipe

PWN = "\"]); import os; os.system('touch pwned') #\n\\ <img src=x onerror=alert(1)> {0} 強度[MPa]"
RENAMED = {
    "y": PWN, "x": "温度 [℃]\u202e", "z": "__index_level_0__", "kind": "'''\"\"\"\\", "lot": "=1+1, ロット",
}  # fmt: skip
RUN = """
import json, os, sys
sys.modules["nbml"] = None
import pandas as pd
answers = {}
for path in sys.argv[1:]:
    os.chdir(os.path.dirname(path))
    with open(path, encoding="utf-8") as file:
        sources = ["".join(c["source"]) for c in json.load(file)["cells"] if c["cell_type"] == "code"]
    known = {}
    for place, source in enumerate(sources):
        exec(compile(source, f"{os.path.basename(path)}[{place}]", "exec"), known)
    with open("new.json", encoding="utf-8") as file:
        rows = pd.DataFrame(json.load(file))
    answers[os.path.basename(path)] = {
        "new": known["predict"](rows).to_numpy().tolist(),
        "fold": known["fold"].tolist(),
        "held_out": [[None if v != v else v for v in row] for row in known["held_out"].tolist()],
    }
assert not [name for name in sys.modules if name.startswith("nbml.")]
print(json.dumps(answers))
"""


def nasty(n=60):
    """Two targets, one with gaps; a switch, whole numbers, an ordered category; names that attack."""
    frame = table(n)
    frame["second"] = frame["x"] - frame["z"].fillna(0) ** 2
    frame.loc[[5, 9], "second"] = np.nan
    frame.loc[5, "y"] = np.nan
    frame["on"] = frame["x"] > 0
    frame["count"] = np.arange(n) % 7
    sizes = np.array(["S", "M", "L"])[np.arange(n) % 3]
    frame["size"] = pd.Categorical(sizes, ["S", "M", "L"], ordered=True)
    frame["kind"] = frame["kind"].astype(object)
    frame.loc[[2, 8], "kind"] = None
    return frame.rename(columns=RENAMED)


def new_rows():
    """Unseen and missing levels, text for numbers, gaps, columns in another order and one too many."""
    frame = nasty().head(9).drop(columns=[PWN, "second"])
    frame["on"] = ["TRUE", "false", "", None, "1", "0", "True", "0", "1"]
    frame["count"] = [str(k) for k in range(8)] + [""]
    frame["size"] = ["S", "unseen", None, "L", "M", "S", "", "L", "M"]
    frame["extra"] = "x"
    return json.loads(frame[sorted(frame)].to_json(orient="records", double_precision=15))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        yield


@pytest.fixture(scope="module")
def jobs(home):
    """Every family on two targets; then each other way of making folds."""
    frame = nasty()
    features = [name for name in frame if name not in (PWN, "second", RENAMED["lot"])]
    many = frame.assign(**{RENAMED["lot"]: [str(k % 13) for k in range(len(frame))]})
    one = {"trials": 1, "features": features, "missing_target": "drop", "shap": False}
    endless = frame.copy()
    endless.loc[[4, 11], RENAMED["x"]] = [np.inf, -np.inf]
    odd = {"kinds": {"count": "category"}, "infinite": "missing"}
    made = {
        "all": train(frame, [PWN, "second"], model=FAMILIES, name=PWN, **one),
        "logo": train(endless, PWN, group=RENAMED["lot"], folds=None, model="xgboost", **odd, **one),
        "grouped": train(many, PWN, group=RENAMED["lot"], folds=4, **one),
        "given": train(frame, "second", fold_column=RENAMED["lot"], folds=None, **one),
    }
    for job in made.values():
        job.result(timeout_s=120)
    return made


@pytest.fixture(scope="module")
def answers(jobs, tmp_path_factory):
    """What the notebooks give in a process that has no nbml."""
    folder = tmp_path_factory.mktemp("out")
    (folder / "new.json").write_text(json.dumps(new_rows()), encoding="utf-8")
    paths = [
        jobs["all"].result().export_notebook(folder / f"{family}.ipynb", family=family) for family in FAMILIES
    ]
    paths += [
        jobs[name].result().export_notebook(folder / f"{name}.ipynb") for name in ("logo", "grouped", "given")
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, *map(str, paths)], capture_output=True, text=True, timeout=280,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in folder.iterdir() if p.suffix == ".ipynb") == sorted(p.name for p in paths)
    assert not list(folder.glob("pwned*"))
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_predicts_as_nbml_does(jobs, answers, family):
    """P1-P15's rows: unseen, missing, mistyped, reordered, extra; two targets, one of them with gaps."""
    rows = pd.DataFrame(new_rows())
    expected = nbml.predict(jobs["all"].id, rows, family=family, interval=None, spread=False, distance=False)
    expected = expected.drop(columns="flags").to_numpy()
    np.testing.assert_allclose(answers[f"{family}.ipynb"]["new"], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["logo", "grouped", "given"])
def test_so_does_every_way_of_making_folds(jobs, answers, name):
    """With whole numbers as levels and endless numbers as missing, too."""
    rows = pd.DataFrame(new_rows())
    expected = nbml.predict(jobs[name].id, rows, interval=None, spread=False, distance=False)
    expected = expected.drop(columns="flags").to_numpy()
    np.testing.assert_allclose(answers[f"{name}.ipynb"]["new"], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["lightgbm", "mlp", "logo", "grouped", "given"])
def test_folds_and_held_out_predictions_are_those_of_the_job(jobs, answers, name):
    job = jobs.get(name, jobs["all"])
    subject, given = Subject.of(job), answers[f"{name}.ipynb"]
    taken = subject.fold[subject.fold >= 0]
    assert given["fold"] == taken.tolist()
    table = job.result().cv_result[subject.fold >= 0]
    for t, target in enumerate(job.spec.targets):
        column = f"predicted_{target}"
        if job.result().record.chosen(target).family != name and name in FAMILIES:
            column += f" ({name})"
        found = np.array([row[t] for row in given["held_out"]], dtype=float)
        np.testing.assert_allclose(found, table[column], rtol=1e-5, atol=1e-5)


def test_where_no_final_model_was_fitted_the_folds_models_predict(jobs, tmp_path):
    """A job that was stopped early."""
    subject = Subject.of(jobs["grouped"])
    recipe = Recipe.of(jobs["grouped"])
    models = subject.models(subject.leader(None, None)).values()
    mean = np.mean([model.predict(subject.X[:5]) for model in models], axis=0)
    stopped = replace(
        recipe, targets=(replace(recipe.targets[0], final=None),), expected=[[float(v)] for v in mean]
    )
    (tmp_path / "x.parquet").write_bytes(recipe.table)
    known = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for cell in cells(stopped, "x.parquet"):
            if cell.kind == "code":
                exec(cell.source, known)  # its own check compares


def test_is_a_notebook_with_its_table_and_nothing_else(jobs, tmp_path):
    """S10, S15: typed Parquet in which a formula is text, native fits, no pickle; no path of this machine."""
    path = write_notebook(jobs["all"], tmp_path / "混合 x.ipynb", language="ja")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    data = next(tmp_path.glob("*.parquet"))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([path.name, data.name])
    pd.testing.assert_frame_equal(
        pd.read_parquet(data)[["second"]], nasty()[["second"]].drop(index=5).reset_index(drop=True)
    )
    words = "\n".join(cell.source for cell in notebook.cells)
    assert "## 交差検証" in words
    assert "pickle" not in words
    assert "import nbml" not in words
    assert str(jobs["all"].folder) not in words
    assert str(tmp_path) not in words
    assert "<img" not in "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert not any(c.outputs for c in notebook.cells if c.cell_type == "code")


def test_a_file_that_is_there_is_never_taken_for_the_table(jobs, tmp_path):
    (tmp_path / "mix.parquet").write_bytes(b"the user's own")
    write_notebook(jobs["given"], tmp_path / "mix.ipynb")
    assert (tmp_path / "mix.parquet").read_bytes() == b"the user's own"


def test_the_same_job_gives_the_same_bytes(jobs):
    first, again = (make_notebook(jobs["grouped"], "x").archive() for _ in range(2))
    members = [
        {name: z.read(name) for name in z.namelist()}
        for z in (zipfile.ZipFile(io.BytesIO(one)) for one in (first, again))
    ]
    assert members[0] == members[1]
    assert [name.rpartition(".")[2] for name in members[0]] == ["ipynb", "parquet"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_speaks_both_languages_throughout(jobs, language):
    with speaking(language):
        words = [
            cell.source for cell in cells(Recipe.of(jobs["all"]), "x.parquet") if cell.kind == "markdown"
        ]
    assert not [one for one in words if re.search(r"\b(notebook|train_room)\.[a-z]+\b", one)]
    assert any("交差検証" in one for one in words) == (language == "ja")


def test_refuses_a_family_that_was_not_searched(jobs, tmp_path):
    with pytest.raises(JobError) as caught:
        write_notebook(jobs["grouped"], tmp_path / "x.ipynb", family="catboost")
    assert caught.value.code == "NBML-J06"
    assert not list(tmp_path.iterdir())


def test_is_a_command(jobs, tmp_path, capsys):
    from nbml.cli import main

    assert main(["report", jobs["given"].id, "-o", str(tmp_path / "n.ipynb"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "notebook"
    assert len(list(tmp_path.glob("n-*.parquet"))) == 1
