"""What leaves, and what comes for it when it has left: kept, told, and right when it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from procesmijn.retire import RetirementNeeded
from schemas.event import Event
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CLOSING, batch_of
from tests.integration.exactness.leaving.tickets import (
    APRIL,
    EARLY,
    EVERYTHING,
    assert_as_told_once,
    case,
    come_back,
    happened,
    late,
    leave,
    stored,
)


@pytest.mark.parametrize(
    "event",
    [
        happened("resolved", "T1", 2, "lab"),
        EARLY[4]._replace(revision=1, party="firm"),
        EARLY[4]._replace(revision=1, objects=(("ticket", "T9"),)),
        EARLY[4]._replace(revision=1, objects=(), party=None, is_retracted=True),
    ],
    ids=["new", "corrected", "about another case", "retracted"],
)
def test_what_comes_for_a_case_that_has_left_is_kept_and_told(
    event: Event, ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    ground.applier.apply(batch_of(EVERYTHING))
    assert leave(ground, tmp_path / "march") == 6
    assert (late(ground), stored(ground)) == (0, 3)
    before = ground.tables()

    for _ in range(2):
        applied = ground.applier.apply(batch_of([event, *EARLY]))
        ground.assert_sound()
        assert late(ground) == 1
        assert stored(ground) == 4
    assert (applied.stored, applied.duplicates) == (0, len(EARLY) + 1)
    assert ground.tables()["handover_day"].items() >= before["handover_day"].items()

    assert leave(ground, tmp_path / "again") == 0
    come_back(ground, tmp_path / "march")
    assert late(ground) == 0
    assert_as_told_once(ground, plain, *EVERYTHING, event)


def test_an_object_that_no_process_is_about_goes_with_its_cases(
    ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    """And is missed nowhere when it comes again; the cases come back in the reverse order."""
    device = ("device", "D1")
    first, then = case("T1", 0, device), case("T2", 20, device)
    alone = happened("opened", "none", 1, "desk")._replace(objects=(("device", "D2"),))
    ground.applier.apply(batch_of([*first, alone]))
    assert leave(ground, tmp_path / "march") == 2
    assert stored(ground) == 1
    ground.applier.apply(batch_of(then))
    assert late(ground) == 0
    assert leave(ground, tmp_path / "april", APRIL) == 1
    assert stored(ground) == 1
    ground.assert_sound()
    with pytest.raises(RetirementNeeded, match="april first"):
        come_back(ground, tmp_path / "march")
    for folder in ("april", "march"):
        come_back(ground, tmp_path / folder)
        ground.assert_sound()
    assert_as_told_once(ground, plain, *first, *then, alone)


def test_deliveries_leave_as_they_stand_once_nothing_is_waited_for(
    ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    """One of three is halted and was never delivered: its case stays, and so does every figure."""
    ground.activate(CLOSING[0])
    said = {"deliverable": "repaired"}
    events = [
        event
        for number in range(3)
        for event in (
            *case(f"T{number}", number),
            *(
                happened(what, f"T{number}", number + hours / 24, party)._replace(
                    type=f"deliverable.{what}", data=said
                )
                for what, hours, party in (
                    ("requested", 1, "desk"),
                    *([("delivered", 30, "lab")] if number else [("paused", 2, "lab")]),
                )
            ),
        )
    ]
    ground.applier.apply(batch_of(events))
    [row] = ground.observer.execute("SELECT count(*) FROM bi.agg_delivery_daily WHERE due > 0")
    assert row[0] > 1
    figures = ["agg_delivery_daily", "agg_delivery_monthly", "agg_handover_daily"]
    before = [ground.observer.execute(f"TABLE bi.{name}").fetchall() for name in figures]
    assert leave(ground, tmp_path / "april", APRIL) == 2
    for name, were in zip(figures, before, strict=True):
        assert sorted(ground.observer.execute(f"TABLE bi.{name}"), key=str) == sorted(were, key=str)
    ground.assert_sound()
    come_back(ground, tmp_path / "april")
    assert_as_told_once(ground, plain, *events, catalogue=CLOSING[0])


def test_nothing_else_is_looked_at_when_cases_come_back(
    ground: Ground, plain: Ground, tmp_path: Path
) -> None:
    """However much there is: here events that cannot be unpacked."""
    shared = happened("assigned", "T1", 2, "lab", ("ticket", "T9"))._replace(id="shared")
    resolved = happened("resolved", "T1", 2, "lab")
    ground.applier.apply(batch_of([*EVERYTHING, shared]))
    assert leave(ground, tmp_path / "march") == 6
    assert stored(ground) == 4, "what is about another case stays"
    ground.applier.apply(batch_of([resolved]))
    ground.observer.execute(
        """
        INSERT INTO stream.event (event_key, source, id, revision, content_mac, is_retracted, type,
            lifecycle, started_at, occurred_at, sequence, objects)
        SELECT gen_random_uuid(), '', number, 0, '', false, '', 0, 'infinity', now(), 0, '{}'
        FROM generate_series(1, 20000) AS number
        """
    )
    ground.observer.execute("ANALYZE stream.event")
    come_back(ground, tmp_path / "march")
    ground.observer.execute("DELETE FROM stream.event WHERE source = ''")
    assert_as_told_once(ground, plain, *EVERYTHING, shared, resolved)
