"""A worker that would refuse most of a topic stops, loses nothing, and is not outwitted by being
started again."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from consumers.logs import log_ends
from procesmijn.batch import Partition
from procesmijn.errors import TooManyRefused
from tests.integration.bad_input.line import Line, Sent, until
from tests.integration.bad_input.messages import opened

BAD = Sent(b"no event")


def test_most_of_a_topic_is_not_refused_until_somebody_accepts_that(line: Line) -> None:
    good = [opened(f"V{n}") for n in range(300)]
    line.send(*good, *[BAD] * 450)
    line.read()  # a lot, and less than half of a thousand
    assert _refused(line) == 450

    line.send(*[BAD] * 200, opened("V300"))
    with pytest.raises(TooManyRefused, match=r"more than 50 % of 1,000 records .* not-json"):
        line.read()
    assert (_refused(line), _position(line)) == (450, 750), "nothing of that batch is in"
    assert line.ask("SELECT count(*) FROM stream.outbox") == [(450,)], "nor is it told"
    [(paused, because)] = line.ask("SELECT topic, because FROM stream.pause")
    assert paused == line.topic
    assert f"procesmijn dead-letters accept {line.topic} 0" in because

    # Started again it leaves the partition alone; and resumed it counts on where it was.
    with line.working():
        until(lambda: line.pulse.is_member)
    assert line.store.unpause(line.topic, 0) == 1
    with pytest.raises(TooManyRefused):
        line.read()
    assert (_refused(line), _position(line)) == (450, 750)

    end = log_ends(line.kafka, [line.topic])[_partition(line)].next_offset
    line.store.accept_refusals(_partition(line), end, "ann", "a broken export")
    line.store.unpause(line.topic, 0)
    line.read()
    assert (_refused(line), _position(line)) == (650, end)

    # What comes after that is counted anew, and a few more are a few.
    line.send(*[BAD] * 400)
    line.read()
    line.send(*[BAD] * 200)
    with pytest.raises(TooManyRefused):
        line.read()
    assert _refused(line) == 1050
    line.store.accept_refusals(_partition(line), end + 600, "ann", "again")
    line.store.unpause(line.topic, 0)
    line.read()
    assert line.account().dead == 1250
    assert line.findings() == []


def test_the_others_are_read_on_after_a_restart(line: Line) -> None:
    """What is paused over its refusals holds up nothing else."""
    running: Future[None]
    line.send(*[BAD] * 600)
    with pytest.raises(TooManyRefused):
        line.read()
    line.store.unpause(line.topic, 0)
    line.store.pause(line.topic, None, "operator", "the producer is being mended")
    with line.working() as running:
        until(lambda: line.pulse.is_member)
        assert not running.done()
    assert _position(line) is None


def _refused(line: Line) -> int:
    return int(line.ask("SELECT count(*) FROM stream.dead_letter")[0][0])


def _position(line: Line) -> int | None:
    [(offset,)] = line.ask("SELECT next_offset FROM stream.position")
    return None if offset is None else int(offset)


def _partition(line: Line) -> Partition:
    (partition,) = log_ends(line.kafka, [line.topic])
    return partition
