"""What is agreed held against what happens: handovers that nothing covers, promises nobody uses."""

from __future__ import annotations

from dataclasses import dataclass

from procesmijn.catalogue.coverage import covered
from procesmijn.in_force import meant_alike
from procesmijn.store import agreements, catalogues
from procesmijn.store.agreements import Uncovered
from procesmijn.web.asking import Asking


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the processes and parties that are asked about."""

    uncovered: tuple[Uncovered, ...]
    """Pairs of enough cases that no agreement speaks of, most waiting first."""
    unused: frozenset[str]
    """Agreements under which nothing was asked for or delivered."""


def coverage(asking: Asking) -> Coverage:
    """As ``procesmijn agreements check`` has it, of the period that is asked about."""
    here, connection = asking.here, asking.connection
    catalogue = meant_alike(catalogues.active(connection)).catalogue
    found = agreements.uncovered(None, asking.period, covered(catalogue), connection)
    used = agreements.used(asking.period, connection)
    return Coverage(
        tuple(
            each
            for each in found
            if each.cases >= asking.k
            and each.process in (here.process or (each.process,))
            and each.supplier in (here.supplier or (each.supplier,))
            and each.customer in (here.customer or (each.customer,))
        ),
        frozenset(catalogue.agreements.keys() - used),
    )
