"""From what happened to an object to what happened in its cases, process by process.

Which cases an event belongs to is a function of that event and the rules alone. An object is one
case in each process whose cases are objects of its type, and in which it has any event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from procesmijn.core.frames import NO_TERM, Bools, Int32s, Int64s, ObjectEvents, Rows
from procesmijn.core.order import is_first, picked
from procesmijn.core.rules import Membership, ProcessRules, Rules

_NO_RANK = int(np.iinfo(np.int32).max)
_TERM_BITS = 32
_DAY_BITS = 32
_FAR = 1 << (_DAY_BITS - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Which cases there are, one row for each, in order of (object, process)."""

    objects: Int64s
    kind: Int32s
    """Which of ``rules`` each case is mined by."""
    rules: tuple[ProcessRules, ...]

    def __len__(self) -> int:
        return len(self.objects)

    @property
    def process(self) -> Int32s:
        """int32[cases]: the process (term) of each case."""
        terms = np.array([rules.process for rules in self.rules], dtype=np.int32)
        return terms[self.kind]

    def parts(self, case: Int64s) -> Iterator[tuple[ProcessRules, Int64s]]:
        """The rows of each process, in a frame whose rows are of the cases ``case``."""
        if len(self.rules) == 1:
            yield self.rules[0], np.arange(len(case))
            return
        kind = self.kind[case]
        for index, rules in enumerate(self.rules):
            yield rules, np.flatnonzero(kind == index)

    def local_day(self, case: Int64s, instants_us: Int64s) -> Int32s:
        """Local date of each instant, in the zone of the process of its case."""
        zones = {rules.days for rules in self.rules}  # of one zone there is one only
        if len(zones) == 1:
            return zones.pop().local_day(instants_us).astype(np.int32)
        days = np.empty(len(case), dtype=np.int32)
        for rules, rows in self.parts(case):
            days[rows] = rules.days.local_day(instants_us[rows])
        return days


@dataclass(frozen=True, slots=True, eq=False)
class CaseEvents:
    """The events of cases: one row for each event in each case, by case, in no order within it."""

    case: Int64s
    """Which of :class:`Cases`."""
    events: Rows
    """:data:`~procesmijn.core.frames.EVENT` rows, as they stand in the packs."""
    activity: Int32s
    rank: Int32s
    """Of the activity; the largest number where it has none."""
    party: Int32s
    """``NO_TERM`` only where neither the event nor the rules know one."""
    closes: Bools
    """Whether the activity is one that ends a case of its process."""

    def __len__(self) -> int:
        return len(self.case)


def assign(events: ObjectEvents, rows: Int64s, rules: Rules) -> tuple[Cases, CaseEvents]:
    """Give each event in ``rows`` its place in the cases of its object.

    An event that names a process itself (a generic step) belongs to that one only, with the
    activity that it names; any other belongs to each process that has an activity for its type.
    """
    processes, kind, row, activity = _linked(events, rows, rules)
    owner = events.owner[row]
    if len(processes) > 1:
        terms = np.array([process.process for process in processes], dtype=np.int32)
        by_case = owner.astype(np.int64) << _TERM_BITS | terms[kind]
        order = np.argsort(by_case, kind="stable")  # quick: each process is in order already
        kind, row, owner, activity = kind[order], row[order], owner[order], activity[order]
    begins = is_first(owner, kind)
    cases = Cases(events.keys[owner[begins]], kind[begins], processes)
    case = np.cumsum(begins) - 1
    is_all = len(processes) == 1 and len(row) == len(events.events)
    chosen = events.events if is_all else events.events.take(row)  # far faster on rows than [row]
    rank = np.empty(len(row), dtype=np.int32)
    party = chosen["party"].copy()
    closes = np.empty(len(row), dtype=np.bool_)
    for process, part in cases.parts(case):
        rank[part] = process.rank_of_activity.find(activity[part], _NO_RANK)
        closes[part] = np.isin(activity[part], process.end_activities)
        nameless = part[party[part] == NO_TERM]
        if len(nameless):
            known = _known_party(chosen.take(nameless), activity[nameless], process, rules)
            party[nameless] = known
    return cases, CaseEvents(case, chosen, activity, rank, party, closes)


def _linked(
    events: ObjectEvents, rows: Int64s, rules: Rules
) -> tuple[tuple[ProcessRules, ...], Int32s, Int64s, Int32s]:
    """The processes met, and for each event in each of them: which process, row, activity."""
    processes: list[ProcessRules] = []
    kinds, links, activities = [], [], []
    types_met = np.unique(events.types).tolist()
    for object_type in types_met:
        part = rows
        if len(types_met) > 1:
            part = rows[(events.types == object_type)[events.owner[rows]]]
        types, named, steps = (
            picked(events.events[column], part) for column in ("type", "process", "activity")
        )
        for process in rules.processes.get(object_type, ()):
            activity = np.where(
                named == NO_TERM,
                process.activity_of_type.find(types),
                np.where(named == process.process, steps, NO_TERM),
            )
            within = np.flatnonzero(activity != NO_TERM)
            kinds.append(np.full(len(within), len(processes), dtype=np.int32))
            links.append(part[within])
            activities.append(activity[within])
            processes.append(process)
    none = np.empty(0, dtype=np.int32)
    return (
        tuple(processes),
        np.concatenate([none, *kinds]),
        np.concatenate([none.astype(np.int64), *links]),
        np.concatenate([none, *activities]),
    )


def _known_party(nameless: Rows, activity: Int32s, process: ProcessRules, rules: Rules) -> Int32s:
    """Party of events that name none: the performer's that day, else the team's, else that of the
    activity."""
    day = process.days.local_day(nameless["occurred_us"])
    by_performer = _party_on(rules.performers, nameless["performer"], day)
    by_team = _party_on(rules.teams, nameless["team"], day)
    party = np.where(by_performer == NO_TERM, by_team, by_performer)
    return np.where(party == NO_TERM, process.party_of_activity.find(activity), party)


def _party_on(members: Membership, member: Int32s, day: Int64s) -> Int32s:
    """The party to which each member belonged on that day; ``NO_TERM`` where to none."""
    if not len(members.member):
        return np.full(len(member), NO_TERM, dtype=np.int32)
    since = _dated(members.member, members.from_day)
    at = np.maximum(np.searchsorted(since, _dated(member, day), side="right") - 1, 0)
    belongs = (
        (members.member[at] == member)
        & (members.from_day[at] <= day)
        & (day < members.until_day[at])
    )
    return np.where(belongs, members.party[at], NO_TERM).astype(np.int32)


def _dated(member: Int32s, day: Int64s) -> Int64s:
    """Member and day in one number that sorts as the two do; endless days become far ones."""
    near = np.clip(day, -_FAR, _FAR - 1) + _FAR
    return (member.astype(np.int64) << _DAY_BITS) | near
