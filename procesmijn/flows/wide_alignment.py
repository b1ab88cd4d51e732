"""An alignment with a model that is too much for r4pm: that allows too many ways, cannot come to
its end, or may have more tokens in a place than r4pm counts.

pm4py's A* with the marking equation. It is slower than r4pm where both find a way, and finds one in
milliseconds where twenty steps may come in any order, of which r4pm would look at every subset.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

from pm4py.algo.conformance.alignments.petri_net.algorithm import apply_trace
from pm4py.algo.conformance.alignments.petri_net.variants.state_equation_a_star import Parameters
from pm4py.objects.petri_net.utils.align_utils import STD_MODEL_LOG_MOVE_COST

from procesmijn.flows.alignment import Alignment
from procesmijn.flows.moves import Move, NoWayFound, Where
from procesmijn.flows.net import Net
from procesmijn.flows.replay import Replay, numbered, trace_of

MOST_SECONDS: Final = 60
"""A search that takes longer is given up."""
_NOTHING: Final = ">>"


def align_widely(net: Net, activities: Sequence[str]) -> Alignment:
    """Align the activities of a case, in order of completion, with a net.

    Raises:
        NoWayFound: there is none, or it takes longer than :data:`MOST_SECONDS`.
    """
    known = {name for name in net.transitions.values() if name is not None}
    codes = numbered({*known, *activities})
    names = {code: name for name, code in codes.items()}
    replay = Replay(net, {name: codes[name] for name in known})
    trace = trace_of(codes[name] for name in activities)
    limit = {Parameters.PARAM_MAX_ALIGN_TIME_TRACE: MOST_SECONDS}
    with warnings.catch_warnings():
        # pm4py's search multiplies matrices of a kind that numpy advises against.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        found = apply_trace(trace, *replay.model, parameters=limit)
    if found is None:
        raise NoWayFound(
            f"no way through the model was found in {MOST_SECONDS} s: it cannot come to its end, or"
            " the case is too far from it"
        )
    moves = [
        Move(_where(in_case, in_model), names[in_model if in_case == _NOTHING else in_case])
        for in_case, in_model in found["alignment"]
        if in_model is not None
    ]
    # Silent steps cost 1 each, too few to make up a step that is seen.
    shortest = found["bwc"] // STD_MODEL_LOG_MOVE_COST - len(activities)
    return Alignment(tuple(moves), shortest)


def search_widely(net: Net, activities: Sequence[str]) -> tuple[Move, ...]:
    """The steps of such an alignment."""
    return align_widely(net, activities).moves


def _where(in_case: str, in_model: str) -> Where:
    if in_case == _NOTHING:
        return Where.MODEL
    return Where.CASE if in_model == _NOTHING else Where.BOTH
