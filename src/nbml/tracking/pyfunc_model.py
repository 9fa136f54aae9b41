"""What ``mlflow.pyfunc.load_model`` loads: nbml's predictor over a checked folder of native model files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class PredictorModel:
    """The predictor with the signature that MLflow calls."""

    def __init__(self, folder: Path) -> None:
        from nbml.ml.bundle.reader import open_bundle
        from nbml.ml.predictor import Predictor

        self._predictor = Predictor(open_bundle(folder))

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """Predictions as ``nbml.predict`` gives them; ``params`` has none."""
        return self._predictor.predict(model_input)


def _load_pyfunc(data_path: str) -> PredictorModel:
    return PredictorModel(Path(data_path))
