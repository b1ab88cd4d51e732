"""``--as dotted-chart`` and ``performance-spectrum``: every case in time."""

from __future__ import annotations

from collections.abc import Iterator

from procesmijn.cli.flow_views import As, Asked, Rows
from procesmijn.cli.tell import many, note, progress
from procesmijn.core.flow import CaseTrace
from procesmijn.flows.timelines import Dot, Segment, dots, segments
from procesmijn.store import traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read every case that is asked for."""
    read = _traces(asked, terms, connection)
    if asked.what is As.DOTTED_CHART:
        return Rows([dot._asdict() for dot in dots(read)], Dot._fields)
    return Rows([segment._asdict() for segment in segments(read)], Segment._fields)


def _traces(asked: Asked, terms: Terms, connection: Connection) -> Iterator[CaseTrace]:
    total = traces.count(asked.process, connection, asked.whole_cases)
    note(f"reading {many(total, 'case')}, one by one")
    with progress("reading", total) as report:
        read = traces.traces(asked.process, terms, connection, asked.whole_cases)
        for done, trace in enumerate(read, start=1):
            yield trace
            report(done)
