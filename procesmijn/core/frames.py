"""The arrays that the core computes on, and the store keeps: integer codes, microseconds, no text.

Strings are *terms*: the store gives each a positive integer code once, and :data:`NO_TERM` is none.
An instant is a whole number of microseconds since 1970 UTC, and :data:`NO_INSTANT` is none; it
sorts after every instant, which is what 'missing last' asks for, and it is what PostgreSQL calls
``infinity``. Days are local dates, as days since 1970-01-01.

Everything is a numpy structured array, so that a row in memory, a row in a pack and a row on the
wire to PostgreSQL are the same bytes in another order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[Any]
"""A structured array of one of the types below."""
Int64s: TypeAlias = npt.NDArray[np.int64]
Int32s: TypeAlias = npt.NDArray[np.int32]
Bools: TypeAlias = npt.NDArray[np.bool_]

NO_TERM: Final = 0
NO_INSTANT: Final = int(np.iinfo(np.int64).max)
NO_SEQUENCE: Final = int(np.iinfo(np.int64).max)
NO_REQUEST: Final = 0
ROLE_SEPARATOR: Final = ","
"""It is in no code of a role."""
NO_DAY: Final = -(2**31) + 10_957
"""Before every day; it is what PostgreSQL calls ``-infinity``, whose days begin in 2000."""

PICKUP_AT_START: Final = 1
PICKUP_AT_COMPLETION: Final = 2

NO_OUTCOME: Final = 0
FOLLOWED: Final = 1
NOT_FOLLOWED: Final = 2
"""What became of advice, as it was accepted."""
APPROVED: Final = 3
REJECTED: Final = 4
"""What was answered, where the agreement says which of its delivering activities is a refusal."""

MAX_EVENTS_OF_CASE: Final = 10_000
"""An object with more events is stored and flagged, and not mined (an id such as UNKNOWN)."""
MAX_CASES_OF_EVENT: Final = 1_000
"""An event about more objects is stored and flagged, and not mined."""

EVENT: Final = np.dtype(
    [
        ("key_hi", "<u8"),  # the event's key, 16 bytes, as two big halves: sorts as the bytes do
        ("key_lo", "<u8"),
        ("started_us", "<i8"),  # NO_INSTANT where the event does not say
        ("occurred_us", "<i8"),
        ("sequence", "<i8"),  # NO_SEQUENCE where the producer gives none
        ("type", "<i4"),
        ("process", "<i4"),  # NO_TERM unless the event names it (a generic step)
        ("activity", "<i4"),  # likewise
        ("party", "<i4"),
        ("team", "<i4"),
        ("performer", "<i4"),
        ("receiver", "<i4"),
        (
            "roles",
            "<i4",
        ),  # those that took part, each once and in order, with ROLE_SEPARATOR between
        ("deliverable", "<i4"),  # what is asked for, delivered, ... by its name in the catalogue
        ("request", "<i8"),  # key of the request that it is about; NO_REQUEST where it names none
        ("lifecycle", "u1"),  # schemas.event.Lifecycle
        ("outcome", "u1"),  # NO_OUTCOME, FOLLOWED, NOT_FOLLOWED
        ("is_void", "u1"),  # 1: retracted, or no longer about this object: as if never been
    ]
)
"""One event of one object, as it stands in a pack. A later entry with the same key replaces an
earlier one."""

CASE: Final = np.dtype(
    [
        ("object", "<i8"),
        ("process", "<i4"),
        ("started_us", "<i8"),  # first start
        ("ended_us", "<i8"),  # last completion; NO_INSTANT where nothing was completed
        ("closed_us", "<i8"),  # completion of the last end activity; NO_INSTANT while it is open
        ("processing_us", "<i8"),  # union of the activity intervals
        ("events", "<i4"),  # events of the case, transparent ones included
        ("unassigned", "<i4"),  # events among them without a party
        ("handovers", "<i4"),
        ("parties", "<i4"),
        ("revisits", "<i4"),
        ("revisits_direct", "<i4"),
        ("pingpongs", "<i4"),
        ("pingpongs_direct", "<i4"),
        ("repeats", "<i4"),
        ("variant", "<i8"),  # hash of the activity names in order of completion
        ("trace_hash", "<i8"),  # hash of the trace bytes, completions included
    ]
)
CASE_KEY: Final = ("object", "process")

HANDOVER: Final = np.dtype(
    [
        ("object", "<i8"),
        ("process", "<i4"),
        ("to_hi", "<u8"),  # the event that picks up
        ("to_lo", "<u8"),
        ("from_hi", "<u8"),  # the enabling event
        ("from_lo", "<u8"),
        ("supplier", "<i4"),
        ("customer", "<i4"),
        ("from_activity", "<i4"),
        ("to_activity", "<i4"),
        ("delivered_us", "<i8"),
        ("picked_up_us", "<i8"),
        ("delivered_on", "<i4"),  # local dates, in the zone of the process
        ("picked_up_on", "<i4"),
        ("previous_on", "<i4"),  # pick-up of the one before between the two in the case, or NO_DAY
        ("wait_us", "<i8"),  # elapsed
        ("wait_working_us", "<i8"),  # on the calendar of the customer
        ("case_wait_us", "<i8"),  # of it, when the case waited here: see core/case_waits.py
        ("case_wait_working_us", "<i8"),
        ("pickup_basis", "<i2"),  # PICKUP_AT_START, PICKUP_AT_COMPLETION
    ]
)
HANDOVER_KEY: Final = ("object", "process", "to_hi", "to_lo")

PENDING: Final = np.dtype(
    [
        ("object", "<i8"),
        ("process", "<i4"),
        ("from_hi", "<u8"),  # the event that names a receiving party
        ("from_lo", "<u8"),
        ("supplier", "<i4"),  # its party; NO_TERM where it has none
        ("customer", "<i4"),  # the party that it names
        ("activity", "<i4"),  # its activity
        ("delivered_us", "<i8"),
        ("delivered_on", "<i4"),
        ("settled_us", "<i8"),  # picked up, reassigned or closed; NO_INSTANT while it waits
    ]
)
PENDING_KEY: Final = ("object", "process", "from_hi", "from_lo")

REPEAT: Final = np.dtype(
    [
        ("object", "<i8"),
        ("process", "<i4"),
        ("again_hi", "<u8"),  # the completion that does it again
        ("again_lo", "<u8"),
        ("activity", "<i4"),
        ("party", "<i4"),  # who does it again; NO_TERM where nobody is known
        ("supplier", "<i4"),  # between whom it arose: see core/repeats.py; NO_TERM where by nobody
        ("customer", "<i4"),
        ("handover_hi", "<u8"),  # the handover in which it arose, by its key; 0 where in none
        ("handover_lo", "<u8"),
        ("since_us", "<i8"),  # delivered in that handover, else started; NO_INSTANT where unknown
        ("started_us", "<i8"),  # NO_INSTANT where no start is known
        ("completed_us", "<i8"),
        ("completed_on", "<i4"),
        ("is_pingpong", "<i2"),  # 1: its party came on again to do again what it had done
    ]
)
REPEAT_KEY: Final = ("object", "process", "again_hi", "again_lo")

OPEN: Final = 1
DELIVERED: Final = 2
ACCEPTED: Final = 3
CANCELLED: Final = 4
"""How a delivery stands. One that was returned is open again."""

UNDECIDED: Final = 0
RIGHT: Final = 1
WRONG: Final = 2
"""Whether what was delivered was right the first time."""

_IN_COURSE = [
    ("since_us", "<i8"),  # from this event of its course on it stands like this
    ("due_us", "<i8"),  # with all pauses; NO_INSTANT while one lasts
    ("first_delivered_us", "<i8"),
    ("delivered_us", "<i8"),  # the last delivering event
    ("accepted_us", "<i8"),  # NO_INSTANT where it was returned or delivered again since
    ("returned_us", "<i8"),  # the last return
    ("returnable_us", "<i8"),  # end of the return window; NO_INSTANT where there is none
    ("supplier_us", "<i8"),  # on the supplier's clock until ``since_us``
    ("due_on", "<i4"),  # local dates, in the zone of the process; the last date that there is,
    ("delivered_on", "<i4"),  # where there is no such instant
    ("returns", "<i4"),
    ("late_returns", "<i4"),  # those after it counted as right
    ("pauses", "<i4"),
    ("standing", "<i2"),  # OPEN, DELIVERED, ACCEPTED, CANCELLED
    ("is_paused", "<i2"),  # 1: open, and nothing is due while it is so
    ("right_first", "<i2"),  # UNDECIDED, RIGHT, WRONG
    ("outcome", "<i2"),  # NO_OUTCOME, FOLLOWED, NOT_FOLLOWED, APPROVED, REJECTED
]
"""What of a delivery may be another after each event of its course."""
_OF_DELIVERY = [
    ("object", "<i8"),
    ("process", "<i4"),
    ("agreement", "<i4"),
    ("opened_hi", "<u8"),  # the event that requests it; where it is unasked, that delivers it
    ("opened_lo", "<u8"),
    ("request", "<i8"),  # key of the request; NO_REQUEST where the events name none
    ("version", "<i4"),  # of the agreement; the first is 1
    ("deliverable", "<i4"),
    ("supplier", "<i4"),
    ("customer", "<i4"),
    ("requested_by", "<i4"),  # party of the request; NO_TERM where it has none, or is unasked
    ("requested_us", "<i8"),  # NO_INSTANT where it is unasked
    ("requested_on", "<i4"),
    ("promised_us", "<i8"),  # due by the request alone; NO_INSTANT where that is never
    ("cancelled_us", "<i8"),  # what is cancelled is over: the end of its course
]

STOOD: Final = np.dtype([*_OF_DELIVERY, *_IN_COURSE, ("until_us", "<i8")])
"""How one delivery stood from an event of its course until before the next one; ``NO_INSTANT``
where there is none yet. As of a moment a delivery is the one row that holds then."""
DELIVERY: Final = np.dtype([*_OF_DELIVERY, *_IN_COURSE, ("digest", "<i8")])
"""One delivery as it stands for all that is known. The digest is of all of it, its course too, and
of codes: it tells whether a row is another one, in this database."""
DELIVERY_KEY: Final = ("object", "process", "agreement", "opened_hi", "opened_lo")
STRETCH: Final = np.dtype([(name, f">{form[1:]}") for name, form in _IN_COURSE])
"""How a delivery stood before, since ``since_us`` and until the next one: its course is these in
order, as bytes. Big-endian, which is how PostgreSQL reads a number out of bytes."""

DEVIATION: Final = np.dtype(
    [
        ("object", "<i8"),
        ("process", "<i4"),
        ("rule", "<i4"),
        ("at_hi", "<u8"),  # the completion that breaks it, or that something had to follow
        ("at_lo", "<u8"),
        ("activity", "<i4"),  # what was completed there, and the party that did it
        ("party", "<i4"),
        ("since_us", "<i8"),  # when it was broken: then, or when the time was over
        ("since_on", "<i4"),  # local date, in the zone of the process
    ]
)
DEVIATION_KEY: Final = ("object", "process", "rule", "at_hi", "at_lo")

EVENT_LOG: Final = np.dtype(
    [
        ("object", "<i8"),
        ("key_hi", "<u8"),
        ("key_lo", "<u8"),
        ("started_us", "<i8"),  # NO_INSTANT where the event does not say
        ("occurred_us", "<i8"),
        ("activity", "<i4"),
        ("party", "<i4"),  # the one that it comes to; NO_TERM where to none
        ("performer", "<i4"),
        ("lifecycle", "u1"),
    ]
)
"""One event of one case, as an exported log lists it."""

STEP: Final = np.dtype([("activity", "<i4"), ("completed_on", "<i4"), ("completed_us", "<i8")])
"""One completed activity instance in a trace, with its local date in the zone of the process; a
trace is these in order of completion. So the flow counts follow from the traces alone, also from
those that were made under other rules."""

FLOW: Final = np.dtype(
    [
        ("process", "<i4"),
        ("day", "<i4"),  # local date of the later completion
        ("from_activity", "<i4"),  # NO_TERM: the case starts with to_activity
        ("to_activity", "<i4"),  # NO_TERM: the case ends with from_activity
        ("n", "<i8"),
        ("wait_us", "<i8"),  # sum of completion-to-completion times
    ]
)
"""Directly-follows counts per day; the unit of the roll-up."""

HANDOVER_DAY: Final = np.dtype(
    [
        ("process", "<i4"),
        ("day", "<i4"),  # local date of the pick-up
        ("supplier", "<i4"),
        ("customer", "<i4"),
        ("pickup_basis", "<i2"),
        ("n", "<i8"),
        ("wait_us", "<i8"),  # sum of elapsed times
        ("wait_working_us", "<i8"),
    ]
)
"""Handover counts per day, rolled up likewise."""


@dataclass(frozen=True, slots=True)
class ObjectEvents:
    """The events of some objects, each object whole: what a batch of cases is computed from.

    ``keys`` int64[n] ascending and ``types`` int32[n] (terms) describe the objects; ``events`` are
    :data:`EVENT` rows in the order of the packs, and ``owner`` int32 says of each which object (an
    index into ``keys``) it belongs to, ascending.
    """

    keys: Int64s
    types: Int32s
    owner: Int32s
    events: Rows

    def of(self, keys: Int64s) -> ObjectEvents:
        """Those of the objects ``keys`` (ascending); one that is not here is there without any."""
        of_rows = self.keys[self.owner]
        kept = np.isin(of_rows, keys)
        types = np.zeros(len(keys), dtype=np.int32)
        here = np.isin(self.keys, keys)
        types[np.searchsorted(keys, self.keys[here])] = self.types[here]
        owner = np.searchsorted(keys, of_rows[kept]).astype(np.int32)
        return ObjectEvents(keys, types, owner, self.events[kept])


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is stored of some cases. Sorted by their keys; a pure function of events and rules.

    ``cases`` are :data:`CASE` rows, ``traces[i]`` the :data:`STEP` bytes of ``cases[i]``;
    ``handovers`` are :data:`HANDOVER`, ``pendings`` :data:`PENDING`, ``deliveries``
    :data:`DELIVERY` rows, and ``courses[i]`` the :data:`STRETCH` bytes of ``deliveries[i]``;
    ``deviations`` are :data:`DEVIATION` and ``repeats`` :data:`REPEAT` rows.
    """

    cases: Rows
    traces: tuple[bytes, ...]
    handovers: Rows
    pendings: Rows
    deliveries: Rows
    courses: tuple[bytes, ...]
    repeats: Rows
    deviations: Rows
