"""Small worlds in which everything happens that can go wrong: events, corrections, catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import strategies as st

from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import Catalogue, parse
from procesmijn.catalogue.agreements import Moment
from schemas.event import Event, Lifecycle

_TEXT: Final = """
parties:
  desk: {members: 7}
  lab: {calendar: night}
  firm: {kind: outside, calendar: always}
  robot: {kind: automatic}
performers:
  ann: desk
  bob:
    - {party: desk, until: 2026-03-30}
    - {party: lab, since: 2026-03-30}
teams:
  blue: lab
calendars:
  night:
    zone: America/New_York
    hours: {monday-friday: 20:00-24:00}
    closed: [{date: 2026-03-30, known_since: 2026-03-28}]
deliverables:
  repaired: {supplier: lab, role: executing}
agreements:
  in time:
    deliverable: repaired
    customer: desk
    process: service
    return_window: 4 hours
    versions:
      - {until: 2026-03-30, lead_time: 8 hours}
      - {since: 2026-03-30, lead_time: 2 days}
  this month:
    deliverable: repaired
    supplier: firm
    customer: desk
    process: service
    requested: [open, asked]
    requested_by: [desk, lab]
    delivered: [solve, handed in]
    rejected: handed in
    returned: [assign, sent back]
    accepted: close
    lead_time: before the 30th
processes:
  service:
    case: ticket
    activities:
      open: {events: ticket.opened, party: desk, rank: 1}
      assign: {events: [ticket.assigned, ticket.transferred], rank: 2}
      solve: {events: ticket.resolved}
      close: {events: ticket.closed}
      asked: {events: deliverable.requested}
      handed in: {events: deliverable.delivered}
      checked: {events: deliverable.accepted}
      sent back: {events: deliverable.returned}
      dropped: {events: deliverable.cancelled}
      halted: {events: deliverable.paused}
      went on: {events: deliverable.resumed}
    end: [close]
    concurrent: [[assign, solve]]
    rules:
      nobody decides alone: {last: assign, before: solve, takes_part: customer}
      after it is assigned: {activity: solve, only_after: assign}
      not dropped too: {never_both: [dropped, solve]}
      opened twice: {activity: open, at_most: 2 times}
      four eyes: {different_people: [assign, solve]}
      in a day: {activity: solve, within: 1 day, after: open}
      in hours: {activity: solve, within: 5 hours, after: assign, calendar: night}
  repair:
    case: ticket
    zone: America/New_York
    activities:
      hand over: {events: ticket.transferred}
      solve: {events: ticket.resolved, party: lab}
    end: [solve]
  joining:
    case: employee
    activities:
      open: {events: ticket.opened}
      close: {events: ticket.closed, party: firm}
"""

_RULES: Final = _TEXT[_TEXT.index("    rules:\n") : _TEXT.index("  repair:\n")]

CATALOGUE: Final = parse(_TEXT)


def _changed(was: str, becomes: str) -> Catalogue:
    assert _TEXT.count(was) == 1
    return parse(_TEXT.replace(was, becomes))


PLAIN: Final = parse(_TEXT[: _TEXT.index("deliverables:")] + _TEXT[_TEXT.index("processes:") :])
"""Without agreements."""

_CLOSING: Final = (
    _TEXT.replace("end: [close]", "end: [open, assign, solve, close, checked, dropped]").replace(
        "end: [solve]", "end: [hand over, solve]"
    )
    + "    end: [open, close]\n"
)

CLOSING: Final = (
    parse(_CLOSING),
    parse(_CLOSING.replace("kind: automatic", "kind: internal")),
)
"""In these nearly every case is closed as soon as nothing more happens."""

CATALOGUES: Final = (
    CATALOGUE,
    _changed("ticket\n    zone: America/New_York", "ticket\n    zone: Asia/Tokyo"),
    _changed("kind: automatic", "kind: internal"),
    _changed("20:00-24:00", "[8:00-12:00, 13:00-17:00]"),
    _changed("  blue: lab", "  blue: desk"),
    _changed("rank: 1", "rank: 3"),
    _changed("    concurrent: [[assign, solve]]\n", ""),
    _changed("    end: [close]", "    end: [open]"),
    _changed("open: {events: ticket.opened}", "opened for: {events: ticket.opened}"),
    parse(_TEXT[: _TEXT.index("  repair:")]),
    parse(_TEXT + "  unheard:\n    case: ticket\n    activities: {close: {}}\n    end: [close]\n"),
    _changed("lead_time: 8 hours", "lead_time: 9 hours"),
    _changed("requested_by: [desk, lab]", "requested_by: [firm]"),
    _changed("    rejected: handed in\n", ""),
    _changed("known_since: 2026-03-28", "known_since: 2026-03-27"),
    PLAIN,
    _changed("takes_part: customer", "takes_part: lab"),
    _changed(_RULES, ""),
    _changed("{members: 7}", "{members: 8}"),
)
"""Each changes something else: dates, parties, hours, order, enabling, ends, names, which
processes there are, what is promised, what has to hold; and the last one nothing that is mined."""

_FRIDAY_US: Final = int(datetime(2026, 3, 27, 14, tzinfo=UTC).timestamp()) * 1_000_000
_HOURS: Final = (0, 0.5, 1, 1, 3, 8, 20, 33.5, 35.25, 36, 58, 66, 70, 90, 94)
"""Over a weekend on which the clock goes forward in Amsterdam; twice the same, to have ties."""

_INSTANTS: Final = st.sampled_from([_FRIDAY_US + int(h * 3_600_000_000) for h in _HOURS])
_OBJECTS: Final = st.sampled_from(
    [
        ("employee", "Eva"),
        ("employee", "Otto"),
        ("device", "D1"),
        ("ticket", "T1"),
        ("ticket", "T2"),
        ("ticket", "T3"),
        ("request", "R1"),
        ("request", "R2"),
    ]
)
_PARTIES: Final = st.sampled_from([None, "desk", "lab", "firm", "robot", "stranger"])
_TICKET_TYPES: Final = (
    *("ticket.opened", "ticket.assigned", "ticket.transferred", "ticket.resolved"),
    "ticket.closed",
)
_DATA: Final[tuple[dict[str, Any], ...]] = (
    *({}, {"priority": "P1"}, {"deliverable": "repaired"}),
    *({"roles": ["lead", "customer", "lead"]}, {"roles": ["customer"]}, {"roles": ["lead"]}),
)
_TYPES: Final = st.sampled_from(
    [*_TICKET_TYPES, *_TICKET_TYPES, *(moment.event_type for moment in Moment)]
)


@st.composite
def _events(draw: st.DrawFn) -> Event:
    """One event out of few ids, so that many of them are versions of each other."""
    is_step = draw(st.integers(0, 2)) == 0
    occurred_us = draw(_INSTANTS)
    event = Event(
        source=draw(st.sampled_from(["/a", "/b"])),
        id=f"e{draw(st.integers(0, 11))}",
        type="step" if is_step else draw(_TYPES),
        occurred_us=occurred_us,
        objects=(),
        revision=draw(st.sampled_from([0, 0, 0, 1, 2])),
        is_time_of_record=draw(st.integers(0, 4)) == 0,
    )
    if draw(st.integers(0, 7)) == 0:
        return event._replace(is_retracted=True)
    event = event._replace(
        objects=tuple(sorted(draw(st.sets(_OBJECTS, min_size=1, max_size=3)))),
        sequence=draw(st.sampled_from([None, 0, 1, 2])),
        party=draw(_PARTIES),
        team=draw(st.sampled_from([None, None, "blue"])),
        performer=draw(st.sampled_from([None, None, "ann", "bob"])),
        receiver=draw(st.sampled_from([None, None, "lab", "firm"])),
        data=draw(st.sampled_from(_DATA)),
    )
    if not is_step:
        return event
    return event._replace(
        process=draw(st.sampled_from(["service", "service", "repair", "unheard"])),
        activity=draw(st.sampled_from(["open", "solve", "close", "look"])),
        lifecycle=draw(st.sampled_from(list(Lifecycle))),
        started_us=draw(st.sampled_from([None, None, occurred_us - 5_400_000_000])),
    )


@st.composite
def _told_again(draw: st.DrawFn, event: Event) -> Event:
    """The same content: in another place of its source, or told at another time."""
    if event.is_time_of_record and draw(st.booleans()):
        event = event._replace(occurred_us=draw(_INSTANTS))
    return event._replace(sequence=draw(st.sampled_from([event.sequence, 0, 3])))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events, some of them told again."""
    events = draw(st.lists(_events(), min_size=1, max_size=24))
    again = draw(st.lists(st.sampled_from(events).flatmap(_told_again), max_size=8))
    return [*events, *again]


def in_batches(
    draw: st.DrawFn, events: Sequence[Event], workers: int
) -> tuple[tuple[Batch, ...], ...]:
    """For each worker its batches: any order of the events, cut anywhere, dealt to anybody."""
    shuffled = draw(st.permutations(events))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=7)) | {len(shuffled)})
    parts = zip([0, *cuts], cuts, strict=False)
    batches = [batch_of(shuffled[since:until]) for since, until in parts]
    owners = [draw(st.integers(0, workers - 1)) for _ in batches]
    return tuple(
        tuple(batch for batch, owner in zip(batches, owners, strict=True) if owner == worker)
        for worker in range(workers)
    )


def batch_of(events: Sequence[Event]) -> Batch:
    """A batch that comes from no partition."""
    return Batch(arrivals=tuple(Arrival(event) for event in events))


def sorted_pass(events: Sequence[Event]) -> Batch:
    """All of them at once, in order, each once."""
    return batch_of(sorted({repr(event): event for event in events}.values(), key=repr))
