"""An id such as UNKNOWN gathers events for ever: it may not slow down or swell what goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median

import psutil
import pytest

from procesmijn.batch import Applied, Batch
from procesmijn.store import reports
from procesmijn.store.filters import Period
from procesmijn.store.reports import Flagged
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account, Line, Sent
from tests.integration.bad_input.messages import event, opened, requested

EVENTS = 200_000
BATCH = 5_000
OTHERS = 100
"""Cases that go on beside it."""
GROWTH_BYTES = 64 << 20


@pytest.fixture(scope="module")
def line(make_line: MakeLine) -> Line:
    return make_line()


def test_a_case_with_200000_events_stays_flat_in_time_and_memory(line: Line) -> None:
    """It is stored, flagged and not mined; others are; and ``verify`` agrees with all of that."""
    line.send_all(_records())
    batches: list[Applied] = []
    held: list[int] = []

    def apply(batch: Batch) -> Applied:
        applied = line.applier.apply(batch)
        batches.append(applied)
        held.append(psutil.Process().memory_info().rss)
        return applied

    with line.working(line.worker(apply, BATCH)) as running:
        line.read_on(running, seconds=120)

    _, first, *rest = [
        applied.seconds / applied.stored for applied in batches if applied.stored > BATCH / 2
    ]
    half = len(rest) // 2
    assert median(rest[half:]) < 1.5 * median([first, *rest[:half]])
    assert held[-1] - held[len(held) // 4] < GROWTH_BYTES

    assert line.account() == Account(stored=EVENTS + 2 * OTHERS, duplicate=0, dead=0, skipped=0)
    with line.store.reader() as connection:
        assert reports.flagged(connection) == [Flagged("object", "vacancy", "UNKNOWN", EVENTS)]
        cases = list(reports.cases("recruitment", Period(), connection).rows)
        (row,) = reports.handovers("recruitment", Period(), None, connection)
    assert {case["case_key"] for case in cases} == {f"V-{number}" for number in range(OTHERS)}
    assert row.handovers == OTHERS
    assert line.findings() == []


def _records() -> Iterator[Sent]:
    """Events of the one case, with those of other cases between them from beginning to end."""
    head, tail = json.dumps(event("#", data={"vacancy": "UNKNOWN", "party": "$"})).split("#")
    parties = [tail.replace("$", party) for party in ("hr", "manager")]
    for number in range(EVENTS):
        yield Sent(f"{head}{number}{parties[number % 2]}".encode())
        other, is_due = divmod(number, EVENTS // OTHERS)
        if not is_due:
            yield requested(f"V-{other}")
            yield opened(f"V-{other}")
