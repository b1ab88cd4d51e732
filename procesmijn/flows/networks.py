"""Which parties work on the same cases: who has to get along, whether they hand over or not.

(Working together: van der Aalst, Reijers, Song: Discovering social networks from event logs, CSCW
2005.) Networks are of parties; who in a party did the work is nobody's business here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from procesmijn.core.flow import Company


class Together(NamedTuple):
    """Two parties, ``party`` before ``other`` by name, that took part in the same cases."""

    party: str
    other: str
    cases: int
    share: float
    """Of all cases, from 0 to 1."""


def working_together(companies: Sequence[Company]) -> list[Together]:
    """Every two parties that have a case in common, those with the most cases first."""
    total = sum(company.cases for company in companies)
    counts: Counter[tuple[str, str]] = Counter()
    for company in companies:
        for party, other in combinations(sorted(company.parties), 2):
            counts[party, other] += company.cases
    return [
        Together(party, other, cases, cases / total)
        for (party, other), cases in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
