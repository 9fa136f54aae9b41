"""A bundle of native model files as an MLflow model: signature, example, requirements; no pickle.

Owns what MLflow is told of inputs and outputs, all of it from the bundle's encoder, so that no row of the
user's table is needed. Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.tracking.store import quiet

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import Model, ModelSignature

    from nbml.ml.encoder import Encoder
    from nbml.ml.feature import Feature
    from nbml.ml.predictor import Predictor

LOADER = "nbml.tracking.pyfunc_model"
DATA = "data/models"
EXAMPLE_ROWS = 3
PACKAGES = {"lightgbm": "lightgbm", "catboost": "catboost", "xgboost": "xgboost", "mlp": "scikit-learn"}


def save_model(models: Path, into: Path, model: Model) -> None:
    """Write the MLflow model of a bundle into a folder that does not exist yet.

    Parameters
    ----------
    models : Path
        The bundle's folder; it is checked against its manifest.
    into : Path
        The model's folder.
    model : mlflow.models.Model
        Carries run and model id; gets the flavour.

    Raises
    ------
    ModelError
        When the bundle is not what its manifest says.
    """
    import mlflow.pyfunc

    from nbml.ml.bundle.reader import open_bundle
    from nbml.ml.predictor import Predictor

    bundle = open_bundle(models)
    with quiet("mlflow.pyfunc"):
        mlflow.pyfunc.save_model(
            into,
            loader_module=LOADER,
            data_path=str(models),
            mlflow_model=model,
            signature=signature(Predictor(bundle)),
            input_example=input_example(bundle.encoder),
            pip_requirements=requirements(card.family for card in bundle.cards),
        )


def signature(predictor: Predictor) -> ModelSignature:
    """Names of inputs and outputs, and which inputs may lack.

    Inputs are of type ``any``: MLflow would refuse whole numbers where a column had decimals in training and
    numbers for a category, both of which the encoder reads as ``nbml.predict`` does. Outputs are the columns
    of an answer, as the models give it for no rows at all.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import AnyType

    features = predictor.bundle.encoder.features
    inputs = Schema([ColSpec(AnyType(), one.name, required=not one.is_empty) for one in features])
    answered = predictor.predict(input_example(predictor.bundle.encoder)[:0])
    outputs = [
        ColSpec("double" if answered[name].dtype.kind == "f" else "string", str(name)) for name in answered
    ]
    return ModelSignature(inputs=inputs, outputs=Schema(outputs))


def input_example(encoder: Encoder) -> pd.DataFrame:
    """Rows of made-up conditions inside the training ranges: lowest, middle, highest; the first levels."""
    import pandas as pd

    return pd.DataFrame({one.name: _values(one) for one in encoder.features})


def _values(feature: Feature) -> list[Any]:
    if feature.kind == "category":
        levels = feature.levels or (None,)
        return [levels[k % len(levels)] for k in range(EXAMPLE_ROWS)]
    if feature.low is None or feature.high is None:
        return [None] * EXAMPLE_ROWS
    low, high = feature.low, feature.high
    values = [low, low / 2 + high / 2, high]
    return values if feature.kind == "number" else [float(round(value)) for value in values]


def requirements(families: Iterable[str]) -> list[str]:
    """What must be installed to load the model, with the versions that wrote it."""
    libraries = {PACKAGES[one] for one in families if one in PACKAGES}
    names = ["nbml", "mlflow", "numpy", "pandas", *sorted(libraries)]
    return [f"{name}=={version(name)}" for name in names if _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False
