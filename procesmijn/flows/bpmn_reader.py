"""A BPMN model that somebody drew, as the net that it means (ISO/IEC 19510).

pm4py's own reader passes over events, subprocesses and everything else that it does not know, so
that a model falls apart without a word; here what cannot be told exactly is refused by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from lxml import etree

from procesmijn.flows.bpmn import BPMN
from procesmijn.flows.errors import ModelNotReadable
from procesmijn.flows.net import SINK, SOURCE, Net

_EVENTS: Final = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
_STEPS: Final = _EVENTS | {
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "scriptTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "callActivity",
}
_CHOICES: Final = {"exclusiveGateway", "eventBasedGateway"}
_PARALLEL: Final = "parallelGateway"
_INNER: Final = "subProcess"


def read(root: etree._Element, known: Collection[str]) -> Net:
    """The net of the one process in a BPMN document.

    A task is a transition with its name; an event is one where it is called like one of the
    activities ``known``, and else silent. What a subprocess holds takes its place; an empty one is
    a task.

    Raises:
        ModelNotReadable: there is not exactly one process with a flow, or something in it is of a
            kind whose meaning a net cannot tell.
    """
    flowing = [
        process for process in root.iterfind(_tag("process")) if _children(process, "sequenceFlow")
    ]
    if len(flowing) != 1:
        raise ModelNotReadable(
            f"the BPMN has {len(flowing) or 'no'} processes with a sequence flow: give it one"
        )
    reading = _Reading(known)
    reading.container(flowing[0], SOURCE, SINK)
    return reading.net


class _Reading:
    """A net as it grows, with names for what BPMN has none of."""

    def __init__(self, known: Collection[str]) -> None:
        self.net = Net()
        self._known = known

    def container(self, element: etree._Element, entry: str, exit_: str) -> None:
        """Add what a process or subprocess holds, between two places."""
        incoming, outgoing = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        nodes = {child.get("id", ""): child for child in element if isinstance(child.tag, str)}
        for flow in _children(element, "sequenceFlow"):
            place = self._place()
            outgoing[flow.get("sourceRef", "")].append(place)
            incoming[flow.get("targetRef", "")].append(place)
        lost = (incoming.keys() | outgoing.keys()) - nodes.keys()
        if lost:
            raise ModelNotReadable(
                f"a sequence flow of the BPMN refers to '{min(lost)}', which is not beside it"
            )
        for name, node in nodes.items():
            if name in incoming or name in outgoing:
                self._node(node, incoming[name] or [entry], outgoing[name] or [exit_])

    def _node(self, node: etree._Element, before: list[str], after: list[str]) -> None:
        kind = etree.QName(node).localname
        if kind == _PARALLEL:
            self._silent(before, after)
        elif kind in _CHOICES:
            chosen = self._merged(before)
            for place in after:
                self._silent([chosen], [place])
        elif kind == _INNER and _children(node, "sequenceFlow"):
            done = self._place()
            self.container(node, self._merged(before), done)
            self._silent([done], after)
        elif kind in _STEPS or kind == _INNER:
            self._transition(self._label(node, kind), [self._merged(before)], after)
        else:
            raise ModelNotReadable(
                f"the BPMN has a {kind} ({_readable(node)}), whose meaning a net cannot tell: draw"
                " it with tasks, events, and exclusive or parallel gateways"
            )

    def _label(self, node: etree._Element, kind: str) -> str | None:
        name = node.get("name", "")
        if name not in self._known:
            name = " ".join(name.split())
        return name if name and (kind not in _EVENTS or name in self._known) else None

    def _merged(self, places: Sequence[str]) -> str:
        """One place that a token in any of them can come to."""
        if len(places) == 1:
            return places[0]
        merged = self._place()
        for place in places:
            self._silent([place], [merged])
        return merged

    def _place(self) -> str:
        self.net.places.append(f"place_{len(self.net.places) - 1}")
        return self.net.places[-1]

    def _silent(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._transition(None, before, after)

    def _transition(self, label: str | None, before: Sequence[str], after: Sequence[str]) -> None:
        transition = f"transition_{len(self.net.transitions) + 1}"
        self.net.transitions[transition] = label
        self.net.arcs.extend((place, transition) for place in before)
        self.net.arcs.extend((transition, place) for place in after)


def _children(element: etree._Element, tag: str) -> list[etree._Element]:
    return element.findall(_tag(tag))


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _readable(node: etree._Element) -> str:
    return " ".join(node.get("name", "").split()) or node.get("id", "")
