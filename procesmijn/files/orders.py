"""Says which number of a date is the day, where no single date tells: 05-07-2012."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

_DATE: Final = re.compile(
    r"\s*(\d\d?)([-./])(\d\d?)\2(\d{4})(?:[T ]\s*(\d\d?)(:\S.*?))?\s*", re.ASCII
)
_SEPARATORS: Final = frozenset("-./")


class Order(NamedTuple):
    """In which order dates of a file have their day and their month."""

    is_day_first: bool
    because: str
    """What tells, in words."""


def may_be_ordered(text: str) -> bool:
    """Whether a text looks as if it began with a day or a month: a quick look, for every cell."""
    return text[2:3] in _SEPARATORS or text[1:2] in _SEPARATORS


def settle(texts: Iterable[str]) -> Order | None:
    """Find the one order that all dates among some texts fit; None where they leave it open.

    At least one has to rule the other order out: none of the others is read by what is merely
    likely. Only dates with dots have their day first by convention.
    """
    proof: dict[bool, str] = {}
    separators: set[str] = set()
    for text in texts:
        found = _DATE.fullmatch(text)
        if found is None:
            continue
        first, separator, second, year = found.groups()[:4]
        separators.add(separator)
        is_day_first = _is_date(year, second, first)
        if is_day_first != _is_date(year, first, second):
            proof.setdefault(is_day_first, text)
    if len(proof) == 1:
        [(is_day_first, text)] = proof.items()
        return Order(is_day_first, f"since {text!r} can be nothing else")
    if not proof and separators == {"."}:
        return Order(is_day_first=True, because="as is usual with dots")
    return None


def in_iso(text: str, order: Order | None) -> str | None:
    """Write such a date in ISO 8601; None for what is none. ``ValueError`` where no order says."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    if order is None:
        raise ValueError
    first, _, second, year, hour, rest = found.groups()
    day, month = (first, second) if order.is_day_first else (second, first)
    time = "" if hour is None else f"T{hour:0>2}{rest}"
    return f"{year}-{month:0>2}-{day:0>2}{time}"


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
