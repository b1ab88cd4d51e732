"""The discovered model of a process as BPMN 2.0, with its drawing: to look at, to take along."""

from __future__ import annotations

from typing import Final

from procesmijn.core.flow import DirectlyFollows, Edge
from procesmijn.store import paths
from procesmijn.web.asking import Asking
from procesmijn.web.views.map_paths import cases_meant, labels_of
from procesmijn.web.views.process_map import chosen_process

_NOISE: Final = 0.2
"""What is rarer than a fifth of the usual is not modelled: a picture is of how it mostly goes."""


def bpmn(asking: Asking) -> bytes:
    """Discover it from what at least ``k`` cases did.

    Raises :class:`procesmijn.flows.errors.NothingHappened` where that is nothing.
    """
    # pm4py takes seconds to import: only who asks for a model waits for it, and only once.
    from procesmijn.flows.bpmn import write  # noqa: PLC0415
    from procesmijn.flows.discovery import discover  # noqa: PLC0415

    process, k = chosen_process(asking), asking.k
    here = asking.here
    read = paths.paths(process, asking.period, here.clock, asking.connection, cases_meant(asking))
    labels = labels_of(read, asking)
    graph = DirectlyFollows(
        {
            (labels[before], labels[after]): Edge(cases, 0)
            for (before, after), cases in read.follows.items()
            if cases >= k
        },
        {labels[name]: cases for name, cases in read.starts.items() if cases >= k},
        {labels[name]: cases for name, cases in read.ends.items() if cases >= k},
    )
    return write(discover(graph, _NOISE).tree, asking.names.process(process))
