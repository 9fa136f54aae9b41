"""A tree ensemble as flat arrays: the neutral form in which every booster's trees are read.

Owns the meaning of a split, so that rows go where the library that grew the tree sends them. Knows no
booster: the readers stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nbml.ml.shapley.arrays import Flags, Floats, Ints, Kinds, Words, freeze

NUMERIC, ZERO_IS_MISSING, CATEGORICAL = 0, 1, 2


class Splits(NamedTuple):
    """How rows are sent left or right; arrays of one entry a node.

    A row goes left at a numeric split where its value is at most the threshold, at a categorical one where
    its code is in the split's set; a missing value goes where ``missing_left`` says. A strict ``x < t`` in
    single precision is the same as ``x <=`` the next smaller float32, and is kept so.

    Attributes
    ----------
    kind : ndarray of uint8
        `NUMERIC`, `ZERO_IS_MISSING` (numeric, with zeros taken as missing) or `CATEGORICAL`.
    threshold : ndarray of float64
        Largest value that goes left; no meaning at categorical splits and leaves.
    missing_left : ndarray of bool
        Where missing values go.
    word_start, word_stop : ndarray of int64
        The split's part of `words`.
    words : ndarray of uint32
        Sets of category codes as bits, 32 codes a word, lowest bit first; not one entry a node.
    lowest_code : float
        Smallest value read as a category code; codes are cut to whole numbers towards zero.
    single_precision : bool
        Whether values are rounded to float32 before they are compared.
    """

    kind: Kinds
    threshold: Floats
    missing_left: Flags
    word_start: Ints
    word_stop: Ints
    words: Words
    lowest_code: float
    single_precision: bool

    def take(self, nodes: Ints) -> Splits:
        """Gather the splits of some nodes, in that order."""
        return self._replace(
            kind=self.kind[nodes],
            threshold=self.threshold[nodes],
            missing_left=self.missing_left[nodes],
            word_start=self.word_start[nodes],
            word_stop=self.word_stop[nodes],
        )


class Nodes(NamedTuple):
    """The shape of the trees; arrays of one entry a node, one numbering for all trees.

    Attributes
    ----------
    feature : ndarray of int64
        Column tested; -1 at a leaf.
    left, right : ndarray of int64
        Children; no meaning at leaves.
    value : ndarray of float64
        What a leaf adds, in raw (margin) units.
    cover : ndarray of float64
        Weight of the training rows below. How a split divides its cover over its children is the probability
        that path-dependent Shapley values give to either.
    """

    feature: Ints
    left: Ints
    right: Ints
    value: Floats
    cover: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TreeEnsemble:
    """The trees behind one output of a model; its arrays are read-only.

    Attributes
    ----------
    n_features : int
        Columns of the matrices the model takes.
    base : float
        What is added to the sum of the trees, in raw (margin) units.
    roots : ndarray of int64, shape (n_trees,)
        First node of each tree.
    nodes : Nodes
        Arrays of shape (n_nodes,).
    splits : Splits
        Arrays of shape (n_nodes,).
    """

    n_features: int
    base: float
    roots: Ints
    nodes: Nodes
    splits: Splits

    def __post_init__(self) -> None:
        freeze((self.roots, self.nodes, self.splits))

    @staticmethod
    def from_lightgbm(booster: Any, *, rounds: int | None = None, output: int = 0) -> TreeEnsemble:
        """Read a ``lightgbm.Booster``; see `nbml.ml.shapley.lightgbm_trees.from_lightgbm`."""
        from nbml.ml.shapley.lightgbm_trees import from_lightgbm

        return from_lightgbm(booster, rounds=rounds, output=output)

    @staticmethod
    def from_xgboost(booster: Any, *, rounds: int | None = None, output: int = 0) -> TreeEnsemble:
        """Read an ``xgboost.Booster``; see `nbml.ml.shapley.xgboost_trees.from_xgboost`."""
        from nbml.ml.shapley.xgboost_trees import from_xgboost

        return from_xgboost(booster, rounds=rounds, output=output)

    def matrix(self, X: ArrayLike) -> Floats:
        """`X` as the kernels take it: C-ordered float64, shape (n_rows, n_features).

        Raises
        ------
        ValueError
            If `X` has another number of columns, or is no matrix.
        """
        matrix = np.ascontiguousarray(X, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != self.n_features:
            raise ValueError(f"X must have shape (n_rows, {self.n_features}), got {matrix.shape}")
        return matrix

    def predict(self, X: ArrayLike) -> Floats:
        """Raw prediction, the trees summed in their order in float64.

        Parameters
        ----------
        X : array_like, shape (n_rows, n_features)
            Values; NaN is missing, categories are codes.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
            In raw (margin) units.

        Raises
        ------
        ValueError
            If `X` does not have the model's columns.
        """
        from nbml.ml.shapley.kernels import sum_trees

        matrix = self.matrix(X)
        total = np.zeros(len(matrix))
        sum_trees(matrix, self.roots, self.nodes, self.splits, total)
        return total + self.base
