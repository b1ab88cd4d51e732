"""The ``data`` of an event type as JSON Schema: what producers in other languages read."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import EventData


class Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes up from the names of members."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's hook
        return False


def json_schema(model: type[EventData]) -> dict[str, Any]:
    """Describe the ``data`` of an event type (JSON Schema 2020-12).

    ``x-object-type`` marks the members that hold ids of objects, ``x-person`` those that name
    persons; where none of the objects is required, ``anyOf`` asks for one.
    """
    described = model.model_json_schema(schema_generator=Untitled)
    described.pop("title")
    schema = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:procesmijn:event:{model.event_type}",
        "title": model.event_type,
        **described,
        "examples": [dict(model.example)],
    }
    objects = [name for name, _ in model.object_members]
    if objects and not set(objects) & set(schema.get("required", ())):
        schema["anyOf"] = [
            {"required": [name], "properties": {name: {"not": {"type": "null"}}}}
            for name in objects
        ]
    return schema
