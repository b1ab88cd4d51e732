"""``--as models``: models at several noise thresholds, how good each is, and which to take."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.tell import note, progress
from procesmijn.flows.choice import NOISES, ModelRow, Tried, models, recommend
from procesmijn.store import flows
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Try the thresholds, and say which to take."""
    variants = flows.variants(asked.process, terms, connection, asked.whole_cases)
    tried: list[Tried] = []
    with progress("models", len(NOISES)) as report:
        for each in models(variants):
            tried.append(each)
            report(len(tried))
    rows = recommend(tried)
    for row in rows:
        if row.reason:
            note(f"take --noise {row.noise}: {row.reason}")
    return Rows([row._asdict() for row in rows], ModelRow._fields)
