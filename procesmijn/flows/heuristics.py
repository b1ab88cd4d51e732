"""What depends on what: the Heuristics Miner, from variants.

(Weijters, van der Aalst, Alves de Medeiros: Process mining with the HeuristicsMiner algorithm,
BETA working paper 166, 2006.) An activity depends on another as certainly as the one follows the
other more often than the other way round; activities that follow each other both ways run side by
side. So a net of dependencies is small where a graph of all that ever followed is a tangle. It
promises nothing: it may not be sound, and is for reading, not for replaying.

pm4py counts, from counts of variants: it gets each activity as a number, in alphabetical order.
Which activities begin and end cases is not taken from it (it says of none that it does), nor which
there are at all (it drops those that nothing depends on). It is told to leave no rare steps out
before it subtracts: a dependency would seem more certain than it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

import orjson
from pm4py.algo.discovery.heuristics.variants.classic import Parameters, apply_heu_dfg

from procesmijn.core.flow import Variant, activities_of
from procesmijn.flows.errors import NothingHappened

CERTAIN: Final = 0.5
"""From this dependency on an activity counts as dependent: as pm4py has it."""


class Dependency(NamedTuple):
    """That one activity depends on another."""

    before: str
    after: str
    times: int
    """How often the one came right after the other."""
    certainty: float
    """(there - back) / (there + back + 1); of an activity on itself there / (there + 1)."""
    is_loop: bool
    """Whether it is there, however uncertain, since the two repeat each other: a, b, a."""


class SideBySide(NamedTuple):
    """Two activities that run side by side next to a third one."""

    one: str
    other: str
    after: str | None
    """The activity that both depend on."""
    before: str | None
    """Or the one that depends on both."""
    measure: float
    """How often they follow each other, of how often they follow, or precede, the third."""


@dataclass(frozen=True, slots=True)
class HeuristicsNet:
    """Activities with the number of times that they were completed, and how they depend."""

    activities: dict[str, int]
    starts: dict[str, int]
    ends: dict[str, int]
    dependencies: tuple[Dependency, ...]
    """Most frequent first, then by name."""
    side_by_side: tuple[SideBySide, ...]


def heuristics(variants: Sequence[Variant], certain: float = CERTAIN) -> HeuristicsNet:
    """The dependencies between activities that are at least so certain, from 0 to 1.

    Raises:
        NothingHappened: no case has a completed activity.
    """
    counts = activities_of(variants)
    if not counts:
        raise NothingHappened
    names = list(counts)
    codes = {name: code for code, name in enumerate(names)}
    follows: Counter[tuple[int, int]] = Counter()
    triples: Counter[tuple[int, int, int]] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for activities, cases in variants:
        if not activities:
            continue
        starts[activities[0]] += cases
        ends[activities[-1]] += cases
        steps = [codes[name] for name in activities]
        for pair in pairwise(steps):
            follows[pair] += cases
        for triple in zip(steps, steps[1:], steps[2:], strict=False):
            triples[triple] += cases
    mined = apply_heu_dfg(
        dict(sorted(follows.items())),
        activities=list(range(len(names))),
        activities_occurrences={codes[name]: count for name, count in counts.items()},
        start_activities={},
        end_activities={},
        freq_triples=dict(sorted(triples.items())),
        parameters={
            Parameters.DEPENDENCY_THRESH: certain,
            Parameters.DFG_PRE_CLEANING_NOISE_THRESH: 0.0,
        },
    )
    nodes = sorted(mined.nodes.items())
    return HeuristicsNet(
        counts,
        _most_first(starts),
        _most_first(ends),
        tuple(sorted(_dependencies(mined, nodes, names, certain), key=lambda d: (-d.times, d))),
        tuple(_side_by_side(nodes, names)),
    )


def _dependencies(
    mined: Any, nodes: Sequence[tuple[int, Any]], names: Sequence[str], certain: float
) -> Iterator[Dependency]:
    for code, node in nodes:
        for other in node.output_connections:
            certainty = mined.dependency_matrix.get(code, {}).get(other.node_name, 0.0)
            times = mined.dfg_matrix.get(code, {}).get(other.node_name, 0)
            yield Dependency(
                names[code], names[other.node_name], times, certainty, certainty < certain
            )


def _side_by_side(nodes: Sequence[tuple[int, Any]], names: Sequence[str]) -> Iterator[SideBySide]:
    for code, node in nodes:
        for one, others in sorted(node.and_measures_out.items()):
            for other, measure in sorted(others.items()):
                yield SideBySide(names[one], names[other], names[code], None, measure)
        for one, others in sorted(node.and_measures_in.items()):
            for other, measure in sorted(others.items()):
                yield SideBySide(names[one], names[other], None, names[code], measure)


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def write(net: HeuristicsNet) -> bytes:
    """The net as JSON, UTF-8: ``activities``, ``start``, ``end``, ``edges``, ``side_by_side``."""
    document = {
        "activities": net.activities,
        "start": net.starts,
        "end": net.ends,
        "edges": [row(dependency) for dependency in net.dependencies],
        "side_by_side": [pair._asdict() for pair in net.side_by_side],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


COLUMNS: Final = ("from", "to", "count", "dependency", "is_loop")


def row(dependency: Dependency) -> dict[str, Any]:
    """A dependency as a row of a table, in :data:`COLUMNS`."""
    return dict(zip(COLUMNS, dependency, strict=True))
