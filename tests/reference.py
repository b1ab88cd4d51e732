"""The definitions of the measures once more, slowly: plain loops over plain values.

It is what the core is held against, so it shares no code with it, and each step is written the way
the definition is worded. It is quadratic in the length of a case, and exact. Working time is left
out: that has an oracle of its own.

    mined = mine([Event(key=1, object="c1", activity="a", process="p", ...), ...], Rules(...))
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from tests.reference_values import (
    AT_COMPLETION,
    AT_START,
    COMPLETE,
    START,
    Case,
    Event,
    Handover,
    Member,
    Mined,
    Pending,
    Process,
    Repeat,
    Rules,
)

__all__ = [
    "AT_COMPLETION",
    "AT_START",
    "COMPLETE",
    "START",
    "Case",
    "Event",
    "Handover",
    "Member",
    "Mined",
    "Pending",
    "Process",
    "Repeat",
    "Rules",
    "completions",
    "mine",
]


def mine(entries: Iterable[Event], rules: Rules) -> Mined:
    """Mine all cases of all processes from entries in any order; of one key the last counts."""
    mined = Mined([], [], [], [])
    by_object: dict[tuple[str, str], dict[int, Event]] = defaultdict(dict)
    for entry in entries:
        by_object[entry.object_type, entry.object][entry.key] = entry
    for (object_type, _), entries_of in by_object.items():
        events = [event for event in entries_of.values() if not event.is_void]
        if len(events) > rules.max_events:
            continue
        for process in rules.processes:
            if process.object_type == object_type:
                _mine_case(events, process, rules, mined)
    for rows in mined:
        rows.sort(key=lambda row: row[:3])
    return mined


def completions(
    events: Iterable[Event], process: Process, rules: Rules
) -> list[tuple[Event, str, str | None]]:
    """What was completed in a case, in order, with its activity and party."""
    linked = [(event, activity) for event in events if (activity := _activity(event, process))]
    done = [one for one in _instances(linked, process, rules) if one.completion_us is not None]
    done.sort(key=lambda one: one.by_completion)
    return [(one.event, one.activity, one.party) for one in done]


@dataclass(frozen=True)
class _Instance:
    """One activity instance; ``event`` is its completion, of an open one its start. It was
    ``begun`` by the start that it was paired with, else by that very event."""

    event: Event
    begun: Event
    activity: str
    party: str | None
    start_us: int
    completion_us: int | None
    is_start_known: bool
    named: Event
    """The one of the two that says who is to receive; the completion where both do."""
    order: tuple[object, ...]
    by_completion: tuple[object, ...]

    def is_visible(self, rules: Rules) -> bool:
        return self.party is not None and self.party not in rules.automatic


def _mine_case(events: list[Event], process: Process, rules: Rules, mined: Mined) -> None:
    linked = [(event, activity) for event in events if (activity := _activity(event, process))]
    if not linked:
        return
    instances = _instances(linked, process, rules)
    handovers = _handovers(instances, process, rules)
    mined.handovers.extend(handovers)
    mined.pendings.extend(_pendings(instances, process, rules))
    repeats = _repeats(instances, handovers, process, rules)
    mined.repeats.extend(repeats)
    mined.cases.append(_case(linked, instances, (handovers, repeats), process, rules))


def _activity(event: Event, process: Process) -> str | None:
    if event.process is not None:
        return event.activity if event.process == process.name else None
    return process.activities.get(event.type)


def _party(event: Event, activity: str, process: Process, rules: Rules) -> str | None:
    if event.party is not None:
        return event.party
    on = _local_date(event.occurred_us, process)
    for members, who in ((rules.performers, event.performer), (rules.teams, event.team)):
        for member in members:
            if member.member == who and member.since <= on < member.until:
                return member.party
    return process.parties.get(activity)


def _local_date(instant_us: int, process: Process) -> date:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
    return instant.astimezone(ZoneInfo(process.zone)).date()


def _last_if_missing(value: int | None) -> tuple[bool, int]:
    return (value is None, value or 0)


def _instances(linked: list[tuple[Event, str]], process: Process, rules: Rules) -> list[_Instance]:
    def instance(event: Event, activity: str, start: Event | None = None) -> _Instance:
        is_open = event.lifecycle == START
        start_us = event.occurred_us
        if start is not None:
            start_us = start.occurred_us
        elif event.lifecycle == COMPLETE and event.started_us is not None:
            start_us = event.started_us
        party = _party(event, activity, process, rules)
        if party is None and start is not None:
            party = _party(start, activity, process, rules)
        ties = (
            _last_if_missing(event.sequence),
            _last_if_missing(process.ranks.get(activity)),
            event.key,
        )
        return _Instance(
            event=event,
            begun=event if start is None else start,
            activity=activity,
            party=party,
            start_us=start_us,
            completion_us=None if is_open else event.occurred_us,
            is_start_known=start is not None
            or is_open
            or (event.lifecycle == COMPLETE and event.started_us is not None),
            named=event if start is None or event.receiver is not None else start,
            order=(start_us, (is_open, event.occurred_us), *ties),
            by_completion=(event.occurred_us, start_us, *ties),
        )

    instances = []
    waiting: dict[str, deque[Event]] = defaultdict(deque)
    for event, activity in sorted(
        linked,
        key=lambda link: (
            link[0].occurred_us,
            _last_if_missing(link[0].sequence),
            link[0].lifecycle != START,
            link[0].key,
        ),
    ):
        if event.lifecycle == START:
            waiting[activity].append(event)
        elif event.lifecycle == COMPLETE and event.started_us is None and waiting[activity]:
            instances.append(instance(event, activity, waiting[activity].popleft()))
        else:
            instances.append(instance(event, activity))
    for activity, starts in waiting.items():
        instances += [instance(start, activity) for start in starts]
    return sorted(instances, key=lambda one: one.order)


def _enabling(place: int, visible: list[_Instance], process: Process) -> _Instance | None:
    this = visible[place]
    best = None
    for earlier in visible[:place]:
        if earlier.completion_us is None or earlier.completion_us > this.start_us:
            continue
        if frozenset((earlier.activity, this.activity)) in process.concurrent:
            continue
        if best is None or earlier.completion_us >= best[0]:
            best = (earlier.completion_us, earlier)
    return None if best is None else best[1]


def _handovers(instances: list[_Instance], process: Process, rules: Rules) -> list[Handover]:
    handovers: list[Handover] = []
    visible = [one for one in instances if one.is_visible(rules)]
    for place, this in enumerate(visible):
        enabling = _enabling(place, visible, process)
        if enabling is None or enabling.party == this.party:
            continue
        assert enabling.party is not None
        assert this.party is not None
        assert enabling.completion_us is not None
        between = [
            one.picked_up_on
            for one in handovers
            if (one.supplier, one.customer) == (enabling.party, this.party)
        ]
        handovers.append(
            Handover(
                object=this.event.object,
                process=process.name,
                to_key=this.begun.key,
                from_key=enabling.event.key,
                supplier=enabling.party,
                customer=this.party,
                from_activity=enabling.activity,
                to_activity=this.activity,
                delivered_us=enabling.completion_us,
                picked_up_us=this.start_us,
                delivered_on=_local_date(enabling.completion_us, process),
                picked_up_on=_local_date(this.start_us, process),
                previous_on=between[-1] if between else None,
                wait_us=this.start_us - enabling.completion_us,
                case_wait_us=0,
                pickup_basis=AT_START if this.is_start_known else AT_COMPLETION,
            )
        )
    return _with_waits_of_the_case(handovers, instances)


def _with_waits_of_the_case(
    handovers: list[Handover], instances: list[_Instance]
) -> list[Handover]:
    """Between each moment and the next one: did anybody work, else what did the case wait for?"""
    done = [one for one in instances if one.completion_us is not None]
    ended_us = max((one.event.occurred_us for one in done), default=0)
    moments = {us for one in done for us in (one.start_us, one.event.occurred_us)}
    moments |= {us for one in handovers for us in (one.delivered_us, one.picked_up_us)}
    waits_us = [0] * len(handovers)
    for since, until in pairwise(sorted(moments)):
        if until > ended_us:
            break
        if any(one.start_us <= since and until <= one.event.occurred_us for one in done):
            continue
        waiting = [
            (one.picked_up_us, place)
            for place, one in enumerate(handovers)
            if one.delivered_us <= since and until <= one.picked_up_us
        ]
        if waiting:
            waits_us[max(waiting)[1]] += until - since
    return [one._replace(case_wait_us=waits_us[place]) for place, one in enumerate(handovers)]


def _pendings(instances: list[_Instance], process: Process, rules: Rules) -> list[Pending]:
    pendings = []
    for place, this in enumerate(instances):
        receiver = this.named.receiver
        if receiver is None or receiver == this.party or receiver in rules.automatic:
            continue
        if this.completion_us is None:
            continue
        pendings.append(
            Pending(
                object=this.event.object,
                process=process.name,
                from_key=this.event.key,
                supplier=None if this.party in rules.automatic else this.party,
                customer=receiver,
                activity=this.activity,
                delivered_us=this.completion_us,
                delivered_on=_local_date(this.completion_us, process),
                settled_us=_settled_us(place, instances, process, rules),
            )
        )
    return pendings


def _repeats(
    instances: list[_Instance], handovers: list[Handover], process: Process, rules: Rules
) -> list[Repeat]:
    completed = sorted(
        (one for one in instances if one.completion_us is not None),
        key=lambda one: one.by_completion,
    )
    by_begun = {one.to_key: one for one in handovers}
    repeats = []
    for place, this in enumerate(completed):
        alike = [one for one in completed[:place] if one.activity == this.activity]
        if not alike:
            continue
        before = alike[-1]
        since, until = instances.index(before), instances.index(this)
        brought = [
            by_begun[one.begun.key]
            for one in instances[since + 1 : until + 1]
            if one.party == this.party and one.begun.key in by_begun
        ]
        handover = brought[-1] if brought else None
        supplier = customer = None
        if this.is_visible(rules) and before.party == this.party:
            supplier, customer = this.party, handover.supplier if handover else None
        elif this.is_visible(rules):
            supplier = before.party if before.is_visible(rules) else None
            customer = this.party
        started_us = this.start_us if this.is_start_known else None
        repeats.append(
            Repeat(
                object=this.event.object,
                process=process.name,
                again_key=this.event.key,
                activity=this.activity,
                party=this.party,
                supplier=supplier,
                customer=customer,
                handover_key=handover.to_key if handover else None,
                since_us=handover.delivered_us if handover else started_us,
                started_us=started_us,
                completed_us=this.event.occurred_us,
                completed_on=_local_date(this.event.occurred_us, process),
                is_pingpong=_is_pingpong(this, instances, rules),
            )
        )
    return repeats


def _is_pingpong(this: _Instance, instances: list[_Instance], rules: Rules) -> bool:
    """Between this one and the last time that its party did it, somebody else was on."""
    visible = [one for one in instances if one.is_visible(rules)]
    if this not in visible:
        return False
    place = visible.index(this)
    between: list[_Instance] = []
    for one in reversed(visible[:place]):
        if (one.activity, one.party) == (this.activity, this.party):
            return any(other.party != this.party for other in between)
        between.append(one)
    return False


def _settled_us(
    place: int, instances: list[_Instance], process: Process, rules: Rules
) -> int | None:
    this = instances[place]
    if this.activity in process.ends:
        return this.completion_us
    settling = []
    for position, other in enumerate(instances):
        if other.party == this.named.receiver:
            settling.append((other.start_us, position))
        if other.completion_us is None:
            continue
        is_reassigning = other.named.receiver is not None and (
            _subject(other.named, rules) == _subject(this.named, rules)
        )
        if is_reassigning or other.activity in process.ends:
            settling.append((other.completion_us, position))
    delivered = (this.completion_us, place)
    return min(
        (at_us for at_us, position in settling if (at_us, position) > delivered), default=None
    )


def _subject(event: Event, rules: Rules) -> tuple[str | None, ...]:
    about = rules.subjects.get(event.type)
    return (about,) if event.deliverable is None else (about, event.deliverable, event.request)


def _case(
    linked: list[tuple[Event, str]],
    instances: list[_Instance],
    found: tuple[list[Handover], list[Repeat]],
    process: Process,
    rules: Rules,
) -> Case:
    completed = sorted(
        (one for one in instances if one.completion_us is not None),
        key=lambda one: one.by_completion,
    )
    trace = tuple((one.activity, one.event.occurred_us) for one in completed)
    rounds = _rounds([one for one in instances if one.is_visible(rules)])
    return Case(
        object=linked[0][0].object,
        process=process.name,
        started_us=min(one.start_us for one in instances),
        ended_us=trace[-1][1] if trace else None,
        closed_us=_closed_us(instances, process),
        processing_us=_processing_us(completed),
        events=len(linked),
        unassigned=sum(_party(event, at, process, rules) is None for event, at in linked),
        handovers=len(found[0]),
        **rounds,
        repeats=len(found[1]),
        trace=trace,
    )


def _closed_us(instances: list[_Instance], process: Process) -> int | None:
    ends = [
        (one.completion_us, place)
        for place, one in enumerate(instances)
        if one.activity in process.ends and one.completion_us is not None
    ]
    if not ends:
        return None
    closed = max(ends)
    is_reopened = any((one.start_us, place) > closed for place, one in enumerate(instances))
    return None if is_reopened else closed[0]


def _processing_us(completed: list[_Instance]) -> int:
    """Between each moment and the next one, was anything going on?"""
    moments = sorted({us for one in completed for us in (one.start_us, one.event.occurred_us)})
    return sum(
        until - since
        for since, until in pairwise(moments)
        if any(one.start_us <= since and until <= one.event.occurred_us for one in completed)
    )


def _rounds(visible: list[_Instance]) -> dict[str, int]:
    counts = dict.fromkeys(
        ("parties", "revisits", "revisits_direct", "pingpongs", "pingpongs_direct"), 0
    )
    runs: list[tuple[str | None, set[str]]] = [
        (party, {one.activity for one in run})
        for party, run in groupby(visible, key=lambda one: one.party)
    ]
    for place, (party, activities) in enumerate(runs):
        before = [done for earlier, done in runs[:place] if earlier == party]
        if not before:
            counts["parties"] += 1
            continue
        is_direct = runs[place - 2][0] == party
        is_pingpong = any(activities & done for done in before)
        counts["revisits"] += 1
        counts["revisits_direct"] += is_direct
        counts["pingpongs"] += is_pingpong
        counts["pingpongs_direct"] += is_pingpong and is_direct
    return counts
