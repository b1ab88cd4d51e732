"""What breaks the contract is one dead letter, whole, and nothing around it is touched by it.

All kinds go through one topic and one worker, each between two good records of a case of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from procesmijn.store import reports
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.store.filters import Period
from schemas.event import Event, Record, Rejection, Skip
from schemas.reasons import Reason
from schemas.registry import decode
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import LARGEST_BYTES, Account, Line, Sent
from tests.integration.bad_input.messages import (
    ABSENT,
    instant,
    message,
    opened,
    published,
    requested,
)

PERSON = "jan.jansen@example.org"
STRUCTURED = (("content-type", b"application/cloudevents+json"),)
BINARY = (
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_type", b"vacancy.opened"),
    ("ce_source", b"/hr"),
    ("ce_id", b"1"),
)
NANOSECONDS_OF_2026 = 1_770_000_000_000_000_000


class Kind(NamedTuple):
    """Something that is wrong with a record, and what is to be said of it."""

    record: Sent
    reason: Reason
    words: str


KINDS = {
    "not JSON": Kind(Sent(f"hello {PERSON}".encode()), Reason.NOT_JSON, "is not JSON"),
    "nothing at all": Kind(Sent(b""), Reason.NOT_JSON, "is not JSON"),
    "not UTF-8": Kind(
        Sent(f'{{"id": "{PERSON} Zoë"}}'.encode("latin-1")), Reason.NOT_UTF8, "not UTF-8 at byte"
    ),
    "header not UTF-8": Kind(
        Sent(b"{}", headers=(*BINARY, ("ce_subject", b"\xff"))), Reason.NOT_UTF8, "a ce_ header"
    ),
    "specversion 0.3": Kind(
        message("a", specversion="0.3"), Reason.WRONG_SPECVERSION, 'set specversion to "1.0"'
    ),
    "no id": Kind(message("a", id=ABSENT), Reason.INVALID_ATTRIBUTE, "id is missing"),
    "time without zone": Kind(
        message("a", time="2026-03-02T10:00:00"), Reason.TIME_WITHOUT_ZONE, "time"
    ),
    "time a day after the record": Kind(
        message("a", time=instant(24 + 24 + 1)),
        Reason.TIME_IMPLAUSIBLE,
        "more than a day after the record's own timestamp",
    ),
    "unknown type": Kind(
        message("a", type="org.example.vacancy.opend"),
        Reason.UNKNOWN_TYPE,
        "the nearest one is vacancy.opened",
    ),
    "10 MB": Kind(
        Sent(b'{"data": "' + b"x" * 10_000_000 + b'"}'), Reason.TOO_LARGE, "has 10000012 bytes"
    ),
    "20 MB, more than one fetch takes": Kind(
        Sent(b'{"data": "' + b"x" * 20_000_000 + b'"}'), Reason.TOO_LARGE, "has 20000012 bytes"
    ),
    "structured without a value": Kind(
        Sent(None, key=b"V-1", headers=STRUCTURED), Reason.NOT_JSON, "a tombstone has no content"
    ),
    "deep nesting": Kind(Sent(b'{"data":' * 50_000), Reason.TOO_DEEP, "more than 200 levels"),
    "NaN": Kind(
        Sent(message("a", data={"vacancy": "V", "sequence": float("nan")}).value),
        Reason.NOT_JSON,
        "is not JSON",
    ),
    "sequence beyond 64 bits": Kind(
        message("a", data={"vacancy": "V", "sequence": 2**63}), Reason.INVALID_DATA, "data.sequence"
    ),
    "revision beyond 64 bits": Kind(
        message("a", revision=2**63), Reason.INVALID_ATTRIBUTE, "within 64 bits"
    ),
    "number of 5,000 digits": Kind(
        Sent(b'{"specversion": ' + b"1" * 5_000 + b"}"), Reason.NOT_JSON, "is not JSON"
    ),
    "about nothing": Kind(
        message("a", type="offer.made", data={"party": "hr"}), Reason.NO_OBJECT, "names no object"
    ),
    "headers and a key of any bytes": Kind(
        Sent(b"[]", key=b"\xff\x00", headers=(("trace", b""), ("trace", b"\x00\xff"))),
        Reason.WRONG_SPECVERSION,
        "no JSON object",
    ),
    "dated in nanoseconds": Kind(
        Sent(message("a", time=ABSENT).value, timestamp_ms=NANOSECONDS_OF_2026),
        Reason.TIME_IMPLAUSIBLE,
        "time lies before 1970, or from 2100 on",
    ),
}


@pytest.fixture(scope="module")
def line(make_line: MakeLine) -> Line:
    """Every kind was sent, and read to the end."""
    line = make_line(max_message_bytes=LARGEST_BYTES, message_timestamp_after_max_ms=2**63 - 1)
    for name, kind in KINDS.items():
        line.send(requested(name), kind.record, opened(name))
    line.read()
    return line


@pytest.fixture(params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kind(name: str) -> Kind:
    return KINDS[name]


@pytest.fixture
def offset(name: str) -> int:
    return 3 * list(KINDS).index(name) + 1


def test_the_ledger_adds_up_and_verify_finds_nothing(line: Line) -> None:
    assert line.account() == Account(stored=2 * len(KINDS), duplicate=0, dead=len(KINDS), skipped=0)
    assert line.findings() == []


def test_the_good_records_around_it_are_in_the_tables(line: Line, name: str) -> None:
    with line.store.reader() as connection:
        (case,) = (
            row
            for row in reports.cases("recruitment", Period(), connection).rows
            if row["case_key"] == name
        )
    assert (case["events"], case["handovers"]) == (2, 1)


def test_it_is_one_dead_letter_with_one_clear_line(line: Line, kind: Kind, offset: int) -> None:
    letter = line.dead_letter(offset)
    assert letter.reason == kind.reason
    assert kind.words in letter.message
    assert letter.message.isprintable()
    assert len(letter.message) < 200
    assert "jan" not in letter.message


def test_it_is_kept_whole_and_encrypted(line: Line, kind: Kind, offset: int) -> None:
    letter = line.dead_letter(offset)
    record = line.record(letter)
    [(sealed,)] = line.ask(
        'SELECT payload_encrypted FROM stream.dead_letter WHERE "offset" = %s', offset
    )
    assert (record.value, record.key, record.headers) == kind.record[:3]
    if text := (record.value or record.key or b"")[:100]:
        assert text not in sealed
        assert text.hex().encode() not in sealed


def test_it_can_be_redriven_once_it_is_mended(line: Line, name: str, offset: int) -> None:
    wanted = DeadLetterFilter(offset=offset)
    assert line.applier.redrive(wanted, decode) == (0, 1)
    assert line.dead_letter(offset).redriven_at is None

    def mended(record: Record) -> Event | Rejection | Skip:
        return decode(record._replace(value=published(name).value, headers=(), timestamp_us=0))

    assert line.applier.redrive(wanted, mended) == (1, 0)
    stored_as = line.persons.event_id("/hr", f"{name}/3")
    assert line.ask("SELECT count(*) FROM stream.event WHERE id = %s", stored_as) == [(1,)]
    ((at,),) = line.ask('SELECT redriven_at FROM stream.dead_letter WHERE "offset" = %s', offset)
    assert at is not None
    assert line.applier.redrive(wanted, mended) == (0, 0)


def test_the_tables_are_right_after_all_that(line: Line) -> None:
    assert line.findings() == []
