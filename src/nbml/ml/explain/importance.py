"""How much each feature moves the predictions: mean absolute Shapley values, with their spread over folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbml.ml.explain.explained import Explained
from nbml.ml.models.base import Floats


@dataclass(frozen=True, eq=False)
class Importance:
    """One number a feature.

    Attributes
    ----------
    mean : ndarray of float64, shape (n_features,)
        Over all rows.
    by_fold : ndarray of float64, shape (n_folds, n_features)
        The same, over the rows of each fold.
    """

    mean: Floats
    by_fold: Floats

    @property
    def spread(self) -> Floats | None:
        """Standard deviation over the folds (n - 1 in the denominator); None with fewer than two."""
        return self.by_fold.std(axis=0, ddof=1) if len(self.by_fold) > 1 else None

    @property
    def order(self) -> list[int]:
        """Features by importance, largest first; ties by place."""
        return [int(k) for k in np.argsort(-self.mean, kind="stable")]


def mean_shap(explained: Explained) -> Importance:
    """Mean of the absolute Shapley values, in target units.

    Parameters
    ----------
    explained : Explained
        At least one row.

    Notes
    -----
    The usual global summary of Shapley values (Lundberg et al. 2020). It says what the models use, not what
    the target would lack without the feature; for that see `permutation_importance`.
    """
    size = np.abs(explained.values)
    folds = [size[explained.fold == k].mean(axis=0) for k in explained.folds]
    return Importance(size.mean(axis=0), np.array(folds))
