"""How many tokens a place of a net can come to hold, without trying its ways out.

Give every place a weight, so that no step makes all tokens together heavier: then a place never has
more of them than the weight of the source makes up for (a sur-invariant; Murata: Petri nets,
Proceedings of the IEEE, 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from scipy.optimize import linprog

from procesmijn.flows.net import SOURCE, Net


def most_tokens(net: Net) -> float:
    """A number that no place ever has more tokens than; infinite where there may be no such."""
    places: Sequence[str] = net.places
    row = {step: number for number, step in enumerate(net.transitions)}
    column = {place: number for number, place in enumerate(places)}
    gains = np.zeros((len(row), len(column)))
    for source, target in net.arcs:
        if source in row:
            gains[row[source], column[target]] += 1
        else:
            gains[row[target], column[source]] -= 1
    lightest = np.zeros(len(places))
    lightest[column[SOURCE]] = 1
    found = linprog(lightest, A_ub=gains, b_ub=np.zeros(len(row)), bounds=(1, None))
    return float(found.fun) if found.success else inf
