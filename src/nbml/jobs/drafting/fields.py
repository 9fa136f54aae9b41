"""Which field of the form a code speaks of, and which numbers a field takes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbml.errors import NbmlError
from nbml.spec.columns import Finding
from nbml.spec.messages.train_form import TrainForm

_BY_CODE = {
    "targets": "D01 D02 D03 D06 D07 D41 D52 D59 D61 D66 D67",
    "features": "D04 D19 D20 D21 D22 D24 D28 D38 D43 D51 D60 D62 D63 D70 D71 D74 D17",
    "group": "D12 D14 D15 D18 D42 D64 D65 D69 D72 D73",
    "folds": "D11 D13 D55 D58 S04",
    "fold_column": "D54 D56 D57",
    "trials": "S03",
    "models": "S05",
    "sampler": "M13 X01",
    "data": "D10 S07 S08",
    "kinds": "S06",
    "memory_mb": "E23",
}
FIELD = {f"NBML-{code}": field for field, codes in _BY_CODE.items() for code in codes.split()}

_PLACES = {
    "search.trials": "trials",
    "search.timeout_s": "minutes",
    "search.sampler": "sampler",
    "search.open_trials": "open_trials",
    "resources.workers": "workers",
    "resources.threads": "threads",
    "resources.memory_mb": "memory_mb",
    "resources.fold_timeout_s": "fold_timeout_s",
}
WHOLE = {
    "trials": (1, 100_000),
    "folds": (2, 1_000_000),
    "seed": (0, 2**32 - 1),
    "open_trials": (1, 1024),
    "workers": (1, 10_000),
    "threads": (1, 256),
    "memory_mb": (64, 100_000_000),
}
"""Fields that take whole numbers, and from where to where, as the spec has it."""
_NEEDED = ("seed", "open_trials", "threads")
_LONGEST_MINUTES = 1e6


def numbers_out_of_range(form: TrainForm) -> Iterator[tuple[str, float, float, object]]:
    """Numbers of a form that cannot be used: field, least, greatest, given."""
    for field, (low, high) in WHOLE.items():
        given = getattr(form, field)
        if given == "logo" or (given is None and field not in _NEEDED):
            continue
        if given is None or given != math.floor(given) or not low <= given <= high:
            yield field, low, high, "-" if given is None else given
    for field, most in (("minutes", _LONGEST_MINUTES), ("fold_timeout_s", 60 * _LONGEST_MINUTES)):
        given = getattr(form, field)
        if given is not None and not 0 < given <= most:
            yield field, 0, most, given


def field_of_finding(finding: Finding, form: TrainForm) -> str:
    """The field at which a finding of the checks can be mended."""
    if finding.code in ("NBML-D50", "NBML-D53", "NBML-D68"):
        return _part(str(finding.fields.get("column", "")), form, prefer_fold=finding.code == "NBML-D53")
    return FIELD.get(finding.code, "data")


def field_of_error(error: NbmlError, form: TrainForm) -> str | None:
    """The field at which an error can be mended, or None where it speaks of none."""
    if error.code == "NBML-S01":
        places = [str(place) for place in error.fields.get("places", ())]
        return next((_of_place(place) for place in places), None)
    if error.code in ("NBML-D50", "NBML-D53", "NBML-D68"):
        return _part(str(error.fields.get("column", "")), form, prefer_fold=error.code == "NBML-D53")
    return FIELD.get(error.code)


def _of_place(place: str) -> str:
    for start, field in _PLACES.items():
        if place.startswith(start):
            return field
    if place.startswith("search.space."):
        return place.removeprefix("search.")
    return place.split(".")[0]


def _part(column: str, form: TrainForm, *, prefer_fold: bool) -> str:
    """The part a column has in the job."""
    if prefer_fold or column not in form.targets:
        if column == form.group:
            return "group"
        if column == form.fold_column:
            return "fold_column"
    return "targets" if column in form.targets else "features"
