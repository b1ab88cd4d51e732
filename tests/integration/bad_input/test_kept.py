"""What keeps the contract is stored, however strange it is: flagged, counted or reported."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import pytest

from procesmijn.batch import Arrival
from procesmijn.persons import Persons
from procesmijn.store import reports, streams
from procesmijn.store.filters import Period
from procesmijn.store.reports import Flagged, HandoverRow
from procesmijn.versions import version_of
from schemas.base import MAX_CODE_CHARS, MAX_ID_CHARS, MAX_NAME_CHARS
from schemas.envelope import MAX_ATTRIBUTE_CHARS, NO_TIMESTAMP
from schemas.event import Event, Record
from schemas.registry import decode
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account, Line, Sent
from tests.integration.bad_input.messages import instant, message, opened, requested

LARGEST = 2**63 - 1


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line()


def test_a_tombstone_is_skipped_and_counted(line: Line) -> None:
    line.send(requested("V-1"), Sent(None, key=b"V-1"), opened("V-1"))
    line.read()
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=1)
    assert len(_cases(line, "recruitment")) == 1
    assert line.findings() == []


def test_an_undeclared_party_is_mined_under_its_own_name_and_reported(line: Line) -> None:
    """On the calendar ``office``: Friday 16:00 to Monday 10:00 in Amsterdam is two hours."""
    line.send(
        message("1", time="2020-10-02T14:00:00Z", data={"vacancy": "V", "party": "the tower"}),
        message("2", time="2020-10-05T08:00:00Z", data={"vacancy": "V", "party": "hr"}),
        message("3", time="2020-10-05T08:30:00Z", data={"vacancy": "V", "party": "the tower"}),
    )
    line.read()
    with line.store.reader() as connection:
        back, there = reports.handovers("recruitment", Period(), None, connection)
        assert reports.undeclared(connection) == ({"the tower": 2}, {})
    assert _waits(back) == ("hr", "the tower", 1800, 1800)
    assert _waits(there) == ("the tower", "hr", 66 * 3600, 2 * 3600)
    assert line.account().dead == 0
    assert line.findings() == []


def test_an_undeclared_process_is_stored_reported_and_not_mined(line: Line) -> None:
    step = {"process": "brewing", "case": "B-1", "activity": "boil", "party": "hr"}
    line.send(requested("V-1"), message("1", type="step", data=step), opened("V-1"))
    line.read()
    with line.store.reader() as connection:
        assert reports.undeclared(connection) == ({}, {"brewing": 1})
        assert list(reports.processes(connection)) == ["recruitment"]
    assert line.account() == Account(stored=3, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_of_two_contents_of_one_id_the_larger_hash_stands_whichever_came_first(
    line: Line, order: tuple[int, ...], persons: Persons
) -> None:
    """The other is kept beside it, and counted as a conflict; a repetition is no third content."""
    told = {"vacancy": "V-1", "party": "manager"}
    contents = [
        message("same", data={"vacancy": "V-1", "party": "hr"}),
        message("same", data={"vacancy": "V-1", "party": "payroll"}),
        message("same", data={"vacancy": "V-1", "party": "it"}),
    ]
    line.send(message("before", data=told, time=instant(-1)))
    line.send(*(contents[at] for at in order), contents[order[0]])
    line.read()
    stands = max((_event(content) for content in contents), key=lambda event: _mac(event, persons))
    same = persons.event_id("/hr", "same")
    assert line.ask("SELECT party FROM stream.event WHERE id = %s", same) == [(stands.party,)]
    beside = line.ask("SELECT event ->> 'party' FROM stream.superseded")
    assert {party for (party,) in beside} == {"hr", "payroll", "it"} - {stands.party}
    with line.store.reader() as connection:
        assert streams.conflicts(connection) == 2
        (row,) = reports.handovers("recruitment", Period(), None, connection)
    assert (row.supplier, row.customer, row.handovers) == ("manager", stands.party, 1)
    assert line.account() == Account(stored=4, duplicate=1, dead=0, skipped=0)
    assert line.findings() == []


def test_numbers_at_the_ends_of_64_bits_are_numbers(line: Line) -> None:
    line.send(
        *(
            message(str(sequence), data={"vacancy": "V", "party": party, "sequence": sequence})
            for sequence, party in ((LARGEST - 1, "payroll"), (0, "hr"), (-LARGEST - 1, "manager"))
        ),
        message("0", revision=LARGEST, data={"vacancy": "V", "party": "it", "sequence": 0}),
    )
    line.read()
    assert line.ask("SELECT max(revision) FROM stream.event") == [(LARGEST,)]
    with line.store.reader() as connection:
        rows = reports.handovers("recruitment", Period(), None, connection)
    assert {(row.supplier, row.customer) for row in rows} == {("manager", "it"), ("it", "payroll")}
    assert line.account() == Account(stored=4, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_the_longest_texts_in_the_largest_characters_fit(line: Line) -> None:
    """Random ones, so that nothing compresses; beyond the plane in which most characters lie."""
    chance = random.Random(1)

    def text(length: int) -> str:
        return "".join(chr(chance.randrange(0x10000, 0x10FFFE)) for _ in range(length))

    case = text(MAX_ID_CHARS)
    step = {
        "process": "recruitment",
        "case": case,
        "object": "vacancy",
        "performer": text(MAX_NAME_CHARS),
        "lifecycle": "x" * MAX_CODE_CHARS,
    }
    line.send(
        *(
            message(
                text(MAX_ATTRIBUTE_CHARS),
                source=text(MAX_ATTRIBUTE_CHARS),
                type="step",
                data={
                    **step,
                    **{name: text(MAX_NAME_CHARS) for name in ("activity", "party", "team")},
                },
                time=instant(hours),
            )
            for hours in range(3)
        )
    )
    line.read()
    (found,) = _cases(line, "recruitment")
    assert (found["case_key"], found["events"], found["handovers"]) == (case, 3, 2)
    assert line.account() == Account(stored=3, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_an_event_with_5000_cases_is_stored_and_flagged_and_not_mined(line: Line) -> None:
    many = [f"V-{number}" for number in range(5_000)]
    line.send(
        requested("V-1"),
        message("all at once", data={"vacancy": many, "party": "hr"}, time=instant(0.5)),
        opened("V-1"),
    )
    line.read()
    with line.store.reader() as connection:
        (large,) = reports.flagged(connection)
    assert large == Flagged("event", "/hr", f"{line.topic}/0 at 1", 5_000)
    (case,) = _cases(line, "recruitment")
    assert (case["case_key"], case["events"]) == ("V-1", 2)
    assert line.account() == Account(stored=3, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_an_event_that_is_corrected_to_fewer_cases_is_mined_after_all(line: Line) -> None:
    line.send(message("1", data={"vacancy": [f"V-{n}" for n in range(1_001)], "party": "hr"}))
    line.read()
    assert _cases(line, "recruitment") == []
    line.send(message("1", data={"vacancy": ["V-1", "V-2"], "party": "hr"}, revision=1))
    line.read()
    assert [case["case_key"] for case in _cases(line, "recruitment")] == ["V-1", "V-2"]
    assert line.findings() == []


def _cases(line: Line, process: str) -> list[dict[str, Any]]:
    with line.store.reader() as connection:
        return list(reports.cases(process, Period(), connection).rows)


def _waits(row: HandoverRow) -> tuple[str, str, float, float]:
    return row.supplier, row.customer, row.wait_seconds_mean, row.wait_working_seconds_mean


def _event(sent: Sent) -> Event:
    event = decode(Record("", 0, 0, NO_TIMESTAMP, None, sent.value))
    assert isinstance(event, Event)
    return event


def _mac(event: Event, persons: Persons) -> bytes:
    return version_of(Arrival(event), persons).content_mac
