"""``--as heuristics``: which activity depends on which."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.flows import heuristics
from procesmijn.store import flows
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Find the dependencies."""
    variants = flows.variants(asked.process, terms, connection, asked.whole_cases)
    net = heuristics.heuristics(variants, asked.dependency)
    rows = [heuristics.row(dependency) for dependency in net.dependencies]
    return Rows(rows, heuristics.COLUMNS, heuristics.write(net))
