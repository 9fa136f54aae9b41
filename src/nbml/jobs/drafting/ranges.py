"""The search ranges of a form as they will be used, with what was changed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbml.data.checks.view import NUMERIC
from nbml.errors import DataError, DependencyError, ModelError, NbmlError, SpecError
from nbml.jobs.drafting.draft import with_kinds
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Param, Shape
from nbml.ml.space import override
from nbml.spec.messages.train_form import SearchRange, TrainForm

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.spec.train import TrainSpec

FOLDS_IF_UNKNOWN = 5


def shape_of(form: TrainForm, table: Table, features: tuple[str, ...], n_rows: int, n_folds: int) -> Shape:
    """The sizes that ranges depend on, as training will see them."""
    sheet = with_kinds(table.columns, form)
    categorical = sum(sheet[name].kind not in NUMERIC for name in features)
    return Shape(n_rows, len(features), round(n_rows * (1 - 1 / n_folds)), categorical)


def ranges_of(form: TrainForm, shape: Shape) -> dict[str, tuple[SearchRange, ...]]:
    """The ranges of the families of a form.

    A family whose changes cannot be used is shown as asked for, so that the fault has a place.
    """
    return {
        name: tuple(_ranges(name, form.space.get(name, {}), shape))
        for name in form.models
        if name in FAMILIES
    }


def check_ranges(form: TrainForm, table: Table, spec: TrainSpec) -> Iterator[NbmlError]:
    """Find changes that cannot be used, each with its ``field``, and a sampler that cannot be had."""
    from importlib.util import find_spec

    from nbml.data.checks import resolve_features

    if spec.search.sampler == "gp" and find_spec("torch") is None:
        yield DependencyError("NBML-X01", field="sampler")
    try:
        features = resolve_features(
            with_kinds(table.columns, form),
            targets=spec.targets,
            features=spec.features,
            group=spec.group,
            fold_column=spec.fold_column,
        )
    except DataError:
        return
    shape = shape_of(form, table, features, len(table.frame), _count(spec.folds))
    for name in spec.models:
        space = family(name).space(shape)
        for parameter, given in spec.search.space.get(name, {}).items():
            try:
                override(space, {parameter: given})
            except ModelError as error:
                yield _fault(error, space.get(parameter), given, f"space.{name}.{parameter}")


def _fault(error: ModelError, usual: Param | None, given: Any, field: str) -> NbmlError:
    """A range that cannot be drawn from is told by its ends, as the form shows it."""
    if error.code != "NBML-M12" or usual is None or not isinstance(given, dict) or "choices" in given:
        return ModelError(error.code, **error.fields, field=field)
    asked = _as_asked(usual, given)
    name = field.rsplit(".", 1)[-1]
    return SpecError("NBML-S24", name=name, low=asked.low, high=asked.high, kind=usual.kind, field=field)


def _ranges(name: str, changes: dict[str, Any], shape: Shape) -> Iterator[SearchRange]:
    learner = family(name)
    start, space = learner.start(shape), learner.space(shape)
    for parameter, usual in space.items():
        used = usual
        if parameter in changes:
            try:
                used = override(space, {parameter: changes[parameter]})[parameter]
            except ModelError:
                used = _as_asked(usual, changes[parameter])
        yield SearchRange(
            name=parameter,
            kind=used.kind,
            low=used.low,
            high=used.high,
            log=used.log,
            choices=used.choices,
            start=start.get(parameter),
            why=usual.why,
            changed=parameter in changes,
            usual_low=usual.low,
            usual_high=usual.high,
            usual_choices=usual.choices,
        )


def _as_asked(usual: Param, given: Any) -> Param:
    if not isinstance(given, dict):
        return usual
    bounds = {
        end: value
        for end in ("low", "high")
        if isinstance(value := given.get(end), int | float) and not isinstance(value, bool)
    }
    return Param(
        usual.kind, bounds.get("low", usual.low), bounds.get("high", usual.high), usual.log, usual.choices
    )


def _count(folds: int | str | None) -> int:
    return folds if isinstance(folds, int) else FOLDS_IF_UNKNOWN
