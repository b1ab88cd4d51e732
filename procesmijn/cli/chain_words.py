"""The belt of a process for people: what stands in a table and in a picture of it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from procesmijn.cli.table import duration
from procesmijn.cli.tell import many
from procesmijn.core.chain import Ends, Part
from procesmijn.core.late_links import LateBy


class ChainRow(NamedTuple):
    """A part of the time of the cases of a process: a link, work, or waiting at no link."""

    process: str
    part: Part
    supplier: str | None = None
    customer: str | None = None
    customer_role: str | None = None
    """``internal`` or ``end``."""
    handovers: int | None = None
    cases: int = 0
    seconds: float = 0.0
    share: float = 0.0
    working_seconds: float | None = None
    share_working: float | None = None
    case_wait_seconds_mean: float | None = None
    """Of the cases that pass the link."""
    case_wait_working_seconds_mean: float | None = None
    chain_ends: Ends | None = None
    way: tuple[str, ...] = ()
    """By which pairs of other processes they end there, where they do so through others."""
    share_reaching: float | None = None
    """Of its handovers, those whose chain ends at an end customer in their case."""
    late_by: LateBy | None = None
    late_agreements: tuple[str, ...] = ()
    """By which it is late, where it is so by agreement."""
    late_after_seconds: float | None = None
    """Waiting above which it is late, where it is not."""
    late_cases: int | None = None
    timely_cases: int | None = None
    added_seconds: float | None = None
    added_seconds_low: float | None = None
    added_seconds_high: float | None = None
    added_behind_seconds: float | None = None
    added_behind_seconds_low: float | None = None
    added_behind_seconds_high: float | None = None


COLUMNS: Final = (
    *("process", "link", "customer_role", "cases", "share", "case_wait_seconds_mean"),
    *("late_means", "late_cases", "timely_cases"),
    *("added_behind_seconds", "added_behind_seconds_low", "added_behind_seconds_high"),
    *("added_seconds", "added_seconds_low", "added_seconds_high"),
    "chain_ends",
)
"""Of a table."""


def in_words(row: ChainRow) -> dict[str, Any]:
    """A row of a table."""
    return row._asdict() | {
        "link": (row.supplier, row.customer) if row.supplier else row.part,
        "late_means": late_means(row),
        "chain_ends": _end(row),
    }


def late_means(row: ChainRow) -> str | None:
    """In which cases a link is late."""
    if row.late_agreements:
        return f"not as agreed: {', '.join(row.late_agreements)}"
    if row.late_after_seconds is None:
        return None
    after = f"waited over {duration(row.late_after_seconds, is_working=True)}"
    return f"{after} (slowest quarter)" if row.late_by is LateBy.QUARTER else after


def figures(row: ChainRow) -> str:
    """What a picture says of it."""
    mean = row.seconds / row.cases
    words = f"{row.share:.1%}, {duration(mean)} in {many(row.cases, 'case')}"
    if row.added_behind_seconds is None:
        return words
    low, high = row.added_behind_seconds_low or 0.0, row.added_behind_seconds_high or 0.0
    if low <= 0 <= high:
        return f"{words}; late: no difference to tell for those behind"
    later = f"{duration(row.added_behind_seconds)} more waiting behind it"
    return f"{words}; late: {later} ({duration(low)} to {duration(high)})"


def _end(row: ChainRow) -> str | None:
    """Where its chain ends, with the way there."""
    if row.chain_ends is Ends.THROUGH_OTHERS:
        return f"through {' > '.join(row.way)}"
    return row.chain_ends
