"""What mends a finding at the press of a button: a change of the form, said in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbml.i18n import text
from nbml.spec.messages.train_form import Remedy, TrainForm

if TYPE_CHECKING:
    from nbml.spec.columns import ColumnSheet, Finding

_LEAVE_OUT = frozenset(f"NBML-D{n}" for n in ("17", "19", "20", "24", "51", "52", "70", "71", "74"))
_WITHOUT = {
    "NBML-D12": ("group", "no_group"),
    "NBML-D65": ("group", "no_group"),
    "NBML-D58": ("folds", "usual_folds"),
    "NBML-D13": ("folds", "usual_folds"),
    "NBML-D56": ("fold_column", "no_fold_column"),
    "NBML-D57": ("fold_column", "no_fold_column"),
}


def remedies_for(finding: Finding, form: TrainForm, sheet: ColumnSheet) -> tuple[Remedy, ...]:
    """The remedies of a finding; none where the data or a decision is needed."""
    return tuple(_remedies(finding, form, sheet))


def _remedies(finding: Finding, form: TrainForm, sheet: ColumnSheet) -> Iterator[Remedy]:
    code = finding.code
    if code == "NBML-D01":
        yield _remedy("drop_rows", {"missing_target": "drop"})
    elif code == "NBML-D04":
        yield _remedy("count_as_missing", {"infinite": "missing"})
    elif code == "NBML-D11" and (rows := int(str(finding.fields.get("rows", 0)))) >= 2:
        yield _remedy("folds", {"folds": min(rows, 5)}, folds=min(rows, 5))
    elif code in _WITHOUT:
        field, words = _WITHOUT[code]
        yield _remedy(words, {field: None})
    elif code in _LEAVE_OUT:
        names = [name for name in _columns(finding) if name in sheet and name not in form.targets]
        if code == "NBML-D24" and names and form.group is None and form.fold_column is None:
            yield _remedy("group_by", {"group": names[0]}, column=names[0])
        if names:
            kept = tuple(name for name in form.taken_in if name not in names)
            left = tuple(dict.fromkeys((*form.left_out, *names)))
            yield _remedy("leave_out", {"left_out": left, "taken_in": kept}, columns=names)


def _columns(finding: Finding) -> list[str]:
    if finding.code == "NBML-D19":
        features = finding.fields.get("features", ())
        return [str(name) for name in features] if isinstance(features, list) else [str(features)]
    return list(finding.columns)


def _remedy(words: str, changes: dict[str, Any], /, **fields: Any) -> Remedy:
    return Remedy(text=text(f"train_room.remedy.{words}", **fields), set=changes)
