"""The models a search works with: which runs, which families, what their inputs are together.

Owns the union of the inputs of several trainings and the trust columns from their reference rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import pandas as pd

from nbml.data.store import load_frame
from nbml.errors import JobError, ModelError, NbmlError, OptimizeError
from nbml.inverse.models import Columns, ModelSurrogate, TargetModel
from nbml.inverse.space import Space
from nbml.inverse.surrogate import Floats
from nbml.jobs.models import load
from nbml.jobs.optimize.origin import Origin, origin_of
from nbml.jobs.written_job import read_job
from nbml.ml.bundle.reader import Bundle
from nbml.ml.choice import Choice
from nbml.ml.feature import Feature
from nbml.settings import Settings
from nbml.spec.optimize import ModelSource, OptimizeSpec, UsedModels

MEASURED = 20_000


@dataclass(frozen=True, eq=False)
class Source:
    """The models of one run.

    Attributes
    ----------
    said : ModelSource
    bundle : Bundle
    choice : Choice
        The model of each target.
    measured : DataFrame or None
        Training columns, where the job's folder is here.
    origin : Origin
        Where the models come from.
    """

    said: ModelSource
    bundle: Bundle
    choice: Choice
    measured: pd.DataFrame | None
    origin: Origin = field(default_factory=Origin)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The inputs that predictions depend on."""
        return tuple(f for f in self.bundle.encoder.features if not f.is_empty)

    @property
    def used(self) -> UsedModels:
        """What is written down of it."""
        return UsedModels(
            run=self.said.run,
            bundle_sha256=self.bundle.digest,
            targets=tuple(self.choice.cards),
            families={name: card.family for name, card in self.choice.cards.items()},
            n_rows=0 if self.measured is None else len(self.measured),
            run_id=self.origin.run_id,
            model_id=self.origin.model_id,
            data=self.origin.data,
            data_sha256=self.origin.data_sha256,
        )


def open_sources(spec: OptimizeSpec, settings: Settings) -> tuple[Source, ...]:
    """The models a spec names.

    Raises
    ------
    OptimizeError
        NBML-O47 when two runs predict the same target, NBML-O25 when models are not those the spec was
        resolved for.
    NbmlError
        As ``nbml.load`` and ``Predictor.predict``.
    """
    sources = []
    seen: dict[str, str] = {}
    for k, said in enumerate(spec.runs):
        bundle = load(said.run).bundle
        choice = Choice.of(bundle, said.targets, said.family)
        for name in choice.cards:
            if name in seen:
                raise OptimizeError("NBML-O47", place=f"runs.{k}", target=name, runs=[seen[name], said.run])
            seen[name] = said.run
        sources.append(
            Source(said, bundle, choice, _measured(said.run, settings), origin_of(said.run, settings))
        )
        if spec.resolved is not None and spec.resolved.used[k].bundle_sha256 != bundle.digest:
            raise OptimizeError("NBML-O25", place=f"runs.{k}", run=said.run)
    return tuple(sources)


def join_features(sources: Sequence[Source]) -> dict[str, Feature]:
    """The union of the inputs: ranges and levels that every run knows where several have one.

    Raises
    ------
    OptimizeError
        NBML-O21 when runs take an input as different kinds, or have no level or value in common.
    """
    joined: dict[str, Feature] = {}
    targets = {name for source in sources for name in source.choice.cards}
    for source in sources:
        for feature in source.features:
            if feature.name in targets:
                raise OptimizeError("NBML-O21", place="runs", column=feature.name, kinds=["target", "input"])
            known = joined.get(feature.name)
            joined[feature.name] = feature if known is None else _both(known, feature)
    return joined


def _both(one: Feature, other: Feature) -> Feature:
    kinds = sorted({one.kind, other.kind})
    if ("category" in kinds) and len(kinds) > 1:
        raise OptimizeError("NBML-O21", place="runs", column=one.name, kinds=kinds)
    if one.kind == "category":
        levels = tuple(level for level in one.levels if level in set(other.levels))
        if not levels:
            raise OptimizeError("NBML-O21", place="runs", column=one.name, kinds=["category"])
        return Feature(one.name, "category", levels)
    lows, highs = (
        [bound for bound in bounds if bound is not None]
        for bounds in ((one.low, other.low), (one.high, other.high))
    )
    kind = one.kind if one.kind == other.kind else "number"
    return Feature(one.name, kind, (), max(lows), max(max(lows), min(highs)))


def make_surrogate(space: Space, sources: Sequence[Source], level: float, threads: int) -> ModelSurrogate:
    """The models of all runs as one function of a space's rows."""
    models, columns = [], []
    for source in sources:
        of_run = _columns(space, source)
        columns.append(of_run)
        for name in source.choice.cards:
            final, folds = source.choice.models(name, folds=False)
            parts = (final,) if final is not None else tuple(folds)
            models.append(TargetModel(name, parts, of_run))

    def bounds(values: Floats) -> tuple[Floats, Floats]:
        lower, upper = np.full((2, len(values), len(models)), np.nan)
        k = 0
        for source, of_run in zip(sources, columns, strict=True):
            X = of_run.encode(values)
            near = source.choice.near(X, threads)
            for name in source.choice.cards:
                one = source.choice.answer(name, X, near, level, threads, spread=False)
                if one.lower is not None and one.upper is not None:
                    lower[:, k], upper[:, k] = one.lower, one.upper
                k += 1
        return lower, upper

    def distance(values: Floats) -> Floats:
        far = np.full(len(values), np.nan)
        for source, of_run in zip(sources, columns, strict=True):
            near = source.choice.near(of_run.encode(values), threads)
            if near is not None and source.bundle.reference is not None:
                far = np.fmax(far, source.bundle.reference.domain.score(near))
        return far

    return ModelSurrogate(space, models, bounds=bounds, distance=distance, level=level, threads=threads)


def find_target(name: str, sources: Sequence[Source], place: str) -> str:
    """The target itself.

    Raises
    ------
    OptimizeError
        NBML-O31 when no run predicts it, with the closest name.
    """
    known = [target for source in sources for target in source.choice.cards]
    if name not in known:
        close = get_close_matches(name, known, n=1)
        raise OptimizeError(
            "NBML-O31", place=place, target=name, targets=known, close=close[0] if close else "–"
        )
    return name


def second_opinions(space: Space, sources: Sequence[Source], values: Floats) -> dict[str, Floats]:
    """What the other families of each target predict, by ``<family>_<target>``."""
    from nbml.ml.choice import cards_of

    out = {}
    for source in sources:
        X = _columns(space, source).encode(values)
        for name, card in source.choice.cards.items():
            for other in cards_of(source.bundle, name):
                if other.family == card.family:
                    continue
                final, folds = Choice.of(source.bundle, name, other.family).models(name, folds=False)
                parts = [m.predict(X) for m in ([final] if final is not None else folds)]
                out[f"{other.family}_{name}"] = np.asarray(sum(parts[1:], parts[0]) / len(parts))
    return out


def _columns(space: Space, source: Source) -> Columns:
    variables = np.full(len(source.bundle.encoder.features), -1, dtype=np.intp)
    codes: dict[int, Floats] = {}
    for column, feature in enumerate(source.bundle.encoder.features):
        if feature.is_empty:
            continue
        variables[column] = i = space.index[feature.name]
        if feature.kind == "category":
            places = {level: float(k) for k, level in enumerate(feature.levels)}
            codes[column] = np.array([places[level] for level in space.variables[i].levels])
    return Columns(variables, codes)


def _measured(run: str, settings: Settings) -> pd.DataFrame | None:
    """The training columns of a job whose folder is here."""
    try:
        written = read_job(run, settings)
        if written.spec.resolved is None:
            return None
        frame = load_frame(written.folder.data, written.spec.resolved.columns_sha256)
    except (JobError, ModelError, NbmlError, OSError):
        return None  # the models suffice; what was measured is shown where it is at hand
    return frame.iloc[:MEASURED] if len(frame) > MEASURED else frame
