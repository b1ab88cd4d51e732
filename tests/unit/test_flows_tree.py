"""The process tree: small, ordered, and with the language that its operators say."""

from __future__ import annotations

from pathlib import Path

import pm4py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procesmijn.flows import pnml, ptml
from procesmijn.flows.tree import (
    SILENT,
    Activity,
    Block,
    Operator,
    Tree,
    block,
    may_be_silent,
    names,
    ordered,
    text,
)
from tests import languages

A, B, C = Activity("a"), Activity("b"), Activity("c")
SEQUENCE, CHOICE, PARALLEL, LOOP = (
    Operator.SEQUENCE,
    Operator.CHOICE,
    Operator.PARALLEL,
    Operator.LOOP,
)


@pytest.mark.parametrize(
    ("operator", "parts", "small"),
    [
        (SEQUENCE, [A], A),
        (SEQUENCE, [], SILENT),
        (SEQUENCE, [A, SILENT, B], Block(SEQUENCE, (A, B))),
        (SEQUENCE, [Block(SEQUENCE, (A, B)), C], Block(SEQUENCE, (A, B, C))),
        (PARALLEL, [A, Block(PARALLEL, (B, C)), SILENT], Block(PARALLEL, (A, B, C))),
        (CHOICE, [A, SILENT, A, SILENT], Block(CHOICE, (A, SILENT))),
        (CHOICE, [SILENT, SILENT], SILENT),
        (CHOICE, [Block(LOOP, (SILENT, A)), SILENT], Block(LOOP, (SILENT, A))),
        (CHOICE, [Block(CHOICE, (A, SILENT)), B], Block(CHOICE, (A, B, SILENT))),
        (LOOP, [SILENT, SILENT], SILENT),
        (LOOP, [Block(LOOP, (A, SILENT)), SILENT], Block(LOOP, (A, SILENT))),
    ],
)
def test_a_block_is_as_small_as_its_language_allows(
    operator: Operator, parts: list[Tree], small: Tree
) -> None:
    assert block(operator, parts) == small


@given(st.lists(languages.trees(max_leaves=3), min_size=2, max_size=3), st.sampled_from(Operator))
def test_making_a_block_small_keeps_its_language(parts: list[Tree], operator: Operator) -> None:
    children = tuple(parts[:2]) if operator is LOOP else tuple(parts)
    whole = languages.of_tree(Block(operator, children), 4)
    assert languages.of_tree(block(operator, children), 4) == whole


@given(languages.trees())
def test_silence_is_known_without_playing(tree: Tree) -> None:
    assert may_be_silent(tree) == (() in languages.of_tree(tree, 0))


@given(languages.trees())
def test_the_order_of_parts_does_not_change_the_language(tree: Tree) -> None:
    counts = {name: len(name) for name in names(tree)}
    assert languages.of_tree(ordered(tree, counts), 4) == languages.of_tree(tree, 4)


def test_the_usual_way_comes_first_and_the_way_around_last() -> None:
    tree = Block(CHOICE, (SILENT, A, B, C))
    assert ordered(tree, {"a": 3, "b": 9, "c": 3}) == Block(CHOICE, (B, A, C, SILENT))


def test_text_is_one_line_where_it_fits_and_indented_where_not() -> None:
    assert text(Block(CHOICE, (A, SILENT))) == "X( 'a', tau )"
    long = Block(SEQUENCE, (Activity("x" * 60), Block(LOOP, (A, Activity("y" * 30)))))
    assert text(long).splitlines() == [
        "->(",
        f"  '{'x' * 60}',",
        f"  *( 'a', '{'y' * 30}' )",
        ")",
    ]


def test_a_quote_in_a_name_is_doubled() -> None:
    assert text(Activity("manager's day")) == "'manager''s day'"


@given(languages.trees())
def test_text_is_what_pm4py_reads(tree: Tree) -> None:
    read = pm4py.parse_process_tree(text(tree))
    found = languages.of_pm4py(pm4py.convert_to_petri_net(read), 4)
    assert found == languages.of_tree(tree, 4)


@given(languages.trees())
def test_the_net_plays_the_language_of_the_tree(tree: Tree) -> None:
    assert languages.of_net(pnml.of_tree(tree), 4) == languages.of_tree(tree, 4)


@given(languages.trees())
def test_ptml_is_what_pm4py_reads(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    file = _written(tmp_path_factory, "tree.ptml", ptml.write(tree, "hiring"))
    found = languages.of_pm4py(pm4py.convert_to_petri_net(pm4py.read_ptml(file)), 4)
    assert found == languages.of_tree(tree, 4)


@given(languages.trees())
def test_pnml_is_what_pm4py_reads(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    file = _written(tmp_path_factory, "net.pnml", pnml.write(tree, "hiring"))
    found = languages.of_pm4py(pm4py.read_pnml(file), 4)
    assert found == languages.of_tree(tree, 4)


def _written(factory: pytest.TempPathFactory, name: str, content: bytes) -> str:
    file: Path = factory.mktemp("model") / name
    file.write_bytes(content)
    return str(file)
