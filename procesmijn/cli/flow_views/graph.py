"""``--as dfg``: which activity follows which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.flow_views.caption import caption, dates
from procesmijn.cli.table import duration
from procesmijn.cli.tell import many
from procesmijn.core.flow import DirectlyFollows
from procesmijn.flows import dfg
from procesmijn.flows.canvas import Caption
from procesmijn.store import flows, traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms

_COLUMNS: Final = ("from", "to", "count", "seconds_mean", *dfg.TIMES)


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read the graph."""
    graph = flows.graph(asked.process, asked.period, terms, connection, asked.cases, timed=True)
    rows = list(_rows(graph))

    def picture() -> bytes:
        span = traces.span(asked.process, connection, asked.cases)
        told = dates("steps completed", asked.period)
        return _picture(graph, caption("What follows what", asked, span, *told))

    return Rows(rows, _COLUMNS, dfg.write(graph), picture)


def _picture(graph: DirectlyFollows, above: Caption) -> bytes:
    from procesmijn.flows.graph_picture import Arrow, write  # noqa: PLC0415 - SciPy: half a second

    arrows = [
        Arrow(
            *(a, b, edge.count),
            f"{a}, then {b}: {many(edge.count, 'time')}, {duration(edge.seconds_mean)} later",
        )
        for (a, b), edge in graph.edges.items()
    ]
    return write(graph.activities, graph.starts, graph.ends, arrows, above)


def _rows(graph: DirectlyFollows) -> Iterator[dict[str, Any]]:
    """The graph as rows, the most frequent first; nothing before a start, nothing after an end."""
    unknown = (None,) * len(dfg.TIMES)
    edges = [
        (a, b, edge.count, edge.seconds_mean, *(edge.times or unknown))
        for (a, b), edge in graph.edges.items()
    ]
    starts = [(None, b, count, None, *unknown) for b, count in graph.starts.items()]
    ends = [(a, None, count, None, *unknown) for a, count in graph.ends.items()]
    everything = [*starts, *edges, *ends]
    for row in sorted(everything, key=lambda row: (-row[2], row[0] or "", row[1] or "")):
        yield dict(zip(_COLUMNS, row, strict=True))
