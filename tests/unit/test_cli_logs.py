"""A worker's log for what collects logs: an object a line, with what the line is about by name."""

from __future__ import annotations

import logging
from datetime import datetime

import orjson

from procesmijn.cli.logs import JsonLines


def line_of(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("consumers.worker", logging.INFO, "", 0, message, args, None)
    record.__dict__.update(extra)
    text = JsonLines().format(record)
    assert "\n" not in text
    line: dict[str, object] = orjson.loads(text)
    return line


def test_a_line_is_an_object_with_its_numbers_as_members() -> None:
    line = line_of("batch %s", "records=3", fields={"records": 3, "lag": 0})
    assert line | {"at": ""} == {
        "at": "",
        "level": "INFO",
        "logger": "consumers.worker",
        "message": "batch records=3",
        "records": 3,
        "lag": 0,
    }
    assert str(line["at"]).endswith("Z")
    assert datetime.fromisoformat(str(line["at"])).tzinfo is not None


def test_what_has_several_lines_becomes_one() -> None:
    assert line_of("said\nmore")["message"] == "said\nmore"
    error = ValueError("broken\nin two")
    line = line_of("failed", exc_info=(ValueError, error, None))
    assert line["trace"] == "ValueError: broken\nin two"
