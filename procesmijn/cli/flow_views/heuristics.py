"""``--as heuristics``: which activity depends on which."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.flow_views.caption import caption
from procesmijn.cli.tell import many
from procesmijn.flows import heuristics
from procesmijn.flows.canvas import Caption
from procesmijn.flows.graph_picture import Arrow, write
from procesmijn.flows.heuristics import HeuristicsNet
from procesmijn.store import flows, traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Find the dependencies."""
    variants = flows.variants(asked.process, terms, connection, asked.whole_cases)
    net = heuristics.heuristics(variants, asked.dependency)
    rows = [heuristics.row(dependency) for dependency in net.dependencies]

    def picture() -> bytes:
        span = traces.span(asked.process, connection, asked.whole_cases)
        return _picture(net, caption("What depends on what", asked, span))

    return Rows(rows, heuristics.COLUMNS, heuristics.write(net), picture)


def _picture(net: HeuristicsNet, above: Caption) -> bytes:
    """Dashed is what is there only since the two repeat each other."""
    arrows = [
        Arrow(
            *(each.before, each.after, each.times),
            f"{each.after} depends on {each.before} with {each.certainty:.2f}:"
            f" {many(each.times, 'time')}",
            each.is_loop,
        )
        for each in net.dependencies
    ]
    return write(net.activities, net.starts, net.ends, arrows, above)
