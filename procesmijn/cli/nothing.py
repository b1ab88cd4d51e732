"""Why an answer is empty: which of the options leaves nothing over, and as of when."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

from procesmijn.cli.tell import note


def tell_why(
    nothing: str, given: Collection[str], count: Callable[[str | None], int], instant: datetime
) -> None:
    """Say of an empty table what there is without an option.

    ``given`` are the options that narrow it, as keywords; ``count`` says how many rows there are
    without one of them, or without any.
    """
    note(f"{nothing} as of {instant.astimezone(UTC):%Y-%m-%d %H:%M}Z")
    found = [(option, count(option)) for option in given] if len(given) > 1 else []
    for option, number in found:
        if number:
            note(f"without --{option.replace('_', '-')} there {_are(number)}")
    if not any(number for _, number in found):
        everything = count(None)
        note(
            f"without any option there {_are(everything)}"
            if given and everything
            else "whether events are what agreements name: procesmijn agreements check"
        )


def _are(number: int) -> str:
    return "is 1" if number == 1 else f"are {number:,}"
