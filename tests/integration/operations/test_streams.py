"""What operators do to a stream beside a worker that is at work: it heeds them within seconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from consumers.claims import HEED_SECONDS
from consumers.logs import log_ends, offsets_at
from procesmijn.batch import Partition
from procesmijn.errors import PositionLost
from procesmijn.store import ledger
from tests.integration.bad_input.line import Line, Sent, until
from tests.integration.bad_input.messages import opened


def partition_of(line: Line) -> Partition:
    (partition,) = log_ends(line.kafka, [line.topic])
    return partition


def adds_up(line: Line) -> ledger.Account:
    with line.store.reader() as connection:
        [account] = ledger.accounts(line.topic, connection)
    assert account.findings == ()
    return account


def position(line: Line) -> int:
    [(offset,)] = line.ask("SELECT next_offset FROM stream.position")
    return int(offset or 0)


def test_what_is_paused_is_not_read_until_it_is_resumed(line: Line) -> None:
    """Within seconds, by a worker that goes on beating; and by one that comes later, at once."""
    line.send(opened("V0"))
    with line.working() as running:
        line.read_on(running)
        line.store.pause(line.topic, 0, "ann", "they mend the producer")
        line.store.pause(line.topic, None, "bob", "")
        time.sleep(HEED_SECONDS + 0.5)
        line.send(opened("V1"))
        time.sleep(1)
        assert (position(line), line.pulse.is_member) == (1, True)
        assert line.store.unpause(line.topic, 0) == 1  # the topic is still paused as a whole
    with line.working() as running:
        until(lambda: line.pulse.is_member)
        time.sleep(1)
        assert position(line) == 1
        assert line.store.unpause(line.topic, None) == 1
        line.read_on(running, seconds=HEED_SECONDS + 3)
    assert adds_up(line).entries[0].stored == 2


def test_a_rewind_is_noticed_by_a_worker_that_has_nothing_to_read(line: Line) -> None:
    """What it reads again is known; the ledger keeps both readings, and who wanted the second."""
    line.send(opened("V0"), opened("V1"), Sent(b"no event"), opened("V2"))
    before = datetime.now(UTC)
    place = partition_of(line)
    with line.working() as running:
        line.read_on(running)
        time.sleep(0.01)
        line.send(opened("V3"))
        line.read_on(running)
        tables = line.ask("SELECT count(*), max(stored_at) FROM stream.event")
        assert line.store.rewind(place, 1, "ann") == 5
        until(lambda: position(line) == 5, seconds=HEED_SECONDS + 3)
    assert line.ask("SELECT count(*), max(stored_at) FROM stream.event") == tables
    account = adds_up(line)
    rows = [(it.first_offset, it.next_offset, it.decision, it.decided_by) for it in account.entries]
    assert rows == [(0, 5, None, None), (5, 1, "rewind", "ann"), (1, 5, None, None)]
    assert [(it.stored, it.duplicate, it.dead) for it in account.entries[::2]] == [
        (4, 0, 1),
        (0, 3, 1),
    ]
    assert (account.read_again, account.gap) == (4, 0)
    assert line.findings() == []

    assert offsets_at(line.kafka, [place], before) in ({place: 4}, {place: 3})
    for offset in (5, 9):
        with pytest.raises(PositionLost, match="stands at 5"):
            line.store.rewind(place, offset, "ann")


def test_what_does_not_add_up_is_said(line: Line) -> None:
    """Each in turn: a refused record that is gone, a row that is gone, a position that moved."""
    line.send(opened("V0"), Sent(b"no event"), opened("V1"))
    line.read()
    line.store.rewind(partition_of(line), 1, "ann")
    line.read()
    adds_up(line)
    for change, words in {
        "DELETE FROM stream.dead_letter": "have 1 refused records, and 0 are kept",
        "DELETE FROM stream.ledger WHERE decision IS NOT NULL": "a row begins at 1",
        "UPDATE stream.position SET next_offset = 2": "the position is 2",
        "DELETE FROM stream.position": "the position is None",
    }.items():
        with line.store.reader() as connection:
            connection.execute(change.encode())
            [account] = ledger.accounts(None, connection)
        assert any(words in finding for finding in account.findings), account.findings
