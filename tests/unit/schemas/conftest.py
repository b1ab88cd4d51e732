"""Records as a broker hands them over, made from what a producer would write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are not among the pins
import pytest

from schemas.data_schema import json_schema
from schemas.event import Record
from schemas.registry import MODELS

RECORD_US = 1_795_164_984_000_000  # 2026-11-20T08:56:24Z


def _record(
    value: bytes | None, headers: Mapping[str, bytes], timestamp_us: int = RECORD_US
) -> Record:
    return Record("procesmijn.events", 0, 17, timestamp_us, None, value, tuple(headers.items()))


def _structured(event: object, timestamp_us: int = RECORD_US) -> Record:
    value = json.dumps(event).encode()
    return _record(value, {"content-type": b"application/cloudevents+json"}, timestamp_us)


def _binary(
    attributes: Mapping[str, str], data: object = None, timestamp_us: int = RECORD_US
) -> Record:
    headers = {f"ce_{name}": text.encode() for name, text in attributes.items()}
    headers["content-type"] = b"application/json"
    value = None if data is None else json.dumps(data).encode()
    return _record(value, headers, timestamp_us)


@pytest.fixture(scope="session")
def record() -> Callable[..., Record]:
    """A record of bytes and headers."""
    return _record


@pytest.fixture(scope="session")
def structured() -> Callable[..., Record]:
    """A record that holds a whole event."""
    return _structured


@pytest.fixture(scope="session")
def binary() -> Callable[..., Record]:
    """A record with the attributes in its headers."""
    return _binary


@pytest.fixture(scope="session")
def schema_accepts() -> Callable[[str, object], bool]:
    """Whether the schema of an event type, as another language would read it, takes this data."""
    validators = {
        name: jsonschema.Draft202012Validator(json_schema(model)) for name, model in MODELS.items()
    }
    return lambda name, data: bool(validators[name].is_valid(data))


@pytest.fixture
def issued() -> dict[str, Any]:
    """An event that keeps the contract."""
    return {
        "specversion": "1.0",
        "type": "contract.issued",
        "source": "/hr/contracts",
        "id": "1234-1234-1234",
        "time": "2026-11-20T09:56:24+01:00",
        "datacontenttype": "application/json",
        "data": {
            "contract": "C-2026-0817",
            "employee": "E0001234",
            "party": "hr",
            "performer": "m.dejong",
            "started_at": "2026-11-20T09:00:00.000001+01:00",
            "sequence": 4,
        },
    }
