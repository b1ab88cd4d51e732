"""Which field of a frame is which column of a table: the one place where both are named."""

from __future__ import annotations

from typing import Final

import numpy as np

from procesmijn.core import frames
from procesmijn.store.wire import Column, Layout


def _plain(kind: str, *names: str) -> list[Column]:
    return [Column(name, kind, (name,)) for name in names]


def _instant(*names: str) -> list[Column]:
    return [Column(f"{name}_at", "timestamptz", (f"{name}_us",)) for name in names]


def _event(name: str) -> Column:
    return Column(f"{name}_event", "uuid", (f"{name}_hi", f"{name}_lo"))


_OF_CASE: Final = [Column("object_key", "int8", ("object",)), *_plain("int4", "process")]

_CASE_COLUMNS: Final = [
    *_OF_CASE,
    *_instant("started", "ended", "closed"),
    *_plain("int8", "processing_us"),
    *_plain("int4", "events", "unassigned", "handovers", "parties"),
    *_plain("int4", "revisits", "revisits_direct", "pingpongs", "pingpongs_direct"),
    *_plain("int4", "repeats"),
    *_plain("int8", "variant", "trace_hash"),
]
CASES: Final = Layout(frames.CASE, _CASE_COLUMNS)
CASES_WITH_TRACES: Final = Layout(frames.CASE, _CASE_COLUMNS, tail="trace")

HANDOVERS: Final = Layout(
    frames.HANDOVER,
    [
        *_OF_CASE,
        _event("to"),
        _event("from"),
        *_plain("int4", "supplier", "customer", "from_activity", "to_activity"),
        *_instant("delivered", "picked_up"),
        *_plain("date", "delivered_on", "picked_up_on", "previous_on"),
        *_plain("int8", "wait_us", "wait_working_us", "case_wait_us", "case_wait_working_us"),
        *_plain("int2", "pickup_basis"),
    ],
)

PENDINGS: Final = Layout(
    frames.PENDING,
    [
        *_OF_CASE,
        _event("from"),
        *_plain("int4", "supplier", "customer", "activity"),
        *_instant("delivered"),
        *_plain("date", "delivered_on"),
        *_instant("settled"),
    ],
)

REPEATS: Final = Layout(
    frames.REPEAT,
    [
        *_OF_CASE,
        _event("again"),
        *_plain("int4", "activity", "party", "supplier", "customer"),
        _event("handover"),
        *_instant("since", "started", "completed"),
        *_plain("date", "completed_on"),
        *_plain("int2", "is_pingpong"),
    ],
)

_OF_DELIVERY: Final = [*_OF_CASE, *_plain("int4", "agreement"), _event("opened")]
_DELIVERY_COLUMNS: Final = [
    *_OF_DELIVERY,
    *_plain("int8", "request"),
    *_plain("int4", "version", "deliverable", "supplier", "customer", "requested_by"),
    *_instant("requested"),
    *_plain("date", "requested_on"),
    *_instant("promised", "cancelled", "since", "due", "first_delivered", "delivered"),
    *_instant("accepted", "returned", "returnable"),
    *_plain("int8", "supplier_us"),
    *_plain("date", "due_on", "delivered_on"),
    *_plain("int4", "returns", "late_returns", "pauses"),
    *_plain("int2", "standing", "is_paused", "right_first", "outcome"),
    *_plain("int8", "digest"),
]
DELIVERIES: Final = Layout(frames.DELIVERY, _DELIVERY_COLUMNS)
DELIVERIES_WITH_COURSES: Final = Layout(frames.DELIVERY, _DELIVERY_COLUMNS, tail="course")
DIGESTS: Final = Layout(
    np.dtype([(name, frames.DELIVERY[name]) for name in (*frames.DELIVERY_KEY, "digest")]),
    [*_OF_DELIVERY, *_plain("int8", "digest")],
)
"""What tells whether a delivery is stored as it is mined."""

DEVIATIONS: Final = Layout(
    frames.DEVIATION,
    [
        *_OF_CASE,
        *_plain("int4", "rule"),
        _event("at"),
        *_plain("int4", "activity", "party"),
        *_instant("since"),
        *_plain("date", "since_on"),
    ],
)

FLOWS: Final = Layout(
    frames.FLOW,
    [
        *_plain("int4", "process"),
        *_plain("date", "day"),
        *_plain("int4", "from_activity", "to_activity"),
        *_plain("int8", "n", "wait_us"),
    ],
)

HANDOVER_DAYS: Final = Layout(
    frames.HANDOVER_DAY,
    [
        *_plain("int4", "process"),
        *_plain("date", "day"),
        *_plain("int4", "supplier", "customer"),
        *_plain("int2", "pickup_basis"),
        *_plain("int8", "n", "wait_us", "wait_working_us"),
    ],
)
