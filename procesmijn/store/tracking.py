"""One case and its like: what tracking it reads, as of the moment that the session speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from procesmijn.core.frames import ObjectEvents
from procesmijn.core.past import MOST_CASES
from procesmijn.store.connection import Connection
from procesmijn.store.objects import read_events
from procesmijn.store.scan import find_objects
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms

MOST_TESTED: Final = 20_000
"""Cases that forecasts are tried on, the last that began."""
_NEAREST: Final = 1_000


class Found(NamedTuple):
    """What there is of a case."""

    object_key: int
    retirement: int | None
    """The one that it left in."""
    has_begun: bool


class Traces(NamedTuple):
    """What was completed in some cases, each under the id of its object."""

    ids: list[str]
    traces: list[bytes]
    """:data:`~procesmijn.core.frames.STEP` bytes, also of what was completed since."""


def find(process: str, case_key: str, connection: Connection) -> Found | None:
    """Look a case up; None where no event ever spoke of it."""
    asked = {"process": process, "case_key": case_key}
    row = connection.execute(statements("tracking")["find"], asked).fetchone()
    return None if row is None else Found(*row)


def named(case_key: str, connection: Connection) -> list[str]:
    """Processes that have a case of that key."""
    rows = connection.execute(statements("tracking")["named"], {"case_key": case_key})
    return [name for (name,) in rows]


def objects(cases: Sequence[tuple[str, str]], connection: Connection) -> list[tuple[int, int]]:
    """Process (a term) and object key of each case, which is given by process and case key."""
    asked = {
        "processes": [process for process, _ in cases],
        "case_keys": [case_key for _, case_key in cases],
    }
    return connection.execute(statements("tracking")["objects"], asked).fetchall()


def near(process: str, case_key: str, connection: Connection) -> list[str]:
    """Ids of cases that somebody may have meant."""
    asked = {"process": process, "case_key": case_key, "most": _NEAREST}
    return [name for (name,) in connection.execute(statements("tracking")["near"], asked)]


def events_of(
    object_keys: Collection[int], terms: Terms, connection: Connection
) -> Iterator[ObjectEvents]:
    """The events of some objects, also those of later moments; some objects at a time."""
    terms.load(connection)
    keys = np.array(sorted(set(object_keys)), dtype=np.int64)
    for part in find_objects(keys, terms, connection).locked.parts():
        events = read_events(part, terms, connection)
        terms.meet(np.unique(events.events["party"]).tolist(), connection)
        yield events


def cases(process: str, connection: Connection, object_key: int = 0) -> Traces:
    """The cases that forecasts are made from and of; that of ``object_key`` among them."""
    asked = {"process": process, "object_key": object_key, "most": MOST_CASES}
    cursor = connection.cursor(binary=True).execute(statements("tracking")["cases"], asked)
    rows = cursor.fetchall()
    return Traces([name for name, _ in rows], [trace for _, trace in rows])


def begun(process: str, connection: Connection) -> list[bytes]:
    """Traces of cases that forecasts are tried on."""
    asked = {"process": process, "most": MOST_TESTED}
    cursor = connection.cursor(binary=True).execute(statements("tracking")["begun"], asked)
    return [trace for (trace,) in cursor.fetchall()]


def promises(process: str, case_key: str, connection: Connection) -> list[dict[str, Any]]:
    """What was asked for in a case, or delivered, in columns of ``bi.fct_delivery``."""
    asked = {"process": process, "case_key": case_key}
    cursor = connection.execute(statements("tracking")["promises"], asked)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]
