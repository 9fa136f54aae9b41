"""The cells of a notebook that does a job again: our code as it stands, the user's values as literals alone.

Code comes from ``code/`` without a change; nothing is ever put into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from nbml.i18n import text
from nbml.report.literals import assign, literal
from nbml.report.recipe import Recipe, TargetRecipe

LIBRARIES = {
    "lightgbm": ("lightgbm",),
    "xgboost": ("xgboost",),
    "catboost": ("catboost",),
    "mlp": ("scikit-learn", "threadpoolctl"),
}
"""What a family needs beside numpy, pandas and pyarrow, as it is installed."""

_IMPORTS = {
    "lightgbm": ("import lightgbm as lgb",),
    "xgboost": ("import xgboost as xgb",),
    "catboost": ("import catboost as cb",),
    "mlp": ("from sklearn.neural_network import MLPRegressor", "from threadpoolctl import threadpool_limits"),
}
_CODE = {
    "lightgbm": ("bins", "lightgbm"),
    "xgboost": ("bins", "xgboost"),
    "catboost": ("bins", "catboost"),
    "mlp": ("mlp_inputs", "mlp"),
}
_FOLDS = {
    "shuffled": ("folds_shuffled",),
    "grouped": ("labels", "folds_grouped"),
    "leave-one-group-out": ("labels", "folds_labelled"),
    "given": ("labels", "folds_labelled"),
}
_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class Cell:
    """One cell."""

    kind: Literal["markdown", "code"]
    source: str


def cells(recipe: Recipe, data: str) -> Iterator[Cell]:
    """The notebook, in the language in force.

    Parameters
    ----------
    recipe : Recipe
    data : str
        Name of the table's file beside the notebook.
    """
    yield _words(
        f"# {plain(recipe.title)}",
        text("notebook.about", job=recipe.job_id, nbml=recipe.versions.get("nbml", "?")),
    )
    needed = _needed(recipe)
    yield _words(
        _heading("setup"), text("notebook.setup"), f"```\npip install {' '.join(_pins(recipe))}\n```"
    )
    yield _code(*_imports(recipe))
    pinned = {name: recipe.versions[name] for name in needed if name in recipe.versions}
    yield _code(assign("MADE_WITH", pinned), "", _stored("versions"))

    yield _words(_heading("data"), text("notebook.data"))
    yield _code(assign("DATA", data), assign("DATA_SHA256", recipe.table_sha256), "", _stored("data"))

    yield _words(_heading("columns"), text("notebook.columns"))
    yield _code(
        assign("TARGETS", [one.name for one in recipe.targets]),
        assign("FEATURES", recipe.features),
        assign("LEVELS", recipe.levels),
    )
    yield _code(_stored("columns"))
    yield _code(_stored("rows"))

    by = () if recipe.scheme == "shuffled" else (assign("FOLDS_BY", recipe.folds_by),)
    yield _words(_heading("folds"), text(f"notebook.folds.{recipe.scheme}"))
    yield _code(assign("N_FOLDS", recipe.n_folds), assign("SEED", recipe.seed), *by)
    for name in _FOLDS[recipe.scheme]:
        yield _code(_stored(name))

    yield _words(_heading("models"), text("notebook.models"))
    yield _code(assign("THREADS", recipe.threads), "", "", _stored("fit"))
    told: set[str] = set()
    for family in recipe.families:
        yield _words(f"### {text(f'train_room.family.{family}')}", text(f"notebook.family.{family}"))
        for name in _CODE[family]:
            if name not in told:
                yield _code(_stored(name))
        told.update(_CODE[family])

    yield _words(_heading("crossvalidate"), text("notebook.crossvalidate"))
    learn = "".join(f"    {literal(one.name)}: {one.family},\n" for one in recipe.targets)
    yield _code(
        f"LEARN = {{\n{learn}}}",
        assign("PARAMS", {one.name: one.params for one in recipe.targets}),
        assign("NBML_RMSE", [one.rmse for one in recipe.targets]),
    )
    yield _code(_stored("crossvalidate"))

    is_final = all(one.final is not None for one in recipe.targets)
    yield _words(_heading("final"), text("notebook.final" if is_final else "notebook.final.stopped"))
    fits = [f"    {literal(one.name)}: {_final(one)},\n" for one in recipe.targets if one.final is not None]
    yield _code("FINAL_PARAMS = {\n" + "".join(fits) + "}" if fits else "FINAL_PARAMS = {}")
    yield _code(_stored("final"))

    yield _words(_heading("predict"), text("notebook.predict"))
    yield _code(_stored("predict"))
    yield _words(_heading("check"), text("notebook.check"))
    yield _code(assign("EXPECTED", recipe.expected), "", _stored("check"))


def plain(words: str) -> str:
    """Words that no reader of Markdown or HTML takes for anything but words, on one line."""
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    return _SIGNS.sub(r"\\\1", " ".join(shown.split())).replace("\\<", "&lt;").replace("\\&", "&amp;")


def _final(one: TargetRecipe) -> str:
    """Parameters of the fit on all rows, by what differs from the folds'."""
    of_folds = f"PARAMS[{literal(one.name)}]"
    return f"{of_folds} | {literal(one.final)}" if one.final else of_folds


def _needed(recipe: Recipe) -> list[str]:
    extra = [library for family in recipe.families for library in LIBRARIES[family]]
    return list(dict.fromkeys(["numpy", "pandas", "pyarrow", *extra]))


def _pins(recipe: Recipe) -> Iterator[str]:
    for name in _needed(recipe):
        made = recipe.versions.get(name)
        yield name if made is None else f"{name}=={made}"


def _imports(recipe: Recipe) -> Iterator[str]:
    yield from (
        "from hashlib import sha256",
        "from importlib.metadata import version",
        "from pathlib import Path",
        "",
    )
    third = [
        "import numpy as np",
        "import pandas as pd",
        *(one for f in recipe.families for one in _IMPORTS[f]),
    ]
    yield from sorted(set(third), key=lambda line: (line.startswith("from"), line))


def _heading(name: str) -> str:
    return f"## {text(f'notebook.heading.{name}')}"


def _words(*parts: str) -> Cell:
    return Cell("markdown", "\n\n".join(parts))


def _code(*lines: str) -> Cell:
    return Cell("code", "\n".join(lines).rstrip("\n"))


@cache
def _stored(name: str) -> str:
    return files(__package__).joinpath("code", f"{name}.py.txt").read_text(encoding="utf-8").rstrip("\n")
