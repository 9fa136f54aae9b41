"""Everything panels and kernel can say to each other, checked once for Python and TypeScript.

A module of this package is a room: it names its ``Requests`` and, by request, its ``Answers``.
"""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from nbml.spec.base import Strict
from nbml.spec.messages import (
    data_room,
    explain_room,
    handing_on,
    optimize_room,
    predict_room,
    runs_room,
    session,
    train_room,
)
from nbml.spec.messages.base import Answer, Chunk, EventBatch, ProgressNote, Reply, Request, SnapshotMessage
from nbml.spec.messages.session import PanelSnapshot, StateMessage

BY_ROOM: dict[str, tuple[type[Request], ...]] = {
    "data": data_room.Requests,
    "train": train_room.Requests,
    "explain": explain_room.Requests,
    "predict": (*predict_room.Requests, *data_room.SourceRequests),
    "optimize": optimize_room.Requests,
    "runs": runs_room.Requests,
}
"""What each room is asked; what every panel is asked stands in ``session`` and ``handing_on``."""
REQUESTS: tuple[type[Request], ...] = (
    *session.Requests,
    *handing_on.Requests,
    *dict.fromkeys(request for requests in BY_ROOM.values() for request in requests),
)
ANSWERS: dict[type[Request], type[Strict]] = {
    **session.Answers,
    **handing_on.Answers,
    **data_room.Answers,
    **train_room.Answers,
    **explain_room.Answers,
    **predict_room.Answers,
    **optimize_room.Answers,
    **runs_room.Answers,
}
_ANY_REQUEST: Any = Union[REQUESTS]  # noqa: UP007 - of a tuple
REQUEST: TypeAdapter[Any] = TypeAdapter(Annotated[_ANY_REQUEST, Field(discriminator="kind")])
OUTGOING: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        Reply | Answer | ProgressNote | Chunk | EventBatch | SnapshotMessage | StateMessage,
        Field(discriminator="kind"),
    ]
)


def kind_of(request: type[Request]) -> str:
    """The word a request goes by on the wire."""
    return str(request.model_fields["kind"].default)


def schema() -> dict[str, Any]:
    """JSON Schema of the whole wire.

    Returns
    -------
    dict
        Properties ``request``, ``outgoing``, ``panel`` and ``answers`` (by kind), all over one ``$defs``.
    """
    kinds: list[tuple[Any, Any, TypeAdapter[Any]]] = [
        ("request", "validation", REQUEST),
        ("outgoing", "serialization", OUTGOING),
        ("panel", "serialization", TypeAdapter(PanelSnapshot)),
    ]
    kinds += [(kind_of(request), "serialization", TypeAdapter(answer)) for request, answer in ANSWERS.items()]
    places, defs = TypeAdapter.json_schemas(kinds, ref_template="#/$defs/{model}")
    by_name = {name: place for (name, _), place in places.items()}
    properties = {name: by_name.pop(name) for name in ("request", "outgoing", "panel")}
    answers = {"type": "object", "properties": by_name, "additionalProperties": False}
    for shape in defs["$defs"].values():  # what tells the shapes of a union apart is always there
        always = [
            name for name in ("v", "kind", "type") if "const" in shape.get("properties", {}).get(name, {})
        ]
        shape["required"] = sorted({*shape.get("required", ()), *always}) or []
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wire",
        "type": "object",
        "properties": properties | {"answers": answers},
        **defs,
    }
