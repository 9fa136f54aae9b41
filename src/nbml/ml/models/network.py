"""The multilayer perceptron as arrays: encode a row, pass it forward, write it, read it back.

Owns everything that is needed after the fit, so that scikit-learn is needed for the fit alone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from nbml.errors import ModelError
from nbml.ml.models.base import Attribution, Floats
from nbml.ml.models.learner import centre_and_scale
from nbml.ml.models.levels import Levels

MOST_LEVELS = 100
"""Levels of one column with an input of their own; rarer ones share one."""
PERMUTATIONS = 10
"""Orders of the columns tried for each row, each forwards and backwards."""
_CHUNK = 1 << 20


@cache
def blas() -> ThreadpoolController:
    """The process's BLAS libraries; looked up once, since it costs milliseconds."""
    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class Inputs:
    """How columns become network inputs, learnt on the training part.

    Attributes
    ----------
    numeric : ndarray of intp, shape (n_numeric,)
        Columns with at least two values; ``median``, ``centre`` and ``scale`` belong to them.
    indicated : ndarray of intp
        Columns that had missing values beside others: 1 where missing.
    coded : tuple of (int, ndarray of intp)
        A categorical column and the input of each level, -1 for a level without one.
    """

    numeric: NDArray[np.intp]
    median: Floats
    centre: Floats
    scale: Floats
    indicated: NDArray[np.intp]
    coded: tuple[tuple[int, NDArray[np.intp]], ...]

    @classmethod
    def learn(cls, X: Floats, levels: Levels) -> Inputs:
        """From a clean training part."""
        numbers = [j for j in range(X.shape[1]) if j not in levels.seen]
        missing = np.isnan(X)
        some = [j for j in numbers if not missing[:, j].all()]
        median = np.array([np.median(X[~missing[:, j], j]) for j in some])
        centre, scale = centre_and_scale(np.where(missing[:, some], median, X[:, some]))
        kept = scale > 0
        coded = tuple((j, _inputs_of_levels(X[:, j], seen)) for j, seen in levels.seen.items())
        return cls(
            np.array(some, dtype=np.intp)[kept],
            median[kept],
            centre[kept],
            scale[kept],
            np.array([j for j in some if missing[:, j].any()], dtype=np.intp),
            coded,
        )

    def encode(self, X: Floats) -> Floats:
        """Inputs of clean rows, shape (n_rows, n_inputs)."""
        x = X[:, self.numeric]
        parts = [
            (np.where(np.isnan(x), self.median, x) - self.centre) / self.scale,
            np.isnan(X[:, self.indicated]).astype(np.float64),
        ]
        for j, inputs in self.coded:
            hot = np.zeros((len(X), inputs.max(initial=-1) + 1))
            known = np.flatnonzero(~np.isnan(X[:, j]))
            hot[known, inputs[X[known, j].astype(np.intp)]] = 1.0
            parts.append(hot)
        return np.concatenate(parts, axis=1)


def _inputs_of_levels(codes: Floats, seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Input of each level, the most frequent first; the rest share the last."""
    counts = np.bincount(codes[~np.isnan(codes)].astype(np.intp), minlength=seen.size)
    rank = np.empty(seen.size, dtype=np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(seen.size)
    return np.where(seen, np.minimum(rank, MOST_LEVELS), -1)


@dataclass(frozen=True, eq=False)
class Network:
    """A fitted perceptron with rectified hidden layers, in standardised target units."""

    inputs: Inputs
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def predict(self, X: Floats, threads: int) -> Floats:
        """Predictions of clean rows, in chunks of bounded memory."""
        width = max(w.shape[0] + w.shape[1] for w in self.weights)
        step = max(1, _CHUNK // width)
        with blas().limit(limits=threads, user_api="blas"):
            return np.concatenate([self._forward(X[i : i + step]) for i in range(0, len(X), step)])

    def _forward(self, X: Floats) -> Floats:
        signal = self.inputs.encode(X)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            signal = signal @ weight
            signal += bias
            np.maximum(signal, 0.0, out=signal)
        out: Floats = (signal @ self.weights[-1] + self.biases[-1])[:, 0]
        return out

    def attribute(self, X: Floats, background: Floats, seed: int, threads: int) -> Attribution:
        """Shapley values by shap's permutation explainer; exact where at most two columns act together."""
        from shap.explainers import PermutationExplainer
        from shap.maskers import Independent

        def predict(rows: Floats) -> Floats:
            return self.predict(rows, threads)

        class Exact(Independent):  # type: ignore[misc]
            """Shap's tolerance takes the values of a column of small numbers for one, and leaves it out."""

            def invariants(self, x: Floats) -> NDArray[np.bool_]:
                same: NDArray[np.bool_] = (x == self.data) | (np.isnan(x) & np.isnan(self.data))
                return same

        state = np.random.get_state()  # shap draws from the global generator
        try:
            masker = Exact(background, max_samples=len(background))
            explainer = PermutationExplainer(predict, masker, seed=seed)
            explained: Any = explainer(X, max_evals=PERMUTATIONS * (2 * X.shape[1] + 1), silent=True)
        finally:
            np.random.set_state(state)
        return Attribution(np.asarray(explained.values), float(np.mean(explained.base_values)))

    def interact(self, X: Floats, features: Sequence[int], threads: int) -> Floats:  # noqa: ARG002
        """Refused: pairs would take a sample of their own for each, at a cost nobody waits for."""
        raise ModelError("NBML-M62", family="mlp")

    def files(self) -> dict[str, bytes]:
        """Arrays as npz, their meaning as JSON."""
        own = self.inputs
        arrays = {
            "numeric": own.numeric,
            "median": own.median,
            "centre": own.centre,
            "scale": own.scale,
            "indicated": own.indicated,
        }
        arrays |= {f"levels_{j}": inputs for j, inputs in own.coded}
        arrays |= {f"weight_{i}": weight for i, weight in enumerate(self.weights)}
        arrays |= {f"bias_{i}": bias for i, bias in enumerate(self.biases)}
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        shape = {"layers": len(self.weights), "activation": "relu", "coded": [j for j, _ in own.coded]}
        return {"model.npz": buffer.getvalue(), "model.json": json.dumps(shape).encode()}

    @classmethod
    def load(cls, files: Mapping[str, bytes]) -> Network:
        """The inverse of `files`."""
        shape = json.loads(files["model.json"])
        with np.load(io.BytesIO(files["model.npz"]), allow_pickle=False) as arrays:
            inputs = Inputs(
                arrays["numeric"],
                arrays["median"],
                arrays["centre"],
                arrays["scale"],
                arrays["indicated"],
                tuple((j, arrays[f"levels_{j}"]) for j in shape["coded"]),
            )
            layers = range(shape["layers"])
            return cls(
                inputs,
                tuple(arrays[f"weight_{i}"] for i in layers),
                tuple(arrays[f"bias_{i}"] for i in layers),
            )
