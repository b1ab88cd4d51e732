"""What is published is what is checked, it is current, and it only ever grows."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import publish
from schemas.additive import breaking_changes
from schemas.data_schema import json_schema
from schemas.objects import OBJECT_TYPES, PERSON_TYPES
from schemas.registry import MODELS

Schema = dict[str, Any]


@pytest.fixture
def held() -> Schema:
    """A schema of all kinds of members."""
    return copy.deepcopy(json_schema(MODELS["interview.held"]))


def test_the_folder_is_current() -> None:
    stored = {path.name: path.read_text("utf-8") for path in publish.PUBLISHED.iterdir()}
    assert stored == publish.published_files(), "run python -m schemas.publish"


def test_the_manual_is_current() -> None:
    manual = publish.MANUAL.read_text("utf-8")
    assert manual == publish.with_tables(manual, publish.manual_tables())


def test_a_manual_without_a_marker_is_noticed() -> None:
    with pytest.raises(ValueError, match="reasons"):
        publish.with_tables("<!-- reasons: generated -->\n", {"reasons": ""})


def test_the_models_only_add_to_what_is_published() -> None:
    assert list(publish.all_breaking_changes(publish.PUBLISHED)) == []


def test_publishing_refuses_what_would_break_producers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = json_schema(MODELS["ticket.closed"])
    published["properties"]["solution"] = {"type": "string"}
    before = json.dumps(published)
    (tmp_path / "ticket.closed.json").write_text(before)
    (tmp_path / "ticket.forgotten.json").write_text(before)
    monkeypatch.setattr(publish, "PUBLISHED", tmp_path)
    assert publish.main() == 1
    said = capsys.readouterr().err
    assert "ticket.closed: solution: removed" in said
    assert "ticket.forgotten: the event type was removed" in said
    assert (tmp_path / "ticket.closed.json").read_text() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_publishing_writes_schemas_and_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual = tmp_path / "events.md"
    markers = [
        f"<!-- {name}: generated -->\n<!-- {name}: end -->\n" for name in publish.manual_tables()
    ]
    manual.write_text("".join(markers))
    monkeypatch.setattr(publish, "PUBLISHED", tmp_path / "published")
    monkeypatch.setattr(publish, "MANUAL", manual)
    monkeypatch.setattr(publish, "ASYNCAPI", tmp_path / "asyncapi.json")
    assert publish.main() == 0
    assert (tmp_path / "asyncapi.json").stat().st_size > 100_000
    assert len(list((tmp_path / "published").iterdir())) == len(MODELS)
    assert "| `contract.issued` |" in manual.read_text()


@pytest.mark.parametrize("name", MODELS)
def test_examples_keep_their_schema(
    schema_accepts: Callable[[str, object], bool], name: str
) -> None:
    for example in json_schema(MODELS[name])["examples"]:
        assert schema_accepts(name, example)


@pytest.mark.parametrize("name", MODELS)
def test_every_type_and_member_is_explained(name: str) -> None:
    schema = json_schema(MODELS[name])
    assert " emits it " in schema["description"]
    assert all(member["description"] for member in schema["properties"].values())
    assert schema["$id"] == f"urn:procesmijn:event:{name}"


def test_objects_and_persons_are_marked() -> None:
    marked = set()
    for model in MODELS.values():
        for name, member in json_schema(model)["properties"].items():
            if "x-object-type" in member:
                assert member["x-object-type"] == name
                marked.add(name)
    assert marked == OBJECT_TYPES
    assert PERSON_TYPES - {"person"} <= OBJECT_TYPES
    persons = {
        name
        for model in MODELS.values()
        for name, member in json_schema(model)["properties"].items()
        if "x-person" in member
    }
    assert persons == {
        *("performer", "interviewers", "manager", "requester", "assignee", "participants")
    }


def test_an_equal_schema_breaks_nothing(held: Schema) -> None:
    assert breaking_changes(held, copy.deepcopy(held)) == []


@pytest.mark.parametrize(
    "path_and_value",
    [
        ("properties.score", {"type": "integer"}),  # an optional member more
        ("properties.vacancy.anyOf.0.maxLength", 600),
        ("properties.vacancy.anyOf.1.items.maxLength", 600),
        ("properties.sequence.anyOf.0", {"type": "integer"}),
        ("properties.party.description", "said better"),
        ("properties.party.anyOf.2", {"type": "integer"}),  # a type more
        ("anyOf.3", {"required": ["interview"]}),  # another object is enough as well
    ],
    ids=lambda change: change[0],
)
def test_additions_break_nothing(held: Schema, path_and_value: tuple[str, Any]) -> None:
    assert breaking_changes(held, changed(held, *path_and_value)) == []


def test_dropping_a_requirement_breaks_nothing(held: Schema) -> None:
    assert breaking_changes({**held, "required": ["roles"]}, held) == []
    without_choice = {key: value for key, value in held.items() if key != "anyOf"}
    assert breaking_changes(held, without_choice) == []
    assert breaking_changes({**without_choice, "required": ["vacancy"]}, held) == []


@pytest.mark.parametrize(
    ("path", "value", "change"),
    [
        ("properties.roles", None, "roles: removed"),
        ("required", ["roles"], "roles: newly required"),
        ("properties.party", {"type": "string"}, "party: accepts less than it did"),
        ("properties.vacancy.anyOf.0.maxLength", 10, "vacancy: accepts less than it did"),
        ("properties.vacancy.anyOf.0.minLength", 2, "vacancy: accepts less than it did"),
        ("properties.vacancy.anyOf.0.pattern", "^V", "vacancy: accepts less than it did"),
        ("properties.vacancy.anyOf.1.maxItems", 5, "vacancy: accepts less than it did"),
        ("properties.vacancy.anyOf.1.items.maxLength", 5, "vacancy: accepts less than it did"),
        ("properties.sequence.anyOf.0.maximum", 9, "sequence: accepts less than it did"),
        ("properties.sequence.anyOf.0.minimum", 0, "sequence: accepts less than it did"),
        ("properties.sequence.anyOf.0.type", "string", "sequence: accepts less than it did"),
        ("properties.party.anyOf.0.format", "uri", "party: accepts less than it did"),
        ("properties.performer.x-person", None, "performer: x-person was True and is None"),
        (
            "properties.vacancy.x-object-type",
            "post",
            "vacancy: x-object-type was 'vacancy' and is 'post'",
        ),
        ("anyOf", [{"required": ["vacancy"]}], "application: no longer enough by itself"),
    ],
)
def test_every_narrowing_is_named(held: Schema, path: str, value: Any, change: str) -> None:
    assert change in breaking_changes(held, changed(held, path, value))


def test_asking_for_an_object_is_a_narrowing(held: Schema) -> None:
    without_choice = {key: value for key, value in held.items() if key != "anyOf"}
    assert breaking_changes(without_choice, held) == [
        "newly required: one of application, candidate, vacancy"
    ]


def changed(schema: Schema, path: str, value: Any) -> Schema:
    """A copy with another value at a path; None takes away what is there."""
    copied = copy.deepcopy(schema)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last) : int(last) + 1] = [value]
    elif value is None:
        del place[last]
    else:
        place[last] = value
    return copied
