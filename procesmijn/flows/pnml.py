"""A process tree as a Petri net, and that as PNML (ISO/IEC 15909-2).

The net of a tree is a sound workflow net: whatever it starts, it can finish.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.simplify import simplified
from procesmijn.flows.tree import SILENT, Activity, Block, Operator, Silent, Tree
from procesmijn.flows.xml import document, encoded, readable

PNML: Final = "http://www.pnml.org/version-2009/grammar/pnml"
_NET: Final = "http://www.pnml.org/version-2009/grammar/ptnet"


def of_tree(tree: Tree) -> Net:
    """The net with the language of the tree, without needless silent steps; nodes are numbered as
    the tree is read."""
    net = Net()
    _between(net, tree, SOURCE, SINK)
    return simplified(net)


def _between(net: Net, tree: Tree, before: str, after: str) -> None:
    """Add a tree so that it takes a token from ``before`` and puts one in ``after``."""
    match tree:
        case Activity(name):
            _transition(net, name, [before], [after])
        case Silent():
            _transition(net, None, [before], [after])
        case Block(Operator.SEQUENCE, children):
            places = [before, *(_place(net) for _ in children[1:]), after]
            for child, start, end in zip(children, places, places[1:], strict=False):
                _between(net, child, start, end)
        case Block(Operator.CHOICE, children):
            for child in children:
                _between(net, child, before, after)
        case Block(Operator.PARALLEL, children):
            starts = [_place(net) for _ in children]
            ends = [_place(net) for _ in children]
            _transition(net, None, [before], starts)
            for child, start, end in zip(children, starts, ends, strict=True):
                _between(net, child, start, end)
            _transition(net, None, ends, [after])
        case Block(Operator.LOOP, (do, redo)):
            start, end = _place(net), _place(net)
            _between(net, SILENT, before, start)
            _between(net, do, start, end)
            _between(net, redo, end, start)
            _between(net, SILENT, end, after)


def _place(net: Net) -> str:
    net.places.append(f"place_{len(net.places) - 1}")
    return net.places[-1]


def _transition(net: Net, name: str | None, inputs: list[str], outputs: list[str]) -> None:
    transition = f"transition_{len(net.transitions) + 1}"
    net.transitions[transition] = name
    net.arcs.extend((place, transition) for place in inputs)
    net.arcs.extend((transition, place) for place in outputs)


def write(tree: Tree, name: str) -> bytes:
    """The net of a process called ``name`` as PNML (ISO/IEC 15909-2), UTF-8.

    Silent transitions and the final marking have no place in the standard; they are written as
    ProM and pm4py do.
    """
    net = of_tree(tree)
    root = document(PNML, "pnml", {})
    element = _add(root, "net", id="net", type=_NET)
    _label(element, "name", name)
    page = _add(element, "page", id="page")
    for place in net.places:
        node = _add(page, "place", id=place)
        _label(node, "name", place)
        if place == SOURCE:
            _label(node, "initialMarking", "1")
    for transition, label in net.transitions.items():
        node = _add(page, "transition", id=transition)
        _label(node, "name", transition if label is None else label)
        if label is None:
            _add(node, "toolspecific", tool="ProM", version="6.4", activity="$invisible$")
    for number, (source, target) in enumerate(net.arcs, start=1):
        _add(page, "arc", id=f"arc_{number}", source=source, target=target)
    marking = _add(_add(element, "finalmarkings"), "marking")
    _add(_add(marking, "place", idref=SINK), "text").text = "1"
    return encoded(root)


def _label(parent: etree._Element, tag: str, text: str) -> None:
    _add(_add(parent, tag), "text").text = readable(text)


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{PNML}}}{tag}", attributes)
