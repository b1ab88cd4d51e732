"""Says in words what would be right where a member of ``data`` breaks the contract of its type.

Limits and forms are named, and values never: any of them may name a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from schemas.base import MAX_CODE_CHARS
from schemas.texts import NO_CONTROLS

_CONTROLS: Final = "should have no control characters, such as tabs and line breaks"
_CODE: Final = (
    f"should be a code of 1 to {MAX_CODE_CHARS} letters, digits and _ . : / - that begins with a"
    " letter or a digit"
)
_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "should be text",
    "string_unicode": lambda _: "should be text",
    "string_too_short": lambda _: "should not be empty",
    "string_too_long": lambda limit: f"should have at most {limit['max_length']} characters",
    "string_pattern_mismatch": lambda limit: (
        _CONTROLS if limit["pattern"] == NO_CONTROLS else _CODE
    ),
    "tuple_type": lambda _: "should be a list",
    "too_short": lambda limit: f"should have at least {limit['min_length']} item",
    "too_long": lambda limit: f"should have at most {limit['max_length']:,} items",
    "int_type": lambda _: "should be a whole number",
    "greater_than_equal": lambda limit: f"should be {limit['ge']} or more",
    "less_than_equal": lambda limit: f"should be {limit['le']} or less",
    "datetime_type": lambda _: "should be an RFC 3339 timestamp as text",
    "value_error": lambda limit: str(limit["error"]),
}
"""By the type of a problem of pydantic's, from its limits: all that the models can have."""


def in_words(problem: ErrorDetails) -> str:
    """What would be right instead, to follow the name of the member."""
    return _WORDS[problem["type"]](problem.get("ctx", {}))
