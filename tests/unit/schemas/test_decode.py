"""What keeps the contract, in every form that the bindings allow, becomes the same event."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.envelope import identity_of
from schemas.event import Event, Lifecycle, Record, Rejection, Skip
from schemas.registry import MODELS, decode, known_type, object_types, subjects

Make = Callable[..., Record]
Message = dict[str, Any]

ISSUED = Event(
    source="/hr/contracts",
    id="1234-1234-1234",
    type="contract.issued",
    occurred_us=1_795_164_984_000_000,
    objects=(("contract", "C-2026-0817"), ("employee", "E0001234")),
    started_us=1_795_161_600_000_001,
    sequence=4,
    party="hr",
    performer="m.dejong",
)


def attributes_of(message: Message) -> dict[str, str]:
    return {
        name: value for name, value in message.items() if name not in {"data", "datacontenttype"}
    }


def test_a_structured_event_becomes_an_event(structured: Make, issued: Message) -> None:
    assert decode(structured(issued)) == ISSUED


def test_a_binary_event_becomes_the_same_event(binary: Make, issued: Message) -> None:
    assert decode(binary(attributes_of(issued), issued["data"])) == ISSUED


def test_the_content_type_decides_where_a_structured_event_also_has_headers(
    record: Make, issued: Message
) -> None:
    headers = {
        "Content-Type": b"Application/CloudEvents+JSON; charset=UTF-8",
        "ce_id": b"another",
        "ce_type": b"ticket.closed",
    }
    assert decode(record(json.dumps(issued).encode(), headers)) == ISSUED


def test_a_header_without_a_value_is_as_if_it_were_not_there(record: Make, issued: Message) -> None:
    headers = {"content-type": None, "ce_id": None}
    assert decode(record(json.dumps(issued).encode(), headers)) == ISSUED


@pytest.mark.parametrize("headers", [{}, {"content-type": b"application/json"}, {"trace": b"1"}])
def test_an_event_whose_headers_say_nothing_of_it_is_read_as_structured(
    record: Make, issued: Message, headers: dict[str, bytes]
) -> None:
    assert decode(record(json.dumps(issued).encode(), headers)) == ISSUED
    refused = decode(record(json.dumps(issued["data"]).encode(), headers))
    assert isinstance(refused, Rejection)
    assert refused.reason == "wrong-specversion"
    assert "send the header ce_specversion" in refused.message


def test_data_may_come_as_base64(structured: Make, issued: Message) -> None:
    encoded = base64.b64encode(json.dumps(issued.pop("data")).encode()).decode()
    assert decode(structured({**issued, "data": None, "data_base64": encoded})) == ISSUED


@pytest.mark.parametrize("content_type", ["text/json", "application/vnd.hr+json; charset=utf-8"])
def test_every_json_content_type_is_json(
    structured: Make, issued: Message, content_type: str
) -> None:
    assert decode(structured({**issued, "datacontenttype": content_type})) == ISSUED


def test_unset_attributes_may_be_null(structured: Make, issued: Message) -> None:
    unset = dict.fromkeys(("subject", "dataschema", "revision", "retracted", "traceparent"))
    assert decode(structured({**issued, **unset})) == ISSUED


def test_header_values_are_not_percent_decoded(binary: Make, issued: Message) -> None:
    event = decode(binary({**attributes_of(issued), "id": "a%20b €"}, issued["data"]))
    assert isinstance(event, Event)
    assert event.id == "a%20b €"


def test_of_what_is_given_twice_the_last_stands(record: Make, issued: Message) -> None:
    text = json.dumps(issued)
    twice = text[:-1] + ', "id": "second"}'
    event = decode(record(twice.encode(), {}))
    assert isinstance(event, Event)
    assert event.id == "second"


@pytest.mark.parametrize(
    ("time", "occurred_us"),
    [
        ("2026-11-20T08:56:24Z", 1_795_164_984_000_000),
        ("2026-11-20t08:56:24z", 1_795_164_984_000_000),
        ("2026-11-20T00:56:24-08:00", 1_795_164_984_000_000),
        ("2026-11-20T08:56:24.465719851Z", 1_795_164_984_465_719),
        ("2026-11-20T08:56:24.5Z", 1_795_164_984_500_000),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T08:56:24Z", 1_795_251_384_000_000),  # a day after the record, and not more
    ],
)
def test_times_are_read_to_the_microsecond(
    structured: Make, issued: Message, time: str, occurred_us: int
) -> None:
    del issued["data"]["started_at"]
    event = decode(structured({**issued, "time": time}))
    assert isinstance(event, Event)
    assert event.occurred_us == occurred_us


def test_without_a_time_the_timestamp_of_the_record_counts(
    structured: Make, issued: Message
) -> None:
    del issued["time"]
    assert decode(structured(issued)) == ISSUED._replace(is_time_of_record=True)


def test_without_a_timestamp_of_the_record_time_is_held_against_the_century_only(
    structured: Make, issued: Message
) -> None:
    event = decode(structured({**issued, "time": "2099-12-31T23:59:59.999999Z"}, -1))
    assert isinstance(event, Event)
    assert event.occurred_us == 4_102_444_799_999_999


@pytest.mark.parametrize("revision", [3, "3"])
def test_a_revision_is_a_number_or_its_digits(
    structured: Make, issued: Message, revision: object
) -> None:
    assert decode(structured({**issued, "revision": revision})) == ISSUED._replace(revision=3)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"data": None},
        {"data": {"contract": 7}},
        {"data": "gone", "datacontenttype": "text/plain"},
        {"data_base64": "no base64"},
    ],
)
def test_a_retraction_needs_no_data(structured: Make, issued: Message, data: Message) -> None:
    del issued["data"]
    retraction = decode(structured({**issued, **data, "revision": 1, "retracted": True}))
    assert retraction == Event(
        source="/hr/contracts",
        id="1234-1234-1234",
        type="contract.issued",
        occurred_us=1_795_164_984_000_000,
        objects=(),
        revision=1,
        is_retracted=True,
    )


@pytest.mark.parametrize("word", ["true", "True"])
def test_a_retraction_in_headers_is_text_and_may_have_no_value(
    binary: Make, issued: Message, word: str
) -> None:
    attributes = {**attributes_of(issued), "revision": "1", "retracted": word}
    bare = decode(binary(attributes))
    assert isinstance(bare, Event)
    assert (bare.revision, bare.is_retracted, bare.objects) == (1, True, ())
    assert decode(binary(attributes, issued["data"])) == bare
    assert decode(binary(attributes)._replace(value=b"no JSON")) == bare


@pytest.mark.parametrize("retracted", [False, "false", None])
def test_what_is_not_retracted_stands(structured: Make, issued: Message, retracted: object) -> None:
    assert decode(structured({**issued, "retracted": retracted})) == ISSUED


def test_a_record_without_value_is_a_tombstone(record: Make, binary: Make, issued: Message) -> None:
    assert decode(record(None, {})) == Skip("tombstone")
    assert decode(record(None, {"content-type": b"application/json"})) == Skip("tombstone")
    assert decode(binary(attributes_of(issued))) == Skip("tombstone")


def test_ids_are_a_set(structured: Make, issued: Message) -> None:
    issued["data"]["vacancy"] = ["V-2", "V-1", "V-2"]
    event = decode(structured(issued))
    assert isinstance(event, Event)
    assert event.objects == (*ISSUED.objects, ("vacancy", "V-1"), ("vacancy", "V-2"))


def test_an_event_about_5000_cases_is_an_event(structured: Make, issued: Message) -> None:
    issued["data"]["vacancy"] = [f"V-{number}" for number in range(5_000)]
    event = decode(structured(issued))
    assert isinstance(event, Event)
    assert len(event.objects) == 5_002


def test_undeclared_members_are_left_out_and_counted(structured: Make, issued: Message) -> None:
    issued["data"] |= {"salary": 3250.0, "remarks": {"by": "m.dejong"}, "team": None}
    assert decode(structured(issued)) == ISSUED._replace(extras=2)


def test_members_of_a_type_are_its_data_and_persons_are_named(structured: Make) -> None:
    held = {
        "specversion": "1.0",
        "type": "interview.held",
        "source": "/ats",
        "id": "1",
        "data": {
            "candidate": "K-1",
            "roles": ["manager", "customer"],
            "interviewers": ["m.dejong", "a.visser"],
        },
    }
    event = decode(structured(held))
    assert isinstance(event, Event)
    assert event.data == {
        "roles": ["manager", "customer"],
        "interviewers": ["m.dejong", "a.visser"],
    }
    assert event.persons == ("interviewers",)
    assert event.objects == (("candidate", "K-1"),)


def test_a_receiving_party_is_the_receiver(structured: Make) -> None:
    assigned = {
        "specversion": "1.0",
        "type": "ticket.assigned",
        "source": "/itsm",
        "id": "1",
        "data": {"ticket": "INC-1", "party": "servicedesk", "to_party": "it", "assignee": "p.x"},
    }
    event = decode(structured(assigned))
    assert isinstance(event, Event)
    assert (event.receiver, event.data, event.persons) == ("it", {"assignee": "p.x"}, ("assignee",))


@pytest.mark.parametrize(
    ("word", "lifecycle"),
    [
        ("start", Lifecycle.START),
        ("START", Lifecycle.START),
        ("complete", Lifecycle.COMPLETE),
        ("Complete", Lifecycle.COMPLETE),
        ("ate_abort", Lifecycle.OTHER),
        ("schedule", Lifecycle.OTHER),
        (None, Lifecycle.COMPLETE),
    ],
)
def test_a_step_names_process_case_activity_and_lifecycle(
    structured: Make, word: str | None, lifecycle: Lifecycle
) -> None:
    data = {"process": "p2p", "case": "PO-1", "activity": "check"}
    step = {"specversion": "1.0", "type": "step", "source": "/log", "id": "1"}
    event = decode(structured({**step, "data": data | ({"lifecycle": word} if word else {})}))
    assert event == Event(
        source="/log",
        id="1",
        type="step",
        occurred_us=1_795_164_984_000_000,
        objects=(("p2p", "PO-1"),),
        lifecycle=lifecycle,
        process="p2p",
        activity="check",
        is_time_of_record=True,
    )


def test_a_step_names_the_object_type_of_its_cases(structured: Make) -> None:
    data = {"process": "care", "case": ["2", "1"], "object": "employee", "activity": "call"}
    step = {"specversion": "1.0", "type": "nl.example.step", "source": "/log", "id": "1"}
    event = decode(structured({**step, "data": data}))
    assert isinstance(event, Event)
    assert event.objects == (("employee", "1"), ("employee", "2"))
    assert event.type == "step"


@pytest.mark.parametrize("name", MODELS)
def test_every_type_may_carry_a_reverse_dns_prefix(name: str) -> None:
    assert known_type(name) == known_type(f"nl.example.{name}") == name


@pytest.mark.parametrize(
    "name", ["example.contract.issued", "nl.step", "nl.example.xcontract.issued"]
)
def test_a_prefix_is_a_reverse_dns_name(structured: Make, issued: Message, name: str) -> None:
    rejection = decode(structured({**issued, "type": name}))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unknown-type"


def test_the_example_of_every_type_is_an_event_of_it(structured: Make) -> None:
    for name, model in MODELS.items():
        event = decode(
            structured(
                {
                    "specversion": "1.0",
                    "type": name,
                    "source": "/example",
                    "id": "1",
                    "data": dict(model.example),
                }
            )
        )
        assert isinstance(event, Event), (name, event)
        assert (event.type, event.extras) == (name, 0)
        assert not {"party", "performer", "to_party", "employee", "case"} & set(event.data)


def test_subjects_are_what_a_receiving_party_is_to_act_on() -> None:
    about = subjects()
    assert about["ticket.assigned"] == about["ticket.transferred"] == "ticket"
    assert about["contract.requested"] == "contract"
    assert about["payroll_data.rejected"] == "payroll_data"
    assert "ticket.closed" not in about
    assert "step" not in about


def test_object_types_are_those_that_a_case_may_be() -> None:
    issued = {"contract", "employee", "candidate", "vacancy", "request"}
    assert object_types("contract.issued") == issued
    assert object_types("step") == frozenset()


@pytest.mark.parametrize(
    ("value", "headers", "identity"),
    [
        (b'{"source": "/hr", "id": "1", "type": 7}', (), ("/hr", "1")),
        (b"{", (("ce_source", b"/hr"), ("CE_ID", b"1")), ("/hr", "1")),
        (b"{", (("ce_source", b"/hr"), ("ce_id", b"\xff")), None),
        (b"", (("ce_id", b"1"),), None),
        (b'{"source": "/hr", "id": 1}', (), None),
        (b"[]", (), None),
        (b'{"source":' * 500, (), None),
        (None, (), None),
    ],
)
def test_the_identity_of_any_record_is_read_or_not(
    value: bytes | None,
    headers: tuple[tuple[str, bytes | None], ...],
    identity: tuple[str, str] | None,
) -> None:
    assert identity_of(Record("t", 0, 0, 0, None, value, headers)) == identity
