"""A search's problem where its workers are: models as sealed files, opened once by each of them.

A problem travels by name: rows, populations and fronts that go from process to process find it where they
arrive. Workers may stand on machines that see no folder of ours.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from nbml.inverse.constraints import Limit
from nbml.inverse.goals import Goal
from nbml.inverse.problem import Problem
from nbml.inverse.space import Space
from nbml.jobs.optimize.setting import Setting
from nbml.jobs.optimize.sources import Source, make_surrogate
from nbml.ml.bundle.places import iter_files
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.choice import Choice
from nbml.spec.optimize import ModelSource

_OPEN: WeakValueDictionary[str, Problem] = WeakValueDictionary()


class SharedProblem(Problem):
    """A problem that is open in several processes under one name; pickled it is that name alone."""

    name: str

    @classmethod
    def of(cls, problem: Problem, name: str) -> SharedProblem:
        """Open a problem under a name in this process, for as long as it is used."""
        shared = cls(problem.space, problem.surrogate, problem.goals, problem.limits)
        shared.name = name
        _OPEN[name] = shared
        return shared

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.name,)


def _find(name: str) -> Problem:
    return _OPEN[name]


@dataclass(frozen=True)
class PackedModels:
    """The models of one run.

    Attributes
    ----------
    run, targets, family
        As said in the spec.
    files : dict of str to bytes
        The bundle's files by their path in it.
    """

    run: str
    targets: tuple[str, ...] | None
    family: str | None
    files: dict[str, bytes]

    @classmethod
    def of(cls, source: Source) -> PackedModels:
        """The files of a run's models."""
        said, folder = source.said, source.bundle.folder
        files = {name: (folder / name).read_bytes() for name in iter_files(folder)}
        return cls(said.run, said.targets, said.family, files)

    @property
    def size_mb(self) -> float:
        """Size of the files."""
        return sum(map(len, self.files.values())) / 2**20

    def open(self, folder: Path) -> Source:
        """Write the files into an empty folder and open them; every one is checked against its seal."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        bundle = open_bundle(folder)
        said = ModelSource(run=self.run, targets=self.targets, family=self.family)
        return Source(said, bundle, Choice.of(bundle, said.targets, said.family), None)


@dataclass(frozen=True, eq=False)
class PackedProblem:
    """A problem to be opened in another process.

    Attributes
    ----------
    name : str
        Under which it is opened.
    space : Space
    goals : tuple of Goal
    limits : tuple of Limit
    models : tuple of PackedModels
    level : float
        Of the intervals.
    threads : int
    """

    name: str
    space: Space
    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]
    models: tuple[PackedModels, ...]
    level: float
    threads: int

    @classmethod
    def of(cls, setting: Setting, name: str, *, level: float, threads: int) -> PackedProblem:
        """What is searched, packed."""
        problem = setting.problem
        models = tuple(PackedModels.of(source) for source in setting.sources)
        return cls(name, problem.space, problem.goals, problem.limits, models, level, threads)

    def open(self) -> tuple[SharedProblem, tempfile.TemporaryDirectory[str]]:
        """The problem, and the folder that its models are read from as long as it is used."""
        folder = tempfile.TemporaryDirectory(prefix="nbml-models-")
        sources = []
        for k, packed in enumerate(self.models):
            place = Path(folder.name) / str(k)
            place.mkdir()
            sources.append(packed.open(place))
        surrogate = make_surrogate(self.space, sources, self.level, self.threads)
        problem = Problem(self.space, surrogate, self.goals, self.limits)
        return SharedProblem.of(problem, self.name), folder
