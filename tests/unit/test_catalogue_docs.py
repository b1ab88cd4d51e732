"""The manual of the catalogue tells the truth: its examples load, and it has every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from procesmijn.catalogue import parse
from procesmijn.catalogue.agreements import Agreement, Deliverable, Version
from procesmijn.catalogue.alerts import Alert, Channel, Summary
from procesmijn.catalogue.cadences import Cadence
from procesmijn.catalogue.calendars import Calendar, Closing, Holidays
from procesmijn.catalogue.grading import Grading
from procesmijn.catalogue.model import Catalogue
from procesmijn.catalogue.part import Label, Part, Text
from procesmijn.catalogue.parties import Membership, Party
from procesmijn.catalogue.process_rules import Rule
from procesmijn.catalogue.processes import Activity, Process, Stream

MANUAL = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)
PARTS: list[type[Part]] = [
    *(Catalogue, Label, Party, Membership, Calendar, Holidays, Closing, Process, Activity, Stream),
    *(Text, Deliverable, Agreement, Version, Rule, Cadence, Grading, Alert, Channel, Summary),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split(":")[0])
def test_an_example_loads_and_says_something(example: str) -> None:
    assert parse(example) != Catalogue()


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described_and_stands_in_an_example(part: type[Part]) -> None:
    for key in part.model_fields:
        assert f"`{key}`" in MANUAL
        assert any(re.search(rf"\b{key}:", example) for example in EXAMPLES) or key == "topic"


def test_every_kind_of_part_is_checked() -> None:
    def kinds(part: type[Part]) -> set[type[Part]]:
        return {part}.union(*map(kinds, part.__subclasses__()))

    assert {kind for kind in kinds(Part) if kind.model_fields} >= set(PARTS)
    assert {kind for kind in kinds(Part) if not kind.__subclasses__()} == set(PARTS)
