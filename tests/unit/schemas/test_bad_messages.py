"""What breaks the contract gets a reason and one line, whatever the bytes are, and never a name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.data_schema import json_schema
from schemas.event import Event, Record, Rejection, Skip
from schemas.instants import to_us
from schemas.reasons import Reason
from schemas.registry import MODELS, decode

Make = Callable[..., Record]
Accepts = Callable[[str, object], bool]
Message = dict[str, Any]

NAME = "jan.jansen@example.org"
CE_JSON = b"application/cloudevents+json"
ABSENT = object()
CONTROLS = ("\0", "\t", "\n", "\r", "\x1f", "\x7f", "\x85", "\x9f")
"""The ends of what is forbidden, the separator of keys, and what people really send."""

BAD_VALUES = {
    "empty": (b"", "not-json"),
    "text": (NAME.encode(), "not-json"),
    "cut off": (b'{"specversion": "1.0", "type": "contract.iss', "not-json"),
    "two documents": (b"{}{}", "not-json"),
    "byte order mark": (b"\xef\xbb\xbf{}", "not-json"),
    "NaN": (b'{"data": NaN}', "not-json"),
    "Infinity": (b'{"data": -Infinity}', "not-json"),
    "number of 5000 digits": (b'{"data": ' + b"1" * 5_000 + b"}", "not-json"),
    "lone surrogate": (b'{"id": "\\ud800"}', "not-json"),
    "UTF-16": ('{"id": "1"}'.encode("utf-16"), "not-utf8"),
    "Latin-1": ('{"id": "Zoë"}'.encode("latin-1"), "not-utf8"),
    "encoded surrogate": (b'{"id": "\xed\xa0\x80"}', "not-utf8"),
    "deep lists": (b"[" * 100_000, "too-deep"),
    "deep objects": (b'{"data":' * 1_000 + b"1" + b"}" * 1_000, "too-deep"),
    "10 MB": (b'{"data": "' + b"x" * 10_000_000 + b'"}', "too-large"),
    "a list": (b"[]", "wrong-specversion"),
    "a number": (b"12", "wrong-specversion"),
    "an object": (b'{"name": "jan.jansen@example.org"}', "wrong-specversion"),
}

BAD_ATTRIBUTES: list[tuple[Message, str]] = [
    ({"specversion": ABSENT}, "wrong-specversion"),
    ({"specversion": "0.3"}, "wrong-specversion"),
    ({"specversion": 1.0}, "wrong-specversion"),
    ({"id": ABSENT}, "invalid-attribute"),
    ({"id": None}, "invalid-attribute"),
    ({"id": ""}, "invalid-attribute"),
    ({"id": 12}, "invalid-attribute"),
    ({"id": NAME * 100}, "invalid-attribute"),
    ({"id": f"{NAME}\0"}, "invalid-attribute"),
    *(({"id": f"7{control}{NAME}"}, "invalid-attribute") for control in CONTROLS),
    ({"source": f"/hr\x1f{NAME}"}, "invalid-attribute"),
    ({"type": "step\n"}, "invalid-attribute"),
    ({"source": ABSENT}, "invalid-attribute"),
    ({"source": [NAME]}, "invalid-attribute"),
    ({"type": ABSENT}, "invalid-attribute"),
    ({"type": {"name": NAME}}, "invalid-attribute"),
    ({"type": NAME}, "unknown-type"),
    ({"type": "contract.issue"}, "unknown-type"),
    ({"type": "Contract.Issued"}, "unknown-type"),
    ({"type": "contract.issued.v2"}, "unknown-type"),
    ({"time": NAME}, "invalid-time"),
    ({"time": ""}, "invalid-time"),
    ({"time": 1_795_164_984}, "invalid-time"),
    ({"time": "2026-11-20"}, "invalid-time"),
    ({"time": "20261120T095624Z"}, "invalid-time"),
    ({"time": "2026-W47-5T09:56:24Z"}, "invalid-time"),
    ({"time": "2026-02-30T09:56:24Z"}, "invalid-time"),
    ({"time": "2026-11-20T23:59:60Z"}, "invalid-time"),
    ({"time": "2026-11-20T09:56:24+24:00"}, "invalid-time"),
    ({"time": "٢٠٢٦-11-20T09:56:24Z"}, "invalid-time"),
    ({"time": "2026-11-20T09:56:24.123456\u0667Z"}, "invalid-time"),
    ({"time": "2026-11-20T09:56:24"}, "time-without-zone"),
    ({"time": "2026-11-20T09:56:24.123"}, "time-without-zone"),
    ({"time": "2026-11-21T08:56:24.000001Z"}, "time-implausible"),
    ({"time": "1969-12-31T23:59:59.999999Z"}, "time-implausible"),
    ({"time": "0001-01-01T00:00:00+14:00"}, "time-implausible"),
    ({"time": "9999-12-31T23:59:59-14:00"}, "time-implausible"),
    ({"revision": -1}, "invalid-attribute"),
    ({"revision": 1.0}, "invalid-attribute"),
    ({"revision": True}, "invalid-attribute"),
    ({"revision": "²"}, "invalid-attribute"),
    ({"revision": "-1"}, "invalid-attribute"),
    ({"revision": "9" * 4_000}, "invalid-attribute"),
    ({"revision": 2**63}, "invalid-attribute"),
    ({"retracted": NAME}, "invalid-attribute"),
    ({"retracted": 1}, "invalid-attribute"),
    ({"retracted": []}, "invalid-attribute"),
    ({"datacontenttype": "application/xml"}, "unsupported-format"),
    ({"datacontenttype": 5}, "unsupported-format"),
    ({"data_base64": "e30="}, "invalid-attribute"),
    ({"data": ABSENT, "data_base64": "no base64!"}, "invalid-attribute"),
    ({"data": ABSENT, "data_base64": 7}, "invalid-attribute"),
    ({"data": ABSENT, "data_base64": "é"}, "invalid-attribute"),
    ({"data": ABSENT, "data_base64": "e30"}, "invalid-attribute"),
    ({"data": ABSENT, "data_base64": "eA=="}, "not-json"),
    ({"data": ABSENT, "data_base64": "/w=="}, "not-utf8"),
    ({"data": ABSENT}, "invalid-data"),
    ({"data": None}, "invalid-data"),
    ({"data": NAME}, "invalid-data"),
    ({"data": []}, "invalid-data"),
]

BAD_DATA: list[tuple[str, Message]] = [
    ("vacancy.opened", {"party": "hr"}),
    ("vacancy.opened", {"vacancy": None}),
    ("vacancy.opened", {"vacancy": 42}),
    ("vacancy.opened", {"vacancy": ""}),
    ("vacancy.opened", {"vacancy": []}),
    ("vacancy.opened", {"vacancy": ["V-1", 42]}),
    ("vacancy.opened", {"vacancy": {"number": NAME}}),
    ("vacancy.opened", {"vacancy": NAME * 100}),
    ("vacancy.opened", {"vacancy": f"{NAME}\0"}),
    *(("vacancy.opened", {"vacancy": f"7{control}{NAME}"}) for control in CONTROLS),
    *(("vacancy.opened", {"vacancy": ["V-1", f"7{control}{NAME}"]}) for control in CONTROLS),
    ("vacancy.opened", {"vacancy": "V-1", "party": f"hr\x1f{NAME}"}),
    ("vacancy.opened", {"vacancy": "V-1", "performer": f"jan\x1f{NAME}"}),
    ("step", {"process": "p2p", "case": "1", "activity": "x", "object": f"a\x1f{NAME}"}),
    ("step", {"process": "p2p", "case": "1", "activity": "two\nlines"}),
    ("vacancy.opened", {"vacancy": [str(number) for number in range(10_001)]}),
    ("vacancy.opened", {"vacancy": "V-1", "party": ""}),
    ("vacancy.opened", {"vacancy": "V-1", "party": [NAME]}),
    ("vacancy.opened", {"vacancy": "V-1", "performer": NAME * 10}),
    ("vacancy.opened", {"vacancy": "V-1", "performer": {"name": NAME}}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": "12"}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": 1.5}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": True}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": 2**63}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": -(2**63) - 1}),
    ("vacancy.opened", {"vacancy": "V-1", "sequence": 10**400}),
    ("vacancy.opened", {"vacancy": "V-1", "started_at": 1_795_164_984}),
    ("vacancy.opened", {"vacancy": "V-1", "started_at": True}),
    ("vacancy.opened", {"vacancy": "V-1", "started_at": NAME}),
    ("vacancy.opened", {"vacancy": "V-1", "started_at": "2026-11-20T08:00:00"}),
    ("vacancy.withdrawn", {"vacancy": "V-1", "reason": f"asked by {NAME}"}),
    ("interview.held", {"candidate": "K-1", "roles": "manager"}),
    ("interview.held", {"candidate": "K-1", "interviewers": [NAME, None]}),
    ("ticket.assigned", {"ticket": "INC-1"}),
    ("step", {"process": "p2p", "activity": "check"}),
    ("step", {"process": "p2p", "case": "1", "activity": "x" * 201}),
    ("step", {"process": "p2p", "case": "1", "activity": "x", "lifecycle": ""}),
    ("rating.given", {**MODELS["rating.given"].example, "score": 8.5}),
    ("rating.given", {**MODELS["rating.given"].example, "score": "8"}),
    ("rating.given", {**MODELS["rating.given"].example, "score": 1_001}),
    ("conversation.held", {**MODELS["conversation.held"].example, "customers": []}),
    ("conversation.held", {**MODELS["conversation.held"].example, "customers": "payroll"}),
]
BAD_DATA += [
    (name, {member: value for member, value in model.example.items() if member != required})
    for name, model in MODELS.items()
    for required, field in model.model_fields.items()
    if field.is_required()
]
BAD_DATA += [
    (name, {**model.example, member: f"asked by {NAME}"})
    for name, model in MODELS.items()
    for member, schema in json_schema(model)["properties"].items()
    if any(
        each.get("pattern", "").startswith("^[A-Za-z0-9]") for each in schema.get("anyOf", [schema])
    )
]


def rejected(record: Record) -> Rejection:
    """Decode what is bad, and hold the refusal against what every refusal has to be."""
    outcome = decode(record)
    assert isinstance(outcome, Rejection), outcome
    assert outcome.reason in set(Reason)
    assert type(outcome.reason) is str
    assert outcome.message.splitlines() == [outcome.message]
    assert "jan" not in outcome.message
    assert len(outcome.message) < 300
    return outcome


@pytest.mark.parametrize(("value", "reason"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_bad_values(record: Make, value: bytes, reason: str) -> None:
    assert rejected(record(value, {"content-type": CE_JSON})).reason == reason


@pytest.mark.parametrize(("change", "reason"), BAD_ATTRIBUTES, ids=str)
def test_bad_attributes(structured: Make, issued: Message, change: Message, reason: str) -> None:
    message = {k: v for k, v in {**issued, **change}.items() if v is not ABSENT}
    assert rejected(structured(message)).reason == reason


@pytest.mark.parametrize(("event_type", "data"), BAD_DATA, ids=lambda part: str(part)[:60])
def test_bad_data(structured: Make, issued: Message, event_type: str, data: Message) -> None:
    refusal = rejected(structured({**issued, "type": event_type, "data": data}))
    assert refusal.reason == "invalid-data"
    assert refusal.message.startswith("data.")


@pytest.mark.parametrize(
    ("event_type", "data"),
    [(event_type, data) for event_type, data in BAD_DATA if "started_at" not in data],
    ids=lambda part: str(part)[:60],
)
def test_bad_data_breaks_the_published_schema_too(
    schema_accepts: Accepts, event_type: str, data: Message
) -> None:
    assert not schema_accepts(event_type, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "data.vacancy: is missing"),
        ({"vacancy": 4}, "data.vacancy: should be text, or a list of texts"),
        ({"vacancy": ["a", 4]}, "data.vacancy[1]: should be text"),
        ({"vacancy": []}, "data.vacancy: should have at least 1 item"),
        ({"vacancy": "a\t"}, "data.vacancy: should have no control characters, such as tabs"),
        ({"vacancy": "a" * 513}, "data.vacancy: should have at most 512 characters"),
        ({"vacancy": "a", "sequence": 2**63}, "data.sequence: should be 9223372036854775807 or"),
        ({"vacancy": "a", "started_at": "2026-11-20T08:00:00"}, "data.started_at: has no zone"),
        ({"vacancy": 4, "party": 4}, "(and 1 more)"),
    ],
)
def test_a_message_says_what_would_be_right(
    structured: Make, issued: Message, data: Message, words: str
) -> None:
    assert words in rejected(structured({**issued, "type": "vacancy.opened", "data": data})).message


WRONG: tuple[object, ...] = (
    *(4, 2.5, True, {"a": 1}, 2**70, -(2**70)),
    *("", " ", "a\tb", "x" * 600, "2026-11-20", "2026-11-20T08:00:00"),
    *([], [""], [4], ["a"] * 10_001, [["a"]]),
)


@pytest.mark.parametrize("event_type", MODELS)
def test_no_message_is_in_the_words_of_the_validator(
    structured: Make, issued: Message, event_type: str
) -> None:
    model = MODELS[event_type]
    for member in model.model_fields:
        for value in WRONG:
            data = {**model.example, member: value}
            outcome = decode(structured({**issued, "type": event_type, "data": data}))
            if isinstance(outcome, Rejection) and outcome.reason == "invalid-data":
                form = r"data\.\w+(\[\d+\])?: (should |has no zone;|names ).*"
                assert re.fullmatch(form, outcome.message)
                assert not re.search("Input|String|Value|pattern|Tuple|valid", outcome.message)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        ({"lowest": 1, "highest": 10, "score": 11}, "data.score: should lie from data.lowest"),
        ({"lowest": 1, "highest": 10, "score": 0}, "data.score: should lie from data.lowest"),
        ({"lowest": 5, "highest": 5, "score": 5}, "data.highest: should be above data.lowest"),
    ],
)
def test_a_score_lies_on_its_scale(
    structured: Make, issued: Message, scale: Message, words: str
) -> None:
    data = {**MODELS["rating.given"].example, **scale}
    refusal = rejected(structured({**issued, "type": "rating.given", "data": data}))
    assert (refusal.reason, refusal.message.startswith(words)) == ("invalid-data", True)


def test_an_unknown_type_names_the_nearest_known_one(structured: Make, issued: Message) -> None:
    for name in ("contract.isued", "nl.example.contract.isued", "contract.issued.v2"):
        assert "contract.issued" in rejected(structured({**issued, "type": name})).message


def test_an_event_about_nothing_is_refused(
    structured: Make, schema_accepts: Accepts, issued: Message
) -> None:
    refusal = rejected(structured({**issued, "data": {"party": "hr", "contract": None}}))
    assert refusal.reason == "no-object"
    assert "contract" in refusal.message
    assert not schema_accepts("contract.issued", {"party": "hr", "contract": None})


def test_work_does_not_start_after_it_ends(structured: Make, issued: Message) -> None:
    issued["data"]["started_at"] = "2026-11-20T09:56:24.000001+01:00"
    assert rejected(structured(issued)).reason == "started-after-time"
    issued["data"]["started_at"] = "1969-12-31T23:59:59Z"
    assert rejected(structured(issued)).reason == "time-implausible"


def test_the_century_ends_before_2100_whatever_the_record_says(
    structured: Make, issued: Message
) -> None:
    issued["time"] = "2100-01-01T00:00:00Z"
    for timestamp_us in (-1, to_us(datetime(2100, 1, 1, tzinfo=UTC))):
        assert rejected(structured(issued, timestamp_us)).reason == "time-implausible"


def test_a_record_without_any_time_is_refused(structured: Make, issued: Message) -> None:
    del issued["time"]
    for no_timestamp_us in (0, -1, -1_000):
        assert rejected(structured(issued, no_timestamp_us)).reason == "invalid-time"


def test_every_reason_has_a_message_that_gives_it() -> None:
    seen = {reason for _, reason in (*BAD_VALUES.values(), *BAD_ATTRIBUTES)}
    assert seen | {"no-object", "started-after-time"} == set(Reason)


def test_other_formats_are_refused(record: Make, issued: Message) -> None:
    value = json.dumps(issued).encode()
    for content_type in (
        b"application/cloudevents+avro",
        b"application/cloudevents-batch+json",
        b"application/cloudevents",
    ):
        refusal = rejected(record(value, {"content-type": content_type}))
        assert refusal.reason == "unsupported-format"


def test_binary_mode_is_held_to_the_same_rules(record: Make, binary: Make, issued: Message) -> None:
    attributes = {k: v for k, v in issued.items() if k not in {"data", "datacontenttype"}}
    assert rejected(binary(attributes, [])).reason == "invalid-data"
    for missing in ("specversion", "type", "source", "id"):
        fewer = {k: v for k, v in attributes.items() if k != missing}
        expected = "wrong-specversion" if missing == "specversion" else "invalid-attribute"
        assert rejected(binary(fewer, issued["data"])).reason == expected
    headers = {f"ce_{name}": text.encode() for name, text in attributes.items()}
    assert rejected(record(b"", headers)).reason == "not-json"
    assert rejected(record(b"{}", {**headers, "content-type": b"\xff/xml"})).reason == (
        "unsupported-format"
    )
    assert rejected(record(b"{}", {**headers, "ce_id": b"\xff"})).reason == "not-utf8"


def test_a_structured_record_without_value_is_refused(record: Make) -> None:
    assert rejected(record(None, {"content-type": CE_JSON})).reason == "not-json"


headers = st.dictionaries(
    st.sampled_from(["content-type", "ce_specversion", "ce_type", "ce_id", "ce_source", "ce_time"])
    | st.text(max_size=5),
    st.sampled_from([CE_JSON, b"1.0", b"step", b"application/json"]) | st.binary(max_size=8),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(value=st.none() | st.binary(max_size=64), given_headers=headers, us=st.integers())
def test_no_bytes_make_it_raise(
    record: Make, value: bytes | None, given_headers: dict[str, bytes], us: int
) -> None:
    assert isinstance(decode(record(value, given_headers, us)), Rejection | Skip)


@given(data=st.data())
def test_no_json_makes_it_raise(structured: Make, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(MODELS)))
    example = MODELS[name].example
    changes = st.dictionaries(st.sampled_from(list(MODELS[name].model_fields)), json_values)
    members = changes.map(lambda changed: {**example, **changed})
    envelope = st.fixed_dictionaries(
        {
            "specversion": st.just("1.0"),
            "type": st.just(name),
            "source": st.just("/x"),
            "id": st.just("1"),
        },
        optional={
            **dict.fromkeys(("time", "revision", "retracted", "data_base64"), json_values),
            "data": members,
        },
    )
    assert isinstance(decode(structured(data.draw(envelope))), Event | Rejection)


sent_values = json_values | st.text("abc:-0123456789TZ", max_size=25) | st.datetimes().map(str)


@given(data=st.data())
def test_of_any_data_what_the_model_takes_is_an_event_and_nothing_else(
    structured: Make, data: st.DataObject
) -> None:
    """What is refused beyond that is told apart: no object, or a start that cannot be."""
    name = data.draw(st.sampled_from(list(MODELS)))
    model = MODELS[name]
    changes = st.dictionaries(st.sampled_from(list(model.model_fields)), sent_values, max_size=3)
    sent = {**model.example, **data.draw(changes)}
    try:
        value = json.dumps(sent, allow_nan=False)
    except ValueError:
        reject()
    message = {"specversion": "1.0", "type": name, "source": "/x", "id": "1", "data": sent}
    record = structured(message)
    outcome = decode(record)
    try:
        checked = model.model_validate_json(value)
    except ValidationError:
        assert rejected(record).reason == Reason.INVALID_DATA
        return
    if isinstance(outcome, Event):
        assert outcome.objects == tuple(sorted(set(checked.objects())))
        assert (outcome.party, outcome.team, outcome.performer, outcome.sequence) == (
            *(checked.party, checked.team, checked.performer, checked.sequence),
        )
        assert outcome.started_us == (checked.started_at and to_us(checked.started_at))
        told = checked.model_dump(mode="json", exclude_none=True)
        assert all(told[member] == outcome.data[member] for member in outcome.data)
    else:
        assert rejected(record).reason in {
            *(Reason.NO_OBJECT, Reason.STARTED_AFTER_TIME, Reason.TIME_IMPLAUSIBLE),
        }
