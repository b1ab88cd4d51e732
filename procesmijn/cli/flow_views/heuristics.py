"""``--as heuristics``: which activity depends on which."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.tell import many
from procesmijn.flows import heuristics
from procesmijn.flows.graph_picture import Arrow, write
from procesmijn.flows.heuristics import HeuristicsNet
from procesmijn.store import flows
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Find the dependencies."""
    variants = flows.variants(asked.process, terms, connection, asked.whole_cases)
    net = heuristics.heuristics(variants, asked.dependency)
    rows = [heuristics.row(dependency) for dependency in net.dependencies]
    return Rows(
        rows, heuristics.COLUMNS, heuristics.write(net), lambda: _picture(net, asked.process)
    )


def _picture(net: HeuristicsNet, name: str) -> bytes:
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
    return write(net.activities, net.starts, net.ends, arrows, name)
