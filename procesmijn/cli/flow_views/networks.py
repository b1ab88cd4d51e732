"""``--as handover-network`` and ``working-together``: which parties depend on each other."""

from __future__ import annotations

from procesmijn.cli.flow_views import As, Asked, Rows
from procesmijn.cli.flow_views.caption import caption, dates
from procesmijn.cli.tell import many, note
from procesmijn.flows.network_picture import Link, write
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
    pairs = working_together(companies.known)
    links = [
        Link(
            *(pair.party, pair.other, pair.cases),
            f"{pair.party} and {pair.other}: {many(pair.cases, 'case')}, {pair.share:.1%}",
        )
        for pair in pairs
    ]

    def picture() -> bytes:
        span = traces.span(asked.process, connection, asked.whole_cases)
        above = caption("Parties that work on the same cases", asked, span)
        return write(links, above, is_directed=False)

    return Rows([pair._asdict() for pair in pairs], Together._fields, picture=picture)


def _handovers(asked: Asked, connection: Connection) -> Rows:
    """Handovers of work; dates are those of the pick-up."""
    pairs = reports.handovers(asked.process, asked.period, None, connection, asked.cases)
    total = sum(pair.handovers for pair in pairs)
    columns = ("supplier", "customer", "customer_role", "handovers", "share", "cases")
    rows = [
        (
            *(pair.supplier, pair.customer, pair.customer_role),
            *(pair.handovers, pair.handovers / total, pair.cases),
        )
        for pair in pairs
    ]
    links = [
        Link(supplier, customer, handovers, _in_words(supplier, customer, handovers, share))
        for supplier, customer, _, handovers, share, _ in rows
    ]

    def picture() -> bytes:
        told = (many(total, "handover"), *dates("picked up", asked.period))
        span = traces.span(asked.process, connection, asked.cases)
        return write(links, caption("Handovers", asked, span, *told), is_directed=True)

    return Rows([dict(zip(columns, row, strict=True)) for row in rows], columns, picture=picture)


def _in_words(supplier: str, customer: str, handovers: int, share: float) -> str:
    return f"{supplier} to {customer}: {many(handovers, 'handover')}, {share:.1%}"
