"""How work flows through a process, in aggregates that add up: what the store gives to the miner.

A variant is the sequence of activities of a case, in order of completion; a directly-follows graph
counts which activity came right after which. Both can be summed over days, workers and processes,
so a model of millions of cases is made from a few hundred rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Variant(NamedTuple):
    """The cases that went the same way."""

    activities: tuple[str, ...]
    """In order of completion; empty for cases in which nothing was completed yet."""
    cases: int


class CaseTrace(NamedTuple):
    """What was completed in one case, and when."""

    case_key: str
    activities: tuple[str, ...]
    """In order of completion."""
    completed_us: tuple[int, ...]
    """When each was, microseconds since 1970 UTC."""


class Starting(NamedTuple):
    """Cases that start on one day, and go the same way."""

    day: date
    """Local, in the zone of the process."""
    variant: Variant


class Company(NamedTuple):
    """Cases that the same parties took part in."""

    parties: tuple[str, ...]
    """By name."""
    cases: int


class Times(NamedTuple):
    """How the times from completion to completion are spread, seconds."""

    median: float
    p90: float
    basis: str
    """``exact``, or ``histogram``: at most 1% off."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How often one activity came right after another, and how long that took."""

    count: int
    total_us: int
    """Sum of the times from completion to completion, microseconds."""
    times: Times | None = None
    """Where they were asked for, and are known."""

    @property
    def seconds_mean(self) -> float:
        """Mean time from completion to completion, seconds."""
        return self.total_us / self.count / 1_000_000


@dataclass(frozen=True, slots=True)
class DirectlyFollows:
    """Which activity came right after which, with which one cases start and with which they end.

    ``edges`` has (from, to); ``starts`` and ``ends`` count cases by first and last activity. Every
    count is above zero.
    """

    edges: Mapping[tuple[str, str], Edge]
    starts: Mapping[str, int]
    ends: Mapping[str, int]

    @property
    def activities(self) -> dict[str, int]:
        """How often each activity was completed, by name: it starts a case or follows another."""
        counts = Counter(self.starts)
        for (_, activity), edge in self.edges.items():
            counts[activity] += edge.count
        return dict(sorted(counts.items()))


def instant(at_us: int) -> datetime:
    """The instant so many microseconds after 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def activities_of(variants: Iterable[Variant]) -> dict[str, int]:
    """How often each activity was completed, by name."""
    counts: Counter[str] = Counter()
    for variant in variants:
        for activity in variant.activities:
            counts[activity] += variant.cases
    return dict(sorted(counts.items()))
