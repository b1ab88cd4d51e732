"""What must hold, whatever happens: I1 to I5, held against what was produced."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final, LiteralString

from kafka import KafkaConsumer, TopicPartition

from procesmijn.batch import Arrival
from procesmijn.persons import Persons
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.versions import version_of
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import sorted_pass
from tests.integration.exactness.tables import Tables, assert_same
from tests.integration.exactness.telling import Teller

WATCH: Final[LiteralString] = """
    CREATE SCHEMA watch;
    CREATE TABLE watch.move (topic_id uuid, partition int, before int8, after int8,
                             at int8 GENERATED ALWAYS AS IDENTITY);
    CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watch.move (topic_id, partition, before, after)
        VALUES (new.topic_id, new.partition, old.next_offset, new.next_offset);
        RETURN NULL;
    END $$;
    CREATE TRIGGER note AFTER UPDATE OF next_offset ON stream.position
        FOR EACH ROW EXECUTE FUNCTION watch.note();
"""
"""Takes down every move of a position, in the transaction that makes it."""


def wait_until_all_is_in(ground: Ground, teller: Teller, servers: str, seconds: float = 60) -> None:
    """I5: lag returns to zero by itself."""
    ends = _ends(teller, servers)
    until = time.monotonic() + seconds
    while (standing := _standing(ground, teller)) != ends:
        assert time.monotonic() < until, f"stands at {standing}, and the log ends at {ends}"
        time.sleep(0.05)


def assert_all_holds(ground: Ground, plain: Ground, teller: Teller, servers: str) -> Tables:
    """I1 to I4, and no deadlock; gives the tables of the story told once, in order, to another
    database."""
    events = teller.events()
    plain.clear()
    plain.applier.apply(sorted_pass(events))
    wanted = plain.tables()
    assert_same(ground.tables(), wanted)  # I1, I2
    ground.assert_sound()  # I2
    assert_positions_rose(ground)  # I3
    _assert_every_offset_is_accounted_for(ground, teller, _ends(teller, servers))  # I4
    assert_dead_letters(ground, teller, ground.persons)
    assert ground.deadlocks() == 0
    return wanted


def assert_positions_rose(ground: Ground) -> None:
    """Each move begins where the one before ended: no offset twice, none left out. Only an operator
    moves one elsewhere, and the ledger has it."""
    accepted = set(
        ground.observer.execute(
            "SELECT topic_id, partition, first_offset, next_offset FROM stream.ledger"
            " WHERE decision IS NOT NULL"
        )
    )
    moves = ground.observer.execute(
        "SELECT topic_id, partition, before, after FROM watch.move ORDER BY at"
    ).fetchall()
    assert moves
    at: dict[tuple[object, object], object] = {}
    for topic_id, partition, before, after in moves:
        assert before == at.get((topic_id, partition))
        assert before is None or after > before or (topic_id, partition, before, after) in accepted
        at[topic_id, partition] = after


def _assert_every_offset_is_accounted_for(
    ground: Ground, teller: Teller, ends: dict[int, int]
) -> None:
    rows = ground.observer.execute(
        "SELECT l.partition, l.first_offset, l.next_offset,"
        " stored, duplicate, dead, skipped, no_record"
        " FROM stream.ledger l JOIN stream.position p USING (topic_id, partition)"
        " WHERE p.topic = %s",
        [teller.topic],
    ).fetchall()
    events, bad = teller.counts("event"), teller.counts("bad")
    tombstones = teller.counts("tombstone")
    records = teller.counts("event", "bad", "tombstone")
    stored_in_all = 0
    assert {row[0] for row in rows} == ends.keys()
    assert len(rows) == len(ends), "a partition without gaps has one row"
    for number, first, until, stored, duplicate, dead, skipped, no_record in rows:
        assert (first, until) == (0, ends[number])
        assert stored + duplicate == events[number]
        assert (dead, skipped) == (bad[number], tombstones[number])
        assert no_record == until - records[number]
        stored_in_all += stored
    versions = [version_of(Arrival(event), ground.persons) for event in teller.events()]
    assert stored_in_all == len({(version.key, version.said.content) for version in versions})


def assert_dead_letters(ground: Ground, teller: Teller, persons: Persons) -> None:
    letters = list(ground.store.dead_letters(DeadLetterFilter(topic=teller.topic)))
    kept = Counter(
        (letter.partition.number, letter.offset, record.value)
        for letter, record in ground.store.open_dead_letters(letters, persons).items()
    )
    assert kept == Counter(
        (told.partition, told.offset, told.value) for told in teller.told if told.kind == "bad"
    )
    notices = ground.observer.execute(
        "SELECT (event -> 'data' ->> 'partition')::int, (event -> 'data' ->> 'offset')::int"
        " FROM stream.outbox"
    )
    assert Counter(notices.fetchall()) == Counter(place[:2] for place in kept), "told once each"


def _ends(teller: Teller, servers: str) -> dict[int, int]:
    consumer = KafkaConsumer(bootstrap_servers=servers)
    try:
        numbers = consumer.partitions_for_topic(teller.topic)
        places = [TopicPartition(teller.topic, number) for number in numbers]
        return {place.partition: end for place, end in consumer.end_offsets(places).items() if end}
    finally:
        consumer.close()


def _standing(ground: Ground, teller: Teller) -> dict[int, object]:
    rows = ground.observer.execute(
        "SELECT partition, next_offset FROM stream.position WHERE topic = %s AND next_offset > 0",
        [teller.topic],
    ).fetchall()
    return {int(str(number)): offset for number, offset in rows}
