"""A refused record for the eyes of an operator: its shape, without what it says of persons.

A record that broke the contract is nothing that we understand, so no part of it is known to be free
of persons, but for a few attributes of its envelope.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from schemas.event import Record

_IN_CLEAR: Final = frozenset(
    {"specversion", "type", "time", "datacontenttype", "dataschema", "revision", "retracted"}
)
"""Attributes of CloudEvents that say what an event is, and nothing of whom it is about."""
_BYTES_SHOWN: Final = 100_000


def masked(record: Record) -> dict[str, Any]:
    """Names of members and kinds of values: ``text of 12 characters``, ``number``."""
    headers = [
        {"name": name, "value": _text(value) if _is_clear(name) else _kind_of(value)}
        for name, value in record.headers
    ]
    return {
        "key": _kind_of(record.key),
        "headers": headers,
        "value": _masked_body(record.value),
    }


def in_clear(record: Record) -> dict[str, Any]:
    """All of it, as it came; what is no text is written with escapes."""
    return {
        "key": _text(record.key),
        "headers": [{"name": name, "value": _text(value)} for name, value in record.headers],
        "value": _text(record.value),
    }


def _masked_body(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        return f"{_kind_of(value)}, no JSON ({error.msg} at character {error.pos})"
    if not isinstance(body, dict):
        return _mask(body)
    return {
        name: each if name in _IN_CLEAR and _is_plain(each) else _mask(each)
        for name, each in body.items()
    }


def _mask(value: Any) -> Any:
    match value:
        case dict():
            return {name: _mask(each) for name, each in value.items()}
        case list():
            return [_mask(each) for each in value]
        case str():
            return f"text of {len(value)} characters"
        case bool() | None:
            return value
        case _:
            return "number"


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _is_clear(name: str) -> bool:
    return name.lower().removeprefix("ce_") in {*_IN_CLEAR, "content-type"}


def _kind_of(value: bytes | None) -> str | None:
    return None if value is None else f"{len(value)} bytes"


def _text(value: bytes | None) -> str | None:
    return None if value is None else value[:_BYTES_SHOWN].decode("utf-8", "backslashreplace")
