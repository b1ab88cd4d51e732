"""What we write is what we read: encoding and decoding are each other's inverse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.data_schema import json_schema
from schemas.event import Event, Record
from schemas.instants import to_us
from schemas.objects import OBJECT_TYPES
from schemas.onboarding import ContractIssued
from schemas.registry import MODELS, decode, encode
from schemas.service import TicketAssigned
from schemas.step import Step

Make = Callable[..., Record]
WHEN = datetime(2026, 11, 20, 9, 56, 24, 123456, tzinfo=timezone(timedelta(hours=1)))

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)
instants = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants its bounds naive and adds the zone


def values_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a member, by nothing but its published schema."""
    if "anyOf" in schema:
        return st.one_of([values_of(branch) for branch in schema["anyOf"]])
    match schema:
        case {"type": "null"}:
            values: st.SearchStrategy[Any] = st.none()
        case {"type": "integer", "minimum": least, "maximum": most}:
            values = st.integers(least, most)
        case {"type": "array", "items": items}:
            values = st.lists(values_of(items), min_size=1, max_size=4)
        case {"format": "date-time"}:
            values = st.just("1970-01-01T23:59:59.999999+00:00")
        case {"maxLength": 64, "pattern": code}:
            values = st.from_regex(code, fullmatch=True).map(lambda text: text[:64])
        case _:
            values = texts.map(lambda text: text[: schema["maxLength"]])
    return values


def data_of(event_type: str) -> st.SearchStrategy[dict[str, Any]]:
    """Data of an event type: its example, with any of its members replaced."""
    model = MODELS[event_type]
    members = json_schema(model)["properties"]
    changes = st.fixed_dictionaries(
        {}, optional={name: values_of(member) for name, member in members.items()}
    )
    return changes.map(
        lambda changed: on_a_scale(
            {
                **model.example,
                "started_at": None,
                **{k: v for k, v in changed.items() if v is not None},
            }
        )
    )


def on_a_scale(data: dict[str, Any]) -> dict[str, Any]:
    """Put a score between the ends of its scale: no schema says that it lies there."""
    if "score" in data:
        names = ("lowest", "score", "highest")
        data |= dict(zip(names, sorted(data[name] for name in names), strict=True))
        if data["lowest"] == data["highest"]:
            data |= {"lowest": -1_000, "highest": 1_000}
    return data


events = st.sampled_from(list(MODELS)).flatmap(lambda name: st.tuples(st.just(name), data_of(name)))


def expected_objects(data: dict[str, Any], event_type: str) -> set[tuple[str, str]]:
    if event_type == "step":
        kinds = {"case": data.get("object") or data["process"]}
    else:
        kinds = {name: name for name in OBJECT_TYPES}
    return {
        (kind, each)
        for name, kind in kinds.items()
        if (ids := data.get(name)) is not None
        for each in ([ids] if isinstance(ids, str) else ids)
    }


@given(drawn=events, source=texts, id_=texts, time=instants, revision=st.integers(0, 2**63 - 1))
def test_decoding_gives_back_what_was_encoded(
    record: Make,
    schema_accepts: Callable[[str, object], bool],
    drawn: tuple[str, dict[str, Any]],
    source: str,
    id_: str,
    time: datetime,
    revision: int,
) -> None:
    event_type, data = drawn
    assert schema_accepts(event_type, data)
    headers, value = encode(event_type, source, id_, time, data, revision=revision)
    event = decode(record(value, dict(headers), to_us(time)))
    assert isinstance(event, Event), event
    assert (event.source, event.id, event.type) == (source, id_, event_type)
    assert (event.occurred_us, event.revision, event.is_retracted) == (to_us(time), revision, False)
    assert set(event.objects) == expected_objects(data, event_type)
    assert event.objects == tuple(sorted(set(event.objects)))
    assert event.started_us == (86_399_999_999 if data["started_at"] else None)
    assert event.receiver == data.get("to_party")
    for name in ("sequence", "party", "team", "performer"):
        assert getattr(event, name) == data.get(name)
    if event_type == "step":
        assert (event.process, event.activity) == (data["process"], data["activity"])
    assert event.extras == 0
    for name, member in event.data.items():
        assert member == data[name]
    model = MODELS[event_type]
    assert set(event.persons) == {
        name for name in model.person_members if name in event.data and name != "performer"
    }
    if event_type != "step":
        again = encode(event_type, source, id_, time, model(**data), revision=revision)
        assert decode(record(again[1], dict(again[0]), to_us(time))) == event


@given(event_type=st.sampled_from(list(MODELS)), revision=st.integers(0, 2**63 - 1))
def test_a_retraction_needs_no_data(record: Make, event_type: str, revision: int) -> None:
    headers, value = encode(event_type, "/x", "1", WHEN, revision=revision, is_retracted=True)
    event = decode(record(value, dict(headers)))
    assert event == Event(
        source="/x",
        id="1",
        type=event_type,
        occurred_us=to_us(WHEN),
        objects=(),
        revision=revision,
        is_retracted=True,
    )


def test_undeclared_members_do_no_harm(record: Make) -> None:
    data = {"contract": "C-1", "salary": float("nan"), "notes": [float("inf")]}
    headers, value = encode("contract.issued", "/x", "1", WHEN, data)
    event = decode(record(value, dict(headers)))
    assert isinstance(event, Event)
    assert event.extras == 2


def test_a_prefix_stays_on_the_wire(record: Make) -> None:
    data = ContractIssued(contract="C-1", started_at=WHEN)
    headers, value = encode("nl.example.contract.issued", "/x", "1", WHEN, data)
    assert b'"nl.example.contract.issued"' in value
    event = decode(record(value, dict(headers)))
    assert isinstance(event, Event)
    assert (event.type, event.started_us) == ("contract.issued", to_us(WHEN))


@pytest.mark.parametrize(
    ("event_type", "source", "id_", "time", "data"),
    [
        ("contract.isued", "/x", "1", WHEN, ContractIssued(contract="C-1")),
        ("contract.issued", "", "1", WHEN, ContractIssued(contract="C-1")),
        ("contract.issued", "/x", "1\0", WHEN, ContractIssued(contract="C-1")),
        ("contract.issued", "/x", "\ud800", WHEN, ContractIssued(contract="C-1")),
        ("contract.issued", "/x", "1", WHEN.replace(tzinfo=None), ContractIssued(contract="C-1")),
        ("contract.issued", "/x", "1", WHEN.replace(year=2100), ContractIssued(contract="C-1")),
        ("contract.issued", "/x", "1", WHEN, ContractIssued()),
        ("contract.issued", "/x", "1", WHEN, None),
        ("contract.issued", "/x", "1", WHEN, {"contract": 12}),
        ("contract.issued", "/x", "1", WHEN, {"contract": "\ud800"}),
        ("contract.issued", "/x", "1", WHEN, {"contract": "C-1", "scan": "x" * 1_048_576}),
        (
            "contract.issued",
            "/x",
            "1",
            WHEN,
            ContractIssued(contract="C-1", started_at=WHEN + timedelta(microseconds=1)),
        ),
        ("contract.issued", "/x", "1", WHEN, TicketAssigned(ticket="1", to_party="it")),
    ],
)
def test_what_would_be_refused_is_not_written(
    event_type: str, source: str, id_: str, time: datetime, data: Any
) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        encode(event_type, source, id_, time, data)


def test_events_cannot_be_changed() -> None:
    step = Step(process="p2p", case="1", activity="check")
    with pytest.raises(ValueError, match="frozen"):
        step.case = "2"  # type: ignore[misc]  # the type checker refuses it as well
