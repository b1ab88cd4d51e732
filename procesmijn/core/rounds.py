"""Who comes on again in a case, and who only to do again what they had done.

The parties of a case in order, transparent ones out and equal neighbours collapsed, are its *runs*.
A run of a party that was on before is a *revisit*: neutral, since every question that is answered
is one. It is *direct* when exactly one other run lies between. It is a *ping-pong* when it repeats
an activity that the party did in an earlier run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from procesmijn.core.frames import Int64s
from procesmijn.core.instances import Instances
from procesmijn.core.order import NO_ROW, count_by, is_first, previous_alike


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Counts, one for each case."""

    parties: Int64s
    """Distinct parties that are not transparent."""
    revisits: Int64s
    revisits_direct: Int64s
    pingpongs: Int64s
    pingpongs_direct: Int64s


def count_rounds(instances: Instances, cases: int) -> Rounds:
    """Count parties and their returns in each of so many cases."""
    rows = np.flatnonzero(~instances.is_transparent)
    case, party = instances.case[rows], instances.party[rows]
    begins = is_first(case, party)
    run = np.cumsum(begins) - 1
    case_of_run = case[begins]

    previous_run = previous_alike(case_of_run, party[begins])
    is_revisit = previous_run != NO_ROW
    is_direct = is_revisit & (previous_run == np.arange(len(previous_run)) - 2)

    previous_deed = previous_alike(case, party, instances.activity[rows])
    is_again = (previous_deed != NO_ROW) & (run[previous_deed] < run)
    is_pingpong = np.zeros(len(case_of_run), dtype=np.bool_)
    is_pingpong[run[is_again]] = True

    return Rounds(
        parties=count_by(case_of_run[~is_revisit], cases),
        revisits=count_by(case_of_run[is_revisit], cases),
        revisits_direct=count_by(case_of_run[is_direct], cases),
        pingpongs=count_by(case_of_run[is_pingpong], cases),
        pingpongs_direct=count_by(case_of_run[is_pingpong & is_direct], cases),
    )
