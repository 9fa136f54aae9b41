"""A small table and its sheet, as the form of the Train room meets them."""

import numpy as np
import pandas as pd
import pytest

import nbml


def frame(n=36, seed=0):
    """Numbers, a category, lots, an identifier and a target with a unit."""
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "z": rng.normal(size=n),
            "kind": rng.choice(["a", "b", "c"], n),
            "lot": np.repeat([f"L{k}" for k in range(6)], n // 6 + 1)[:n],
        }
    )
    made["強度[MPa]"] = 2 * made["x"] + made["z"] ** 2 + rng.normal(size=n) * 0.1
    return made


@pytest.fixture(scope="session")
def table():
    """Read as a person's DataFrame is read."""
    return nbml.read(frame())
