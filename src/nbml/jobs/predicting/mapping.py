"""Which column of a table is which input of the models, and what does not fit, before it is predicted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.errors import PredictError
from nbml.jobs.predicting.opened import OpenModels
from nbml.ml.cells import Faults, read_numbers, read_texts
from nbml.ml.notes import split_flags
from nbml.spec.messages.base import PanelFault
from nbml.spec.messages.predict_room import MappedInput

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.feature import Feature

Mapping = tuple[int | None, ...]
"""Place of a column of the table, by place of the input; None where there is none."""
_CODES = {"type": "NBML-P06", "text": "NBML-P05", "infinite": "NBML-P07"}
_NAMED, _COMPARED = 5, 100


def match(models: OpenModels, names: Sequence[str]) -> Mapping:
    """Columns that have an input's name, letter by letter; similar ones are suggested, never taken (P4)."""
    places = {name: place for place, name in enumerate(names)}
    return tuple(places.get(feature.name) for feature in models.features)


def check(
    models: OpenModels,
    frame: pd.DataFrame,
    columns: Mapping,
    *,
    on_input: Callable[[int], object] = lambda _place: None,
) -> tuple[MappedInput, ...]:
    """Every input with its column, what stands in the way, and how many rows will be flagged.

    Parameters
    ----------
    models : OpenModels
    frame : DataFrame
        The whole table: one cell that cannot be read would end the work half way.
    columns : tuple of int or None
        Place of the column, by input.
    on_input : callable
        Given each input before its column is read; what it raises ends the work.
    """
    suggested = _suggest(models, list(map(str, frame.columns)), columns)
    found = []
    for place, (feature, column) in enumerate(zip(models.features, columns, strict=True)):
        on_input(place)
        if column is not None:
            found.append(_read(models, feature, place, column, frame.iloc[:, column]))
        elif feature.is_empty:
            found.append(MappedInput(input=place, column=None))
        else:
            fault = PredictError("NBML-P32", input=feature.name)
            found.append(
                MappedInput(
                    input=place, column=None, suggestion=suggested.get(place), fault=_told(fault, place)
                )
            )
    return tuple(found)


def refuse(models: OpenModels, inputs: Sequence[MappedInput], names: Sequence[str]) -> PredictError | None:
    """Why the table cannot be predicted as it is mapped: all missing inputs at once, else a count."""
    missing = [
        models.features[one.input].name for one in inputs if one.column is None and one.fault is not None
    ]
    if missing:
        pairs = [
            f"{models.features[one.input].name} ← {names[one.suggestion]}"
            for one in inputs
            if one.suggestion is not None
        ]
        return PredictError("NBML-P01", columns=missing, suggestions=pairs or "–", field="columns")
    wrong = sum(one.fault is not None for one in inputs)
    return PredictError("NBML-P33", count=wrong, field="columns") if wrong else None


def _read(
    models: OpenModels, feature: Feature, place: int, column: int, cells: pd.Series[Any]
) -> MappedInput:
    values, faults = (
        read_texts(cells)
        if feature.kind == "category"
        else read_numbers(cells, boolean=feature.kind == "boolean")
    )
    if models.encoder.infinite == "missing":
        faults = [one for one in faults if one[1] != "infinite"]
        values = values if feature.kind == "category" else np.where(np.isinf(values), np.nan, values)
    if faults:
        error = _fault(feature, faults)
        return MappedInput(input=place, column=column, fault=_told(error, place))
    _codes, raised = feature.encode(values)
    counts = {split_flags(words)[0][0]: int(rows.sum()) for words, rows in raised.items()}
    return MappedInput(
        input=place,
        column=column,
        outside=counts.get("outside", 0),
        unseen=counts.get("unseen", 0),
        missing=counts.get("missing", 0),
    )


def _fault(feature: Feature, faults: Faults) -> PredictError:
    kind = next(kind for kind in _CODES if any(one[1] == kind for one in faults))
    cells = [one for one in faults if one[1] == kind]
    return PredictError(
        _CODES[kind],
        column=feature.name,
        kind=feature.kind,
        count=len(cells),
        columns=[feature.name],
        rows=[one[0] + 1 for one in cells[:_NAMED]],
        values=list(dict.fromkeys(one[2] for one in cells))[:_NAMED],
    )


def _told(error: PredictError, place: int) -> PanelFault:
    return PanelFault(
        code=error.code, message=error.message, next_step=error.next_step, field=f"inputs.{place}"
    )


def _suggest(models: OpenModels, names: Sequence[str], columns: Mapping) -> dict[int, int]:
    """Columns nobody takes, by the missing input whose name they resemble; each for one input."""
    free: dict[str, int] = {}
    for place, name in enumerate(names):
        if place not in columns:
            free.setdefault(_folded(name), place)
    found = {}
    for place, feature in enumerate(models.features):
        if columns[place] is None and not feature.is_empty:
            close = get_close_matches(_folded(feature.name), free, n=1, cutoff=0.7)
            if close:
                found[place] = free.pop(close[0])
    return found


def _folded(name: str) -> str:
    """A name as the eye compares it: width, case and blanks aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())[:_COMPARED]
