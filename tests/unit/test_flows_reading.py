"""Models that somebody gives mean what they say, and what cannot be told exactly is refused."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procesmijn.flows import bpmn, pnml
from procesmijn.flows.canonical import canonical
from procesmijn.flows.errors import ModelNotReadable
from procesmijn.flows.net import SINK, SOURCE, Net
from procesmijn.flows.reading import read
from procesmijn.flows.tree import Tree, names
from tests import languages

FLOWS = """
<sequenceFlow id="1" sourceRef="asked" targetRef="check"/>
<sequenceFlow id="2" sourceRef="check" targetRef="either"/>
<sequenceFlow id="3" sourceRef="either" targetRef="inner"/>
<sequenceFlow id="4" sourceRef="either" targetRef="received"/>
<sequenceFlow id="5" sourceRef="inner" targetRef="done"/>
<sequenceFlow id="6" sourceRef="received" targetRef="done"/>
"""
OTHER = f"""
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
  <collaboration><participant id="we" processRef="p"/></collaboration>
  <process id="p">
    <startEvent id="asked" name="Asked"/>
    <userTask id="check" name="Check&#10; identity"/>
    <eventBasedGateway id="either"/>
    <intermediateCatchEvent id="received" name="Answer received"/>
    <subProcess id="inner" name="Hire">
      <startEvent id="in"/><callActivity id="call" name="Call"/><endEvent id="out"/>
      <sequenceFlow id="7" sourceRef="in" targetRef="call"/>
      <sequenceFlow id="8" sourceRef="call" targetRef="out"/>
    </subProcess>
    <endEvent id="done" name="Done"/>
    <textAnnotation id="note"/>
    {FLOWS}
  </process>
</definitions>
"""


WEIGHTED = """
<pnml><place id="p"/><transition id="t"/><arc id="7" source="p" target="t">
<inscription><text>2</text></inscription></arc></pnml>
"""


@settings(max_examples=60, deadline=None)  # the exact check tries every way through the model
@given(languages.trees())
def test_what_we_wrote_reads_back(tree: Tree) -> None:
    if not any(names(tree)):
        return
    language = languages.of_tree(tree, 4)
    assert languages.of_net(read(bpmn.write(tree, "ours"), ()), 4) == language
    assert languages.of_net(read(pnml.write(tree, "ours"), ()), 4) == language
    assert languages.of_net(pnml.of_tree(tree), 4) == language


@settings(max_examples=60, deadline=None)
@given(languages.trees("abcd"), st.randoms(use_true_random=False))
def test_the_net_of_a_model_is_one_whatever_file_it_comes_from(tree: Tree, chance: Random) -> None:
    """Nor does it matter what nodes are called, and in which order they come."""
    if not any(names(tree)):
        return
    net = pnml.of_tree(tree)
    nodes = [*net.places, *net.transitions]
    called = dict(zip(nodes, chance.sample(range(len(nodes)), len(nodes)), strict=True))
    other = {node: f"n{number}" for node, number in called.items()}
    other |= {SOURCE: SOURCE, SINK: SINK}
    shuffled = Net(
        chance.sample([other[place] for place in net.places], len(net.places)),
        {
            other[step]: net.transitions[step]
            for step in sorted(net.transitions, key=called.__getitem__)
        },
        chance.sample([(other[a], other[b]) for a, b in net.arcs], len(net.arcs)),
    )
    assert (
        canonical(shuffled)
        == canonical(net)
        == read(pnml.write(tree, "ours"), ())
        == read(bpmn.write(tree, "ours"), ())
    )


@pytest.mark.parametrize(
    ("known", "language"),
    [
        (set(), {("Check identity", "Call"), ("Check identity",)}),
        (
            {"Asked", "Answer received", "Check\n identity"},
            {
                ("Asked", "Check\n identity", "Call"),
                ("Asked", "Check\n identity", "Answer received"),
            },
        ),
    ],
)
def test_what_others_draw_is_read(known: set[str], language: set[tuple[str, ...]]) -> None:
    """Events are steps where the process has such an activity; a subprocess is what it holds."""
    assert languages.of_net(read(OTHER.encode(), known), 4) == language


def test_a_net_without_markings_starts_and_ends_where_arcs_do() -> None:
    document = """
    <pnml><net><page>
      <place id="sink"/><place id="p2"/><place id="p3"/><place id="p4"/>
      <transition id="a"><name><text>a</text></name></transition>
      <transition id="b"><name><text>b</text></name></transition>
      <transition id="t"/>
      <arc source="sink" target="t"/><arc source="t" target="p2"/><arc source="p2" target="a"/>
    </page><page>
      <arc source="a" target="p3"/><arc source="sink" target="b"/><arc source="b" target="p4"/>
    </page></net></pnml>
    """
    with_two_ends = read(document.encode(), ())
    assert languages.of_net(with_two_ends, 3) == set()  # one token cannot be in both
    one_end = document.replace('target="p4"', 'target="p3"').replace('<place id="p4"/>', "")
    assert languages.of_net(read(one_end.encode(), ()), 3) == {("a",), ("b",)}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "is no XML"),
        ("<html/>", "is a document 'html': give a BPMN or PNML file"),
        (OTHER.replace(FLOWS, ""), "no processes with a sequence flow"),
        (OTHER.replace("eventBasedGateway", "inclusiveGateway"), "has a inclusiveGateway (either)"),
        (OTHER.replace('targetRef="either"', 'targetRef="nobody"'), "refers to 'nobody'"),
        (OTHER.replace('name="C', 'label="C'), "no step of the model has a name"),
        ("<pnml/>", "no net in which a case starts"),
        (
            WEIGHTED,
            "an arc (7) of another kind",
        ),
        ('<pnml><arc source="p" target="t"/></pnml>', "refers to p or t, which is none"),
    ],
)
def test_what_cannot_be_told_is_refused(document: str, words: str) -> None:
    with pytest.raises(ModelNotReadable) as refused:
        read(document.encode(), ())
    assert words in str(refused.value)


def test_a_model_fetches_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret"
    secret.write_text("told")
    entity = f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    document = entity + OTHER.strip().replace('name="Call"', 'name="Call"').replace(
        "<textAnnotation", "<documentation>&e;</documentation><textAnnotation"
    )
    assert "told" not in str(read(document.encode(), ()))
