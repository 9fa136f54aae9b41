"""From a mapping or a YAML/JSON file to a checked spec, and back to text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nbml.errors import SpecError
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.plain_text import from_text, to_yaml
from nbml.spec.source import is_remote
from nbml.spec.train import TrainSpec

MAX_SPEC_BYTES = 1_000_000
JobSpec = TrainSpec | OptimizeSpec
"""A job of any task."""
_TASKS: dict[str, type[TrainSpec] | type[OptimizeSpec]] = {"train": TrainSpec, "optimize": OptimizeSpec}


def parse_spec(raw: Mapping[str, Any]) -> TrainSpec:
    """A checked spec.

    Raises
    ------
    SpecError
        NBML-S01 naming every place that is wrong; other codes for what contradicts itself.
    """
    spec = parse_job({"task": "train", **raw})
    if not isinstance(spec, TrainSpec):
        raise SpecError("NBML-S01", places=["task"], problems=f"task: {spec.task}")
    return spec


def parse_job(raw: Mapping[str, Any]) -> JobSpec:
    """A checked spec of the task it names.

    Raises
    ------
    SpecError
        As ``parse_spec``; for a task there is not, naming those there are.
    """
    kind = _TASKS.get(str(raw.get("task", "train")))
    if kind is None:
        raise SpecError("NBML-S01", places=["task"], problems=f"task: {' | '.join(_TASKS)}")
    try:
        return kind.model_validate(dict(raw))
    except ValidationError as error:
        faults = error.errors()
        # A list whose only items are wrong is also said to be too short, which is nothing to mend.
        within = {fault["loc"][:-1] for fault in faults}
        faults = [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in within]
        places = [".".join(str(part) for part in fault["loc"]) or "(top)" for fault in faults]
        problems = [f"{place}: {fault['msg']}" for place, fault in zip(places, faults, strict=True)]
        raise SpecError("NBML-S01", places=places, problems="; ".join(problems)) from None


def load_spec(path: str | Path) -> TrainSpec:
    """The training spec in a YAML or JSON file; a relative data path is taken from the file's folder."""
    spec = load_job(path)
    if not isinstance(spec, TrainSpec):
        raise SpecError("NBML-S01", places=["task"], problems=f"task: {spec.task}")
    return spec


def load_job(path: str | Path) -> JobSpec:
    """The spec of any task in a YAML or JSON file; a relative data path is taken from the file's folder."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_SPEC_BYTES:
            raise SpecError("NBML-S02", path=str(file), reason="> 1 MB")
        raw = from_text(file.read_text(encoding="utf-8"), is_json=file.suffix.lower() == ".json")
    except (OSError, ValueError) as error:
        raise SpecError("NBML-S02", path=str(file), reason=str(error)) from None
    if not isinstance(raw, dict):
        raise SpecError("NBML-S02", path=str(file), reason=type(raw).__name__)
    spec = parse_job(raw)
    if not isinstance(spec, TrainSpec):
        return spec
    data = spec.data.path
    if data is not None and not is_remote(data) and not Path(data).is_absolute():
        spec = spec.model_copy(
            update={"data": spec.data.model_copy(update={"path": str(file.parent / data)})}
        )
    return spec


def spec_to_dict(spec: JobSpec) -> dict[str, Any]:
    """The spec as plain JSON values, without what is unset."""
    said = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(spec, TrainSpec) and spec.search.trials is None:
        said["search"]["trials"] = None  # unset it would be the default again, and end the search early
    return said


def answer_hash(spec: TrainSpec) -> str:
    """SHA-256 of what decides the answer: not names, places or resources, but for threads."""
    said = spec_to_dict(spec)
    decides = {
        part: said.get(part)
        for part in (
            "targets",
            "group",
            "fold_column",
            "folds",
            "models",
            "search",
            "explain",
            "seed",
            "missing_target",
            "infinite",
            "kinds",
        )
    }
    if spec.resolved is not None:
        decides |= {"features": list(spec.resolved.features), "columns_sha256": spec.resolved.columns_sha256}
    decides["threads"] = spec.resources.threads
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def spec_to_yaml(spec: JobSpec) -> str:
    """The spec as YAML that ``load_spec`` reads back to an equal spec."""
    return to_yaml(spec_to_dict(spec))


def spec_to_json(spec: JobSpec) -> str:
    """The spec as JSON."""
    return json.dumps(spec_to_dict(spec), ensure_ascii=False, indent=1)
