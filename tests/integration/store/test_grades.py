"""One grade for each supplier and customer, of what is known, by the weights of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.store import Store
from procesmijn.store.filters import Period
from procesmijn.store.grades import grades
from schemas.event import Event

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CATALOGUE = """
parties: {it: {}, organisation: {}, sales: {parent: organisation}}
processes:
  help: {case: ticket, activities: {ask: {}, help: {}, refuse: {}, accept: {}}}
deliverables:
  help: {supplier: it}
agreements:
  help:
    deliverable: help
    customer: organisation
    process: help
    requested: ask
    delivered: help
    returned: refuse
    accepted: accept
    lead_time: 2 days
"""


def told(ticket: int, *, is_late: bool, is_right: bool, score: int | None) -> Iterator[Arrival]:
    """Help for a ticket: in time or late, right or refused and given again, and rated."""
    steps = [(0, "ask"), (100 if is_late else 2, "help")]
    steps += [] if is_right else [(steps[1][0] + 1, "refuse"), (steps[1][0] + 2, "help")]
    steps.append((steps[-1][0] + 1, "accept"))
    for hours, activity in steps:
        party = "it" if activity == "help" else "sales"
        done = _said(ticket, hours, "step", party)
        yield Arrival(done._replace(process="help", activity=activity))
    if score is not None:
        scale = {"lowest": 1, "highest": 10, "score": score, "supplier": "it"}
        yield Arrival(_said(ticket, 110, "rating.given", "sales")._replace(data=scale))


def _said(ticket: int, hours: float, type_: str, party: str) -> Event:
    moment = MONDAY + timedelta(hours=hours)
    return Event(
        source="/test",
        id=f"{ticket}/{type_}/{hours}",
        type=type_,
        occurred_us=int(moment.timestamp()) * 1_000_000,
        objects=(("ticket", str(ticket)),),
        party=party,
    )


def _fill(applier: Applier) -> None:
    """Twenty tickets: four late, two not right, ten rated with a six."""
    applier.apply(
        Batch(
            arrivals=tuple(
                arrival
                for n in range(20)
                for arrival in told(n, is_late=n < 4, is_right=n >= 2, score=6 if n < 10 else None)
            )
        )
    )


@pytest.mark.parametrize(
    ("weights", "mark", "grade"),
    [
        ("", 8.0, "well"),  # (2 * 8.2 + 9.1 + 6) / 4 = 7.875
        ("grade: {rating: 8, reliability: 1}", 6.5, "barely"),  # (8.2 + 9.1 + 8 * 6) / 10 = 6.53
        ("grade: {least: 11}", 8.5, "well"),  # (2 * 8.2 + 9.1) / 3: ten ratings are too few
        ("grade: {least: 11, rating: 4}", None, None),  # the others weigh 3 of 7
    ],
)
def test_a_grade_is_weighed_by_the_catalogue(
    applier: Applier, store: Store, weights: str, mark: float | None, grade: str | None
) -> None:
    store.activate(parse(f"{CATALOGUE}{weights}"))
    _fill(applier)
    with store.reader() as connection:
        [row] = grades("organisation", Period(), connection).rows
        assert [*grades(None, Period(None, date(2026, 3, 2)), connection).rows] == []
    assert (row["supplier"], row["customer"]) == ("it", "organisation")
    assert (row["mark"], row["grade"]) == (mark, grade)
    assert _counts(row) == {
        "met": 16,
        "due": 20,
        "first_time_right": 18,
        "judged": 20,
        "ratings": 10,
    }


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    names = ("met", "due", "first_time_right", "judged", "ratings")
    return {name: row[name] for name in names}
