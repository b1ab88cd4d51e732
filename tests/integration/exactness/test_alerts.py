"""What is to be told is a function of facts and moment: the same events, the same alerts, whenever
and in however many parts it is asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg
import pytest

from procesmijn.catalogue import Catalogue
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE, batch_of
from tests.integration.exactness.test_deliveries import MONDAY, generated

BEFORE_HOURS: Final = 3
ALERTING: Final = Catalogue.model_validate(
    CATALOGUE.model_dump(mode="json")
    | {
        "channels": {"events": {"kind": "topic"}},
        "alerts": {
            "nearly": {
                "when": "about to be late",
                "before": f"{BEFORE_HOURS} hours",
                "channels": "events",
            },
            "late": {"when": "late", "channels": "events"},
            "late of the lab": {"when": "late", "parties": "lab", "channels": "events"},
            "again": {"when": "returned twice", "channels": "events"},
            "rules": {"when": "rule broken", "channels": "events"},
        },
    }
)
ALERTS: Final[LiteralString] = "SELECT * FROM bi.alert_due ORDER BY alert_id"
KEYS: Final[LiteralString] = """
    SELECT split_part(alert_id, '/', 2) || '/' || agreement || '/' || case_key, due_at
    FROM bi.alert_due WHERE alert = %s
"""
OPEN: Final[LiteralString] = """
    SELECT d.delivery_id, d.due_at, d.due_at <= bi.as_of(),
           mining.working_us(mining.calendar_of(t.code), bi.as_of(), d.due_at) / 3.6e9
    FROM bi.fct_delivery d JOIN mining.term t ON t.name = d.supplier
    WHERE d.is_open AND d.due_at IS NOT NULL
"""


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    """A fortnight in which everything happens to deliveries, told out of order."""
    ground = make_ground(1)
    ground.activate(ALERTING)
    events = [*generated(5), *back_and_forth()]
    random.Random(5).shuffle(events)
    ground.applier.apply(batch_of(events[:700]))
    ground.applier.apply(batch_of(events[700:]))
    return ground


def back_and_forth() -> Iterator[Event]:
    """Of ten things that come back: three times, each delivered again."""
    for number in range(10):
        told = ("requested", *("delivered", "returned") * 3, "delivered")
        for place, moment in enumerate(told):
            at = MONDAY + timedelta(hours=26 * number + 9 * place)
            yield Event(
                source="/desk",
                id=f"again{number}/{place}",
                type=f"deliverable.{moment}",
                occurred_us=int(at.timestamp()) * 1_000_000,
                objects=(("ticket", f"A{number}"),),
                party="desk",
                data={"deliverable": "repaired"},
            )


def as_of(
    ground: Ground, moment: datetime, query: LiteralString, asked: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """What a statement gives, as of a moment."""
    observer: psycopg.Connection[tuple[Any, ...]] = ground.observer
    observer.execute("SELECT set_config('procesmijn.as_of', %s, false)", [moment.isoformat()])
    return observer.execute(query, asked).fetchall()


def moments() -> list[datetime]:
    """Some of the fortnight, and long after it."""
    pick = random.Random(1)
    some = [MONDAY + timedelta(minutes=pick.randrange(22_000)) for _ in range(9)]
    return [*sorted(some), datetime(2026, 6, 1, tzinfo=UTC)]


def test_alerts_agree_with_how_deliveries_stood_at_any_moment(ground: Ground) -> None:
    """What is open and overdue then was told of, and nothing else was of what is open; the same of
    what has so little time left, and of what has come back twice."""
    seen = {"late": 0, "nearly": 0, "again": 0}
    for moment in moments():
        stands = as_of(ground, moment, OPEN)
        open_now = {(key, due_at) for key, due_at, *_ in stands}
        overdue = {(key, due_at) for key, due_at, is_overdue, _ in stands if is_overdue}
        late = set(as_of(ground, moment, KEYS, ["late"]))
        assert late & open_now == overdue
        nearly = set(as_of(ground, moment, KEYS, ["nearly"]))
        left = {(key, due_at): hours for key, due_at, is_overdue, hours in stands if not is_overdue}
        soon = {key for key, hours in left.items() if hours < BEFORE_HOURS}
        assert soon <= nearly & left.keys()
        assert all(left[key] <= BEFORE_HOURS for key in nearly & left.keys())
        [(twice,)] = as_of(
            ground, moment, "SELECT count(*) FROM bi.fct_delivery WHERE returns >= 2"
        )
        again = as_of(ground, moment, KEYS, ["again"])
        assert len(again) == twice
        for kind, found in (("late", overdue), ("nearly", soon), ("again", again)):
            seen[kind] += len(found)
    assert min(seen.values()) > 20


def test_what_was_due_by_a_moment_is_what_it_was_then(ground: Ground) -> None:
    """Nothing that happens later takes an alert away or moves it: so each is told once."""
    *some, last = moments()
    everything = as_of(ground, last, ALERTS)
    assert len({alert_id for alert_id, *_ in everything}) == len(everything) > 300
    for moment in some:
        until_then = [row for row in everything if row[3] <= moment]
        assert as_of(ground, moment, ALERTS) == until_then


def test_any_two_parts_are_the_whole(ground: Ground) -> None:
    """So it does not matter when somebody looks, as long as nothing is left out."""
    *some, last = moments()
    everything = as_of(ground, last, ALERTS)
    between: LiteralString = "SELECT * FROM mining.alerts_between(%s, %s) ORDER BY alert_id"
    for since, until in zip(some, some[3:], strict=False):
        wanted = [row for row in everything if since <= row[3] <= until]
        assert as_of(ground, last, between, [since, until]) == wanted


def test_a_party_is_told_of_what_is_its_own(ground: Ground) -> None:
    everything = as_of(ground, moments()[-1], ALERTS)
    late = [row for row in everything if row[1] == "late"]
    of_lab = [row for row in everything if row[1] == "late of the lab"]
    assert len(of_lab) == sum("lab" in row[-2:] for row in late)
    assert 0 < len(of_lab) < len(late)
    assert sum(row[2] == "rule broken" for row in everything) > 20
