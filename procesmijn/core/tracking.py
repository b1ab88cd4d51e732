"""One case as it stood at a moment: what was done in it, and who has it.

All of it is mined from the events up to that moment, as if there were no others, so what is said of
a moment of the past is what was to be seen then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from procesmijn.core.assign import CaseEvents, Cases, assign
from procesmijn.core.cases import closed_us, describe_cases
from procesmijn.core.frames import NO_INSTANT, ObjectEvents, Rows
from procesmijn.core.handovers import find_handovers
from procesmijn.core.instances import Instances, pair
from procesmijn.core.order import is_first
from procesmijn.core.pendings import find_pendings
from procesmijn.core.repeats import done_again
from procesmijn.core.rules import Rules
from procesmijn.core.standing import standing
from procesmijn.core.traces import trace

CaseCode: TypeAlias = tuple[int, int]
"""A process, as a term, and the key of an object."""


class Step(NamedTuple):
    """Something that was done, or is being done. Instants that are not known are ``NO_INSTANT``."""

    activity: int
    party: int
    """``NO_TERM`` where it is not known."""
    started_us: int
    completed_us: int
    supplier: int
    """Who handed the work over; ``NO_TERM`` where it was no handover."""
    wait_us: int
    """From the delivery to this pick-up; 0 where it was no handover."""
    wait_working_us: int
    """The same on the calendar of the party."""


class Holder(NamedTuple):
    """Who has a case, since when, and by which activity that is known."""

    party: int
    since_us: int
    basis: str
    """``named``: to take it up; ``started``: at work on it; ``last``: nobody else is named."""
    activity: int


@dataclass(frozen=True, slots=True)
class Tracked:
    """A case as of a moment."""

    started_us: int
    ended_us: int
    """Its last completion; ``NO_INSTANT`` where nothing was completed."""
    closed_us: int
    """``NO_INSTANT`` while it is open."""
    steps: tuple[Step, ...]
    holders: tuple[Holder, ...]
    """Of one that is open; several parties may each have a part of the work."""


def track(events: ObjectEvents, rules: Rules, at_us: int) -> Tracked | None:
    """Look at the one case of ``events`` by the one process of ``rules``.

    None where nothing had happened in it by then.
    """
    cases, case_events = _begun(events, rules, at_us)
    if not len(cases):
        return None
    instances = pair(case_events, rules)
    handed, handovers = find_handovers(cases, instances, rules)
    traces = trace(cases, instances, rules.names)
    again = done_again(instances).rows
    (case,) = describe_cases(cases, case_events, instances, traces, handed, again)
    return Tracked(
        int(case["started_us"]),
        int(case["ended_us"]),
        int(case["closed_us"]),
        tuple(_steps(instances, handovers)),
        _holders(cases, instances, rules).get((int(case["process"]), int(case["object"])), ()),
    )


def who_has(events: ObjectEvents, rules: Rules, at_us: int) -> dict[CaseCode, tuple[Holder, ...]]:
    """Who has each case of ``events`` that is open, as :func:`track` says it of one."""
    cases, case_events = _begun(events, rules, at_us)
    return _holders(cases, pair(case_events, rules), rules)


def _begun(events: ObjectEvents, rules: Rules, at_us: int) -> tuple[Cases, CaseEvents]:
    rows = standing(events)
    return assign(events, rows[events.events["occurred_us"][rows] <= at_us], rules)


def _steps(instances: Instances, handovers: Rows) -> list[Step]:
    waits = {
        (row["to_hi"], row["to_lo"]): (row["supplier"], row["wait_us"], row["wait_working_us"])
        for row in handovers
    }
    keys = zip(instances.begun_hi, instances.begun_lo, strict=True)
    return [
        Step(
            int(instances.activity[at]),
            int(instances.party[at]),
            int(instances.start_us[at]) if instances.is_start_known[at] else NO_INSTANT,
            int(instances.completion_us[at]),
            *map(int, waits.get(key, (0, 0, 0))),
        )
        for at, key in enumerate(keys)
    ]


def _holders(
    cases: Cases, instances: Instances, rules: Rules
) -> dict[CaseCode, tuple[Holder, ...]]:
    codes = list(zip(cases.process.tolist(), cases.objects.tolist(), strict=True))
    found: defaultdict[CaseCode, list[Holder]] = defaultdict(list)
    pendings = find_pendings(cases, instances, rules)
    for row in pendings[pendings["settled_us"] == NO_INSTANT]:
        found[int(row["process"]), int(row["object"])].append(
            Holder(int(row["customer"]), int(row["delivered_us"]), "named", int(row["activity"]))
        )
    begun = (instances.completion_us == NO_INSTANT) & ~instances.is_transparent
    for at in np.flatnonzero(begun).tolist():
        holder = _holder(instances, at, int(instances.start_us[at]), "started")
        found[codes[instances.case[at]]].append(holder)
    done = instances.completed[~instances.is_transparent[instances.completed]]
    for at in done[np.roll(is_first(instances.case[done]), -1)].tolist():
        if (code := codes[instances.case[at]]) not in found:
            found[code].append(_holder(instances, at, int(instances.completion_us[at]), "last"))
    is_open = closed_us(instances, len(cases)) == NO_INSTANT
    return {codes[at]: _once(found[codes[at]]) for at in np.flatnonzero(is_open).tolist()}


def _once(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    """Each party once, by what it has had longest."""
    first: dict[int, Holder] = {}
    for holder in sorted(holders, key=lambda it: it.since_us):
        first.setdefault(holder.party, holder)
    return tuple(first.values())


def _holder(instances: Instances, at: int, since_us: int, basis: str) -> Holder:
    return Holder(int(instances.party[at]), since_us, basis, int(instances.activity[at]))
