"""A Petri net that somebody made, read from PNML (ISO/IEC 15909-2) as ProM and pm4py write it.

pm4py's own reader takes the last page of several and fails in many ways on a file that is none; so
the file is read here, and what is not an ordinary net of places and transitions is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from procesmijn.flows.errors import ModelNotReadable
from procesmijn.flows.net import SINK, SOURCE, Net


def read(root: etree._Element) -> Net:
    """The net of a PNML document, with one token that goes in at its source and out at its sink.

    A transition without a name, or with ProM's mark for it, is silent. Without markings a case
    starts in the places that nothing leads to, and ends in those that lead nowhere.

    Raises:
        ModelNotReadable: it has no net in which every arc moves one token, or no place where a
            case starts or ends.
    """
    places = [node.get("id", "") for node in root.iterfind(".//{*}place[@id]")]
    transitions = {
        node.get("id", ""): _label(node) for node in root.iterfind(".//{*}transition[@id]")
    }
    arcs = [_arc(node, {*places, *transitions}) for node in root.iterfind(".//{*}arc")]
    start = [node.get("id", "") for node in root.iterfind(".//{*}place[@id]") if _is_marked(node)]
    final = root.iterfind(".//{*}finalmarkings/{*}marking[1]/{*}place")
    end = [node.get("idref", "") for node in final if _text(node) != "0"]
    start = start or [place for place in places if place not in {target for _, target in arcs}]
    end = end or [place for place in places if place not in {source for source, _ in arcs}]
    if not transitions or not start or not end:
        raise ModelNotReadable(
            "the PNML has no net in which a case starts in a place and ends in one"
        )

    # Ids of the file and those of ours must not meet.
    names = {place: f"place {place}" for place in places}
    ends = {place: name for (place, *more), name in ((start, SOURCE), (end, SINK)) if not more}
    names |= ends if len(set(ends)) == len(ends) else {}
    names |= {transition: f"transition {transition}" for transition in transitions}
    net = Net(
        [SOURCE, SINK, *(names[place] for place in places if names[place] not in {SOURCE, SINK})],
        {names[transition]: label for transition, label in transitions.items()},
        [(names[source], names[target]) for source, target in arcs],
    )
    _lead(net, [SOURCE], [names[place] for place in start])
    _lead(net, [names[place] for place in end], [SINK])
    return net


def _lead(net: Net, before: Sequence[str], after: Sequence[str]) -> None:
    """Let a token go from places to others, unless they are the same."""
    if before != after:
        step = f"from {before[0]} to {after[0]}"
        net.transitions[step] = None
        net.arcs.extend((place, step) for place in before)
        net.arcs.extend((step, place) for place in after)


def _label(node: etree._Element) -> str | None:
    for tool in node.iterfind("{*}toolspecific"):
        if "invisible" in tool.get("activity", ""):
            return None
    return _text(node.find("{*}name")) or None


def _arc(node: etree._Element, nodes: set[str]) -> tuple[str, str]:
    kind = (_text(node.find("{*}inscription")), _text(node.find("{*}arctype")))
    if kind[0] not in {"", "1"} or kind[1] not in {"", "normal"}:
        raise ModelNotReadable(
            f"the PNML has an arc ({node.get('id', '')}) of another kind than those that move one"
            " token: give an ordinary net"
        )
    source, target = node.get("source", ""), node.get("target", "")
    if not {source, target} <= nodes:
        raise ModelNotReadable(f"an arc of the PNML refers to {source} or {target}, which is none")
    return source, target


def _is_marked(place: etree._Element) -> bool:
    return _text(place.find("{*}initialMarking")) not in {"", "0"}


def _text(node: etree._Element | None) -> str:
    return "" if node is None else node.findtext("{*}text", "").strip()
