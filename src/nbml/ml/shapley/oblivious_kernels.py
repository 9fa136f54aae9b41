"""The compiled loops over symmetric trees.

What the arrays hold is said in ``oblivious``, why the loops are right in docs/shap.md. Importing this module
compiles them, or loads them from numba's cache.
"""

from __future__ import annotations

import numpy as np

from nbml.ml.shapley.arrays import Flags, Floats, Ints, Numbers, Sums, Values
from nbml.ml.shapley.jit import compiled, inlined
from nbml.ml.shapley.oblivious import Levels, Points


@inlined
def _weigh(
    trees: Levels, points: Points, tree: int, leaf: int, point: int, n: int, met: Ints,
    agrees: Values, gain: Values, product: Floats,
) -> None:  # fmt: skip
    """For `n` leaves of rows: the weight of one leaf at one point, and what each player brings there."""
    t = points.at[point]
    product[:n] = points.weight[point] * trees.value[trees.leaf_start[tree] + leaf]
    first, last = trees.player_start[tree], trees.player_start[tree + 1]
    shares = trees.share_start[tree] + leaf * (last - first)
    for j in range(last - first):
        mask, share = trees.mask[first + j], trees.share[shares + j]
        missed = share * (1.0 - t)
        gain_missed = -1.0 / (1.0 - t)
        gain_agreed = (1.0 - share) / (missed + t) - gain_missed
        for k in range(n):
            agrees[j, k] = 1.0 if (met[k] ^ leaf) & mask == 0 else 0.0
        for k in range(n):
            product[k] *= missed + agrees[j, k] * t
            gain[j, k] = gain_missed + agrees[j, k] * gain_agreed


@compiled
def fill_values(
    trees: Levels, points: Points, wanted: Flags, table_start: Ints, table: Sums, first: int, last: int
) -> None:
    """Write what the columns get in the wanted leaves of trees `first` to `last` to the table."""
    most, players = 0, 0
    for tree in range(first, last):
        most = max(most, 1 << trees.depth[tree])
        players = max(players, trees.player_start[tree + 1] - trees.player_start[tree])
    met, product = np.empty(most, dtype=np.int64), np.empty(most)
    agrees, gain, phi = np.empty((players, most)), np.empty((players, most)), np.empty((players, most))
    for tree in range(first, last):
        start, n_leaves, n = trees.leaf_start[tree], 1 << trees.depth[tree], 0
        for leaf in range(n_leaves):
            if wanted[start + leaf]:
                met[n] = leaf
                n += 1
        m = trees.player_start[tree + 1] - trees.player_start[tree]
        if n == 0 or m == 0:
            continue
        phi[:m, :n] = 0.0
        first_point, last_point = points.start[(m + 1) // 2], points.start[(m + 1) // 2 + 1]
        for leaf in range(n_leaves):
            if trees.value[start + leaf] == 0.0:
                continue
            for point in range(first_point, last_point):
                _weigh(trees, points, tree, leaf, point, n, met, agrees, gain, product)
                for j in range(m):
                    for k in range(n):
                        phi[j, k] += product[k] * gain[j, k]
        own = trees.own_start[tree + 1] - trees.own_start[tree]
        for k in range(n):
            at = table_start[tree] + met[k] * own
            for j in range(m):
                for f in range(own):
                    table[at + f] += trees.member[trees.member_start[tree] + j * own + f] * phi[j, k]


@compiled
def add_looked_up(
    leaves: Numbers, trees: Levels, table_start: Ints, table: Floats, width: int, values: Values,
    first: int, last: int,
) -> None:  # fmt: skip
    """Add the table's values for the leaves of rows `first` to `last`, the trees in their order."""
    for begin in range(first, last, width):
        end = min(begin + width, last)
        for tree in range(trees.depth.size):
            columns = trees.own_start[tree]
            own = trees.own_start[tree + 1] - columns
            start = table_start[tree]
            for row in range(begin, end):
                at = start + np.int64(leaves[row, tree]) * own
                for f in range(own):
                    values[row, trees.own[columns + f]] += table[at + f]


@inlined
def _number_leaves(leaves: Numbers, tree: int, first: int, last: int, slot: Ints, met: Ints) -> int:
    """The leaves that rows fall into, each once; `slot` says where a leaf stands among them."""
    n = 0
    for row in range(first, last):
        leaf = np.int64(leaves[row, tree])
        if slot[leaf] < 0:
            slot[leaf] = n
            met[n] = leaf
            n += 1
    return n


@compiled
def add_pairs(
    leaves: Numbers, trees: Levels, points: Points, place: Ints, values: Values, first: int, last: int
) -> None:
    """Add the interactions of the chosen columns (`place` >= 0) with all, for rows `first` to `last`."""
    n_features = place.size
    most, players, owned = 0, 0, 0
    for tree in range(trees.depth.size):
        most = max(most, 1 << trees.depth[tree])
        players = max(players, trees.player_start[tree + 1] - trees.player_start[tree])
        owned = max(owned, trees.own_start[tree + 1] - trees.own_start[tree])
    met, slot, product = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64), np.empty(most)
    agrees, gain = np.empty((players, most)), np.empty((players, most))
    pair = np.empty((players, players, most))
    both = np.empty((owned, owned, most))
    for tree in range(trees.depth.size):
        start, n_leaves = trees.leaf_start[tree], 1 << trees.depth[tree]
        m = trees.player_start[tree + 1] - trees.player_start[tree]
        columns = trees.own_start[tree]
        own = trees.own_start[tree + 1] - columns
        asked = False
        for f in range(own):
            asked = asked or place[trees.own[columns + f]] >= 0
        if not asked:
            continue
        slot[:n_leaves] = -1
        n = _number_leaves(leaves, tree, first, last, slot, met)
        pair[:m, :m, :n] = 0.0
        first_point, last_point = points.start[(m + 1) // 2], points.start[(m + 1) // 2 + 1]
        for leaf in range(n_leaves):
            if trees.value[start + leaf] == 0.0:
                continue
            for point in range(first_point, last_point):
                _weigh(trees, points, tree, leaf, point, n, met, agrees, gain, product)
                for i in range(m):
                    for k in range(n):
                        pair[i, i, k] += product[k] * gain[i, k]
                    for j in range(i):
                        for k in range(n):
                            pair[i, j, k] += product[k] * gain[i, k] * gain[j, k]
        for i in range(m):  # half of an effect to either, and what remains to a player itself
            for j in range(i):
                for k in range(n):
                    half = pair[i, j, k] / 2.0
                    pair[i, j, k] = half
                    pair[j, i, k] = half
        for i in range(m):
            for j in range(m):
                if i != j:
                    for k in range(n):
                        pair[i, i, k] -= pair[i, j, k]
        both[:own, :own, :n] = 0.0
        for i in range(m):
            for f in range(own):
                part = trees.member[trees.member_start[tree] + i * own + f]
                if part == 0.0:
                    continue
                for j in range(m):
                    for g in range(own):
                        parts = part * trees.member[trees.member_start[tree] + j * own + g]
                        if parts != 0.0:
                            for k in range(n):
                                both[f, g, k] += parts * pair[i, j, k]
        for row in range(first, last):
            k = slot[np.int64(leaves[row, tree])]
            for f in range(own):
                at = place[trees.own[columns + f]]
                if at >= 0:
                    for g in range(own):
                        values[row, at * n_features + trees.own[columns + g]] += both[f, g, k]
