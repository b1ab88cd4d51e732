"""Cases read one by one, while people are told how far the reading is."""

from __future__ import annotations

from collections.abc import Iterator

from procesmijn.cli.tell import many, note, progress
from procesmijn.core.flow import CaseTrace
from procesmijn.store import traces
from procesmijn.store.connection import Connection
from procesmijn.store.filters import CaseFilter
from procesmijn.store.terms import Terms


def each_case(
    process: str, cases: CaseFilter, total: int, terms: Terms, connection: Connection
) -> Iterator[CaseTrace]:
    """The chosen cases, ``total`` of them, in the order in which they started."""
    note(f"reading {many(total, 'case')}, one by one")
    with progress("reading", total) as report:
        found = traces.traces(process, terms, connection, cases)
        for done, trace in enumerate(found, start=1):
            yield trace
            report(done)
