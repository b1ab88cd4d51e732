"""What was promised and what is waited for: each answer is one statement over the views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal, LiteralString, NamedTuple, TypeAlias

from psycopg.sql import SQL

from procesmijn.core import certainty
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Chosen, Period
from procesmijn.store.reports import Listing, counted, listed
from procesmijn.store.statements import statements

Side: TypeAlias = Literal["supplier", "customer"]

QUANTILES: Final = tuple(step / 20 for step in range(21))
"""What is asked of a distribution: enough for a strip, a median, and how sure that is."""

REPORT: Final = (
    *("deliverable", "supplier", "customer", "process", "agreement", "staff_role", "lead_time"),
    *("target_share", "due", "share_met", "due_before", "share_met_before", "share_met_change"),
    *("share_met_change_low", "share_met_change_high", "trend"),
    *("first_time_right_target", "share_first_time_right"),
    *("delivered", "rejected", "share_rejected", "share_followed"),
    *("supplier_clock_seconds_median", "customer_clock_seconds_median"),
    *("open", "overdue", "oldest_open_at", "customer_role", "valid_until"),
)
"""Columns of a report."""
_TRENDS: Final = {1: "better", 0: "not shown", -1: "worse"}


class KeptRow(NamedTuple):
    """An agreement on its terms of now, and what came of it."""

    deliverable: str
    supplier: str
    customer: str
    process: str
    agreement: str
    staff_role: str
    lead_time: str
    target_share: float | None
    due: int
    met: int
    due_cases: int
    """Distinct cases with a delivery that was due."""
    first_time_right_target: float | None
    first_time_right: int
    first_time_wrong: int
    """Of the other deliveries it is not known yet."""
    delivered: int
    delivered_cases: int
    approved: int
    rejected: int
    """Both 0 where its agreement does not say what a refusal is."""
    followed: int
    not_followed: int
    """Of advice, as far as its acceptance says."""
    supplier_clock_seconds: Sequence[float | None] | None
    """At :data:`QUANTILES`; None where nothing was delivered. Likewise the other clock."""
    customer_clock_seconds: Sequence[float | None] | None
    open: int
    overdue: int
    oldest_open_at: datetime | None
    customer_role: str
    valid_until: date | None
    """First local date on which it holds no longer; None: it holds for ever."""

    @property
    def judged(self) -> int:
        """Deliveries of which it is known whether they were right the first time."""
        return self.first_time_right + self.first_time_wrong

    @property
    def answered(self) -> int:
        """Deliveries that approved or rejected what was asked for."""
        return self.approved + self.rejected

    @property
    def advised(self) -> int:
        """Advice of which it is known whether it was followed."""
        return self.followed + self.not_followed


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are meant: those that meet everything that is not None."""

    process: str | None = None
    agreement: str | None = None
    party: str | None = None
    """Its supplier, its customer, or who asked for it."""
    status: str | None = None
    due_before: date | None = None
    """Due on an earlier local date."""
    late_by: float | None = None
    """At least so many elapsed seconds after it was due."""
    most: int | None = None
    """The most urgent alone: what is open, and then what was due last."""


def deliveries(meant: DeliveryFilter, connection: Connection) -> Listing:
    """Deliveries in the columns of ``bi.fct_delivery``, what is due first before the others."""
    return _listing("deliveries", asdict(meant), connection)


def count_deliveries(meant: DeliveryFilter, connection: Connection) -> int:
    """How many are meant, whatever the most is that were asked for."""
    sql = SQL(statements("deliveries")["deliveries"]).format()
    return counted(sql, asdict(replace(meant, most=None)), connection)


def pending(process: str | None, party: str | None, connection: Connection) -> Listing:
    """What was asked for and not delivered, since when and against which promise; and what was
    handed over and not begun. By customer: who asked, or with whom it lies."""
    return _listing("pending", {"process": process, "party": party}, connection)


def kept(chosen: Chosen, period: Period, connection: Connection) -> list[KeptRow]:
    """Agreements on their terms of now, with what came of each, by deliverable and pair.

    Of a customer is also what it asked for itself, whoever that was promised to. Reliability is of
    what was due in the period, all else that has a day of what was delivered in it; what is open is
    open now, whenever it was asked for. What has ended is there where anything came of it.
    """
    asked = {
        **chosen.parameters,
        "since": period.since,
        "until": period.until,
        "quantiles": list(QUANTILES),
    }
    return [KeptRow(*row) for row in connection.execute(statements("deliveries")["kept"], asked)]


def report(side: Side, party: str, period: Period, connection: Connection) -> Listing:
    """Every agreement of a party, as :func:`kept` has it, in the columns of the command.

    Reliability is beside that of the period before, where there is one.
    """
    chosen = Chosen(**{f"{side}s": (party,)})
    earlier = kept(chosen, period.before, connection) if period.before else []
    before = {row.agreement: row for row in earlier}
    rows = [
        {
            "deliverable": row.deliverable,
            "supplier": row.supplier,
            "customer": row.customer,
            "process": row.process,
            "agreement": row.agreement,
            "staff_role": row.staff_role,
            "lead_time": row.lead_time,
            "target_share": row.target_share,
            "due": row.due,
            "share_met": row.met / row.due if row.due else None,
            **_trend(row, before.get(row.agreement)),
            "first_time_right_target": row.first_time_right_target,
            "share_first_time_right": row.first_time_right / row.judged if row.judged else None,
            "delivered": row.delivered,
            "rejected": row.rejected if row.answered else None,
            "share_rejected": row.rejected / row.answered if row.answered else None,
            "share_followed": row.followed / row.advised if row.advised else None,
            "supplier_clock_seconds_median": _median(row.supplier_clock_seconds),
            "customer_clock_seconds_median": _median(row.customer_clock_seconds),
            "open": row.open,
            "overdue": row.overdue,
            "oldest_open_at": row.oldest_open_at,
            "customer_role": row.customer_role,
            "valid_until": row.valid_until,
        }
        for row in kept(chosen, period, connection)
    ]
    return Listing(REPORT, rows)


def agreements(connection: Connection) -> list[str]:
    """Names of the agreements in force."""
    return [name for (name,) in connection.execute(statements("deliveries")["agreements"])]


def agreed(party: str, connection: Connection) -> list[tuple[str, frozenset[Side]]]:
    """On which sides a party, and those that it is a part of, have agreements; nearest first."""
    rows = connection.execute(statements("deliveries")["agreed"], {"party": party})
    sides: tuple[Side, Side] = ("supplier", "customer")
    return [
        (name, frozenset(side for side, there in zip(sides, on, strict=True) if there))
        for name, *on in rows
    ]


def parties(connection: Connection) -> list[str]:
    """Names of the parties in the catalogue."""
    return [name for (name,) in connection.execute(statements("deliveries")["parties"])]


def _trend(row: KeptRow, before: KeptRow | None) -> dict[str, float | str | None]:
    """What was met before, and by how much that changed, with Newcombe's interval; what lies on one
    side of zero is no chance."""
    was = certainty.share(before.met, before.due) if before and before.due else None
    change = (
        certainty.difference(certainty.share(row.met, row.due), was) if row.due and was else None
    )
    return {
        "due_before": before.due if before else None,
        "share_met_before": was.value if was else None,
        "share_met_change": change.value if change else None,
        "share_met_change_low": change.low if change else None,
        "share_met_change_high": change.high if change else None,
        "trend": _TRENDS[certainty.direction(change)] if change else None,
    }


def _median(seconds: Sequence[float | None] | None) -> float | None:
    return None if seconds is None else seconds[len(QUANTILES) // 2]


def _listing(
    statement: LiteralString, parameters: Mapping[str, Any], connection: Connection
) -> Listing:
    return listed(statements("deliveries")[statement], parameters, connection)
