"""``--as variants``: the ways through a process, how often and how long."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.store import flows
from procesmijn.store.connection import Connection
from procesmijn.store.flows import VariantRow
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read the variants."""
    rows = flows.timed_variants(asked.process, terms, connection, asked.whole_cases)
    return Rows([row._asdict() for row in rows], VariantRow._fields)
