"""Trees of any shape, for the ensemble and for the oracle alike."""

from __future__ import annotations

import numpy as np

from nbml.ml.shapley.trees import CATEGORICAL, NUMERIC, ZERO_IS_MISSING, Nodes, Splits, TreeEnsemble

from .oracle import Leaf, Split


def random_ensemble(
    rng: np.random.Generator, n_features: int, n_trees: int, chain: int = 0
) -> tuple[TreeEnsemble, list]:
    """Trees of any shape, with splits of every kind and covers of zero, and the same for the oracle."""
    rows: list[dict] = []

    def grow(depth: int) -> tuple[int, Leaf | Split]:
        at = len(rows)
        rows.append(
            {"feature": -1, "kind": NUMERIC, "threshold": 0.0, "missing_left": False, "left": -1, "right": -1}
        )
        rows[at] |= {"value": 0.0, "cover": 0.0, "word": 0}
        if depth == 0 or (not chain and rng.random() < 0.25):
            cover = float(rng.choice([0.0, 1.0, rng.uniform(1, 100)]))
            rows[at] |= {"value": rng.normal(), "cover": cover}
            return at, Leaf(rows[at]["value"], cover)
        kind, default = int(rng.integers(3)), bool(rng.integers(2))
        feature, threshold, word = int(rng.integers(n_features)), rng.normal(), int(rng.integers(2**32))

        def goes_left(x: float) -> bool:
            if np.isnan(x) or (kind == ZERO_IS_MISSING and x == 0):
                return default
            if kind == CATEGORICAL:
                return 0 <= x < 32 and bool(word >> int(x) & 1)
            return bool(x <= threshold)

        left, left_oracle = grow(0 if chain else depth - 1)
        right, right_oracle = grow(depth - 1)
        cover = rows[left]["cover"] + rows[right]["cover"]
        rows[at] |= {"feature": feature, "kind": kind, "threshold": threshold, "missing_left": default}
        rows[at] |= {"left": left, "right": right, "cover": cover, "word": word}
        return at, Split(feature, goes_left, left_oracle, right_oracle, cover)

    grown = [grow(chain or int(rng.integers(0, 9))) for _ in range(n_trees)]

    def column(key, dtype):
        return np.array([row[key] for row in rows], dtype=dtype)

    nodes = Nodes(*(column(key, np.int64) for key in ("feature", "left", "right")),
                  *(column(key, np.float64) for key in ("value", "cover")))  # fmt: skip
    start = np.arange(len(rows))
    splits = Splits(
        column("kind", np.uint8), column("threshold", np.float64), column("missing_left", np.bool_),
        start, start + 1, column("word", np.uint32), 0.0, False,
    )  # fmt: skip
    roots = np.array([root for root, _ in grown], dtype=np.int64)
    return TreeEnsemble(n_features, 0.5, roots, nodes, splits), [oracle for _, oracle in grown]
