from __future__ import annotations

import numpy as np
import pytest

ODD_CODES = [np.nan, -0.0, -0.5, -1.0, -3.2, 0.7, 1.0, 39.9, 40.0, 63.0, 64.0, 65.5, 1e3, 2.0**24, 3e9, 1e30]


class Table:
    """Numbers, two categorical columns (one wide), missing values and exact zeros."""

    categorical = (0, 1)  # columns

    def __init__(self, rows: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(rows, 5))
        X[:, 0], X[:, 1] = rng.integers(0, 70, rows), rng.integers(0, 4, rows)
        X[rng.random(rows) < 0.2, 2] = 0.0
        effect = rng.normal(size=70)
        self.y = (
            effect[X[:, 0].astype(int)] + X[:, 1] * X[:, 2] + np.abs(X[:, 3]) + 0.1 * rng.normal(size=rows)
        )
        X[rng.random(X.shape) < 0.1] = np.nan
        self.X = X

    @property
    def odd(self) -> np.ndarray:
        """Rows a model has not seen: strange codes, infinities, nothing at all."""
        X = self.X[: len(ODD_CODES)].copy()
        X[:, 0] = ODD_CODES
        X[:, 1] = ODD_CODES[::-1]
        X[0] = np.nan
        X[1, 2:] = 0.0
        X[2, 2:] = 1e-36
        X[3, 3], X[4, 3] = 3e38, -3e38
        return X


@pytest.fixture(scope="session")
def table() -> Table:
    return Table(1200)
