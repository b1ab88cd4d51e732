"""Which closed cases have left the tables, what may leave, and whether it all adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np

from procesmijn.core.frames import MAX_EVENTS_OF_CASE, Int64s
from procesmijn.store.connection import Connection
from procesmijn.store.objects import read_packs
from procesmijn.store.packed import event_keys
from procesmijn.store.statements import statements


class Retirement(NamedTuple):
    """Cases that left the tables together, as long as they have not come back."""

    number: int
    archive: UUID
    """The archive that has their events says this of itself."""
    before: date
    """All that left lies before this local date."""
    folder: str
    """Where the archive was written."""
    by: str
    begun_at: datetime
    ended_at: datetime | None
    """None while the archive is being written."""
    is_returning: bool
    """Whether it is being taken back."""
    files: int
    versions: int
    objects: int
    leans_on: tuple[int, ...]
    """Numbers of those about whose objects some of its events are too."""
    cases: Mapping[str, int]
    """How many, by process."""


def retirements(connection: Connection) -> list[Retirement]:
    """Those in force, in the order in which they began."""
    cases: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for number, process, count in connection.execute(statements("retirements")["cases"]):
        cases[number][process] = count
    return [
        Retirement._make((*row, tuple(leans_on), cases[row[0]]))
        for *row, leans_on in connection.execute(statements("retirements")["all"])
    ]


def begin(before: date, folder: str, by: str, connection: Connection) -> None:
    """Write down that cases are about to leave, and where to."""
    connection.execute(
        statements("retirements")["begin"],
        {"archive": uuid4(), "before": before, "folder": folder, "by": by},
    )


def end(retirement: Retirement, connection: Connection) -> None:
    """Write down that its archive is whole."""
    connection.execute(statements("retirements")["end"], {"retirement": retirement.number})


def retired_cases(process: str | None, connection: Connection) -> int:
    """How many cases of a process, or of all, have left."""
    sql = statements("retirements")["cases_of"]
    row = connection.execute(sql, {"process": process}).fetchone()
    return int(row[0]) if row else 0


def late_events(connection: Connection) -> int:
    """How many events concern cases that have left, and so are in no case."""
    row = connection.execute(statements("retirements")["late"]).fetchone()
    return int(row[0]) if row else 0


class Candidates(NamedTuple):
    """Objects that may leave, by key ascending, as they were looked at."""

    keys: Int64s
    entries: Int64s
    until_us: Int64s
    """All their events have to lie before this moment."""


def closed_objects(before: date, connection: Connection) -> Candidates:
    """Objects of which every case was closed before a date."""
    rows = connection.execute(statements("retirements")["closed"], {"before": before})
    return _candidates(rows.fetchall())


def companions(before: date, connection: Connection) -> Candidates:
    """Objects that no process is about: they leave where nothing but cases that left needs them."""
    asked = {"before": before, "most_events": MAX_EVENTS_OF_CASE}
    return _candidates(
        connection.execute(statements("retirements")["companions"], asked).fetchall()
    )


def _candidates(rows: list[tuple[int, int, int]]) -> Candidates:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Candidates(table[:, 0], table[:, 1], table[:, 2])


class Leaving(NamedTuple):
    """Objects that are to leave together: ``entries`` as long as their packs have those, they are
    as they were looked at. ``events[i]`` are the keys of the events of ``keys[i]`` that stand."""

    keys: Int64s
    entries: Int64s
    events: tuple[tuple[bytes, ...], ...]


def leaving(candidates: Candidates, connection: Connection) -> Leaving:
    """Those of some candidates whose every event lies far enough back."""
    keys, rows = read_packs(candidates.keys, connection)
    owner = np.searchsorted(candidates.keys, keys)
    stands: list[dict[bytes, int]] = [{} for _ in candidates.keys]
    columns = (owner, event_keys(rows), rows["occurred_us"], rows["is_void"])
    for place, event, occurred_us, is_void in zip(*map(np.ndarray.tolist, columns), strict=True):
        if is_void:
            stands[place].pop(event, None)
        else:
            stands[place][event] = occurred_us
    old = [
        at
        for at, until_us in enumerate(candidates.until_us.tolist())
        if stands[at] and max(stands[at].values()) < until_us
    ]
    return Leaving(
        candidates.keys[old], candidates.entries[old], tuple(tuple(stands[at]) for at in old)
    )


def would_leave(keys: Int64s, connection: Connection) -> list[tuple[str, int, int, int]]:
    """Process, cases, events and handovers of objects that may leave."""
    sql = statements("retirements")["would_leave"]
    return connection.execute(sql, {"keys": keys.tolist()}).fetchall()


class Odd(NamedTuple):
    """Something that is not as a retirement left it."""

    of: str
    """The archive of a retirement, or the key of an event."""
    what: str
    stored: str
    wanted: str


def oddities(connection: Connection) -> list[Odd]:
    """Where more or less has left than is written down, or what left is here all the same."""
    sql = statements("retirements")
    counts = [
        Odd(str(archive), what, str(here), str(said))
        for archive, what, here, said in connection.execute(sql["odd_counts"])
    ]
    events = [Odd(key, "", "a row", "nothing") for key, _ in connection.execute(sql["odd_events"])]
    return counts + events
