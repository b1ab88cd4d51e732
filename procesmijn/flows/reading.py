"""A model that the owner of a process gives: BPMN or PNML, told apart by what it says it is."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from procesmijn.flows import bpmn_reader, pnml_reader
from procesmijn.flows.canonical import canonical
from procesmijn.flows.errors import ModelNotReadable
from procesmijn.flows.net import Net


def read(content: bytes, known: Collection[str]) -> Net:
    """The net of a model file, the same whatever form the file has. ``known`` are the activities of
    the process that it is held against.

    Raises:
        ModelNotReadable: it is no BPMN and no PNML, or has no step with a name.
    """
    try:
        # Models come from anywhere: nothing that they name is fetched or expanded.
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ModelNotReadable(
            f"the model is no XML ({error}): give a BPMN or PNML file"
        ) from error
    match etree.QName(root).localname:
        case "definitions":
            net = bpmn_reader.read(root, known)
        case "pnml":
            net = pnml_reader.read(root)
        case other:
            raise ModelNotReadable(f"the model is a document '{other}': give a BPMN or PNML file")
    if not any(net.transitions.values()):
        raise ModelNotReadable("no step of the model has a name: name them as the activities are")
    return canonical(net)
