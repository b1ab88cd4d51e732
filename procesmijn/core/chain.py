"""The conveyor belt of a process: what each link takes of the cycle time, and where chains end.

A *link* is a pair of parties between which work is handed over. What is said of cases is said of
those that are closed, since only of them is it known how long they took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """What the time of a case can be."""

    LINK = "link"
    """Waiting at a link."""
    WORK = "work"
    """Somebody works on it."""
    NO_LINK = "no link"
    """Waiting at no link: between two steps of one party, or around systems."""


class Ends(StrEnum):
    """Where the chains of a link end."""

    END_CUSTOMER = "end customer"
    """Of some case at least: after this link it reaches an end customer."""
    THROUGH_OTHERS = "through others"
    """In no case of the process; but what its customer delivers elsewhere reaches one."""
    NOWHERE = "nowhere"


class Whole(NamedTuple):
    """Closed cases of a process together."""

    cases: int
    open_cases: int
    """Those that are not closed: they are in no figure."""
    cycle_us: int
    processing_us: int


class Share(NamedTuple):
    """What a part takes of the time of all cases together."""

    part: Part
    seconds: float
    share: float
    """Of the cycle time, elapsed, 0 to 1: over the parts it adds up to 1."""
    working_seconds: float | None
    """Work as it is, waiting on the calendar of whoever is waited for; None at no link, since there
    nobody is."""
    share_working: float | None
    """Of all that: over work and links it adds up to 1."""


class Waited(NamedTuple):
    """What cases waited at one link, in microseconds; and the same on its customer's calendar."""

    us: int
    working_us: int


def shares(whole: Whole, links: Sequence[Waited]) -> list[Share]:
    """What each link takes, in their order, then work, then waiting at no link.

    Exact: microseconds are added up as whole numbers, and nothing counts twice
    (:mod:`procesmijn.core.case_waits`).
    """
    rest_us = whole.cycle_us - whole.processing_us - sum(link.us for link in links)
    working_us = whole.processing_us + sum(link.working_us for link in links)
    parts = [(Part.LINK, link.us, link.working_us) for link in links]
    parts.append((Part.WORK, whole.processing_us, whole.processing_us))
    return [
        *(
            Share(
                part,
                us / 1e6,
                _of(us, whole.cycle_us),
                own_us / 1e6,
                _of(own_us, working_us),
            )
            for part, us, own_us in parts
        ),
        Share(Part.NO_LINK, rest_us / 1e6, _of(rest_us, whole.cycle_us), None, None),
    ]


def ways_to_end(
    pairs: Iterable[tuple[str, str]], ends: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """By party the shortest way along pairs (supplier, customer) to an end customer, itself first.

    Of ways with as many links the first by name. Parties from which none leads there are missing.
    """
    suppliers: defaultdict[str, set[str]] = defaultdict(set)
    for supplier, customer in pairs:
        suppliers[customer].add(supplier)
    ways: dict[str, tuple[str, ...]] = {end: (end,) for end in sorted(ends)}
    reached = [*ways.values()]
    while reached:
        longer = sorted(
            (supplier, *way)
            for way in reached
            for supplier in suppliers[way[0]]
            if supplier not in ways
        )
        reached = []
        for way in longer:
            if way[0] not in ways:
                ways[way[0]] = way
                reached.append(way)
    return ways


def chain_ends(reaching: int, way: Sequence[str]) -> Ends:
    """Where the chains of a link end, of which so many reach an end customer in their case."""
    if reaching:
        return Ends.END_CUSTOMER
    return Ends.THROUGH_OTHERS if way else Ends.NOWHERE


def _of(part_us: int, whole_us: int) -> float:
    return part_us / whole_us if whole_us else 0.0
