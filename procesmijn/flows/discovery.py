"""A process model from what happened: pm4py's Inductive Miner on aggregates.

From variants, the Inductive Miner - infrequent (IMf: Leemans, Fahland, van der Aalst: Discovering
block-structured process models from event logs containing infrequent behaviour, BPM 2013
Workshops): with ``noise`` 0 every case fits the model. From a directly-follows graph alone, its
version for graphs (IMd: the same, Scalable process discovery and conformance checking, SoSyM 2018):
milliseconds however many cases there are, with fewer promises.

The miner sees activities as numbers in alphabetical order of their names: sets of numbers have one
order in every run, and no name can collide with a separator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pm4py.algo.discovery.inductive.dtypes.im_dfg import InductiveDFG
from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureDFG, IMDataStructureUVCL
from pm4py.algo.discovery.inductive.variants.imd import IMD
from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
from pm4py.objects.dfg.obj import DFG
from pm4py.objects.dfg.util import get_vertices

from procesmijn.core.flow import DirectlyFollows, Variant, activities_of
from procesmijn.errors import UsageError
from procesmijn.flows import tree as trees
from procesmijn.flows.errors import NothingHappened
from procesmijn.flows.noise import without_noise
from procesmijn.flows.tree import Activity, Operator, Tree


@dataclass(frozen=True, slots=True)
class Model:
    """A discovered process."""

    tree: Tree
    left_out: tuple[str, ...]
    """Activities that happened, but so seldom that the noise threshold took them out."""


def discover(flow: DirectlyFollows | Sequence[Variant], noise: float = 0.0) -> Model:
    """Discover the process behind variants, or behind a directly-follows graph.

    ``noise`` from 0 (everything that happened) to 1 (only the usual): what is rarer than this share
    of the most frequent continuation is not modelled. From variants that may leave out activities;
    from a graph every activity stays.

    Raises:
        NothingHappened: no case has a completed activity.
        UsageError: ``noise`` is no share.
    """
    if not 0 <= noise <= 1:
        raise UsageError(f"noise is {noise}; give a share from 0 (all) to 1 (only the usual)")
    counts = flow.activities if isinstance(flow, DirectlyFollows) else activities_of(flow)
    if not counts:
        raise NothingHappened
    names = list(counts)
    if isinstance(flow, DirectlyFollows):
        mined = _of_graph(flow, names, noise)
    else:
        mined = _of_variants(flow, names, noise)
    tree = trees.ordered(_plain(mined, names), counts)
    return Model(tree, tuple(sorted(counts.keys() - set(trees.names(tree)))))


def _of_variants(variants: Sequence[Variant], names: list[str], noise: float) -> Any:
    """IMf, called itself: pm4py's front door does not know a counter of variants."""
    codes = {name: code for code, name in enumerate(names)}
    log: Counter[tuple[int, ...]] = Counter()
    for variant in variants:
        if variant.activities:
            log[tuple(codes[name] for name in variant.activities)] += variant.cases
    parameters = {"noise_threshold": noise}
    return IMFUVCL(parameters).apply(IMDataStructureUVCL(log), parameters)


def _of_graph(flow: DirectlyFollows, names: list[str], noise: float) -> Any:
    codes = {name: code for code, name in enumerate(names)}
    kept = without_noise(flow, noise)
    graph = DFG(
        {(codes[a], codes[b]): edge.count for (a, b), edge in sorted(kept.edges.items())},
        {codes[name]: count for name, count in sorted(kept.starts.items())},
        {codes[name]: count for name, count in sorted(kept.ends.items())},
    )
    return _WholeIMD().apply(IMDataStructureDFG(InductiveDFG(graph)))


class _WholeIMD(IMD):  # type: ignore[misc] # pm4py has no types
    """IMd that loses nothing.

    A part of a graph is known by its edges, starts and ends, so a cut may leave an activity with
    none of them: pm4py then drops it, or fails on a part without a start. Such a cut is none; the
    miner then says that its activities come in any order.
    """

    def find_cut(self, obj: Any, parameters: Any = None) -> Any:
        cut = super().find_cut(obj, parameters)
        if cut is None:
            return None
        graphs = [part.dfg for part in cut[1]]
        seen = {activity for graph in graphs for activity in get_vertices(graph)}
        whole = seen == set(get_vertices(obj.dfg))
        runs = all(graph.start_activities and graph.end_activities for graph in graphs)
        return cut if whole and runs else None


def _plain(mined: Any, names: list[str]) -> Tree:
    """pm4py's tree of numbers as a tree of ours."""
    if mined.operator is None:
        return trees.SILENT if mined.label is None else Activity(names[mined.label])
    operator = Operator(mined.operator.value)
    return trees.block(operator, (_plain(child, names) for child in mined.children))
