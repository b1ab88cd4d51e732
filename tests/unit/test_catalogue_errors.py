"""Every mistake in a catalogue is found, on its line, with what would be right, all at once.

In the files a comment ``#!`` says what has to be found on its line; nothing else may be found.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from procesmijn.catalogue import CatalogueErrors, load, parse
from procesmijn.catalogue.errors import nearest
from procesmijn.errors import ProcesmijnError

BROKEN = Path(__file__).with_name("test_catalogue_broken.yaml").read_text()


def expected(text: str) -> list[tuple[int, str]]:
    """What the comments of a file say has to be found."""
    return [
        (number, message)
        for number, line in enumerate(text.splitlines(), start=1)
        for said in re.findall(r"#! (.*)", line)
        for message in said.split(" | ")
    ]


def found(text: str) -> list[tuple[int, str]]:
    with pytest.raises(CatalogueErrors) as caught:
        parse(text)
    return sorted((finding.line, finding.message) for finding in caught.value.findings)


def test_all_mistakes_are_found_at_once_each_on_its_line() -> None:
    assert found(BROKEN) == sorted(expected(BROKEN))


@pytest.mark.parametrize(
    "text",
    [
        "parties: [\n#! this is no YAML: expected the node content, but found '<stream end>'",
        "teams:\n  it: 'hr\n#! this is no YAML: found unexpected end of stream",
        "parties: &all {}\nteams: *all  #! write out what *all stands for\n",
        "small_group: !!int 5  #! remove the tag tag:yaml.org,2002:int: values are plain text\n",
        "parties:\n---  #! a catalogue is one document; remove the line ---\nteams:\n",
        "[a, b]: c  #! a key is a text; put it in quotes\n",
        "- parties  #! give keys and values below it\n",
        "parties:\n  'h\x07r':  #! the character U+0007 cannot stand in YAML; remove it\n",
        f"parties: {'[' * 5000}  #! this lies more than 20 levels deep\n",
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_plain_yaml_is_refused_on_its_line(text: str) -> None:
    assert found(text) == expected(text)


def test_a_finding_is_a_line_that_editors_can_jump_to(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("parties:\n  hr:\n    calendar: ofice\nsmall: 5\n")

    with pytest.raises(ProcesmijnError) as caught:
        load(file)

    assert caught.value.exit_code == 1
    assert str(caught.value).splitlines() == [
        f"{file}:3: parties.hr.calendar: there is no calendar 'ofice'; did you mean 'office'?",
        f"{file}:4: small: there is no such key; did you mean 'small_group'?",
    ]


def test_a_finding_is_one_line_whatever_stands_in_the_file() -> None:
    with pytest.raises(CatalogueErrors) as caught:
        parse("parties:\n  hr:\n    calendar: |\n      two\n      lines\n")

    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.findings)
    assert all(line.startswith("catalogue:3: parties.hr.calendar: ") for line in lines)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(CatalogueErrors, match=r"none.yaml:1: this file cannot be read \(No such"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("parties:\n  café: {}\n".encode("latin-1"))
    with pytest.raises(CatalogueErrors, match=r"latin.yaml:2: this is not UTF-8"):
        load(tmp_path / "latin.yaml")


@pytest.mark.parametrize("names", [["Manager", "manager"], ["manager", "Manager"]])
def test_of_names_that_differ_in_capitals_the_nearest_is_meant(names: list[str]) -> None:
    assert nearest("manger", names) == "did you mean 'manager'?"
    assert nearest("Manger", names) == "did you mean 'Manager'?"
    assert nearest("MANAGER", ["manager"]) == "did you mean 'manager'?"
