"""Deliveries once more, slowly: as of a moment, from the events up to that moment alone.

Like :mod:`tests.reference`, it shares no code with the core and follows the words of the
definitions. It knows nothing of the course of a delivery after the moment that it is asked about,
so what the core says of the past is held against it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests import reference
from tests.calendars import first_instant, us
from tests.reference import Event, Process, Rules
from tests.reference_agreements import Agreement, Hours, Lead, Stood, Version

OPEN, DELIVERED, ACCEPTED, CANCELLED = "open", "delivered", "accepted", "cancelled"


@dataclass(eq=False)
class _Delivery:
    agreement: Agreement
    opened: int
    object: str
    request: str | None
    version: int
    requested_us: int | None
    requested_by: str | None
    course: list[tuple[int, str]] = field(default_factory=list)
    """Since when it stood how."""
    held: list[tuple[int, bool]] = field(default_factory=list)
    """Since when pauses that speak of it were on or off, also while it was not open."""
    delivered: list[int] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    outcome: str | None = None

    @property
    def standing(self) -> str:
        return self.course[-1][1]

    @property
    def terms(self) -> Version:
        return self.agreement.versions[self.version]


def deliveries(
    entries: Iterable[Event],
    process: Process,
    agreements: Sequence[Agreement],
    as_of_us: int,
    rules: Rules | None = None,
) -> list[Stood]:
    """How the deliveries in the cases of a process stood."""
    rules = rules or Rules([process])
    found: list[Stood] = []
    for object_ in sorted({entry.object for entry in entries}):
        own = {
            entry.key: entry
            for entry in entries
            if entry.object == object_ and entry.object_type == process.object_type
        }
        standing = [each for each in own.values() if not each.is_void]
        heard = reference.completions(
            [each for each in standing if each.occurred_us <= as_of_us], process, rules
        )
        for deliverable in {each.deliverable: None for each in agreements}:
            alike = [each for each in agreements if each.deliverable == deliverable]
            matched = _matched(heard, alike, process)
            found += [_stood(each, process, as_of_us) for each in matched]
    return sorted(found, key=lambda each: (each.object, each.agreement, each.opened))


@dataclass
class _Kept:
    """The deliveries under one agreement in one case, as far as its events have been heard."""

    agreement: Agreement
    process: Process
    every: list[_Delivery] = field(default_factory=list)
    pauses: list[tuple[int, bool, str | None, bool]] = field(default_factory=list)
    """At, whether it pauses, the request it names, whether any delivery had that id then."""
    turns: list[_Delivery] = field(default_factory=list)
    """In the order in which they came to stand as they do."""

    def live(self) -> list[_Delivery]:
        return [each for each in self.every if each.standing != CANCELLED]

    def meant(self, event: Event) -> list[_Delivery]:
        if event.request is None:
            return self.live()
        own = [each for each in self.live() if each.request == event.request]
        return own or [each for each in self.live() if each.request is None]

    def latest(self, event: Event, standing: str) -> _Delivery | None:
        alike = [each for each in self.meant(event) if each.standing == standing]
        return max(alike, key=self.turns.index, default=None)

    def turn(self, delivery: _Delivery, at_us: int, standing: str) -> None:
        delivery.course.append((at_us, standing))
        if delivery in self.turns:
            self.turns.remove(delivery)
        self.turns.append(delivery)

    def open_new(
        self, event: Event, requested_us: int | None, by: str | None = None
    ) -> _Delivery | None:
        on = _date(event.occurred_us, self.process)
        for number, version in enumerate(self.agreement.versions):
            if version.since <= on < version.until:
                opened = _Delivery(
                    self.agreement,
                    event.key,
                    event.object,
                    event.request,
                    number,
                    requested_us,
                    by,
                )
                for at_us, is_on, request, was_known in self.pauses:
                    if request is None or (event.request is None and not was_known):
                        opened.held.append((at_us, is_on))
                self.every.append(opened)
                return opened
        return None

    def answered(self, event: Event) -> _Delivery | None:
        """What a delivering event answers."""
        named = [each for each in self.meant(event) if each.request == event.request]
        if event.request is not None and named:
            return named[0]
        return next((each for each in self.meant(event) if each.standing == OPEN), None)

    def deliver(self, delivery: _Delivery, at_us: int, activity: str) -> None:
        delivery.delivered.append(at_us)
        delivery.accepted.clear()
        delivery.outcome = None
        if self.agreement.rejected:
            delivery.outcome = "rejected" if activity in self.agreement.rejected else "approved"
        self.turn(delivery, at_us, DELIVERED)

    def hear(  # noqa: C901 - a branch for each word of the definition
        self, event: Event, moment: str, party: str | None
    ) -> None:
        """Anything but a delivering event."""
        at_us = event.occurred_us
        if moment == "requested":
            if self.agreement.requested_by and party not in self.agreement.requested_by:
                return
            ids = [each.request for each in self.live() if each.request is not None]
            opened = None if event.request in ids else self.open_new(event, at_us, party)
            if opened is not None:
                self.turn(opened, at_us, OPEN)
        elif moment == "accepted":
            if (delivery := self.latest(event, DELIVERED)) is not None:
                delivery.accepted.append(at_us)
                delivery.outcome = delivery.outcome or event.outcome
                self.turn(delivery, at_us, ACCEPTED)
        elif moment == "returned":
            delivery = self.latest(event, DELIVERED) or self.latest(event, ACCEPTED)
            if delivery is not None:
                delivery.returned.append(at_us)
                delivery.accepted.clear()
                delivery.outcome = None
                self.turn(delivery, at_us, OPEN)
        elif moment == "cancelled":
            waiting = [each for each in self.meant(event) if each.standing == OPEN]
            if waiting:
                self.turn(waiting[0], at_us, CANCELLED)
        else:
            known = any(each.request == event.request for each in self.live())
            self.pauses.append((at_us, moment == "paused", event.request, known))
            for each in self.meant(event):
                each.held.append((at_us, moment == "paused"))


def _matched(
    heard: Sequence[tuple[Event, str, str | None]],
    agreements: Sequence[Agreement],
    process: Process,
) -> list[_Delivery]:
    """The deliveries of one thing in one case, under all agreements on it."""
    kept = [_Kept(agreement, process) for agreement in agreements]
    for event, activity, party in heard:
        if event.deliverable not in (None, agreements[0].deliverable):
            continue
        for moment in agreements[0].moments:
            hearing = [each for each in kept if activity in each.agreement.moments[moment]]
            if moment != "delivered":
                for each in hearing:
                    each.hear(event, moment, party)
                continue
            answers = [(each, each.answered(event)) for each in hearing]
            if not any(answer for _, answer in answers):
                answers = [(each, each.open_new(event, None)) for each in hearing]
            for each, answer in answers:
                if answer is not None:
                    each.deliver(answer, event.occurred_us, activity)
    return [delivery for each in kept for delivery in each.every]


def _stood(one: _Delivery, process: Process, as_of_us: int) -> Stood:
    requested_us, standing = one.requested_us, one.standing
    promised_us, due_us = None, None
    real: list[tuple[int, int | None]] = []
    if requested_us is not None:
        promised_us = due_us = _due(one, [], process)
        for since_us, until_us in _pauses(one):
            if due_us is not None and since_us >= due_us:
                continue
            real.append((since_us, until_us))
            due_us = None if until_us is None else _due(one, real, process)
    is_paused = bool(real) and real[-1][1] is None
    right, late, passed_us = _right(one)
    if right is None and passed_us is not None and as_of_us > passed_us:
        right = True
    there = standing in (DELIVERED, ACCEPTED)
    return Stood(
        object=one.object,
        agreement=one.agreement.name,
        opened=one.opened,
        request=one.request,
        version=one.version + 1,
        standing=standing,
        is_paused=is_paused,
        requested_by=one.requested_by,
        requested_us=requested_us,
        requested_on=None if requested_us is None else _date(requested_us, process),
        promised_us=promised_us,
        due_us=due_us,
        due_on=None if due_us is None else _date(due_us, process),
        first_delivered_us=one.delivered[0] if one.delivered else None,
        delivered_us=one.delivered[-1] if one.delivered else None,
        delivered_on=_date(one.delivered[-1], process) if one.delivered else None,
        accepted_us=one.accepted[-1] if one.accepted else None,
        returned_us=one.returned[-1] if one.returned else None,
        cancelled_us=one.course[-1][0] if standing == CANCELLED else None,
        returnable_us=_window(one, one.delivered[-1]) if there else None,
        supplier_us=_clock(one, real, as_of_us),
        returns=len(one.returned),
        late_returns=late,
        pauses=len(real),
        is_first_time_right=right,
        is_breached=_breached(one, due_us, as_of_us),
        outcome=one.outcome,
    )


def _breached(one: _Delivery, due_us: int | None, as_of_us: int) -> bool | None:
    if one.requested_us is None:
        return None
    if one.standing in (DELIVERED, ACCEPTED):
        return due_us is not None and one.delivered[-1] > due_us
    ended_us = one.course[-1][0] if one.standing == CANCELLED else as_of_us
    return True if due_us is not None and ended_us > due_us else None


def _spells(one: _Delivery) -> list[tuple[int, int | None]]:
    """When it was open."""
    ends: list[int | None] = [at_us for at_us, _ in one.course[1:]]
    spells = [
        (since_us, until_us)
        for (since_us, standing), until_us in zip(one.course, [*ends, None], strict=True)
        if standing == OPEN
    ]
    return [spell for spell in spells if spell[0] != spell[1]]


def _pauses(one: _Delivery) -> list[tuple[int, int | None]]:
    """When it was open and held; each begins where it came to be both."""
    switched: list[tuple[int, int | None]] = []
    since_us: int | None = None
    for at_us, is_on in one.held:
        if is_on and since_us is None:
            since_us = at_us
        elif not is_on and since_us is not None:
            switched.append((since_us, at_us))
            since_us = None
    if since_us is not None:
        switched.append((since_us, None))
    never = 1 << 70
    found = []
    for opened_us, closed_us in _spells(one):
        for paused_us, resumed_us in switched:
            begin = max(opened_us, paused_us)
            end = min(closed_us or never, resumed_us or never)
            if begin < end:
                found.append((begin, None if end == never else end))
    return found


def _due(one: _Delivery, pauses: Sequence[tuple[int, int | None]], process: Process) -> int | None:
    assert one.requested_us is not None
    known_on = _date(one.requested_us, process)
    return _lead(one.terms.lead, one.agreement.supplier_hours, one.requested_us, pauses, known_on)


def _lead(
    lead: Lead,
    hours: Hours,
    from_us: int,
    pauses: Sequence[tuple[int, int | None]],
    known_on: date | None,
) -> int | None:
    spans = [(since, 1 << 70 if until is None else until) for since, until in pauses]
    if lead.unit == "hours":
        left = lead.amount
        for _, opens, closes in hours.walk(from_us, known_on):
            at = max(opens, from_us)
            for since, until in [*spans, (1 << 71, 1 << 71)]:
                worked = max(0, min(closes, since) - at)
                if 0 < left <= worked:
                    return at + left
                left -= worked
                at = max(at, min(until, closes))
        return None
    if lead.unit == "days":
        closings: dict[date, int] = {}
        for local, _, closes in hours.walk(from_us, known_on):
            if local > hours.date_of(from_us):
                closings[local] = max(closes, closings.get(local, 0))
        counted = [
            at
            for _, at in sorted(closings.items())
            if not any(since <= at < until for since, until in spans)
        ]
        return counted[lead.amount - 1] if len(counted) >= lead.amount else None
    anchor = max([from_us, *(until for _, until in spans)])
    on = hours.date_of(anchor)
    for year, month in ((on.year, on.month), (on.year + on.month // 12, on.month % 12 + 1)):
        following = date(year + month // 12, month % 12 + 1, 1)
        day = min(date(year, month, 1) + timedelta(days=lead.amount - 1), following)
        end = us(first_instant(datetime.combine(day, datetime.min.time()), ZoneInfo(hours.zone)))
        if end > anchor:
            return end
    raise AssertionError("the end of next month has not passed")


def _window(one: _Delivery, delivered_us: int) -> int | None:
    if one.terms.window is None:
        return None
    return _lead(one.terms.window, one.agreement.customer_hours, delivered_us, [], None)


def _right(one: _Delivery) -> tuple[bool | None, int, int | None]:
    """Whether it was right the first time as far as events say, how many returns came later, and
    until when it may be returned otherwise."""
    right: bool | None = None
    late, passed_us = 0, None
    for place, (at_us, standing) in enumerate(one.course):
        if right is None and passed_us is not None and at_us > passed_us:
            right = True
        is_return = standing == OPEN and place > 0
        if right is None and standing == ACCEPTED:
            right = True
        if is_return:
            late += right is True
            right = False if right is None else right
        passed_us = _window(one, at_us) if standing == DELIVERED else None
    return right, late, passed_us


def _clock(one: _Delivery, pauses: Sequence[tuple[int, int | None]], as_of_us: int) -> int | None:
    """The supplier's clock: while open, without pauses."""
    if one.requested_us is None:
        return None
    hours = one.agreement.supplier_hours
    total = 0
    for since_us, until_us in _spells(one):
        end_us = as_of_us if until_us is None else until_us
        total += hours.worked(since_us, end_us)
        for paused_us, resumed_us in pauses:
            begin = max(since_us, paused_us)
            end = min(end_us, as_of_us if resumed_us is None else resumed_us)
            if begin < end:
                total -= hours.worked(begin, end)
    return total


def _date(instant_us: int, process: Process) -> date:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
    return instant.astimezone(ZoneInfo(process.zone)).date()
