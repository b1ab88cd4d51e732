"""A process tree as PTML, the file in which ProM and pm4py exchange trees."""

from __future__ import annotations

from typing import Final

from lxml import etree

from procesmijn.flows.tree import SILENT, Activity, Block, Operator, Silent, Tree
from procesmijn.flows.xml import encoded, readable

_TAGS: Final = {
    Operator.SEQUENCE: "sequence",
    Operator.CHOICE: "xor",
    Operator.PARALLEL: "and",
    Operator.LOOP: "xorLoop",
}


def write(tree: Tree, name: str) -> bytes:
    """The tree of a process called ``name``, as UTF-8.

    All nodes come first, then who is whose parent. A loop has a third part here, which ends it.
    """
    root = etree.Element("ptml")
    document = etree.SubElement(root, "processTree", id="tree", root="node_1", name=readable(name))
    parents: list[tuple[str, str]] = []
    _nodes(document, tree, parents)
    for number, (parent, child) in enumerate(parents, start=1):
        etree.SubElement(
            document, "parentsNode", id=f"edge_{number}", sourceId=parent, targetId=child
        )
    return encoded(root)


def _nodes(document: etree._Element, tree: Tree, parents: list[tuple[str, str]]) -> str:
    """Add a node and those under it; return its id."""
    node = f"node_{len(document) + 1}"
    match tree:
        case Activity(name):
            etree.SubElement(document, "manualTask", id=node, name=readable(name))
        case Silent():
            etree.SubElement(document, "automaticTask", id=node, name="")
        case Block(operator, children):
            etree.SubElement(document, _TAGS[operator], id=node, name="")
            ended = (*children, SILENT) if operator is Operator.LOOP else children
            for child in ended:
                parents.append((node, _nodes(document, child, parents)))
    return node
