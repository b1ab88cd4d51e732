"""The forms in which a model leaves the house, by the names that people ask for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from procesmijn.flows import bpmn, pnml, ptml, svg
from procesmijn.flows.tree import Tree, text


class Form(StrEnum):
    """What a model is written as."""

    BPMN = "bpmn"
    """BPMN 2.0 with its drawing, for a modeller."""
    PETRI = "petri"
    """A Petri net as PNML, for analysis."""
    TREE = "tree"
    """The process tree as text, for reading."""
    PTML = "ptml"
    """The process tree as a file for other miners."""
    SVG = "svg"
    """The drawing of the BPMN file as a picture."""


def write(tree: Tree, form: Form, name: str) -> bytes:
    """A model of the process called ``name`` in that form, as UTF-8; the same in every run."""
    return _WRITERS[form](tree, name)


def _text(tree: Tree, name: str) -> bytes:  # noqa: ARG001 - a tree as text has no place for a name
    return f"{text(tree)}\n".encode()


_WRITERS: Final[Mapping[Form, Callable[[Tree, str], bytes]]] = {
    Form.BPMN: bpmn.write,
    Form.PETRI: pnml.write,
    Form.TREE: _text,
    Form.PTML: ptml.write,
    Form.SVG: svg.write,
}
