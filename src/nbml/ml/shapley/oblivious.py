"""Symmetric trees: all splits of a level ask the same, so a row's leaf tells all of its answers.

Owns their flat form and the exact Shapley values and interactions of rows that are given as leaf numbers.
Knows no booster and no cell: whoever grew the trees says which leaf a row falls into.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nbml.ml.shapley.arrays import Floats, Ints, freeze

Leaves = NDArray[np.uint32]
LeavesOf = Callable[[slice], Leaves]
DEEPEST = 10
"""Levels up to which all leaves are set against all: the work grows with the fourth power of two."""
_CELLS = 2**22  # leaf numbers held at once
_NONE, _NOTHING = np.zeros(0, dtype=np.int64), np.zeros(0)
_BLOCK = 256  # rows whose sums stay in the cache while the trees go by


class Levels(NamedTuple):
    """The trees, one after the other; a player is a set of features that one split asks together.

    Attributes
    ----------
    depth : ndarray of int64, shape (n_trees,)
    leaf_start, player_start, member_start, own_start : ndarray of int64, shape (n_trees + 1,)
        Where a tree begins in `value`, in `mask`, in `member` and in `own`.
    share_start : ndarray of int64, shape (n_trees + 1,)
        Where it begins in `share`.
    value : ndarray of float64
        What a leaf adds. Bit k of a leaf's number is the answer to the tree's split k; the last is the root.
    mask : ndarray of int64
        The bits that a player decides.
    own : ndarray of int64
        Columns that any player of the tree is made of.
    member : ndarray of float64
        Part of a player's value that a column gets, by player and place in `own`.
    share : ndarray of float64
        Part of the training rows that a player's splits let through, by leaf and player; 0 where a leaf has
        no rows.
    """

    depth: Ints
    leaf_start: Ints
    player_start: Ints
    member_start: Ints
    own_start: Ints
    share_start: Ints
    value: Floats
    mask: Ints
    own: Ints
    member: Floats
    share: Floats


class Points(NamedTuple):
    """Gauss-Legendre rules on [0, 1]; that of n points begins at ``start[n]``."""

    start: Ints
    at: Floats
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ObliviousTrees:
    """Symmetric trees behind one output of a model; its arrays are read-only.

    Attributes
    ----------
    n_features : int
        Columns that values are given for.
    base : float
        Prediction when no feature is known, in raw units.
    levels : Levels
    """

    n_features: int
    base: float
    levels: Levels

    @classmethod
    def of(
        cls,
        n_features: int,
        splits: Sequence[Sequence[tuple[int, ...]]],
        values: Floats,
        covers: Floats,
        *,
        bias: float = 0.0,
    ) -> ObliviousTrees:
        """Lay trees out.

        Parameters
        ----------
        n_features : int
        splits : sequence of sequence of tuple of int
            For each tree the columns that each split asks; split 0 decides the lowest bit of a leaf. No
            column is named twice by one.
        values, covers : ndarray of float64
            Of all leaves, tree after tree: what they add, and the weight of their training rows.
        bias : float
            Added to the sum of the trees.

        Raises
        ------
        ValueError
            When a leaf without training rows has a value: no path leads there when nothing is known.
        """
        depth = np.array([len(tree) for tree in splits], dtype=np.int64)
        leaf_start = _starts(2**depth)
        if (values[covers <= 0] != 0).any():
            raise ValueError("a leaf without cover has a value")
        masks: list[Ints] = []
        own: list[Ints] = []
        member: list[Floats] = []
        share: list[Floats] = []
        base = bias
        for tree, asked in enumerate(splits):
            leaves = slice(leaf_start[tree], leaf_start[tree + 1])
            players = {columns: k for k, columns in enumerate(dict.fromkeys(asked))}
            at = [players[columns] for columns in asked]
            bits = np.zeros(len(players), dtype=np.int64)
            np.bitwise_or.at(bits, at, 1 << np.arange(len(asked)))
            columns = np.unique([c for player in players for c in player]).astype(np.int64)
            masks.append(bits)
            own.append(columns)
            member.append(np.array([np.isin(columns, p) / len(p) for p in players]).ravel())
            share.append(_shares(covers[leaves], at, len(players)).ravel())
            total = covers[leaves].sum()
            base += float(values[leaves] @ covers[leaves] / total) if total > 0 else 0.0
        levels = Levels(
            depth,
            leaf_start,
            _starts([len(one) for one in masks]),
            _starts([one.size for one in member]),
            _starts([len(one) for one in own]),
            _starts([one.size for one in share]),
            np.ascontiguousarray(values, dtype=np.float64),
            np.concatenate([_NONE, *masks]),
            np.concatenate([_NONE, *own]),
            np.concatenate([_NOTHING, *member]),
            np.concatenate([_NOTHING, *share]),
        )
        freeze(levels)
        return cls(n_features, base, levels)

    def values(self, leaves: LeavesOf, n_rows: int, *, threads: int = 1) -> Floats:
        """Exact path-dependent Shapley values of rows.

        A row's values depend on its leaves alone, so they are worked out once for every leaf that is met and
        then looked up and added. A player's value is shared evenly among its columns.

        Parameters
        ----------
        leaves : callable
            Gives the leaf numbers, shape (rows, n_trees), of a slice of rows.
        n_rows, threads : int
            Threads never change the values.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features)
            In raw units; ``base + values.sum(axis=1)`` is the sum of the trees and the bias.
        """
        from nbml.ml.shapley.oblivious_kernels import add_looked_up, fill_values

        out = np.zeros((n_rows, self.n_features))
        trees, points = self.levels, _points()
        n_trees = len(trees.depth)
        if not n_trees:
            return out
        table_start = _starts(2**trees.depth * np.diff(trees.own_start))
        table = np.zeros(int(table_start[-1]))
        filled = np.zeros(int(trees.leaf_start[-1]), dtype=np.bool_)
        for rows in self._pieces(n_rows):
            met = np.ascontiguousarray(leaves(rows), dtype=np.uint32)
            wanted = np.zeros_like(filled)
            wanted[trees.leaf_start[:-1] + met] = True
            wanted &= ~filled
            filled |= wanted
            if wanted.any():
                fill = partial(fill_values, trees, points, wanted, table_start, table)
                _shared_out(fill, n_trees, threads)
            add = partial(add_looked_up, met, trees, table_start, table, _BLOCK, out[rows])
            _shared_out(add, len(met), threads)
        return out

    def interactions(
        self, leaves: LeavesOf, n_rows: int, features: Sequence[int], *, threads: int = 1
    ) -> Floats:
        """Exact Shapley interaction values of some features with all.

        Parameters
        ----------
        leaves, n_rows, threads
            As for `values`.
        features : sequence of int

        Returns
        -------
        ndarray of float64, shape (n_rows, len(features), n_features)
            As `nbml.ml.shapley.interactions.interaction_values`.

        Raises
        ------
        ValueError
            If a feature is no column.
        """
        from nbml.ml.shapley.oblivious_kernels import add_pairs

        if any(not 0 <= feature < self.n_features for feature in features):
            raise ValueError(f"features must be in 0 .. {self.n_features - 1}, got {list(features)}")
        chosen = list(dict.fromkeys(features))
        place = np.full(self.n_features, -1)
        place[chosen] = np.arange(len(chosen))
        out = np.zeros((n_rows, len(chosen) * self.n_features))
        for rows in self._pieces(n_rows):
            met = np.ascontiguousarray(leaves(rows), dtype=np.uint32)
            add = partial(add_pairs, met, self.levels, _points(), place, out[rows])
            _shared_out(add, len(met), threads)
        cube = out.reshape(n_rows, len(chosen), self.n_features)
        return cube if len(chosen) == len(features) else cube[:, [chosen.index(one) for one in features]]

    def _pieces(self, n_rows: int) -> list[slice]:
        step = max(_BLOCK, _CELLS // max(len(self.levels.depth), 1))
        return [slice(first, min(first + step, n_rows)) for first in range(0, n_rows, step)]


def _shares(covers: Floats, at: Sequence[int], n_players: int) -> Floats:
    """What each player lets through to each leaf, from the root (the last split) down."""
    n, share = len(covers), np.ones((len(covers), n_players))
    number = np.arange(n)
    for split in range(len(at) - 1, -1, -1):
        below = np.bincount(number >> split, covers, minlength=n >> split)
        above = np.bincount(number >> (split + 1), covers, minlength=n >> (split + 1))
        through = np.divide(below, np.repeat(above, 2), out=np.zeros_like(below), where=below > 0)
        share[:, at[split]] *= np.repeat(through, 1 << split)
    return share


def _starts(sizes: Sequence[int] | Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _points() -> Points:
    """Rules of 1 to half of `DEEPEST` points."""
    rules = [np.polynomial.legendre.leggauss(n) for n in range(1, DEEPEST // 2 + 2)]
    points = Points(
        _starts([0, *(len(at) for at, _ in rules)]),
        np.concatenate([(at + 1) / 2 for at, _ in rules]),
        np.concatenate([weight / 2 for _, weight in rules]),
    )
    freeze(points)
    return points


def _shared_out(work: Callable[[int, int], None], n: int, threads: int) -> None:
    """Do 0 .. n in as many parts as there are threads."""
    cuts = np.linspace(0, n, max(min(threads, n), 1) + 1).round().astype(int).tolist()
    if len(cuts) == 2:
        work(0, n)
        return
    with ThreadPoolExecutor(len(cuts) - 1) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))
