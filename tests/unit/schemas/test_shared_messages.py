"""Messages that other systems really send: none makes us stumble, and CloudEvents are understood.

They are not part of the project. ``PROCESMIJN_TEST_MESSAGES`` names their folder; in CI it has to
be there. The same shapes, with values of our own, are tested in the files beside this one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.event import Event, Record, Rejection
from schemas.registry import decode

Make = Callable[..., Record]

_BESIDE = Path(__file__).parents[4] / "shared" / "messages"
FOLDER = Path(os.environ.get("PROCESMIJN_TEST_MESSAGES", _BESIDE))
RECORDS = sorted(FOLDER.glob("cloudevents/kafka-record-*.json"))
VALUES = sorted(path for path in FOLDER.glob("*/*.*") if path not in RECORDS)

if "CI" in os.environ:

    def test_the_messages_are_there() -> None:
        assert RECORDS, f"no messages in {FOLDER}"
        assert VALUES


if RECORDS:

    @pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
    def test_kafka_records_in_both_modes_are_the_same_contract(record: Make, path: Path) -> None:
        sent = json.loads(path.read_text("utf-8"))
        headers = {name: text.encode() for name, text in sent["headers"].items()}
        event = decode(record(json.dumps(sent["value"]).encode(), headers))
        assert event == Event(
            source="/hr/contracts",
            id="1234-1234-1234",
            type="contract.issued",
            occurred_us=1_795_164_984_000_000,
            objects=(("employee", "E0001234"),),
            party="HR",
        )

    @pytest.mark.parametrize("path", VALUES, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_messages_of_other_systems_need_a_mapping(record: Make, path: Path) -> None:
        value = path.read_bytes()
        rejection = decode(record(value, {}))
        assert isinstance(rejection, Rejection)
        is_cloudevent = b'"specversion": "1.0"' in value
        expected = {"unknown-type"} if is_cloudevent else {"wrong-specversion", "not-json"}
        assert rejection.reason in expected
