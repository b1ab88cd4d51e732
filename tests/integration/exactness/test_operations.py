"""Whatever operators do, in any order: what was read is in the tables as if it had been right at
once; after each step the ledger adds up, and the tables say what the events say."""

from __future__ import annotations

import random
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procesmijn.batch import Arrival, Batch, DeadLetter, Origin, Partition, Span
from procesmijn.errors import PositionLost
from procesmijn.store import ledger
from procesmijn.store.dead_letters import DeadLetterFilter, State
from schemas.event import Event, Record
from tests.integration.bad_input.line import until
from tests.integration.exactness.accounts import (
    assert_dead_letters,
    assert_positions_rose,
    wait_until_all_is_in,
)
from tests.integration.exactness.conftest import PARTITIONS, MakeGround
from tests.integration.exactness.departures import Departures
from tests.integration.exactness.fleet import Fleet
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE, CLOSING, histories, sorted_pass
from tests.integration.exactness.tables import assert_same
from tests.integration.exactness.telling import Teller

PLACE: Final = Partition(uuid.UUID(int=11), 0, "events")


class Step(NamedTuple):
    """Something that a worker or an operator does."""

    what: str
    number: int


_STEPS: Final = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            [
                *("read", "read", "rewind", "redrive", "discard", "gap", "cut", "rebuild"),
                *("pause", "resume", "retire", "retire", "take_back", "archive"),
            ]
        ),
        st.integers(0, 12),
    ),
    min_size=3,
    max_size=12,
)


class Course:
    """A log of which some records break the contract until somebody mends that, and how it is
    read."""

    def __init__(
        self, ground: Ground, departures: Departures, events: list[Event], refused: set[int]
    ) -> None:
        self.ground = ground
        self.departures = departures
        self.events = events
        self.refused = refused
        self.seen: set[int] = set()

    def take(self, step: Step) -> None:
        """Do one thing; what cannot be done just now is refused, and changes nothing."""
        with suppress(PositionLost):
            getattr(self, step.what)(step.number)
        self.assert_adds_up()
        self.ground.assert_sound()

    def read(self, records: int) -> None:
        held = self.ground.store.take([PLACE], "worker")[PLACE]
        if held.is_paused:
            return
        first = held.next_offset or 0
        until = min(first + records, len(self.events))
        if first == until:
            return
        offsets = range(first, until)
        self.ground.applier.apply(
            Batch(
                (Span(PLACE, held.epoch, first, until, until - first),),
                tuple(
                    Arrival(self.events[at], Origin(PLACE, at))
                    for at in offsets
                    if at not in self.refused
                ),
                tuple(_refusal(at) for at in offsets if at in self.refused),
            )
        )
        self.seen.update(offsets)

    def rewind(self, to: int) -> None:
        self.ground.store.rewind(PLACE, to, "operator")

    def redrive(self, limit: int) -> None:
        state = State.DISCARDED if limit % 3 == 0 else State.WAITING
        self.ground.applier.redrive(DeadLetterFilter(limit=limit + 1, state=state), self.mended)

    def discard(self, limit: int) -> None:
        some = DeadLetterFilter(limit=limit + 1)
        sum(self.ground.store.discard_dead_letters(some, "operator", "nobody waits for it"))

    def gap(self, offsets: int) -> None:
        """What comes next is gone from the log."""
        held = self.ground.store.take([PLACE], "worker")[PLACE]
        at = held.next_offset or 0
        until = min(at + offsets, len(self.events))
        self.ground.store.stall(PLACE, at, "it is gone", until)
        self.ground.store.accept_gap(PLACE, until, "operator")

    def cut(self, to: int) -> None:
        """The end of the log is not certain to be what it was."""
        held = self.ground.store.take([PLACE], "worker")[PLACE]
        at = held.next_offset or 0
        self.ground.store.stall(PLACE, at, "it was cut", min(to, at))
        self.ground.store.accept_gap(PLACE, min(to, at), "operator")

    def rebuild(self, _: int) -> None:
        self.ground.rebuild()

    def pause(self, _: int) -> None:
        self.ground.store.pause(PLACE.topic, PLACE.number, "operator", "maintenance")

    def resume(self, _: int) -> None:
        self.ground.store.unpause(PLACE.topic, None)

    def retire(self, number: int) -> None:
        self.departures.leave(number)

    def take_back(self, number: int) -> None:
        self.departures.come_back(number)

    def archive(self, _: int) -> None:
        self.departures.archive()

    def mended(self, record: Record) -> Event:
        """What was meant by a record that was refused."""
        assert record.value is not None
        return self.events[int(record.value)]

    def assert_adds_up(self) -> None:
        with self.ground.store.reader() as connection:
            for account in ledger.accounts(None, connection):
                assert account.findings == ()


def _refusal(offset: int) -> DeadLetter:
    value = str(offset).encode()
    return DeadLetter(Origin(PLACE, offset), 1_000_000 + offset, "bad", "bad", None, value, ())


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(1)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_any_order_of_what_operators_do_ends_in_the_same_tables(
    one_ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    events = data.draw(histories())
    refused = data.draw(st.sets(st.integers(0, len(events) - 1)))
    one_ground.clear()
    one_ground.activate(CLOSING[0])
    with tempfile.TemporaryDirectory() as folder:
        departures = Departures(one_ground, Path(folder))
        course = Course(one_ground, departures, events, refused)
        for step in data.draw(_STEPS):
            course.take(step)
        course.resume(0)
        course.read(len(events))
        for state in (State.WAITING, State.DISCARDED):
            one_ground.applier.redrive(DeadLetterFilter(state=state), course.mended)
        departures.all_come_back(data.draw(st.integers(0, 3)))

    course.assert_adds_up()
    plain.clear()
    plain.activate(CLOSING[0])
    plain.applier.apply(sorted_pass([events[at] for at in course.seen]))
    assert_same(one_ground.tables(), plain.tables())
    one_ground.assert_sound()


def test_paused_and_rewound_under_load(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """Beside two workers that are at it all the time."""
    pick = random.Random(11)
    with teller.telling():
        fleet.start()
        fleet.start()
        until(lambda: len(_positions(watched, teller)) == PARTITIONS)
        for _ in range(25):
            time.sleep(pick.uniform(0.05, 0.4))
            place, at = pick.choice(_positions(watched, teller))
            store = watched.store
            match pick.choice(["rewind", "rewind", "pause", "resume"]):
                case "rewind":
                    store.rewind(place, pick.randrange(at), "operator")
                case "pause":
                    store.pause(teller.topic, place.number, "operator", "")
                case "resume":
                    store.unpause(teller.topic, place.number)
        watched.store.unpause(teller.topic, None)
    wait_until_all_is_in(watched, teller, kafka_servers)

    plain.clear()
    plain.activate(CATALOGUE)
    plain.applier.apply(sorted_pass(teller.events()))
    assert_same(watched.tables(), plain.tables())
    watched.assert_sound()
    assert_positions_rose(watched)
    assert_dead_letters(watched, teller, watched.persons)
    with watched.store.reader() as connection:
        found = ledger.accounts(teller.topic, connection)
    assert len(found) == PARTITIONS
    assert [account.findings for account in found] == [()] * PARTITIONS
    assert sum(account.read_again for account in found) > 0
    # What was read again was known: each record of each reading is one or the other.
    versions = sum(entry.stored for account in found for entry in account.entries)
    assert versions == _versions(watched)


def _positions(ground: Ground, teller: Teller) -> list[tuple[Partition, int]]:
    rows: list[Any] = ground.observer.execute(
        "SELECT topic_id, partition, next_offset FROM stream.position"
        " WHERE topic = %s AND next_offset > 0",
        [teller.topic],
    ).fetchall()
    return [(Partition(topic_id, number, teller.topic), at) for topic_id, number, at in rows]


def _versions(ground: Ground) -> int:
    row: Any = ground.observer.execute(
        "SELECT (SELECT count(*) FROM stream.event) + (SELECT count(*) FROM stream.superseded)"
    ).fetchone()
    return int(row[0])
