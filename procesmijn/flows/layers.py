"""Where the nodes of a graph go: in layers from left to right, as work flows.

(Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical system structures, IEEE
Transactions on Systems, Man, and Cybernetics 11, 1981.) Edges that lead back are turned round while
layers are sought. An edge over several layers has a stop in each. Nodes and stops of a layer come
in the order of the middle of their neighbours, a few times to and fro, and as near to it as they
can without touching. The same graph gives the same places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from scipy.optimize import isotonic_regression

Edge: TypeAlias = tuple[int, int]

_SWEEPS: Final = 16


class Place(NamedTuple):
    """The number of a layer, and how far down in it."""

    layer: int
    y: float


class Layers(NamedTuple):
    """The places of a graph; none is above 0."""

    nodes: Mapping[int, Place]
    stops: Mapping[Edge, Sequence[Place]]
    """What each edge passes between its nodes, from its source on; not of an edge to itself."""


@dataclass(slots=True, eq=False)
class _Spot:
    """A node, or a stop of an edge."""

    layer: int
    thickness: float
    y: float = 0.0
    before: list[_Spot] = field(default_factory=list)
    after: list[_Spot] = field(default_factory=list)

    def desired(self, neighbours: Sequence[_Spot]) -> float:
        return sum(each.y for each in neighbours) / len(neighbours) if neighbours else self.y


def in_layers(edges: Mapping[Edge, int], thick: float, thin: float) -> Layers:
    """Places for the nodes of weighted edges: nodes take ``thick`` of a layer, stops ``thin``."""
    order, back = _walk(edges)
    forward = [(b, a) if (a, b) in back else (a, b) for a, b in edges if a != b]
    layer = _longest_ways(order, forward)
    nodes = {node: _Spot(layer[node], thick) for node in order}
    chains: dict[Edge, list[_Spot]] = {}
    for edge in sorted(edges, key=lambda edge: (-edges[edge], edge)):
        a, b = sorted(edge, key=layer.__getitem__)
        if a != b:
            chains[edge] = [_Spot(at, thin) for at in range(layer[a] + 1, layer[b])]
            for one, other in pairwise([nodes[a], *chains[edge], nodes[b]]):
                one.after.append(other)
                other.before.append(one)
    rows: defaultdict[int, list[_Spot]] = defaultdict(list)
    for spot in (*nodes.values(), *(spot for chain in chains.values() for spot in chain)):
        rows[spot.layer].append(spot)
    _arrange([rows[number] for number in sorted(rows)])
    top = min((spot.y - spot.thickness / 2 for row in rows.values() for spot in row), default=0.0)
    return Layers(
        {node: Place(spot.layer, spot.y - top) for node, spot in nodes.items()},
        {
            edge: [
                Place(spot.layer, spot.y - top)
                for spot in (reversed(chain) if layer[edge[0]] > layer[edge[1]] else chain)
            ]
            for edge, chain in chains.items()
        },
    )


def _walk(edges: Mapping[Edge, int]) -> tuple[list[int], set[Edge]]:
    """The nodes in an order in which work comes to them, the usual ways first, and the edges that
    lead back in it: the others lead from earlier to later nodes."""
    leading: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in sorted(edges, key=lambda edge: (edges[edge], edge)):  # taken from the end
        if a != b:
            leading[a].append(b)
    reached = {b for a, b in edges if a != b}
    all_nodes = dict.fromkeys(node for edge in edges for node in edge)
    finished: list[int] = []
    seen: set[int] = set()
    for root in sorted(all_nodes, key=lambda node: node in reached):
        if root in seen:
            continue
        way = [root]
        seen.add(root)
        while way:
            if not leading[way[-1]]:
                finished.append(way.pop())
            elif (following := leading[way[-1]].pop()) not in seen:
                seen.add(following)
                way.append(following)
    order = finished[::-1]
    place = {node: at for at, node in enumerate(order)}
    return order, {(a, b) for a, b in edges if place[a] > place[b]}


def _longest_ways(order: Iterable[int], forward: Iterable[Edge]) -> dict[int, int]:
    leading: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in forward:
        leading[a].append(b)
    layer: dict[int, int] = defaultdict(int)
    for node in order:
        for following in leading[node]:
            layer[following] = max(layer[following], layer[node] + 1)
        layer[node] += 0  # also of a node that nothing leads to
    return layer


def _arrange(rows: Sequence[list[_Spot]]) -> None:
    for row in rows:
        _settle(row, [0.0] * len(row))
    for sweep in range(_SWEEPS):
        is_there = sweep % 2 == 0
        for row in rows[1:] if is_there else rows[-2::-1]:
            wanted = {
                id(spot): spot.desired(spot.before if is_there else spot.after) for spot in row
            }
            row.sort(key=lambda spot: wanted[id(spot)])
            _settle(row, [wanted[id(spot)] for spot in row])


def _settle(row: Sequence[_Spot], wanted: Sequence[float]) -> None:
    """Put each as near as can be to where it should be (least squares), in their order, apart."""
    shifts = [0.0]
    for one, other in pairwise(row):
        shifts.append(shifts[-1] + (one.thickness + other.thickness) / 2)
    fitted = isotonic_regression([want - shift for want, shift in zip(wanted, shifts, strict=True)])
    for spot, y, shift in zip(row, fitted.x.tolist(), shifts, strict=True):
        spot.y = y + shift
