"""From a user's table to the matrix that models see, the same at training and for ever after.

Owns which columns are features, what their levels and ranges were, and how cells become numbers. Models
never see a name: column k of the matrix is feature ``f<k>``. It does not know models or files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from nbml.errors import PredictError
from nbml.ml.cells import Fault, Faults, read_numbers, read_texts
from nbml.ml.feature import Feature, Kind, require
from nbml.ml.models.base import Floats, Layout
from nbml.ml.notes import Note, join_flags
from nbml.ml.rows import Rows, find_columns, to_frame

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "nbml.encoder/1"
Infinite = Literal["refuse", "missing"]
NAMED = 5
NOTED = 20
_CODES: dict[Fault, str] = {"type": "NBML-P06", "text": "NBML-P05", "infinite": "NBML-P07"}


@dataclass(frozen=True)
class Encoded:
    """Rows as models see them.

    Attributes
    ----------
    X : ndarray of float64, shape (n_rows, n_features)
        Numbers and level codes; NaN where missing or unseen.
    flags : ndarray of object, shape (n_rows,)
        What is unusual about each row, as one text (``nbml.ml.notes.join_flags``); empty where nothing is.
    index : Index
        That of the input.
    notes : tuple of Note
        What holds for the whole table.
    """

    X: Floats
    flags: NDArray[np.object_]
    index: pd.Index[Any]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Encoder:
    """The one way from names and cells to features; immutable, so safe to share between threads.

    Attributes
    ----------
    features : tuple of Feature
        In the order of the matrix.
    infinite : {"refuse", "missing"}
        What an infinite number is, at training and at predicting alike.
    """

    features: tuple[Feature, ...]
    infinite: Infinite = "refuse"

    @classmethod
    def learn(
        cls,
        frame: pd.DataFrame,
        features: Sequence[tuple[str, str]],
        *,
        levels: Mapping[str, Sequence[str]] | None = None,
        infinite: Infinite = "refuse",
    ) -> Encoder:
        """Learn levels, ranges and missing values from training rows.

        The result does not depend on the order of the rows.

        Parameters
        ----------
        frame : DataFrame
            The training rows.
        features : sequence of (name, kind)
            The features in the order the matrix gets.
        levels : mapping of str to sequence of str, optional
            The order of levels of categories, as the column sheet has it. Levels it does not name follow,
            numbers first by value, then texts; levels without a training row are left out.
        infinite : {"refuse", "missing"}
            What an infinite number is.

        Raises
        ------
        PredictError
            As ``encode`` does.
        """
        kinds = {name: cast("Kind", kind) for name, kind in features}
        if len(kinds) != len(features) or not set(kinds.values()) <= set(get_args(Kind)):
            raise ValueError(f"not distinct features of known kinds: {features!r}")
        frame = to_frame(frame)
        places, _ = find_columns(frame, list(kinds), optional=())
        columns, faults = _read(frame, places, kinds, infinite)
        _refuse(faults, kinds, first_row=0)
        order = levels or {}
        return cls(
            tuple(
                Feature.learn(name, kind, columns[name], order.get(name, ())) for name, kind in kinds.items()
            ),
            infinite,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The users' names of the features, in the order of the matrix."""
        return tuple(feature.name for feature in self.features)

    @property
    def layout(self) -> Layout:
        """What a model is told of the matrix."""
        return Layout(tuple(len(feature.levels) for feature in self.features))

    def encode(self, rows: Rows, *, first_row: int = 0) -> Encoded:
        """Rows as models see them; columns are found by name, in any order.

        Parameters
        ----------
        rows : DataFrame, Series, dict or list of dict
            See ``nbml.ml.rows.to_frame``. Columns that are no feature are ignored and noted. An empty list
            is a table of no rows.
        first_row : int
            Number of rows before these, for the row numbers in errors when a table comes in chunks.

        Returns
        -------
        Encoded
            Flags: ``outside:<name>`` for a number beyond the training range, ``unseen:<name>`` for a level
            that no training row had (it is then missing), ``missing:<name>`` where no training row was.

        Raises
        ------
        PredictError
            NBML-P01 missing columns, all of them; NBML-P02 repeated columns; NBML-P03, P04, P08 other shapes
            of input; NBML-P05 text that is no number, NBML-P06 values of another type, NBML-P07 infinite
            numbers, with column and rows counted from 1.
        """
        frame = to_frame(rows, self.names)
        places, extra = find_columns(frame, self.names, (f.name for f in self.features if f.is_empty))
        kinds = {feature.name: feature.kind for feature in self.features}
        columns, faults = _read(frame, places, kinds, self.infinite)
        _refuse(faults, kinds, first_row)
        X = np.full((len(frame), len(self.features)), np.nan)
        raised: dict[str, NDArray[np.bool_]] = {}
        for k, feature in enumerate(self.features):
            if feature.name in columns:
                X[:, k], flags = feature.encode(columns[feature.name])
                raised |= flags
        notes = (Note("NBML-P20", {"columns": extra[:NOTED], "count": len(extra)}),) if extra else ()
        return Encoded(X, join_flags(list(raised), list(raised.values()), len(frame)), frame.index, notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the encoder as plain JSON values."""
        return {
            "schema": SCHEMA,
            "infinite": self.infinite,
            "features": [feature.to_dict() for feature in self.features],
        }

    @classmethod
    def from_dict(cls, said: Any) -> Encoder:
        """Invert ``to_dict``.

        Raises
        ------
        ModelError
            NBML-M57 with the place, for anything that ``to_dict`` does not write.
        """
        require(isinstance(said, dict) and said.keys() == {"schema", "infinite", "features"}, "encoder")
        require(said["schema"] == SCHEMA, "schema")
        require(said["infinite"] in get_args(Infinite), "infinite")
        require(isinstance(said["features"], list), "features")
        features = tuple(Feature.from_dict(one, f"features[{k}]") for k, one in enumerate(said["features"]))
        require(len({feature.name for feature in features}) == len(features), "features")
        return cls(features, said["infinite"])


def _read(
    frame: pd.DataFrame, places: Mapping[str, int], kinds: Mapping[str, Kind], infinite: Infinite
) -> tuple[dict[str, NDArray[Any]], dict[str, Faults]]:
    """Every wanted column as numbers or level texts, and what could not be read."""
    columns: dict[str, NDArray[Any]] = {}
    faults: dict[str, Faults] = {}
    for name, place in places.items():
        column = frame.iloc[:, place]
        kind = kinds[name]
        columns[name], found = (
            read_texts(column) if kind == "category" else read_numbers(column, boolean=kind == "boolean")
        )
        if infinite == "missing" and found:
            if kind != "category":
                columns[name] = np.where(np.isinf(columns[name]), np.nan, columns[name])
            found = [one for one in found if one[1] != "infinite"]
        if found:
            faults[name] = found
    return columns, faults


def _refuse(faults: Mapping[str, Faults], kinds: Mapping[str, Kind], first_row: int) -> None:
    """Raise for the gravest kind of fault: the first column in detail, the others by name."""
    for fault, code in _CODES.items():
        columns = [name for name, found in faults.items() if any(one[1] == fault for one in found)]
        if columns:
            cells = [one for one in faults[columns[0]] if one[1] == fault]
            shown = list(dict.fromkeys(one[2] for one in cells))
            raise PredictError(
                code,
                column=columns[0],
                kind=kinds[columns[0]],
                count=len(cells),
                columns=columns,
                rows=[one[0] + first_row + 1 for one in cells[:NAMED]],
                values=shown[:NAMED],
            )
