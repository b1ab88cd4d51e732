"""``--as bpmn`` and the other forms of a model: the process as it is discovered."""

from __future__ import annotations

from procesmijn.cli.flow_views import Asked, By
from procesmijn.cli.tell import note
from procesmijn.flows.discovery import discover
from procesmijn.flows.forms import Form, write
from procesmijn.flows.quality import quality
from procesmijn.store import flows
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.terms import Terms


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> bytes:
    """Discover a model; say what it leaves out, and how well it fits.

    That is held against whole cases, so it is not said of a graph of a part of the time.
    """
    process, is_graph = asked.process, asked.by is By.GRAPH
    is_judged = asked.is_judged and not (is_graph and asked.period != Period())
    variants = (
        flows.variants(process, terms, connection, asked.whole_cases)
        if is_judged or not is_graph
        else []
    )
    if is_graph:
        graph = flows.graph(process, asked.period, terms, connection, asked.cases)
        model = discover(graph, asked.noise)
    else:
        model = discover(variants, asked.noise)
    if model.left_out:
        note(f"left out as noise: {', '.join(model.left_out)}")
    if is_judged:
        fit = quality(model.tree, variants)
        note(f"fitness {fit.fitness:.3f}, precision {fit.precision:.3f}")
    return write(model.tree, Form(asked.what), process)
