"""A process tree as BPMN 2.0, with its drawing, for any modeller (ISO/IEC 19510).

pm4py's own writer needs Graphviz for a layout, and names everything anew in each run; here the
same tree gives the same file.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from lxml import etree

from procesmijn.flows.diagram import Diagram, Flow, Kind, Shape, draw
from procesmijn.flows.tree import Tree
from procesmijn.flows.xml import encoded, readable

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"

_TAGS: Final = {
    Kind.START: "startEvent",
    Kind.END: "endEvent",
    Kind.TASK: "task",
    Kind.EXCLUSIVE: "exclusiveGateway",
    Kind.PARALLEL: "parallelGateway",
}
_GATEWAYS: Final = {Kind.EXCLUSIVE, Kind.PARALLEL}


def write(tree: Tree, name: str) -> bytes:
    """The BPMN document of a process called ``name``, as UTF-8."""
    diagram = draw(tree)
    root = etree.Element(
        f"{{{BPMN}}}definitions",
        {
            "id": "definitions",
            "targetNamespace": "urn:procesmijn:flow",
            "exporter": "procesmijn",
        },
        nsmap={"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI},
    )
    _process(root, diagram, name)
    _drawing(root, diagram)
    return encoded(root)


def _process(root: etree._Element, diagram: Diagram, name: str) -> None:
    """What happens: flow nodes, and sequence flows between them."""
    process = etree.SubElement(
        root,
        f"{{{BPMN}}}process",
        {"id": "process", "name": readable(name), "isExecutable": "false"},
    )
    incoming, outgoing = defaultdict[str, list[Flow]](list), defaultdict[str, list[Flow]](list)
    for flow in diagram.flows:
        outgoing[flow.source].append(flow)
        incoming[flow.target].append(flow)
    for shape in diagram.shapes:
        node = etree.SubElement(process, f"{{{BPMN}}}{_TAGS[shape.kind]}", {"id": shape.id})
        if shape.name:
            node.set("name", readable(shape.name))
        if shape.kind in _GATEWAYS:
            splits = len(outgoing[shape.id]) > 1
            node.set("gatewayDirection", "Diverging" if splits else "Converging")
        for flow in incoming[shape.id]:
            etree.SubElement(node, f"{{{BPMN}}}incoming").text = flow.id
        for flow in outgoing[shape.id]:
            etree.SubElement(node, f"{{{BPMN}}}outgoing").text = flow.id
    for flow in diagram.flows:
        etree.SubElement(
            process,
            f"{{{BPMN}}}sequenceFlow",
            {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target},
        )


def _drawing(root: etree._Element, diagram: Diagram) -> None:
    """Where it stands: a shape for every node, an edge for every flow."""
    picture = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", {"id": "diagram"})
    plane = etree.SubElement(
        picture, f"{{{BPMNDI}}}BPMNPlane", {"id": "plane", "bpmnElement": "process"}
    )
    for shape in diagram.shapes:
        _shape(plane, shape)
    for flow in diagram.flows:
        edge = etree.SubElement(
            plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{flow.id}_di", "bpmnElement": flow.id}
        )
        for x, y in flow.points:
            etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})


def _shape(plane: etree._Element, shape: Shape) -> None:
    element = etree.SubElement(
        plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{shape.id}_di", "bpmnElement": shape.id}
    )
    if shape.kind is Kind.EXCLUSIVE:
        element.set("isMarkerVisible", "true")
    etree.SubElement(
        element,
        f"{{{DC}}}Bounds",
        {
            "x": f"{shape.x:g}",
            "y": f"{shape.y:g}",
            "width": f"{shape.width:g}",
            "height": f"{shape.height:g}",
        },
    )
