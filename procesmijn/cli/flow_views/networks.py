"""``--as handover-network`` and ``working-together``: which parties depend on each other."""

from __future__ import annotations

from procesmijn.cli.flow_views import As, Asked, Rows
from procesmijn.cli.tell import many, note
from procesmijn.flows.networks import Together, working_together
from procesmijn.store import reports, traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Read the network that is asked for."""
    if asked.what is As.HANDOVER_NETWORK:
        return _handovers(asked, connection)
    companies = traces.companies(asked.process, terms, connection, asked.whole_cases)
    if companies.incomplete:
        note(
            f"in {many(companies.incomplete, 'case')} a party took part without handing over or"
            " picking up: with whom is not counted"
        )
    rows = working_together(companies.known)
    return Rows([row._asdict() for row in rows], Together._fields)


def _handovers(asked: Asked, connection: Connection) -> Rows:
    """Handovers of work; dates are those of the pick-up."""
    pairs = reports.handovers(asked.process, asked.period, None, connection, asked.cases)
    total = sum(pair.handovers for pair in pairs)
    columns = ("supplier", "customer", "handovers", "share", "cases")
    rows = [
        (pair.supplier, pair.customer, pair.handovers, pair.handovers / total, pair.cases)
        for pair in pairs
    ]
    return Rows([dict(zip(columns, row, strict=True)) for row in rows], columns)
