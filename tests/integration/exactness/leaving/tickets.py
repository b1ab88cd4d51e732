"""Tickets that leave a ground and come back, and what they have to look like then."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

from procesmijn.apply import Applier
from procesmijn.catalogue import Catalogue
from procesmijn.files.archive import open_archive
from procesmijn.retire import Wanted, find, retire, take_back
from procesmijn.store import Store, retirements
from schemas.event import Event
from tests.integration.exactness.conftest import KEYS
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import PLAIN, sorted_pass
from tests.integration.exactness.tables import assert_same

MARCH: Final = date(2026, 3, 15)
APRIL: Final = date(2026, 4, 15)
_DAY_US: Final = 86_400_000_000
_FIRST_US: Final = 1_772_359_200_000_000  # 1 March 2026, 10:00 UTC


def happened(what: str, ticket: str, day: float, party: str, *more: tuple[str, str]) -> Event:
    return Event(
        source="/desk",
        id=f"{what} {ticket}",
        type=f"ticket.{what}",
        occurred_us=_FIRST_US + int(day * _DAY_US),
        objects=(*more, ("ticket", ticket)),
        party=party,
    )


def case(ticket: str, day: float, *more: tuple[str, str]) -> list[Event]:
    """A ticket that goes from one party to another and is closed."""
    return [
        happened("opened", ticket, day, "desk", *more),
        happened("assigned", ticket, day + 1, "lab"),
        happened("closed", ticket, day + 3, "firm"),
    ]


EARLY: Final = [event for number in range(6) for event in case(f"T{number}", number)]
LATER: Final = case("T9", 33)
EVERYTHING: Final = [*EARLY, *LATER]


def let_leave(store: Store, applier: Applier, folder: Path, before: date = MARCH) -> int:
    return sum(retire(Wanted(before, folder, "operator"), store, applier, KEYS.fingerprint))


def let_return(store: Store, applier: Applier, folder: Path) -> None:
    with store.reader() as connection:
        retirement = find(open_archive(folder, KEYS.fingerprint), connection)
    if retirement is not None:
        list(take_back(folder, retirement, store, applier))


def leave(ground: Ground, folder: Path, before: date = MARCH) -> int:
    return let_leave(ground.store, ground.applier, folder, before)


def come_back(ground: Ground, folder: Path) -> None:
    let_return(ground.store, ground.applier, folder)


def late(ground: Ground) -> int:
    with ground.store.reader() as connection:
        return retirements.late_events(connection)


def stored(ground: Ground) -> int:
    row: Any = ground.observer.execute("SELECT count(*) FROM stream.event").fetchone()
    return int(row[0])


def assert_as_told_once(
    ground: Ground, plain: Ground, *events: Event, catalogue: Catalogue = PLAIN
) -> None:
    plain.clear()
    plain.activate(catalogue)
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()
