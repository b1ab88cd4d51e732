"""Orders made by hand: a client asks a desk, which asks the stock before it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from schemas.event import Event

MONDAY: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Nine in Amsterdam."""
HOUR_US: Final = 3_600_000_000

CATALOGUE: Final = """
calendars:
  day: {zone: Europe/Amsterdam, hours: {monday-friday: 8:00-20:00}}
parties:
  desk: {members: 12, calendar: day}
  stock: {members: 12, calendar: day}
  carrier: {members: 12, calendar: day}
  client: {kind: outside, calendar: always, is_end_customer: true}
  robot: {kind: automatic}
processes:
  order: {case: order, activities: {ask: {}, answer: {}, thank: {}}, end: [answer, thank]}
  chore: {case: chore, activities: {tidy: {}, done: {}}, end: [done]}
"""


def step(
    case: str, activity: str, party: str, hours: float, took: float = 0, **more: Any
) -> Arrival:
    """A step some hours after Monday morning, on which somebody worked for some of them."""
    at_us = round((MONDAY + timedelta(hours=hours)).timestamp()) * 1_000_000
    return Arrival(
        Event(
            source="/test",
            id=f"{case}/{activity}/{hours}",
            type="step",
            occurred_us=at_us,
            started_us=at_us - round(took * HOUR_US) if took else None,
            objects=((case.partition("-")[0], case),),
            process=case.partition("-")[0],
            activity=activity,
            party=party,
            **more,
        )
    )


def order(number: int, stock_hours: float, day: int = 0) -> list[Arrival]:
    """The client asks at nine, the desk asks the stock after an hour, the stock looks for an hour
    once it has lain for some, the desk answers after half an hour, a robot closes it: 24 hours."""
    case, at = f"order-{number}", 24.0 * day
    told = at + 2 + stock_hours
    return [
        step(case, "ask", "client", at),
        step(case, "look up", "desk", at + 1),
        step(case, "count", "stock", told, took=1),
        step(case, "answer", "desk", told + 0.5, receiver="client"),
        *([step(case, "thank", "client", told + 3.5)] if number % 2 else []),
    ]


def applied(applier: Applier, *cases: list[Arrival]) -> None:
    applier.apply(Batch(arrivals=tuple(arrival for case in cases for arrival in case)))
