"""The course of every delivery: which of the events of a case request, deliver, accept or end it.

This is the one part of the mining that goes event by event. Which delivery an event is about
depends on all that came before it (the *oldest* open one, the *latest* delivered one), so there is
nothing to be done for many at once. It only meets events that an agreement names, of what was asked
for more than once, or by an id, or was never asked for: the rest is in
:mod:`procesmijn.core.lone`.

An event that carries the id of a request speaks of the delivery with that id; where there is none
(any more), of those without an id. An event without an id speaks of any of its agreement and case.
What was cancelled is over, and answers to nothing.

- A *request* opens a delivery, unless there is one with its id.
- A *delivery* answers the one with its id, else the oldest open one, under each agreement on its
  deliverable. Where it answers none under any of them, nobody asked for it: it is a delivery by
  itself under each that holds on its date.
- An *acceptance* is of the latest delivered one that is not accepted yet.
- A *return* likewise; where there is none, of the one that was accepted last. It opens the
  delivery again.
- A *cancellation* ends the oldest open one, or the open one with its id.
- A *pause* holds for those that are open while it lasts, also for those that are opened meanwhile;
  one that carries an id for that request. Pauses do not nest: the first resumption ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from procesmijn.catalogue.agreements import Moment
from procesmijn.core.frames import (
    ACCEPTED,
    CANCELLED,
    DELIVERED,
    NO_INSTANT,
    NO_REQUEST,
    OPEN,
    Int64s,
    Rows,
)

NO_VERSION: Final = -1
"""The agreement does not hold on the date of the event."""
MAX_STEPS: Final = 100_000
"""Of the deliveries of one thing in one case. Each pause is a step of all that is open, so
thousands that are never delivered, and paused time and again, would come to millions."""
_NO_HOLD: Final = (0, False)
_DELIVERED: Final = list(Moment).index(Moment.DELIVERED)


class Said(NamedTuple):
    """An event that an agreement names, and what it says."""

    moment: int
    """Which of :class:`~procesmijn.catalogue.agreements.Moment`."""
    at_us: int
    request: int
    """Key of the request that it carries; ``NO_REQUEST`` where none."""
    version: int
    """Of the agreement on its date."""
    row: int
    """Whatever the caller knows it by."""
    agreement: int
    """Which agreement on the deliverable hears it."""
    is_last: bool
    """Whether it is the last that does."""
    is_refusal: bool
    """Whether it refuses what was asked for, where it delivers."""


STEP: Final = np.dtype(
    [
        ("delivery", "<i8"),
        ("at_us", "<i8"),
        ("standing", "<i8"),
        ("is_held", "?"),  # a pause lasts, as far as events say; one too late changes nothing
        ("is_return", "?"),
        ("first_delivered_us", "<i8"),
        ("delivered_us", "<i8"),
        ("accepted_us", "<i8"),
        ("returned_us", "<i8"),
        ("cancelled_us", "<i8"),
        ("accepted_by", "<i8"),  # the row of its acceptance, while that stands; else -1
        ("is_refused", "?"),  # it was delivered, and that was a refusal
    ]
)
"""How a delivery stands after an event of its course."""
_Step: TypeAlias = tuple[int, int, int, bool, bool, int, int, int, int, int, int, bool]
"""The same as a plain tuple: there is one for each event, and all else takes longer to make."""


class Followed(NamedTuple):
    """What is known of deliveries, one value for each, and their steps."""

    agreement: Int64s
    opened: Int64s
    """The row of the event that opened it."""
    request: Int64s
    version: Int64s
    requested_us: Int64s
    """``NO_INSTANT`` where it was not asked for."""
    steps: Rows
    """:data:`STEP` rows, by delivery and in order."""


@dataclass(slots=True)
class Delivery:
    """A delivery on its way; ``number`` says which."""

    number: int
    agreement: int
    opened: int
    """The row of the event that opened it."""
    request: int
    version: int
    requested_us: int
    standing: int = OPEN
    hold: tuple[int, bool] = _NO_HOLD
    """Of the last pause or resumption of its own: its place among the events, and whether it
    pauses."""
    first_delivered_us: int = NO_INSTANT
    delivered_us: int = NO_INSTANT
    accepted_us: int = NO_INSTANT
    returned_us: int = NO_INSTANT
    cancelled_us: int = NO_INSTANT
    accepted_by: int = -1
    is_refused: bool = False


@dataclass(slots=True)
class Courses:
    """What is known of deliveries, in the order in which they were opened, and their steps as the
    events came."""

    deliveries: list[Delivery] = field(default_factory=list)
    steps: list[_Step] = field(default_factory=list)

    def follow(self, events: Sequence[Said]) -> None:
        """Follow what is delivered of one thing in one case, under all agreements on it.

        Its events are in order, and of each those that hear it. Where they come to more than
        :data:`MAX_STEPS`, none is kept.
        """
        deliveries, steps = len(self.deliveries), len(self.steps)
        courses: dict[int, _Course] = {}
        unanswered: list[Said] = []
        is_answered = False
        for event in events:
            course = courses.get(event.agreement)
            if course is None:
                course = courses[event.agreement] = _Course(self, event.agreement)
            if event.moment != _DELIVERED:
                _TAKE[event.moment](course, event)
            elif course.deliver(event):
                is_answered = True
            else:
                unanswered.append(event)
            if event.is_last:
                if unanswered and not is_answered:
                    for each in unanswered:
                        courses[each.agreement].deliver_unasked(each)
                is_answered = False
                unanswered.clear()
            if len(self.steps) - steps > MAX_STEPS:
                del self.deliveries[deliveries:]
                del self.steps[steps:]
                return

    def followed(self) -> Followed:
        """The same as arrays."""
        deliveries = [
            (each.agreement, each.opened, each.request, each.version, each.requested_us)
            for each in self.deliveries
        ]
        agreement, opened, request, version, requested_us = (
            np.array(deliveries, dtype=np.int64).reshape(-1, 5).T
        )
        steps = np.array(self.steps, dtype=STEP)
        steps = steps.take(np.argsort(steps["delivery"], kind="stable"))
        return Followed(agreement, opened, request, version, requested_us, steps)


class _Pool:
    """Deliveries among which one is sought. What does not stand like that any more is taken out
    when it is met."""

    __slots__ = ("_all", "_last", "_open", "hold")

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._all = deliveries
        self._open: list[int] = []
        """Their numbers, as a heap; one that was returned may be in it twice."""
        self._last: dict[int, list[Delivery]] = {DELIVERED: [], ACCEPTED: []}
        self.hold = _NO_HOLD
        """Of the last pause or resumption that spoke of all of them."""

    def put(self, delivery: Delivery) -> None:
        """Note that it stands in another way now."""
        if delivery.standing == OPEN:
            heappush(self._open, delivery.number)
        elif delivery.standing != CANCELLED:
            self._last[delivery.standing].append(delivery)

    def oldest_open(self) -> Delivery | None:
        while self._open and self._all[self._open[0]].standing != OPEN:
            heappop(self._open)
        return self._all[self._open[0]] if self._open else None

    def last(self, standing: int) -> Delivery | None:
        found = self._last[standing]
        while found and found[-1].standing != standing:
            found.pop()
        return found[-1] if found else None

    def all_open(self) -> list[Delivery]:
        met = (self._all[number] for number in sorted(set(self._open)))
        return [each for each in met if each.standing == OPEN]


class _Course:
    """The deliveries under one agreement in one case."""

    __slots__ = ("_agreement", "_all", "_any", "_by_request", "_nameless", "_place")

    def __init__(self, courses: Courses, agreement: int) -> None:
        self._all = courses
        self._agreement = agreement
        self._by_request: dict[int, Delivery] = {}
        """Those that carry an id and were not cancelled."""
        self._nameless = _Pool(courses.deliveries)
        """Those that carry none."""
        self._any = _Pool(courses.deliveries)
        self._place = 0

    def request(self, event: Said) -> None:
        if event.version != NO_VERSION and event.request not in self._by_request:
            delivery = self._open(event, event.at_us)
            self._put(delivery)
            self._note(delivery, event)

    def deliver(self, event: Said) -> bool:
        """Whether it answers any."""
        delivery = self._by_request.get(event.request) or self._pool(event).oldest_open()
        if delivery is not None:
            self._deliver(delivery, event)
        return delivery is not None

    def deliver_unasked(self, event: Said) -> None:
        if event.version != NO_VERSION:
            self._deliver(self._open(event, NO_INSTANT), event)

    def _deliver(self, delivery: Delivery, event: Said) -> None:
        delivery.standing = DELIVERED
        delivery.delivered_us = event.at_us
        delivery.first_delivered_us = min(delivery.first_delivered_us, event.at_us)
        delivery.accepted_us, delivery.accepted_by = NO_INSTANT, -1
        delivery.is_refused = event.is_refusal
        self._put(delivery)
        self._note(delivery, event)

    def accept(self, event: Said) -> None:
        delivery = self._last(event, DELIVERED)
        if delivery is not None:
            delivery.standing = ACCEPTED
            delivery.accepted_us, delivery.accepted_by = event.at_us, event.row
            self._put(delivery)
            self._note(delivery, event)

    def take_back(self, event: Said) -> None:
        delivery = self._last(event, DELIVERED) or self._last(event, ACCEPTED)
        if delivery is not None:
            delivery.standing = OPEN
            delivery.returned_us = event.at_us
            delivery.accepted_us, delivery.accepted_by = NO_INSTANT, -1
            delivery.is_refused = False
            self._put(delivery)
            self._note(delivery, event, is_return=True)

    def cancel(self, event: Said) -> None:
        delivery = self._by_request.get(event.request) or self._pool(event).oldest_open()
        if delivery is not None and delivery.standing == OPEN:
            delivery.standing = CANCELLED
            delivery.cancelled_us = event.at_us
            self._by_request.pop(delivery.request, None)
            self._note(delivery, event)

    def pause(self, event: Said) -> None:
        self._hold(event, is_paused=True)

    def resume(self, event: Said) -> None:
        self._hold(event, is_paused=False)

    def _hold(self, event: Said, *, is_paused: bool) -> None:
        self._place += 1
        own = self._by_request.get(event.request)
        meant = [own] if own else self._pool(event).all_open()
        before = [self._is_held(each) for each in meant]
        (own or self._pool(event)).hold = (self._place, is_paused)
        for delivery, was_held in zip(meant, before, strict=True):
            if delivery.standing == OPEN and self._is_held(delivery) != was_held:
                self._note(delivery, event)

    def _is_held(self, delivery: Delivery) -> bool:
        _, is_held = max(delivery.hold, self._any.hold)
        if delivery.request == NO_REQUEST:
            _, is_held = max(self._nameless.hold, self._any.hold)
        return is_held

    def _last(self, event: Said, standing: int) -> Delivery | None:
        own = self._by_request.get(event.request)
        if own is None:
            return self._pool(event).last(standing)
        return own if own.standing == standing else None

    def _pool(self, event: Said) -> _Pool:
        """Those of which an event speaks that names none."""
        return self._any if event.request == NO_REQUEST else self._nameless

    def _open(self, event: Said, requested_us: int) -> Delivery:
        deliveries = self._all.deliveries
        opened = Delivery(
            len(deliveries),
            self._agreement,
            event.row,
            event.request,
            event.version,
            requested_us,
        )
        deliveries.append(opened)
        if event.request != NO_REQUEST:
            self._by_request[event.request] = opened
        return opened

    def _put(self, delivery: Delivery) -> None:
        self._any.put(delivery)
        if delivery.request == NO_REQUEST:
            self._nameless.put(delivery)

    def _note(self, delivery: Delivery, event: Said, *, is_return: bool = False) -> None:
        self._all.steps.append(
            (
                delivery.number,
                event.at_us,
                delivery.standing,
                delivery.standing == OPEN and self._is_held(delivery),
                is_return,
                delivery.first_delivered_us,
                delivery.delivered_us,
                delivery.accepted_us,
                delivery.returned_us,
                delivery.cancelled_us,
                delivery.accepted_by,
                delivery.is_refused,
            )
        )


_TAKES: Final[Mapping[Moment, Callable[[_Course, Said], None]]] = {
    Moment.REQUESTED: _Course.request,
    Moment.ACCEPTED: _Course.accept,
    Moment.RETURNED: _Course.take_back,
    Moment.CANCELLED: _Course.cancel,
    Moment.PAUSED: _Course.pause,
    Moment.RESUMED: _Course.resume,
}
_TAKE: Final = {place: _TAKES[moment] for place, moment in enumerate(Moment) if moment in _TAKES}
