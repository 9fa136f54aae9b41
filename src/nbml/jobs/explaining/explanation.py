"""What ``nbml.explain`` gives: the Shapley values of some rows, and every figure of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbml.errors import JobError
from nbml.figures.explained_rows import Told, place_of
from nbml.i18n import text
from nbml.jobs.explaining.cache import Cache, hash_of
from nbml.jobs.explaining.shap_values import Material, Of
from nbml.jobs.explaining.subject import Subject
from nbml.ml.explain.dependence import strongest_partner
from nbml.ml.explain.importance import Importance, mean_shap
from nbml.ml.explain.interactions import MOST_ROWS as PAIR_ROWS
from nbml.ml.explain.interactions import Pairs, expected_seconds, sample, strongest_pairs
from nbml.ml.explain.partial import MOST_ROWS as CURVE_ROWS
from nbml.ml.explain.partial import partial_dependence
from nbml.ml.explain.permutation import MOST_ROWS as SHUFFLED_ROWS
from nbml.ml.explain.permutation import permutation_importance
from nbml.spec.result import Leader

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Check = Callable[[int, int], None]
PAIR_FEATURES = 10
"""Features whose pairs are measured: the most important ones, with all others."""


def _go_on(_done: int, _total: int) -> None:
    return None


class Explanation:
    """Why a model predicts what it predicts, for one target and family.

    Attributes
    ----------
    target, family : str
    of : {"held_out", "final"}
        Whether rows are explained by fold models that have not seen them, or by the final model.
    explained : Explained
        The values as arrays.

    Notes
    -----
    Features are named as in the table; rows by their position in it, from 0, as in ``values.index``. Every
    figure is a ``plotly.graph_objects.Figure`` and says whose rows it shows and by which model.
    """

    def __init__(
        self, subject: Subject, leader: Leader, of: Of, material: Material, *, is_of_table: bool = True
    ) -> None:
        self.target, self.family, self.of = leader.target, leader.family, of
        self.explained = material.explained
        self._subject, self._leader, self._answering = subject, leader, material.answering
        self._pairs: dict[tuple[int, ...], Pairs] = {}
        self._is_of_table = is_of_table

    @property
    def is_of_table(self) -> bool:
        """Whether its rows are those of the training table."""
        return self._is_of_table

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features in the order of the table."""
        return self.explained.names

    @cached_property
    def values(self) -> pd.DataFrame:
        """Shapley values in target units: a row for each explained row, a column for each feature."""
        import pandas as pd

        index = pd.Index(self.explained.rows, name=None)
        return pd.DataFrame(self.explained.values, index=index, columns=list(self.features))

    @cached_property
    def rows(self) -> pd.DataFrame:
        """For each explained row: base, prediction, measured value, residual, fold."""
        import pandas as pd

        one = self.explained
        names = [*self._subject.result.record.fold_names, text("explain_room.final")]
        return pd.DataFrame(
            {
                "base": one.base,
                "predicted": one.predicted,
                "measured": one.measured,
                "residual": one.residual,
                "fold": np.array(names, dtype=object)[one.fold],
            },
            index=one.rows,
        )

    @cached_property
    def importance(self) -> pd.DataFrame:
        """Mean absolute Shapley value of each feature and its spread over the folds, largest first."""
        import pandas as pd

        spread = self._mean.spread
        order = self._mean.order
        return pd.DataFrame(
            {
                "feature": [self.features[k] for k in order],
                "mean_abs_shap": self._mean.mean[order],
                "spread": np.nan if spread is None else spread[order],
            }
        )

    def told(self) -> Told:
        """The values with the words of their figures, in the language in force."""
        labels = [self._subject.label(name) for name in self.features]
        label, unit = self._subject.label(self.target)
        return Told(
            self.explained, tuple(name for name, _ in labels), tuple(unit for _, unit in labels),
            label, unit, self.about(), text(f"explain_room.how.{self.of}"),
        )  # fmt: skip

    def about(self) -> str:
        """Which rows, of which family."""
        rows = f"{len(self.explained.rows):,}"
        family = text(f"explain_room.family.{self.family}")
        return text(f"explain_room.about.{self.of}", rows=rows, family=family)

    def bar(self, features: Sequence[str] | None = None) -> go.Figure:
        """Mean absolute Shapley values with their spread over the folds; the 20 largest if none are named."""
        from nbml.figures.shap_bar import shap_bar

        return shap_bar(self.told(), self._places(features), self._mean)

    def beeswarm(self, features: Sequence[str] | None = None, *, row: int | None = None) -> go.Figure:
        """Every row's values, coloured by the feature; the 20 most important if none are named."""
        from nbml.figures.beeswarm import beeswarm

        return beeswarm(self.told(), self._places(features), row=self._row(row))

    def waterfall(self, row: int) -> go.Figure:
        """One row from the base value to its prediction.

        Raises
        ------
        JobError
            NBML-V01 where the row is not among those explained.
        """
        from nbml.figures.waterfall import waterfall

        return waterfall(self.told(), self.place(row), is_of_table=self._is_of_table)

    def dependence(
        self,
        feature: str,
        partner: str | Literal["strongest"] | None = "strongest",
        *,
        row: int | None = None,
    ) -> go.Figure:
        """What a feature contributes against its value, coloured by a partner; None leaves it plain."""
        from nbml.figures.dependence import dependence

        at = self.place_of_feature(feature)
        colour = (
            strongest_partner(self.explained, at)
            if partner == "strongest" and partner not in self.features
            else None if partner is None else self.place_of_feature(partner)
        )  # fmt: skip
        return dependence(self.told(), at, colour, row=self._row(row))

    def partial_dependence(self, feature: str, by: str | None = None, *, check: Check = _go_on) -> go.Figure:
        """Predictions as a feature takes other values: single rows, their mean and the folds' spread.

        Parameters
        ----------
        feature : str
        by : str, optional
            The group column or a feature: a mean for each group, level or third of its range.
        """
        from nbml.figures.partial_dependence import partial_dependence as draw

        at = self.place_of_feature(feature)
        about = self.explained.features[at]
        partial = partial_dependence(self._answering, at, about, threads=self._subject.threads)
        check(1, 1)
        codes, levels = (None, []) if by is None else self._groups(by)
        step = -(-len(self.explained.rows) // CURVE_ROWS) or 1
        codes = None if codes is None else codes[::step]
        label = "" if by is None else self._subject.label(by)[0]
        rug = self.explained.X[:, at]
        return draw(self.told(), at, partial, rug=rug, codes=codes, levels=levels, by=label)

    def permutation(self, features: Sequence[str] | None = None, *, check: Check = _go_on) -> go.Figure:
        """Permutation importance under the same folds, beside the Shapley values.

        Raises
        ------
        JobError
            NBML-V05 for the final model: rows it has seen would flatter it.
        """
        from nbml.figures.permutation import permutation

        importance, n_rows = self.permutation_importance(check=check)
        return permutation(self.told(), importance, self._places(features), n_rows=n_rows)

    def permutation_importance(self, *, check: Check = _go_on) -> tuple[Importance, int]:
        """The numbers of ``permutation``, and the held-out rows they were taken from."""
        if self.of != "held_out":
            raise JobError("NBML-V05")
        known = np.flatnonzero(np.isfinite(self.explained.measured))
        known = known[sample(len(known), SHUFFLED_ROWS)]
        rows, y = self._answering.take(known), self.explained.measured[known]
        seed = self._subject.job.spec.seed

        def make() -> dict[str, Any]:
            found = permutation_importance(rows, y, seed=seed, threads=self._subject.threads, check=check)
            return {"mean": found.mean, "by_fold": found.by_fold}

        made = Cache(self._subject.job.settings).get(self._depends("permutation", rows.X, y, seed), make)
        return Importance(made["mean"], made["by_fold"]), len(known)

    def interactions(
        self, features: Sequence[str] | None = None, *, n: int = 15, check: Check = _go_on
    ) -> go.Figure:
        """The strongest pairs; computed when first asked for, which ``interaction_seconds`` estimates.

        Raises
        ------
        ModelError
            NBML-M62 for a family without interaction values (MLP).
        """
        from nbml.figures.interaction import interaction

        pairs = self.pairs(features, check=check)
        return interaction(self.told(), pairs.top(n), n_rows=pairs.n_rows)

    def interaction(self, first: str, second: str, *, row: int | None = None) -> go.Figure:
        """What a pair does beyond its features alone, row by row."""
        from nbml.figures.interaction import pair

        i, j = self.place_of_feature(first), self.place_of_feature(second)
        found = next((one for one in self._pairs.values() if one.effect(i, j) is not None), None)
        found = found or (self.pairs() if i in self._pair_features(None) else self.pairs([first]))
        effect = found.effect(i, j)
        assert effect is not None
        return pair(self.told(), i, j, effect, found.places, row=self._row(row))

    def pair_cost(self) -> dict[str, Any]:
        """What ``interactions`` takes: seconds, features, rows, and whether it is at hand."""
        seconds = self.interaction_seconds()
        return {
            "seconds": seconds,
            "n_features": len(self._pair_features(None)),
            "n_rows": min(PAIR_ROWS, len(self.explained.rows)),
            "at_hand": seconds == 0.0,
        }

    def interaction_seconds(self, features: Sequence[str] | None = None) -> float:
        """About how long ``interactions`` takes; 0 where it is at hand."""
        chosen = self._pair_features(features)
        if chosen in self._pairs or Cache(self._subject.job.settings).find(self._pair_key(chosen)):
            return 0.0
        return expected_seconds(self._answering, chosen, threads=self._subject.threads)

    def pairs(self, features: Sequence[str] | None = None, *, check: Check = _go_on) -> Pairs:
        """The numbers of ``interactions``: the ten most important features with all others."""
        chosen = self._pair_features(features)
        if chosen not in self._pairs:

            def make() -> dict[str, Any]:
                found = strongest_pairs(self._answering, chosen, threads=self._subject.threads, check=check)
                return {"strength": found.strength, "places": found.places, "effects": found.effects}

            made = Cache(self._subject.job.settings).get(self._pair_key(chosen), make)
            self._pairs[chosen] = Pairs(chosen, made["strength"], made["places"], made["effects"])
        return self._pairs[chosen]

    def residuals(self) -> go.Figure:
        """What is left over against the prediction, of the explained rows whose target is known."""
        from nbml.figures.residuals import residuals
        from nbml.figures.row_points import HeldOut

        one, (label, unit) = self.explained, self._subject.label(self.target)
        known = np.isfinite(one.measured)
        made = residuals(HeldOut(one.rows[known], one.measured[known], one.predicted[known], label, unit))
        return made

    def place(self, row: int) -> int:
        """Where a row of the table stands among the explained ones; NBML-V01 where it does not."""
        at = place_of(self.explained, row)
        if at is None:
            raise JobError("NBML-V01", row=row + 1)
        return at

    def place_of_feature(self, name: str) -> int:
        """The column of a feature; NBML-V02 where there is none."""
        if name not in self.features:
            raise JobError("NBML-V02", feature=name)
        return self.features.index(name)

    def group_of_rows(self) -> Any:
        """The group of each explained row; None where rows have none or are not of the training table."""
        group = self._subject.result.record.group
        if group is None or not self._is_of_table:
            return None
        return self._subject.frame[group].iloc[self.explained.rows].to_numpy(dtype=object)

    def table_rows(self, rows: Sequence[int]) -> pd.DataFrame:
        """Rows of the training table with prediction and residual, as ``panel.selected`` has them."""
        places = [self.place(row) for row in rows]
        found = self._subject.frame.iloc[list(rows)].copy()
        for name in ("predicted", "residual"):
            column = name
            while column in found:
                column += " (nbml)"
            found[column] = getattr(self.explained, name)[places]
        return found

    @cached_property
    def _mean(self) -> Importance:
        return mean_shap(self.explained)

    def _places(self, features: Sequence[str] | None) -> list[int] | None:
        return None if features is None else [self.place_of_feature(name) for name in features]

    def _row(self, row: int | None) -> int | None:
        return None if row is None else place_of(self.explained, row)

    def _pair_features(self, features: Sequence[str] | None) -> tuple[int, ...]:
        places = self._places(features)
        return tuple(self._mean.order[:PAIR_FEATURES] if places is None else dict.fromkeys(places))

    def _pair_key(self, chosen: tuple[int, ...]) -> dict[str, Any]:
        return self._depends("pairs", self.explained.X, self.explained.fold, list(chosen), PAIR_ROWS)

    def _depends(self, what: str, *on: Any) -> dict[str, Any]:
        parts = [hash_of(one) if isinstance(one, np.ndarray) else one for one in on]
        return {
            "what": what, "models": self._subject.bundle.digest, "target": self.target, "family": self.family,
            "of": self.of, "on": parts,
        }  # fmt: skip

    def _groups(self, by: str) -> tuple[Any, list[str]]:
        """Codes and names of the groups of a column: its levels, or thirds of its range."""
        import pandas as pd

        if by in self.features:
            at = self.features.index(by)
            values, about = self.explained.X[:, at], self.explained.features[at]
            if about.levels:
                return np.nan_to_num(values, nan=-1).astype(np.int64), list(about.levels)
            cuts = np.unique(np.nanquantile(values, [1 / 3, 2 / 3]))
            codes = np.where(np.isnan(values), -1, np.searchsorted(cuts, values, side="left"))
            ends = [f"{cut:.4g}" for cut in cuts]
            names = [f"≤ {ends[0]}", *(f"{a} – {b}" for a, b in pairwise(ends)), f"> {ends[-1]}"]
            return codes.astype(np.int64), names
        frame = self._subject.frame
        if by not in frame or by != self._subject.result.record.group or not self._is_of_table:
            raise JobError("NBML-V02", feature=by)
        column = frame[by].iloc[self.explained.rows]
        codes, levels = pd.factorize(column.astype(str).where(column.notna()), sort=True)
        return codes.astype(np.int64), [str(level) for level in levels]

    def __repr__(self) -> str:
        n = len(self.explained.rows)
        return f"<nbml explanation of {self.target!r} by {self.family}: {n} rows, {self.of}>"
