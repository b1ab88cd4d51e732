"""One case held against a model, step by step: the way through the model that is nearest to it.

An optimal alignment (Adriansyah, van Dongen, van der Aalst: Conformance checking using cost-based
fitness analysis, EDOC 2011; pm4py's A* with the marking equation). It is exact where token replay
is a good guess, and far slower: for one case at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from pm4py.algo.conformance.alignments.petri_net.algorithm import apply_trace
from pm4py.algo.conformance.alignments.petri_net.variants.state_equation_a_star import Parameters

from procesmijn.errors import ProcesmijnError
from procesmijn.flows.net import Net
from procesmijn.flows.replay import Replay, numbered, trace_of

MOST_SECONDS: Final = 60
"""A search that takes longer is given up."""
_NOTHING: Final = ">>"


class Where(StrEnum):
    """Whether a step is in the case, in the model, or in both."""

    BOTH = "both"
    CASE = "case only"
    MODEL = "model only"


class Move(NamedTuple):
    """One step of an alignment."""

    where: Where
    activity: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """The case and the nearest way through the model, side by side."""

    fitness: float
    """1 where they are the same; 0 where they have nothing in common."""
    moves: tuple[Move, ...]


class NoWayFound(ProcesmijnError):
    """No way through the model was found in time: it cannot come to its end, or it is too large, or
    the case is too far from it. Look at the model first."""


def align(net: Net, activities: Sequence[str]) -> Alignment:
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
    return Alignment(found["fitness"], tuple(moves))


def _where(in_case: str, in_model: str) -> Where:
    if in_case == _NOTHING:
        return Where.MODEL
    return Where.CASE if in_model == _NOTHING else Where.BOTH
