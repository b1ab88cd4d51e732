"""What happened in chosen cases, step by step: for what counts and traces do not hold.

Starts, and who did it, are in the events. They are read from the packs of the cases, in one moment
of the database, and paired by the rules in force; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from procesmijn.core.assign import CaseEvents, Cases, assign
from procesmijn.core.frames import NO_INSTANT, Int64s
from procesmijn.core.instances import Instances, pair
from procesmijn.core.rules import Rules
from procesmijn.core.standing import standing
from procesmijn.store import scan
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter, narrowed
from procesmijn.store.objects import read_events
from procesmijn.store.present import present
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from schemas.instants import to_us

CASES_AT_ONCE: Final = 2_000


class Part(NamedTuple):
    """Some of the chosen cases, each whole."""

    objects: Int64s
    """Key of the object of each case, ascending; over all parts, too."""
    instances: Instances
    """Their ``case`` is an index into ``objects``; activities and parties are terms."""
    cases: Cases
    case_events: CaseEvents
    """What they were paired from."""
    done: int
    """Chosen cases so far, those of this part included."""
    total: int
    """Chosen cases."""


def read_instances(
    process: str,
    rules: Rules,
    terms: Terms,
    connection: Connection,
    cases: CaseFilter = EVERY_CASE,
) -> Iterator[Part]:
    """Read the activity instances of chosen cases of a process, in parts; of cases as of a moment
    no event that lies later.

    ``rules`` are those in force (:func:`procesmijn.in_force.load_rules`), in the codes of
    ``terms``.
    """
    only = rules.only(terms.code(process))
    sql, chosen = narrowed(statements("flows")["objects"], "cases", cases)
    with connection.transaction():
        connection.execute(statements("catalogues")["one_moment"])
        rows = connection.execute(sql, {"process": process, **chosen}).fetchall()
        until_us = to_us(present(connection)) if cases.is_as_of else NO_INSTANT
        keys = np.array([key for (key,) in rows], dtype=np.int64)
        for start in range(0, len(keys), CASES_AT_ONCE):
            part = keys[start : start + CASES_AT_ONCE]
            known = scan.find_objects(part, terms, connection)
            events = read_events(known.locked, terms, connection)
            terms.meet(np.unique(events.events["party"]).tolist(), connection)
            heard = standing(events)
            heard = heard[events.events["occurred_us"][heard] <= until_us]
            there, case_events = assign(events, heard, only)
            yield Part(
                there.objects,
                pair(case_events, only),
                there,
                case_events,
                start + len(part),
                len(keys),
            )
