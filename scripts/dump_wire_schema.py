"""Writes the JSON Schema that the panels' TypeScript types are made from to standard output.

What the kernel sends has every field; what a view sends may leave out what has a default. A record that
goes both ways has two types then, the second called ``...Input``.
"""

from __future__ import annotations

import copy
import json
import sys
from typing import Any

from pydantic import TypeAdapter

from nbml.spec.columns import ColumnSheet, Finding
from nbml.spec.messages import schema
from nbml.spec.result import TrainRecord
from nbml.spec.train import TrainSpec

ALSO = {"sheet": ColumnSheet, "finding": Finding, "train_spec": TrainSpec, "train_record": TrainRecord}
"""Records that panels read inside of answers whose own type does not name them."""
REF = "#/$defs/"


def untitled(node: Any) -> Any:
    """A schema without titles, except those that name a record."""
    if isinstance(node, list):
        return [untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: untitled(value) for name, value in part.items()}
        if key in ("properties", "$defs")
        else untitled(part)
        for key, part in node.items()
        if key not in ("title", "default", "discriminator") or (key == "title" and not isinstance(part, str))
    }  # fmt: skip


def names_in(node: Any) -> set[str]:
    """Records that a schema refers to."""
    if isinstance(node, list):
        return {name for item in node for name in names_in(item)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].removeprefix(REF)} if isinstance(node.get("$ref"), str) else set()
    return own.union(*(names_in(part) for part in node.values()))


def reached(names: set[str], defs: dict[str, Any]) -> set[str]:
    """These records and all that they refer to."""
    found: set[str] = set()
    while names:
        found |= names
        names = {inner for name in names for inner in names_in(defs[name])} - found
    return found


def complete(defs: dict[str, Any]) -> dict[str, Any]:
    """Records as the kernel sends them: every field is there."""
    return {
        name: record | ({"required": list(record["properties"])} if "properties" in record else {})
        for name, record in defs.items()
    }


def renamed(node: Any, names: dict[str, str]) -> Any:
    """A schema that refers to records by their new names."""
    if isinstance(node, list):
        return [renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: renamed(part, names) for key, part in node.items()}
    if isinstance(changed.get("$ref"), str):
        name = changed["$ref"].removeprefix(REF)
        changed["$ref"] = REF + names.get(name, name)
    return changed


def short(names: set[str]) -> dict[str, str]:
    """Names of records of which two modules have one: the module's last word stands before them."""
    parts = {name: name.split("__") for name in names if "__" in name}
    return {name: part[-2].title().replace("_", "") + part[-1] for name, part in parts.items()}


def joined() -> dict[str, Any]:
    """The schema of the wire and of the records in ALSO, over one set of definitions."""
    whole = schema()
    roots = [(name, "serialization", TypeAdapter(record)) for name, record in ALSO.items()]
    places, told = TypeAdapter.json_schemas(roots, ref_template=REF + "{model}")  # type: ignore[arg-type]
    taken = {name: f"Train{name}" for name, record in told["$defs"].items()
             if whole["$defs"].get(name, record) != record}  # fmt: skip
    told = renamed(told, taken)
    defs = whole["$defs"] | {taken.get(name, name): record for name, record in told["$defs"].items()}
    brief = short(set(defs))
    whole["properties"] |= {name: place for (name, _), place in places.items()}
    whole["$defs"] = {brief.get(name, name): record for name, record in defs.items()}
    return untitled(renamed(whole, brief))


def wire() -> dict[str, Any]:
    """The schema of the wire with one definition a TypeScript type."""
    whole = joined()
    said, request = whole["$defs"], whole["properties"]["request"]
    full = complete(said)
    sent = reached(names_in({k: v for k, v in whole["properties"].items() if k != "request"}), full)
    asked = reached(names_in(request), said)
    differing = {name for name in asked & sent if said[name] != full[name]}
    while grown := {n for n in (asked & sent) - differing if names_in(said[n]) & differing}:
        differing |= grown
    both = {name: f"{name}Input" for name in differing}
    defs = {name: full[name] for name in sent} | {name: renamed(said[name], both) for name in asked - sent}
    defs |= {new: renamed(copy.deepcopy(said[old]), both) for old, new in both.items()}
    for name in names_in(request):
        defs[name]["required"] = sorted({*defs[name].get("required", ()), "v", "kind"})
    defs |= {"Request": request, "Outgoing": whole["properties"]["outgoing"]}
    answers = whole["properties"]["answers"]
    defs["Answers"] = answers | {"required": list(answers["properties"])}
    whole["properties"] |= {name: {"$ref": REF + name.title()} for name in ("request", "outgoing", "answers")}
    whole["$defs"] = dict(sorted(defs.items()))
    return whole | {"title": "Wire", "required": list(whole["properties"])}


if __name__ == "__main__":
    json.dump(wire(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
