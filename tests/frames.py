"""Between the plain values of the reference and the integer codes of the core, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any, NamedTuple

import numpy as np

from procesmijn.core import rules as core_rules
from procesmijn.core.days import Days
from procesmijn.core.frames import (
    EVENT,
    FOLLOWED,
    NO_DAY,
    NO_INSTANT,
    NO_OUTCOME,
    NO_SEQUENCE,
    NOT_FOLLOWED,
    PICKUP_AT_START,
    STEP,
    Facts,
    ObjectEvents,
)
from procesmijn.core.mine import mine as core_mine
from procesmijn.core.rules import CodeMap, Membership, ProcessRules
from procesmijn.core.worktime import Calendar, build_calendar
from schemas.event import Lifecycle
from tests import reference
from tests.reference import Event, Handover, Member, Mined, Pending, Process, Repeat, Rules

_HALF = 1 << 64
_EPOCH = date(1970, 1, 1)
OFFICE = build_calendar([[(time(9), time(17))]] * 5 + [[], []], "Europe/Amsterdam")


PROCESS = Process("p")


class Terms:
    """Text to positive codes and back."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.names: list[str | None] = [None, *texts]
        self._codes = {text: code for code, text in enumerate(self.names)}

    def code(self, text: str | None) -> int:
        if text not in self._codes:
            self._codes[text] = len(self.names)
            self.names.append(text)
        return self._codes[text]

    def text(self, code: int) -> str:
        name = self.names[code]
        assert name is not None, "a term where there should be one"
        return name

    def code_map(self, mapping: Mapping[str, str]) -> CodeMap:
        return CodeMap.of({self.code(key): self.code(value) for key, value in mapping.items()})


class Packed(NamedTuple):
    """Objects as the core takes them, and what is needed to read its answer."""

    events: ObjectEvents
    objects: Mapping[int, str]


def pack(entries: Iterable[Event], terms: Terms) -> Packed:
    """Pack the entries of each object, in the order given."""
    entries = list(entries)
    names = sorted({(entry.object, entry.object_type) for entry in entries})
    owner_of = {name: index for index, name in enumerate(names)}
    entries.sort(key=lambda entry: owner_of[entry.object, entry.object_type])
    rows = np.array([_row(entry, terms) for entry in entries], dtype=EVENT)
    keys = np.arange(len(names), dtype=np.int64) * 1_000_003 - 5
    owner = [owner_of[entry.object, entry.object_type] for entry in entries]
    types = [terms.code(object_type) for _, object_type in names]
    return Packed(
        ObjectEvents(keys, np.array(types, dtype=np.int32), np.array(owner, dtype=np.int32), rows),
        {int(key): name for key, (name, _) in zip(keys, names, strict=True)},
    )


def _row(entry: Event, terms: Terms) -> tuple[int, ...]:
    lifecycles = {reference.START: Lifecycle.START, reference.COMPLETE: Lifecycle.COMPLETE}
    return (
        entry.key // _HALF,
        entry.key % _HALF,
        NO_INSTANT if entry.started_us is None else entry.started_us,
        entry.occurred_us,
        NO_SEQUENCE if entry.sequence is None else entry.sequence,
        terms.code(entry.type),
        terms.code(entry.process),
        terms.code(entry.activity),
        terms.code(entry.party),
        terms.code(entry.team),
        terms.code(entry.performer),
        terms.code(entry.receiver),
        terms.code(",".join(sorted(entry.roles)) or None),
        terms.code(entry.deliverable),
        terms.code(entry.request),
        lifecycles.get(entry.lifecycle, Lifecycle.OTHER),
        {"followed": FOLLOWED, "not-followed": NOT_FOLLOWED}.get(entry.outcome or "", NO_OUTCOME),
        entry.is_void,
    )


def compile_rules(
    rules: Rules, terms: Terms, calendars: Mapping[str, Calendar] | None = None
) -> core_rules.Rules:
    """Rules as the core takes them. Every term of the entries must be known before."""
    by_type: dict[int, tuple[ProcessRules, ...]] = {}
    for process in rules.processes:
        object_type = terms.code(process.object_type)
        by_type[object_type] = (*by_type.get(object_type, ()), _process_rules(process, terms))
    performers, teams = _membership(rules.performers, terms), _membership(rules.teams, terms)
    automatic = np.array([terms.code(party) for party in rules.automatic], dtype=np.int32)
    subjects = terms.code_map(rules.subjects)
    calendar_of = {terms.code(party): own for party, own in (calendars or {}).items()}
    names = {code: name for code, name in enumerate(terms.names) if name is not None}
    return core_rules.Rules(
        by_type, names, automatic, performers, teams, OFFICE, calendar_of, subjects
    )


def _process_rules(process: Process, terms: Terms) -> ProcessRules:
    pairs = [tuple(pair) * (3 - len(pair)) for pair in process.concurrent]
    return ProcessRules(
        process=terms.code(process.name),
        days=Days.of(process.zone),
        activity_of_type=terms.code_map(process.activities),
        rank_of_activity=CodeMap.of(
            {terms.code(activity): rank for activity, rank in process.ranks.items()}
        ),
        party_of_activity=terms.code_map(process.parties),
        end_activities=np.array(sorted(map(terms.code, process.ends)), dtype=np.int32),
        concurrent=frozenset(
            (terms.code(one), terms.code(other))
            for pair in pairs
            for one, other in (pair[:2], pair[1::-1])
        ),
    )


def _membership(members: Iterable[Member], terms: Terms) -> Membership:
    rows = sorted(
        (terms.code(one.member), _day(one.since), _day(one.until), terms.code(one.party))
        for one in members
    )
    member, since, until, party = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Membership(member.astype(np.int32), since, until, party.astype(np.int32))


def _day(local: date) -> int:
    return (local - _EPOCH).days


def mine(entries: Iterable[Event], rules: Rules) -> Mined:
    """What :func:`tests.reference.mine` does, by the core, and with its answer in plain values."""
    entries = list(entries)
    terms = Terms()
    pack(entries, terms)
    compile_rules(rules, terms)
    terms = Terms(sorted(filter(None, terms.names)))  # so that codes sort as the texts do
    packed = pack(entries, terms)
    return unpack(core_mine(packed.events, compile_rules(rules, terms)), packed, terms)


def unpack(facts: Facts, packed: Packed, terms: Terms) -> Mined:
    """Facts in plain values, as the reference gives them; working time is not among them."""
    return Mined(
        [
            _case(row, trace, packed, terms)
            for row, trace in zip(facts.cases.tolist(), facts.traces, strict=True)
        ],
        [_handover(row, packed, terms) for row in facts.handovers.tolist()],
        [_pending(row, packed, terms) for row in facts.pendings.tolist()],
        [_repeat(row, packed, terms) for row in facts.repeats.tolist()],
    )


def _case(row: Any, trace: bytes, packed: Packed, terms: Terms) -> reference.Case:
    key, process, started_us, ended_us, closed_us, *counts, _, _ = row
    steps = np.frombuffer(trace, dtype=STEP).tolist()
    return reference.Case._make(
        [
            packed.objects[key],
            terms.text(process),
            started_us,
            _instant(ended_us),
            _instant(closed_us),
            *counts,
            tuple((terms.text(activity), completed_us) for activity, _, completed_us in steps),
        ]
    )


def _handover(row: Any, packed: Packed, terms: Terms) -> Handover:
    key, process, to_hi, to_lo, from_hi, from_lo, *rest = row
    *names, delivered_us, picked_up_us, delivered_on, picked_up_on = rest[:8]
    previous_on, wait_us, _, case_wait_us, _, basis = rest[8:]
    return Handover._make(
        [
            packed.objects[key],
            terms.text(process),
            to_hi * _HALF + to_lo,
            from_hi * _HALF + from_lo,
            *map(terms.text, names),
            delivered_us,
            picked_up_us,
            _date(delivered_on),
            _date(picked_up_on),
            None if previous_on == NO_DAY else _date(previous_on),
            wait_us,
            case_wait_us,
            reference.AT_START if basis == PICKUP_AT_START else reference.AT_COMPLETION,
        ]
    )


def _pending(row: Any, packed: Packed, terms: Terms) -> Pending:
    key, process, from_hi, from_lo, supplier, customer, activity, *moments = row
    delivered_us, delivered_on, settled_us = moments
    return Pending._make(
        [
            packed.objects[key],
            terms.text(process),
            from_hi * _HALF + from_lo,
            terms.names[supplier],
            terms.text(customer),
            terms.text(activity),
            delivered_us,
            _date(delivered_on),
            _instant(settled_us),
        ]
    )


def _repeat(row: Any, packed: Packed, terms: Terms) -> Repeat:
    key, process, again_hi, again_lo, activity, *who, handover_hi, handover_lo = row[:10]
    since_us, started_us, completed_us, completed_on, is_pingpong = row[10:]
    return Repeat._make(
        [
            packed.objects[key],
            terms.text(process),
            again_hi * _HALF + again_lo,
            terms.text(activity),
            *(terms.names[code] for code in who),
            handover_hi * _HALF + handover_lo or None,
            _instant(since_us),
            _instant(started_us),
            completed_us,
            _date(completed_on),
            is_pingpong == 1,
        ]
    )


def _instant(instant_us: int) -> int | None:
    return None if instant_us == NO_INSTANT else instant_us


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def step(key: int, activity: str, at_us: int, party: str | None = None, **more: Any) -> Event:
    """A generic step of case ``c`` in process ``p``."""
    event = Event(key, "c", at_us, process="p", activity=activity, party=party)
    return event._replace(**more)


def mine_steps(*steps: Event, process: Process = PROCESS, **rules: Any) -> Mined:
    """Mine steps by the core, and see that the reference says the same."""
    by = Rules([process], **rules)
    mined = mine(steps, by)
    assert mined == reference.mine(steps, by)
    return mined
