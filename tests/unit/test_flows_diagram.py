"""The drawing: every tree is laid out so that it can be read, and written as valid BPMN."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pm4py
import pytest
from hypothesis import given
from lxml import etree

from procesmijn.flows import bpmn, svg
from procesmijn.flows.canvas import SVG
from procesmijn.flows.diagram import Diagram, Kind, Point, Shape, draw
from procesmijn.flows.tree import SILENT, Activity, Block, Operator, Tree, names
from tests import languages

MANY = languages.trees(names="abcdefghijkl", max_leaves=25)

AWKWARD = Block(
    Operator.SEQUENCE,
    (
        Activity('Ask <the> "manager" & wait'),
        Block(
            Operator.LOOP,
            (Activity("Correct"), Block(Operator.SEQUENCE, (Activity("Return"), Activity("\0")))),
        ),
        Block(Operator.CHOICE, (Activity("Personeelsinformatiesysteem bijwerken"), SILENT)),
    ),
)


@given(MANY)
def test_shapes_keep_apart(tree: Tree) -> None:
    for one, other in combinations(draw(tree).shapes, 2):
        apart_x = one.x + one.width + 20 <= other.x or other.x + other.width + 20 <= one.x
        apart_y = one.y + one.height + 20 <= other.y or other.y + other.height + 20 <= one.y
        assert apart_x or apart_y, (one, other)


@given(MANY)
def test_arrows_dock_on_borders_and_run_straight_past_other_shapes(tree: Tree) -> None:
    diagram = draw(tree)
    shapes = {shape.id: shape for shape in diagram.shapes}
    for flow in diagram.flows:
        assert len(flow.points) >= 2
        assert _is_on_border(flow.points[0], shapes[flow.source])
        assert _is_on_border(flow.points[-1], shapes[flow.target])
        for start, end in pairwise(flow.points):
            assert start != end
            assert start[0] == end[0] or start[1] == end[1]
            assert not [shape for shape in diagram.shapes if _runs_through(start, end, shape)]


@given(MANY)
def test_everything_is_on_the_canvas(tree: Tree) -> None:
    diagram = draw(tree)
    corners = [(shape.x, shape.y) for shape in diagram.shapes]
    corners += [(shape.x + shape.width, shape.y + shape.height) for shape in diagram.shapes]
    corners += [point for flow in diagram.flows for point in flow.points]
    assert all(0 < x < diagram.width and 0 < y < diagram.height for x, y in corners)


@given(MANY)
def test_each_activity_is_drawn_once_in_the_order_of_the_tree(tree: Tree) -> None:
    tasks = [shape.name for shape in draw(tree).shapes if shape.kind is Kind.TASK]
    assert tasks == list(names(tree))


@given(MANY)
def test_ways_split_and_meet_at_gateways_only(tree: Tree) -> None:
    diagram = draw(tree)
    for shape in diagram.shapes:
        comes = sum(flow.target == shape.id for flow in diagram.flows)
        goes = sum(flow.source == shape.id for flow in diagram.flows)
        match shape.kind:
            case Kind.START:
                assert (comes, goes) == (0, 1)
            case Kind.END:
                assert (comes, goes) == (1, 0)
            case Kind.TASK:
                assert (comes, goes) == (1, 1)
            case _:
                assert min(comes, goes) == 1
                assert max(comes, goes) > 1


def test_a_loop_leads_back_under_what_is_done() -> None:
    diagram = draw(Block(Operator.LOOP, (Activity("do"), Activity("redo"))))
    do, redo = _named(diagram, "do"), _named(diagram, "redo")
    assert redo.y > do.y + do.height
    into = next(flow for flow in diagram.flows if flow.target == redo.id)
    assert into.points[-1][0] == redo.x + redo.width


def test_a_way_around_is_an_arch_over_the_straight_line() -> None:
    diagram = draw(Block(Operator.CHOICE, (Activity("do"), SILENT)))
    arch = next(flow for flow in diagram.flows if len(flow.points) == 4)
    assert max(y for _, y in arch.points[1:3]) < _named(diagram, "do").y


def test_a_task_is_as_wide_as_its_longest_word() -> None:
    diagram = draw(Block(Operator.SEQUENCE, (Activity("Hire"), Activity("x" * 25))))
    assert _named(diagram, "Hire").width == 100
    assert _named(diagram, "x" * 25).width == 195


@given(MANY)
def test_bpmn_is_whole(tree: Tree) -> None:
    _check(etree.fromstring(bpmn.write(tree, "hiring")))


@pytest.mark.parametrize("tree", [AWKWARD, SILENT, Activity("")])
def test_bpmn_of_awkward_trees_is_whole(tree: Tree) -> None:
    root = etree.fromstring(bpmn.write(tree, "<&\"'\0>"))
    _check(root)
    assert _process(root).get("name") == "<&\"'\ufffd>"
    tasks = [task.get("name", "") for task in root.iter(f"{{{bpmn.BPMN}}}task")]
    assert tasks == [name.replace("\0", "\ufffd") for name in names(tree)]


@given(languages.trees())
def test_bpmn_is_what_pm4py_reads(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    file = tmp_path_factory.mktemp("model") / "model.bpmn"
    file.write_bytes(bpmn.write(tree, "hiring"))
    read = pm4py.read_bpmn(str(file))
    found = languages.of_pm4py(pm4py.convert_to_petri_net(read), 4)
    assert found == languages.of_tree(tree, 4)


@given(MANY)
def test_the_picture_has_every_shape_and_arrow(tree: Tree) -> None:
    diagram = draw(tree)
    root = etree.fromstring(svg.write(tree, "hiring"))
    boxes = [element for element in root if etree.QName(element).localname == "rect"]
    arrows = [element for element in root if etree.QName(element).localname == "polyline"]
    assert len(boxes) == len(list(names(tree)))
    assert len(arrows) == len(diagram.flows)
    labels = [" ".join(map(str, text.itertext())) for text in root.iter(f"{{{SVG}}}text")]
    assert [" ".join(label.split()) for label in labels] == list(names(tree))


def test_a_picture_wraps_names_and_escapes_them() -> None:
    root = etree.fromstring(svg.write(AWKWARD, "hiring"))
    first = next(root.iter(f"{{{SVG}}}text"))
    assert [line.text for line in first] == ["Ask <the>", '"manager" &', "wait"]


def _process(root: etree._Element) -> etree._Element:
    return next(root.iter(f"{{{bpmn.BPMN}}}process"))


def _named(diagram: Diagram, name: str) -> Shape:
    return next(shape for shape in diagram.shapes if shape.name == name)


def _is_on_border(point: Point, shape: Shape) -> bool:
    """On the middle of a side, which is where also a diamond and a circle have their border."""
    x, y = point[0] - shape.x, point[1] - shape.y
    middles = {
        (0.0, shape.height / 2),
        (shape.width, shape.height / 2),
        (shape.width / 2, 0.0),
        (shape.width / 2, shape.height),
    }
    return any(abs(x - mx) < 1e-6 and abs(y - my) < 1e-6 for mx, my in middles)


def _runs_through(start: Point, end: Point, shape: Shape) -> bool:
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return (
        left < shape.x + shape.width - 1e-6
        and right > shape.x + 1e-6
        and top < shape.y + shape.height - 1e-6
        and bottom > shape.y + 1e-6
    )


def _check(root: etree._Element) -> None:
    """Ids are unique names, references lead somewhere, and everything is drawn once."""
    ids = [str(element.get("id")) for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", identifier) for identifier in ids)

    process = _process(root)
    flows = {str(flow.get("id")): flow for flow in process.iter(f"{{{bpmn.BPMN}}}sequenceFlow")}
    nodes = {str(node.get("id")): node for node in process if node.get("id") not in flows}
    for identifier, flow in flows.items():
        source, target = nodes[str(flow.get("sourceRef"))], nodes[str(flow.get("targetRef"))]
        assert identifier in [out.text for out in source.iter(f"{{{bpmn.BPMN}}}outgoing")]
        assert identifier in [into.text for into in target.iter(f"{{{bpmn.BPMN}}}incoming")]
    listed = [ref.text for node in nodes.values() for ref in node]
    assert sorted(map(str, listed)) == sorted([*flows, *flows])

    shapes = list(root.iter(f"{{{bpmn.BPMNDI}}}BPMNShape"))
    edges = list(root.iter(f"{{{bpmn.BPMNDI}}}BPMNEdge"))
    assert sorted(str(shape.get("bpmnElement")) for shape in shapes) == sorted(nodes)
    assert sorted(str(edge.get("bpmnElement")) for edge in edges) == sorted(flows)
    assert all(len(shape.findall(f"{{{bpmn.DC}}}Bounds")) == 1 for shape in shapes)
    assert all(len(edge.findall(f"{{{bpmn.DI}}}waypoint")) >= 2 for edge in edges)
