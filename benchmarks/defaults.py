"""The libraries as they come: out-of-fold predictions with every setting left at its default.

The one thing said to them is which columns are categories, a seed, and to be quiet.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

SEED = 42


def default_predictions(family: str, frame: pd.DataFrame, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Predictions of the held-out rows by a model fitted on the other folds, shape (n_rows,)."""
    X = _plain(frame)
    predicted = np.empty(len(y))
    for name in np.unique(fold):
        held = fold == name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = _model(family, X)
            predicted[held] = model.fit(X[~held], y[~held]).predict(X[held])
    return predicted


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as float64, the rest as categories, names that every library takes."""
    columns = {}
    for number, name in enumerate(frame.columns):
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            columns[f"f{number}"] = column.astype("float64")
        else:
            columns[f"f{number}"] = column.astype(object).where(column.notna(), None).astype("category")
    return pd.DataFrame(columns)


def _model(family: str, X: pd.DataFrame) -> Any:
    categories = [name for name in X.columns if X[name].dtype == "category"]
    if family == "lightgbm":
        from lightgbm import LGBMRegressor

        return LGBMRegressor(random_state=SEED, verbosity=-1)
    if family == "xgboost":
        from xgboost import XGBRegressor

        return XGBRegressor(random_state=SEED, enable_categorical=True)
    if family == "catboost":
        return _CatBoost(categories)
    return _network(X, categories)


class _CatBoost:
    """CatBoost takes categories as text only, without missing ones."""

    def __init__(self, categories: list[str]) -> None:
        from catboost import CatBoostRegressor

        self._categories = categories
        self._model = CatBoostRegressor(
            random_seed=SEED, verbose=False, allow_writing_files=False, cat_features=categories or None
        )

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> _CatBoost:
        """Learn."""
        self._model.fit(self._texts(X), y)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict."""
        return np.asarray(self._model.predict(self._texts(X)))

    def _texts(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.assign(
            **{name: X[name].astype(object).fillna("missing").astype(str) for name in self._categories}
        )


def _network(X: pd.DataFrame, categories: list[str]) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [name for name in X.columns if name not in categories]
    inputs = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ]
    )
    return make_pipeline(inputs, MLPRegressor(random_state=SEED))
