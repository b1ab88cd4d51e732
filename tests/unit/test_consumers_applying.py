"""The process that applies, and how it and the one that reads see each other end."""

from __future__ import annotations

import os
import signal
import traceback
import uuid

import psutil
import pytest

from consumers.applying import Beside
from consumers.errors import ApplyingEnded
from procesmijn.batch import Arrival, Batch, Origin, Partition, Span
from procesmijn.errors import PositionLost, StoreUnavailable, TooManyRefused
from procesmijn.persons import Keys, Persons
from schemas.event import Event
from tests.appliers import make_counting, make_failing

PERSONS = Persons(Keys.generate())
PARTITION = Partition(uuid.UUID(int=1), 0, "events")
SECONDS = 30.0


def batch_at(offset: int) -> Batch:
    event = Event("/hr", str(offset), "step", 0, (("ticket", "T1"),))
    arrival = Arrival(event, Origin(PARTITION, offset))
    return Batch((Span(PARTITION, 1, offset, offset + 1, 1),), (arrival,))


def test_what_was_gathered_is_applied_as_one_and_tried_again_while_the_store_is_away() -> None:
    with Beside(make_counting, PERSONS) as applying:
        applying.gather(batch_at(0))
        applying.gather(batch_at(1))
        applying.begin()
        applying.gather(batch_at(2))
        assert applying.is_done(SECONDS)
        with pytest.raises(StoreUnavailable, match="it is away"):
            applying.outcome()
        assert applying.outcome().stored == 2
        assert not applying.is_done()
        applying.begin()
        assert applying.outcome().stored == 1
        applying.gather(batch_at(3))
        applying.drop()
        applying.begin()
        assert applying.outcome().stored == 0
        process = psutil.Process(applying.pid)
        process.send_signal(signal.SIGTERM)  # that is for whoever reads
        process.send_signal(signal.SIGINT)
        applying.begin()
        assert applying.outcome().stored == 0
    assert not process.is_running()


def test_errors_come_as_they_are_and_the_end_is_told() -> None:
    with Beside(make_failing, PERSONS) as applying:
        applying.begin()
        with pytest.raises(PositionLost, match="it moved"):
            applying.outcome()
        applying.begin()
        with pytest.raises(TooManyRefused) as flood:
            applying.outcome()
        assert (str(flood.value), flood.value.topic, flood.value.partition) == (
            "most of it",
            "events",
            7,
        )
        applying.begin()
        with pytest.raises(ZeroDivisionError) as failed:
            applying.outcome()
        assert "in take_in" in "".join(traceback.format_exception(failed.value))
        applying.begin()
        with pytest.raises(ApplyingEnded, match=r"has ended \(SIGKILL\)"):
            applying.outcome()


def test_an_end_between_two_batches_is_noticed() -> None:
    with Beside(make_counting, PERSONS) as applying:
        os.kill(applying.pid, signal.SIGKILL)
        os.waitid(os.P_PID, applying.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ApplyingEnded, match=r"has ended \(SIGKILL\)"):
            applying.is_done()
