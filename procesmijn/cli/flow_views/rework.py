"""``--as rework``: which activities are done again, and who does them again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.tell import many, note, progress
from procesmijn.in_force import read_rules
from procesmijn.store.connection import Connection
from procesmijn.store.instances import Part, read_instances
from procesmijn.store.rework import ReworkRow, rework
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read the steps of the cases, since parties and starts are in no aggregate."""
    rules = read_rules(terms, connection)
    parts = read_instances(asked.process, rules, terms, connection, asked.whole_cases)
    rows = rework(told(parts), terms, connection)
    return Rows([row._asdict() for row in rows], ReworkRow._fields)


def told(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts, while people are told how far the reading is."""
    first = next(parts, None)
    if first is None:
        return
    note(f"reading the events of {many(first.total, 'case')}")
    with progress("reading", first.total) as report:
        for part in chain([first], parts):
            report(part.done)
            yield part
