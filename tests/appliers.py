"""What a process applies with, in tests of that process: it finds these here, by their names."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from procesmijn.batch import Applied
from procesmijn.errors import PositionLost, StoreUnavailable, TooManyRefused
from procesmijn.parcel import Parcel


def make_counting() -> Callable[[Parcel], Applied]:
    """Counts what it is given; the first time the store is away."""
    is_away = True

    def take_in(parcel: Parcel) -> Applied:
        nonlocal is_away
        if is_away:
            is_away = False
            raise StoreUnavailable("it is away")
        return Applied(stored=len(parcel.versions.entries), dead_letters=len(parcel.dead_letters))

    return take_in


def make_failing() -> Callable[[Parcel], Applied]:
    """Fails in another way each time, and then dies."""
    ways = iter(
        [
            PositionLost("it moved"),
            TooManyRefused("most of it", "events", 7),
            ZeroDivisionError("jan"),
        ]
    )

    def take_in(_: Parcel) -> Applied:
        for error in ways:
            raise error
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    return take_in
