"""Logs that are not what they were: cut, cut and written anew, damaged. Nothing is left out unseen.

A broker of one's own loses no records, so where a log was cut the position is set as if it had been
longer before: broker, worker and store are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from consumers import claims
from procesmijn.batch import Partition
from procesmijn.errors import PositionLost
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Line, Sent, until
from tests.integration.bad_input.messages import opened


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often whether an operator has decided."""
    monkeypatch.setattr(claims, "LOOK_AGAIN_SECONDS", 0.2)


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line()


class NotText(str):
    """The name of a header that is not UTF-8: most clients write such names, and ours checks its
    type only."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


def events(*numbers: int) -> Iterator[Sent]:
    return (Sent(opened(f"event-{n}").value) for n in numbers)


def standing(line: Line) -> tuple[int, str | None, int | None]:
    [(offset, reason, resume_offset)] = line.ask(
        "SELECT next_offset, stalled_reason, resume_offset FROM stream.position WHERE topic = %s",
        line.topic,
    )
    return offset, reason, resume_offset


def partition_of(line: Line) -> Partition:
    [(topic_id,)] = line.ask("SELECT topic_id FROM stream.position WHERE topic = %s", line.topic)
    return Partition(topic_id, 0, line.topic)


def pretend_that_it_was_longer(line: Line, end: int) -> None:
    """Let the store have read up to an offset that the log does not have."""
    with line.store.reader() as connection:
        connection.execute("UPDATE stream.position SET next_offset = %s", [end])
        connection.execute(
            "UPDATE stream.ledger SET next_offset = %s, duplicate = duplicate + %s - next_offset",
            [end, end],
        )


def ledger(line: Line) -> list[tuple[int, int, bool]]:
    """Its rows, each of which has to begin where the one before ends."""
    rows = line.ask(
        "SELECT first_offset, next_offset, decision IS NOT NULL FROM stream.ledger ORDER BY entry"
    )
    assert [first for first, *_ in rows[1:]] == [until for _, until, _ in rows[:-1]]
    return rows


def test_a_log_that_was_cut_and_written_anew_waits_for_an_operator(line: Line) -> None:
    line.send(*events(*range(20)))
    line.read()
    pretend_that_it_was_longer(line, 50)
    with line.working():
        until(lambda: standing(line)[1] is not None)
    assert standing(line) == (50, "the log ends at 20, before the stored position", 0)

    # It grows to the position: what is in it from 20 to 49 was never read, by any worker.
    line.send(*events(*range(20, 50)))
    with line.working():  # another one, that has seen nothing
        until(lambda: line.pulse.is_member)
        with pytest.raises(AssertionError, match="too long"):
            until(lambda: standing(line)[0] != 50 or standing(line)[1] is None, seconds=2)
        line.store.accept_gap(partition_of(line), 0, "operator")
        until(lambda: ledger(line)[-1] == (0, 50, False) and standing(line) == (50, None, None))
        line.send(*events(*range(50, 60)))  # now two stretches of the ledger end where this begins
        until(lambda: standing(line) == (60, None, None))
    assert line.ask("SELECT count(*) FROM stream.event") == [(60,)]
    assert ledger(line) == [(0, 50, False), (50, 0, True), (0, 60, False)]
    stored = "SELECT stored, duplicate FROM stream.ledger ORDER BY entry DESC LIMIT 1"
    assert line.ask(stored) == [(40, 20)]
    assert line.findings() == []
    with pytest.raises(PositionLost, match="there is no gap"):
        line.store.accept_gap(partition_of(line), 10, "operator")


def test_what_was_refused_at_an_offset_of_both_logs_is_kept_of_both(line: Line) -> None:
    line.send(Sent(b"the first"))
    line.read()
    line.send(Sent(b"the second"))
    line.read()
    with line.store.reader() as connection:  # as if it had been refused at offset 0
        connection.execute(
            "UPDATE stream.dead_letter SET recorded_at = recorded_at - interval '1 s'"
            ' WHERE "offset" = 0'
        )
    line.store.stall(partition_of(line), 2, "the log was cut", 0)
    line.store.accept_gap(partition_of(line), 0, "operator")
    line.read()
    assert line.ask('SELECT count(*) FROM stream.dead_letter WHERE "offset" = 0') == [(2,)]
    assert line.ask('SELECT count(*) FROM stream.dead_letter WHERE "offset" = 1') == [(1,)]


def test_an_operator_may_go_on_where_it_stands(line: Line) -> None:
    line.send(*events(1, 2))
    line.read()
    place = partition_of(line)
    line.store.stall(place, 2, "somebody thought so", 0)
    line.store.stall(place, 2, "and another", 1)
    assert standing(line) == (2, "somebody thought so", 0)
    line.store.accept_gap(place, 2, "operator")
    line.send(*events(3))
    line.read()
    assert ledger(line) == [(0, 3, False)]


def test_a_batch_that_was_read_before_a_stall_was_found_is_refused(line: Line) -> None:
    """Whoever found it: another worker may have read on, from what is not the same log."""
    line.send(*events(1))
    line.read()
    place = partition_of(line)
    line.send(*events(2))

    def apply(batch: Any) -> Any:
        line.store.stall(place, 1, "another worker saw it", 0)
        return line.applier.apply(batch)

    with line.working(line.worker(apply)):
        until(lambda: standing(line)[1] is not None)
    assert line.ask("SELECT count(*) FROM stream.event") == [(1,)]


def test_a_batch_with_a_header_that_is_not_utf8_stops_no_worker(line: Line) -> None:
    line.send(*events(1, 2))
    line.send(Sent(opened("unreadable").value, None, ((NotText("jan"), b"x"),)))
    line.send(*events(3, 4))
    reason = "the records up to offset 2 cannot be read (UnicodeDecodeError)"
    with line.working():
        until(lambda: standing_if_any(line) == (2, reason, 3))
        line.store.accept_gap(partition_of(line), 3, "operator")
        until(lambda: standing(line) == (5, None, None))
    assert line.ask("SELECT count(*) FROM stream.event") == [(4,)]
    assert ledger(line) == [(0, 2, False), (2, 3, True), (3, 5, False)]


def test_a_batch_that_the_disk_has_damaged_stops_no_worker(line: Line) -> None:
    """From its very beginning, so that the partition has no position yet."""
    line.send(Sent(b"before the damage"))
    line.send(*events(1))
    segment = folder_of(line) / "00000000000000000000.log"
    written = segment.read_bytes()
    with segment.open("r+b") as file:
        file.seek(written.index(b"damage"))
        file.write(b"DAMAGE")
    reason = "the records up to offset 0 cannot be read (its checksum is wrong)"
    with line.working():
        until(lambda: standing_if_any(line) == (0, reason, 1))
        line.store.accept_gap(partition_of(line), 1, "operator")
        until(lambda: standing(line) == (2, None, None))
    assert ledger(line) == [(0, 1, True), (1, 2, False)]


def folder_of(line: Line) -> Path:
    """Where the broker keeps the log."""
    with closing(KafkaAdminClient(bootstrap_servers=line.kafka.servers)) as admin:
        [broker] = admin.describe_log_dirs([line.topic])
    [folder] = broker["log_dirs"]
    return Path(folder["log_dir"]) / f"{line.topic}-0"


def standing_if_any(line: Line) -> tuple[int, str | None, int | None] | None:
    known = line.ask("SELECT 1 FROM stream.position WHERE topic = %s", line.topic)
    return standing(line) if known else None
