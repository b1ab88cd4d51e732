"""What goes on beside reading is begun anew, whatever happens to it, and says what did."""

from __future__ import annotations

import threading
import time

import pytest

from procesmijn.cli.aside import aside
from procesmijn.errors import StoreUnavailable

SECONDS = 10.0


class Unforeseen(Exception):
    """Nobody has thought of it."""


def test_whatever_happens_it_begins_anew_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    ends = [
        StoreUnavailable("away"),
        StoreUnavailable("away"),
        Unforeseen("a message like no other"),
        None,
    ]
    failed: list[str] = []
    is_done = threading.Event()

    def work(_: threading.Event) -> None:
        if (end := ends.pop(0)) is not None:
            raise end
        is_done.set()

    with aside("telling", work, failed.append, again_seconds=0.01):
        assert is_done.wait(SECONDS)
    assert failed == ["telling"]
    told = [(each.levelname, each.message) for each in caplog.records]
    assert told == [
        ("WARNING", "telling waits: away"),
        ("ERROR", "telling failed, and begins anew in 0.01 s"),
    ]
    assert "a message like no other" in caplog.text


def test_what_fails_is_begun_anew_ever_later_and_holds_up_no_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waits = threading.Event()
    failed: list[str] = []

    def work(_: threading.Event) -> None:
        raise Unforeseen

    def count(name: str) -> None:
        failed.append(name)
        if len(failed) == 10:
            waits.set()

    with aside("telling", work, count, again_seconds=0.001):
        assert waits.wait(SECONDS)
    assert [each.message.split()[-2] for each in caplog.records][:4] == [
        *("0.001", "0.002", "0.004", "0.008"),
    ]
    began = time.monotonic()
    waits.clear()
    failed[:] = ["telling"] * 9
    with aside("telling", work, count, again_seconds=1000):
        assert waits.wait(SECONDS)
    assert time.monotonic() - began < SECONDS
