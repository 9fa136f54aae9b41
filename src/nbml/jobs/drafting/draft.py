"""From a column sheet to a filled-in form, and from a form to the arguments of ``nbml.train``.

Knows sheets and forms; never rows, jobs or widgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

from nbml.data.checks.view import NUMERIC, USABLE
from nbml.jobs.launch import make_spec
from nbml.spec.columns import Column, ColumnSheet
from nbml.spec.messages.train_form import ColumnChoice, TrainForm
from nbml.spec.train import TrainSpec

DEFAULTS: Mapping[str, Any] = {
    name: parameter.default
    for name, parameter in signature(make_spec).parameters.items()
    if parameter.kind is Parameter.KEYWORD_ONLY and name != "read"
}
"""Arguments of ``nbml.train`` after targets and features, with what they are when left out."""
_SAME = [name for name in DEFAULTS if name in TrainForm.model_fields and name not in ("space", "kinds")]
EFFORTS = {"quick": 10, "normal": 30, "thorough": 100}
"""Trials by effort."""


def fill_in(sheet: ColumnSheet) -> TrainForm:
    """Fill in a form from what a table says of itself.

    Parameters
    ----------
    sheet : ColumnSheet
        Roles in it go before guesses. Without a target among them the last numeric column that varies is
        suggested, as tables are usually written.

    Returns
    -------
    TrainForm
        One that can be trained as it is, as far as names and kinds tell.
    """
    roles: dict[str, list[str]] = {}
    for column in sheet.columns:
        roles.setdefault(column.role, []).append(column.name)
    group, fold_column = (next(iter(roles.get(role, ())), None) for role in ("group", "fold"))
    targets = [name for name in roles.get("target", ()) if sheet[name].kind in USABLE]
    if not targets:
        likely = [c.name for c in sheet.columns if c.role == "feature" and is_target(c) and c.n_unique > 1]
        targets = likely[-1:]
    return TrainForm(targets=tuple(targets), group=group, fold_column=fold_column)


def with_kinds(sheet: ColumnSheet, form: TrainForm) -> ColumnSheet:
    """The sheet that training will go by: a kind that was said makes its column a feature."""
    return ColumnSheet(
        columns=tuple(
            column.model_copy(update={"kind": form.kinds[column.name], "role": "feature"})
            if column.name in form.kinds
            else column
            for column in sheet.columns
        )
    )


def is_target(column: Column) -> bool:
    """Whether a column could be predicted by regression."""
    return column.kind in NUMERIC and column.n_unique > 0


def choices(sheet: ColumnSheet, form: TrainForm) -> tuple[ColumnChoice, ...]:
    """The columns of a table as a form offers them."""
    sheet = with_kinds(sheet, form)
    usual = set(_candidates(sheet, form))
    return tuple(
        ColumnChoice(
            name=column.name,
            kind=column.kind,
            unit=column.unit,
            can_be_target=is_target(column),
            can_be_feature=column.kind in USABLE,
            is_feature=column.name in usual,
            n_unique=column.n_unique,
            missing_share=column.missing_share,
        )
        for column in sheet.columns
    )


def features_of(sheet: ColumnSheet, form: TrainForm) -> list[str] | None:
    """The ``features`` argument of a form: None where the call would choose the same by itself.

    A call knows no role that was given by hand, so a list is needed as soon as one matters.
    """
    sheet = with_kinds(sheet, form)
    left_out = set(form.left_out)
    wanted = {*_candidates(sheet, form), *form.taken_in} - left_out
    names = [name for name in sheet.names if name in wanted]
    taken = {*form.targets, form.group, form.fold_column}
    plain = [c.name for c in sheet.columns if _is_usable(c) and c.name not in taken]
    unknown = [name for name in form.taken_in if name not in sheet]
    return None if names == plain and not unknown else names + unknown


def arguments(sheet: ColumnSheet, form: TrainForm) -> dict[str, Any]:
    """The arguments of ``make_spec`` and ``nbml.train`` that a form stands for, defaults left out."""
    said: dict[str, Any] = {name: _whole(getattr(form, name)) for name in _SAME}
    said["model"] = _one_or_list(form.models)
    said["timeout_s"] = None if form.minutes is None else _whole(round(form.minutes * 60, 3))
    said["space"] = {name: changes for name, changes in form.space.items() if changes and name in form.models}
    said["kinds"] = dict(form.kinds)
    return _without_defaults(form.targets, features_of(sheet, form), said)


def arguments_of(spec: TrainSpec) -> dict[str, Any]:
    """The arguments that make a spec, defaults left out; what was settled for one job is not among them."""
    search, use = spec.search, spec.resources
    said: dict[str, Any] = {name: getattr(spec, name) for name in _SAME if name in TrainSpec.model_fields}
    said |= {
        "model": _one_or_list(spec.models),
        "trials": search.trials,
        "timeout_s": None if search.timeout_s is None else _whole(search.timeout_s),
        "sampler": search.sampler,
        "open_trials": search.open_trials,
        "space": {**search.space},
        "shap": spec.explain.shap,
        "workers": use.workers,
        "threads": use.threads,
        "memory_mb": use.memory_mb,
        "fold_timeout_s": use.fold_timeout_s,
        "kinds": dict(spec.kinds),
    }
    return _without_defaults(spec.targets, None if spec.features is None else list(spec.features), said)


def form_of(spec: TrainSpec, sheet: ColumnSheet) -> TrainForm:
    """The form that asks for a spec again, for a table with the same columns."""
    search, use = spec.search, spec.resources
    form = TrainForm(
        targets=spec.targets,
        group=spec.group,
        fold_column=spec.fold_column,
        models=spec.models,
        trials=search.trials,
        minutes=None if search.timeout_s is None else search.timeout_s / 60,
        folds=spec.folds,
        seed=spec.seed,
        sampler=search.sampler,
        space={family: dict(ranges) for family, ranges in search.space.items()},
        open_trials=search.open_trials,
        workers=use.workers,
        threads=use.threads,
        memory_mb=use.memory_mb,
        fold_timeout_s=use.fold_timeout_s,
        shap=spec.explain.shap,
        missing_target=spec.missing_target,
        infinite=spec.infinite,
        kinds=dict(spec.kinds),
        name=spec.name,
        project=spec.project,
        register_as=spec.register_as,
        alias=spec.alias,
    )
    if spec.features is None:
        return form
    usual, asked = _candidates(with_kinds(sheet, form), form), spec.features
    return form.model_copy(
        update={
            "left_out": tuple(name for name in usual if name not in asked),
            "taken_in": tuple(name for name in asked if name not in usual),
        }
    )


def _without_defaults(
    targets: Sequence[str], features: list[str] | None, said: dict[str, Any]
) -> dict[str, Any]:
    return {
        "targets": _one_or_list(targets),
        **({} if features is None else {"features": features}),
        **{name: said[name] for name, usual in DEFAULTS.items() if (said[name] or None) != (usual or None)},
    }


def _one_or_list(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def _whole(value: Any) -> Any:
    """A whole number as an int, as a person would write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _candidates(sheet: ColumnSheet, form: TrainForm) -> list[str]:
    """Features if nothing is left out: the usable columns without another part in the job."""
    taken = {*form.targets, form.group, form.fold_column}
    return [
        column.name
        for column in sheet.columns
        if _is_usable(column) and column.role == "feature" and column.name not in taken
    ]


def _is_usable(column: Column) -> bool:
    return column.kind in USABLE and column.missing_share < 1
