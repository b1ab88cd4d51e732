"""A refused record for the eyes of an operator: its shape, without what it says of persons.

A record that broke the contract is nothing that we understand, so no part of it is known to be free
of persons, but for a few attributes of its envelope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import orjson

from schemas.event import Record

_IN_CLEAR: Final = frozenset(
    {"specversion", "type", "time", "datacontenttype", "dataschema", "revision", "retracted"}
)
"""Attributes of CloudEvents that say what an event is, and nothing of whom it is about."""
_BYTES_SHOWN: Final = 100_000

Words: TypeAlias = Callable[[str, int], str]
"""Says what is hidden, from its kind and size: ``text``, ``number``, ``bytes`` or ``no_json``."""


class Masked(str):
    """What stands where a value is hidden."""

    __slots__ = ()


def in_english(kind: str, size: int) -> str:
    """``text of 12 characters``, ``number``."""
    match kind:
        case "text":
            return f"text of {size} characters"
        case "number":
            return "number"
        case "no_json":
            return f"{size} bytes, no JSON"
        case _:
            return f"{size} bytes"


def masked(record: Record, words: Words = in_english) -> dict[str, Any]:
    """Names of members and kinds of values; what is hidden is a :class:`Masked`."""
    headers = [
        {"name": name, "value": _text(value) if _is_clear(name) else _kind_of(value, words)}
        for name, value in record.headers
    ]
    return {
        "key": _kind_of(record.key, words),
        "headers": headers,
        "value": _masked_body(record.value, words),
    }


def in_clear(record: Record) -> dict[str, Any]:
    """All of it, as it came; what is no text is written with escapes."""
    return {
        "key": _text(record.key),
        "headers": [{"name": name, "value": _text(value)} for name, value in record.headers],
        "value": _text(record.value),
    }


def _masked_body(value: bytes | None, words: Words) -> Any:
    if value is None:
        return None
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        said = words("no_json", len(value))
        return Masked(f"{said} ({error.msg} at character {error.pos})")
    if not isinstance(body, dict):
        return _mask(body, words)
    return {
        name: each if name in _IN_CLEAR and _is_plain(each) else _mask(each, words)
        for name, each in body.items()
    }


def _mask(value: Any, words: Words) -> Any:
    match value:
        case dict():
            return {name: _mask(each, words) for name, each in value.items()}
        case list():
            return [_mask(each, words) for each in value]
        case str():
            return Masked(words("text", len(value)))
        case bool() | None:
            return value
        case _:
            return Masked(words("number", 1))


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _is_clear(name: str) -> bool:
    return name.lower().removeprefix("ce_") in {*_IN_CLEAR, "content-type"}


def _kind_of(value: bytes | None, words: Words) -> Masked | None:
    return None if value is None else Masked(words("bytes", len(value)))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value[:_BYTES_SHOWN].decode("utf-8", "backslashreplace")
