"""JSON Schema of the messages, for the published OpenAPI document."""

import dataclasses
import typing
from typing import Any

_SCALARS: dict[object, dict[str, Any]] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    bytes: {"type": "string", "format": "base64url"},
}


def schema_of(hint: Any) -> dict[str, Any]:
    """The schema of a message's record, or of a type one of its fields may have."""
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    items = typing.get_args(hint)
    if items and items[-1] is Ellipsis:
        return {"type": "array", "items": schema_of(items[0])}
    if items:
        return {"type": "array", "prefixItems": [schema_of(one) for one in items], "items": False}
    hints = typing.get_type_hints(hint)
    names = [one.name for one in dataclasses.fields(hint)]
    return {
        "type": "object",
        "title": hint.__name__,
        "properties": {name: schema_of(hints[name]) for name in names},
        "required": sorted(names),
        "additionalProperties": False,
    }


def body(hint: type, says: str) -> dict[str, Any]:
    """A request's or answer's body in canonical JSON."""
    return {"description": says, "content": {"application/json": {"schema": schema_of(hint)}}}
