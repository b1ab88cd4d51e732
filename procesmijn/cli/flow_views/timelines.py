"""``--as dotted-chart`` and ``performance-spectrum``: every case in time."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from procesmijn.cli.each_case import each_case
from procesmijn.cli.flow_views import As, Asked, Rows
from procesmijn.cli.flow_views.caption import caption
from procesmijn.cli.tell import note
from procesmijn.core.flow import CaseTrace
from procesmijn.flows.timeline_pictures import MOST_CASES, dotted_chart, performance_spectrum
from procesmijn.flows.timelines import Dot, Segment, dots, segments
from procesmijn.store import traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read every case that is asked for, once for the table and once for the picture."""
    span = traces.span(asked.process, connection, asked.whole_cases)

    def read() -> Iterator[CaseTrace]:
        return each_case(asked.process, asked.whole_cases, span.cases, terms, connection)

    def picture() -> bytes:
        step = -(-span.cases // MOST_CASES) or 1
        told = [f"1 case in {step:,} is drawn"] if step > 1 else []
        for words in told:
            note(words)
        drawn: set[str] = set()
        those = _told_of(read(), step, drawn)
        zone = ZoneInfo(span.zone)
        if asked.what is As.DOTTED_CHART:
            above = caption("Dotted chart", asked, span, *told)
            return dotted_chart((it for it in dots(those) if it.case_key in drawn), above, zone)
        above = caption("Performance spectrum", asked, span, *told)
        return performance_spectrum(segments(those), drawn, above, zone)

    if asked.what is As.DOTTED_CHART:
        return Rows((dot._asdict() for dot in dots(read())), Dot._fields, picture=picture)
    rows = (segment._asdict() for segment in segments(read()))
    return Rows(rows, Segment._fields, picture=picture)


def _told_of(cases: Iterator[CaseTrace], step: int, drawn: set[str]) -> Iterator[CaseTrace]:
    """The same cases; the key of each that is to be drawn is put down before it is given."""
    for number, trace in enumerate(cases):
        if number % step == 0:
            drawn.add(trace.case_key)
        yield trace
