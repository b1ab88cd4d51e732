"""CloudEvents 1.0 over Kafka, both ways: a record becomes an envelope, or is refused with a reason.

Follows the Kafka protocol binding and the JSON event format of CloudEvents 1.0.2
(https://github.com/cloudevents/spec). The content type decides between the modes, also where a
structured event repeats its attributes in ``ce_`` headers, as the binding allows. Header values are
plain UTF-8: percent-encoding belongs to the HTTP binding. Where the binding leaves room:

- a record without any ``ce_`` header is read as a structured event, whatever JSON its content type
  may say it is, since many tools cannot set headers;
- of a header that is given twice the last stands, as of a JSON member that is given twice;
- a record without a value is a tombstone, but for a retraction in binary mode: that one needs no
  data, and an event without data has no value there.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from schemas.event import Record, Skip
from schemas.instants import DAY_US, ZoneMissingError, is_plausible, read_instant, to_us
from schemas.reasons import ContractError, Reason
from schemas.texts import has_controls

CONTENT_TYPE: Final = "application/cloudevents+json"
DECLARED: Final = (("content-type", CONTENT_TYPE.encode()),)
"""The headers of a structured event that says nothing in them but that it is one."""
SPECVERSION: Final = "1.0"
MAX_VALUE_BYTES: Final = 1_048_576
"""What a broker accepts by default; a larger value is refused before it is parsed."""
MAX_ATTRIBUTE_CHARS: Final = 512
MAX_REVISION: Final = 2**63 - 1
NO_TIMESTAMP: Final = -1
"""What a record says that the broker gave no timestamp; zero is taken for the same."""
TOMBSTONE: Final = Skip("tombstone")

_TRUTH: Final = {True: True, False: False, "true": True, "false": False}


class Envelope(NamedTuple):
    """What an event says of itself, and its data as it came: any JSON value, or None."""

    type: str
    source: str
    id: str
    occurred_us: int
    revision: int
    is_retracted: bool
    data: Any
    is_time_of_record: bool = False
    """It has no ``time`` of its own: the record's timestamp stands in."""


def open_record(record: Record) -> Envelope | Skip:
    """Take an event out of a record; a tombstone is skipped.

    Raises :class:`schemas.reasons.ContractError`, and nothing else, whatever the bytes are.
    """
    if record.headers == DECLARED:
        return _open_structured(record, is_declared=True)
    # Kafka knows headers without a value: as if they were not there.
    headers = {name.lower(): text for name, text in record.headers if text is not None}
    content_type = headers.get("content-type", b"")
    is_structured = _is_structured(content_type)
    if is_structured or not any(name.startswith("ce_") for name in headers):
        return _open_structured(record, is_declared=is_structured)
    return _open_binary(record, headers)


def identity_of(record: Record) -> tuple[str, str] | None:
    """Source and id of a record that need not keep the contract, as far as they can be read: to
    tell which one was refused. Never raises."""
    headers = {name.lower(): text for name, text in record.headers if text is not None}
    try:
        if "ce_id" in headers:
            source, id_ = headers["ce_source"].decode(), headers["ce_id"].decode()
        else:
            event = _parse(record.value or b"")
            source, id_ = event["source"], event["id"]
    except (ContractError, LookupError, TypeError, UnicodeDecodeError):
        return None
    return (source, id_) if isinstance(source, str) and isinstance(id_, str) else None


def read_attributes(
    attributes: Mapping[str, Any], record_us: int
) -> tuple[str, str, str, int, int, bool]:
    """Check the attributes of an event: type, source, id, occurred_us, revision, is_retracted.

    ``record_us`` is the record's own timestamp. It stands in for a missing ``time``, and a time
    more than a day after it is refused. Where a broker gives none (zero or less), only the bounds
    of plausible time remain, and an event without ``time`` is refused.
    """
    if attributes.get("specversion") != SPECVERSION:
        raise ContractError(
            Reason.WRONG_SPECVERSION, 'not a CloudEvent of version 1.0; set specversion to "1.0"'
        )
    return (
        _text(attributes, "type"),
        _text(attributes, "source"),
        _text(attributes, "id"),
        _occurred_us(attributes.get("time"), record_us),
        _revision(attributes.get("revision")),
        _is_retracted(attributes.get("retracted")),
    )


def _open_structured(record: Record, *, is_declared: bool) -> Envelope | Skip:
    if record.value is None:
        if is_declared:
            raise ContractError(
                Reason.NOT_JSON, "a structured event needs a value; a tombstone has no content type"
            )
        return TOMBSTONE
    event = _parse(record.value)
    if not isinstance(event, dict):
        raise ContractError(
            Reason.WRONG_SPECVERSION, "the value is no JSON object, hence no CloudEvent"
        )
    if not is_declared and "specversion" not in event:
        raise ContractError(
            Reason.WRONG_SPECVERSION,
            "not a CloudEvent: send the header ce_specversion and the others of binary mode, or"
            " specversion and the other attributes in the value",
        )
    attributes = read_attributes(event, record.timestamp_us)
    is_retracted = attributes[-1]
    data = None if is_retracted else _structured_data(event)
    return Envelope(*attributes, data, event.get("time") is None)


def _open_binary(record: Record, headers: Mapping[str, bytes]) -> Envelope | Skip:
    try:
        attributes = {
            name[3:]: text.decode() for name, text in headers.items() if name.startswith("ce_")
        }
    except UnicodeDecodeError:
        raise ContractError(Reason.NOT_UTF8, "a ce_ header is not UTF-8") from None
    if record.value is None and str(attributes.get("retracted")).lower() != "true":
        return TOMBSTONE
    checked = read_attributes(attributes, record.timestamp_us)
    is_retracted, is_time_of_record = checked[-1], "time" not in attributes
    if is_retracted or record.value is None:
        return Envelope(*checked, None, is_time_of_record)
    _require_json(headers.get("content-type", b"").decode("latin-1"))
    return Envelope(*checked, _parse(record.value), is_time_of_record)


def _structured_data(event: Mapping[str, Any]) -> Any:
    content_type = event.get("datacontenttype")
    if content_type is not None:
        _require_json(content_type)
    encoded = event.get("data_base64")
    if encoded is None:
        return event.get("data")
    if event.get("data") is not None:
        raise ContractError(
            Reason.INVALID_ATTRIBUTE, "data and data_base64 exclude each other; send one"
        )
    try:
        return _parse(b64decode(encoded, validate=True))
    except (binascii.Error, TypeError, ValueError):
        raise ContractError(Reason.INVALID_ATTRIBUTE, "data_base64 is not base64") from None


def _parse(value: bytes) -> Any:
    """JSON by RFC 8259; duplicate members: the last stands; surrogates without partner: refused."""
    if len(value) > MAX_VALUE_BYTES:
        raise ContractError(
            Reason.TOO_LARGE,
            f"the value has {len(value)} bytes; at most {MAX_VALUE_BYTES} are read",
        )
    try:
        return from_json(value, allow_inf_nan=False, cache_strings="keys")  # values do not recur
    except ValueError as error:
        raise _refused_json(value, str(error)) from None


def _refused_json(value: bytes, parser_message: str) -> ContractError:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return ContractError(Reason.NOT_UTF8, f"the value is not UTF-8 at byte {error.start}")
    if parser_message.startswith("recursion limit"):
        return ContractError(Reason.TOO_DEEP, "the JSON is nested more than 200 levels deep")
    return ContractError(Reason.NOT_JSON, f"the value is not JSON: {parser_message}")


@lru_cache(maxsize=256)
def _is_structured(content_type: bytes) -> bool:
    if not content_type.lower().startswith(b"application/cloudevents"):
        return False
    media_type = content_type.partition(b";")[0].strip().lower()
    if media_type != CONTENT_TYPE.encode():
        raise ContractError(
            Reason.UNSUPPORTED_FORMAT, f"one event per record, as {CONTENT_TYPE}, or in binary mode"
        )
    return True


def _require_json(content_type: object) -> None:
    if not (isinstance(content_type, str) and _is_json(content_type)):
        raise ContractError(
            Reason.UNSUPPORTED_FORMAT, "data has to be JSON: datacontenttype application/json"
        )


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    """Whether a media type is ``*/json`` or ``*/*+json``; none at all means JSON."""
    subtype = content_type.partition(";")[0].strip().lower().rpartition("/")[2]
    return subtype in {"", "json"} or subtype.endswith("+json")


def _text(attributes: Mapping[str, Any], name: str) -> str:
    text = attributes.get(name)
    if isinstance(text, str) and 0 < len(text) <= MAX_ATTRIBUTE_CHARS and not has_controls(text):
        return text
    raise ContractError(
        Reason.INVALID_ATTRIBUTE,
        f"{name} is missing or invalid; it has to be a text of 1 to {MAX_ATTRIBUTE_CHARS} "
        "characters without control characters",
    )


def _occurred_us(time: object, record_us: int) -> int:
    if time is None:
        if record_us <= 0:
            raise ContractError(
                Reason.INVALID_TIME, "time is missing, and the record has no timestamp either"
            )
        occurred_us = record_us
    else:
        occurred_us = _time_us(time)
        if 0 < record_us < occurred_us - DAY_US:
            raise ContractError(
                Reason.TIME_IMPLAUSIBLE,
                "time is more than a day after the record's own timestamp; check the clock",
            )
    if not is_plausible(occurred_us):
        raise ContractError(Reason.TIME_IMPLAUSIBLE, "time lies before 1970, or from 2100 on")
    return occurred_us


def _time_us(time: object) -> int:
    if not isinstance(time, str):
        raise ContractError(Reason.INVALID_TIME, "time should be an RFC 3339 timestamp as text")
    try:
        return to_us(read_instant(time))
    except ZoneMissingError as error:
        raise ContractError(Reason.TIME_WITHOUT_ZONE, f"time {error}") from None
    except ValueError as error:
        raise ContractError(Reason.INVALID_TIME, f"time {error}") from None


def _revision(revision: object) -> int:
    """Read the number of a correction; text, as headers have it, is as good as a number."""
    if revision is None:
        return 0
    if isinstance(revision, str) and revision.isascii() and revision.isdigit():
        revision = int(revision[:20])  # more digits are beyond 64 bits in any case
    if type(revision) is int and 0 <= revision <= MAX_REVISION:
        return revision
    raise ContractError(
        Reason.INVALID_ATTRIBUTE, "revision should be a whole number from 0 on, within 64 bits"
    )


def _is_retracted(retracted: object) -> bool:
    if retracted is None:
        return False
    word = retracted.lower() if isinstance(retracted, str) else retracted
    if isinstance(word, str | bool) and word in _TRUTH:
        return _TRUTH[word]
    raise ContractError(Reason.INVALID_ATTRIBUTE, "retracted should be true or false")
