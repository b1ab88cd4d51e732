"""From events to the views: what they show is what slow loops over the same events say.

The logs that are public are read where ``PROCESMIJN_TEST_LOGS`` says; in CI they have to be there.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pandas as pd
import pytest

from procesmijn.catalogue import Catalogue
from procesmijn.files.columns import Columns
from procesmijn.files.log import read_log
from procesmijn.persons import Persons
from procesmijn.store import flows
from procesmijn.store.filters import Period
from procesmijn.versions import event_key
from schemas.event import Event, Lifecycle
from schemas.registry import subjects
from tests import pm4py_oracle, reference
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import CATALOGUE, batch_of

BESIDE: Final = Path(__file__).parents[4] / "shared"
LOGS: Final = Path(os.environ.get("PROCESMIJN_TEST_LOGS", BESIDE / "logs"))
BATCH: Final = 10_000
_LIFECYCLES: Final = {Lifecycle.START: reference.START, Lifecycle.COMPLETE: reference.COMPLETE}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(1)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    return one_ground


# -- what the reference takes ---------------------------------------------------------------------


def plain_event(event: Event, object_: str, object_type: str) -> reference.Event:
    """An event, concealed already, as an entry of one of its objects."""
    return reference.Event(
        key=UUID(bytes=event_key(event.source, event.id)).int,
        object=object_,
        occurred_us=event.occurred_us,
        type=event.type,
        object_type=object_type,
        process=event.process,
        activity=event.activity,
        lifecycle=_LIFECYCLES.get(event.lifecycle, "other"),
        started_us=event.started_us,
        sequence=event.sequence,
        party=event.party,
        performer=event.performer,
        team=event.team,
        receiver=event.receiver,
        deliverable=event.data.get("deliverable"),
        request=next((id_ for type_, id_ in event.objects if type_ == "request"), None),
        outcome=event.data.get("outcome"),
    )


def plain_rules(catalogue: Catalogue) -> reference.Rules:
    """What a catalogue says, in the words of the reference."""
    return reference.Rules(
        processes=[
            reference.Process(
                name=name,
                object_type=process.case,
                zone=catalogue.zone_of(name),
                activities=process.activity_of_type(),
                ranks={
                    activity: each.rank
                    for activity, each in process.activities.items()
                    if each.rank is not None
                },
                parties={
                    activity: each.party
                    for activity, each in process.activities.items()
                    if each.party
                },
                ends=frozenset(process.end),
                concurrent=frozenset(frozenset(pair) for pair in process.concurrent_activities()),
            )
            for name, process in catalogue.processes.items()
        ],
        automatic=frozenset(
            name for name, party in catalogue.parties.items() if party.kind == "automatic"
        ),
        performers=plain_members(catalogue.performers),
        teams=plain_members(catalogue.teams),
        subjects=subjects(),
    )


def plain_members(members: Mapping[str, Any]) -> list[reference.Member]:
    return [
        reference.Member(name, each.since or date.min, each.until or date.max, each.party)
        for name, memberships in members.items()
        for each in memberships
    ]


def standing(events: Iterable[Event], persons: Persons) -> list[Event]:
    """The events that stand, where versions differ in their sequence alone."""
    by_key: dict[tuple[str, str], Event] = {}
    for event in events:
        concealed = persons.conceal(event)
        before = by_key.get((concealed.source, concealed.id))
        if before is None or (concealed.sequence or 0) < (before.sequence or 0):
            by_key[concealed.source, concealed.id] = concealed
    return list(by_key.values())


# -- what the views show --------------------------------------------------------------------------


def assert_views_show(ground: Ground, mined: reference.Mined) -> None:
    ground.observer.execute("SET procesmijn.as_of = '9999-01-01'")  # whatever the clock says
    assert_same_rows(
        ground,
        "SELECT split_part(handover_id, '/', 1)::uuid, case_key, process, supplier, customer,"
        " from_activity, to_activity, delivered_at, picked_up_at, delivered_on, picked_up_on,"
        " (wait_seconds * 1000000)::int8, (case_wait_seconds * 1000000)::int8, pickup_basis"
        " FROM bi.fct_handover",
        (
            (
                *(UUID(int=row.to_key), row.object, row.process, row.supplier, row.customer),
                *(row.from_activity, row.to_activity),
                *(at(row.delivered_us), at(row.picked_up_us)),
                *(row.delivered_on, row.picked_up_on),
                *(row.wait_us, row.case_wait_us, row.pickup_basis),
            )
            for row in mined.handovers
        ),
    )
    assert_same_rows(
        ground,
        "SELECT case_key, process, started_at, ended_at, (cycle_seconds * 1000000)::int8,"
        " (processing_seconds * 1000000)::int8, events, events_without_party, handovers, parties,"
        " revisits, revisits_direct, pingpongs, pingpongs_direct, repeats FROM bi.fct_case",
        (
            (
                *(row.object, row.process, at(row.started_us), at(row.ended_us), row.cycle_us),
                None if row.ended_us is None else row.processing_us,
                *(row.events, row.unassigned, row.handovers, row.parties),
                *(row.revisits, row.revisits_direct, row.pingpongs, row.pingpongs_direct),
                row.repeats,
            )
            for row in mined.cases
        ),
    )
    assert_same_rows(
        ground,
        "SELECT o.object_id, p.name, w.from_event, s.name, c.name, a.name, w.delivered_at,"
        " w.delivered_on, NULLIF(w.settled_at, 'infinity') FROM mining.pending w"
        " JOIN mining.object o USING (object_key) JOIN mining.term p ON p.code = w.process"
        " LEFT JOIN mining.term s ON s.code = w.supplier JOIN mining.term c ON c.code = w.customer"
        " JOIN mining.term a ON a.code = w.activity",
        (
            (
                *(row.object, row.process, UUID(int=row.from_key), row.supplier, row.customer),
                *(row.activity, at(row.delivered_us), row.delivered_on, at(row.settled_us)),
            )
            for row in mined.pendings
        ),
    )
    assert_same_rows(
        ground,
        "SELECT case_key, process, split_part(repeat_id, '/', 1)::uuid, activity, party, supplier,"
        " customer, split_part(handover_id, '/', 1)::uuid, since_at, started_at, completed_at,"
        " completed_on, is_pingpong FROM bi.fct_repeat",
        (
            (
                *(row.object, row.process, UUID(int=row.again_key), row.activity, row.party),
                *(row.supplier, row.customer),
                None if row.handover_key is None else UUID(int=row.handover_key),
                *(at(row.since_us), at(row.started_us), at(row.completed_us), row.completed_on),
                row.is_pingpong,
            )
            for row in mined.repeats
        ),
    )
    assert_same_rows(
        ground,
        "SELECT count(*) FROM bi.fct_pending",
        [(sum(row.settled_us is None for row in mined.pendings),)],
    )
    assert_same_rows(  # working time, by the other one of its two implementations
        ground,
        "SELECT count(*) FROM mining.handover WHERE wait_working_us <>"
        " mining.working_us(mining.calendar_of(customer), delivered_at, picked_up_at)",
        [(0,)],
    )


def assert_same_rows(ground: Ground, query: Any, wanted: Iterable[tuple[object, ...]]) -> None:
    ours, theirs = Counter(ground.observer.execute(query).fetchall()), Counter(wanted)
    assert ours == theirs, ([*(ours - theirs)][:3], [*(theirs - ours)][:3])


def at(instant_us: int | None) -> datetime | None:
    return None if instant_us is None else _EPOCH + timedelta(microseconds=instant_us)


def assert_flow_is_that_of_pm4py(ground: Ground, process: str, mined: reference.Mined) -> None:
    """Directly-follows, starts, ends and variants, on the same frame of completions."""
    frame = pd.DataFrame(
        [
            (case.object, activity, at(completed_us), order)
            for case in mined.cases
            if case.process == process
            for order, (activity, completed_us) in enumerate(case.trace)
        ],
        columns=["case", "activity", "timestamp", "order"],
    )
    with ground.store.reader() as connection:
        flow = flows.graph(process, Period(), ground.store.terms, connection)
        variants = flows.variants(process, ground.store.terms, connection)
    assert flow == pm4py_oracle.directly_follows(frame)
    assert sorted(variants) == sorted(pm4py_oracle.variants(frame))


def assert_told(
    ground: Ground, events: Sequence[Event], catalogue: Catalogue, processes: Sequence[str]
) -> reference.Mined:
    """Tell events in batches, shuffled, and hold all that is shown against the reference."""
    ground.activate(catalogue)
    shuffled = list(events)
    random.Random(3).shuffle(shuffled)
    for since in range(0, len(shuffled), BATCH):
        ground.applier.apply(batch_of(shuffled[since : since + BATCH]))
    entries = [
        plain_event(event, object_id, object_type)
        for event in standing(events, ground.persons)
        for object_type, object_id in event.objects
    ]
    mined = reference.mine(entries, plain_rules(catalogue.pseudonymous(ground.persons.pseudonym)))
    assert_views_show(ground, mined)
    for process in processes:
        assert_flow_is_that_of_pm4py(ground, process, mined)
    ground.assert_sound()
    return mined


# -- logs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_log(ground: Ground, seed: int) -> None:
    """With everything that the definitions speak of: starts, overlaps, ties, teams, receivers."""
    mined = assert_told(ground, list(generated(seed)), CATALOGUE, ["service", "repair", "joining"])
    assert {row.pickup_basis for row in mined.handovers} == {"start", "completion"}
    assert min(len(mined.handovers), len(mined.pendings)) > 100
    assert sum(case.pingpongs for case in mined.cases) > 0


def generated(seed: int) -> Iterable[Event]:
    pick = random.Random(seed)
    friday_us = int(datetime(2026, 3, 27, 8, tzinfo=UTC).timestamp()) * 1_000_000
    for number in range(3_000):
        occurred_us = friday_us + pick.randrange(0, 200) * 1_800_000_000
        objects = {("ticket", f"T{pick.randrange(250)}")}
        if pick.random() < 0.2:
            objects.add(("employee", f"E{pick.randrange(20)}"))
        event = Event(
            source="/desk",
            id=f"e{number}",
            type=pick.choice(
                ["opened", "assigned", "transferred", "resolved", "put_on_hold", "closed"]
            ),
            occurred_us=occurred_us,
            objects=tuple(sorted(objects)),
            sequence=pick.choice([None, number]),
            party=pick.choice([None, "desk", "lab", "firm", "robot", "stranger"]),
            team=pick.choice([None, "blue"]),
            performer=pick.choice([None, "ann", "bob"]),
            receiver=pick.choice([None, None, "lab", "firm"]),
        )
        if pick.random() < 0.5:
            yield event._replace(type=f"ticket.{event.type}")
            continue
        yield event._replace(
            type="step",
            process=pick.choice(["service", "repair", "unheard"]),
            activity=pick.choice(["open", "solve", "look", "close"]),
            lifecycle=pick.choice(list(Lifecycle)),
            started_us=pick.choice([None, occurred_us - pick.randrange(1, 9) * 1_800_000_000]),
        )


if LOGS.is_dir() or "CI" in os.environ:
    PUBLIC: Final = {
        "hiring": ("hiring_log_high.xes.gz", Columns(party="resource"), None),
        "procure-to-pay": (
            "Procure_to_Pay.csv.gz",
            Columns(
                case="case_id",
                activity="activity",
                start="start_time",
                time="end_time",
                party="resource",
            ),
            None,
        ),
        "recruitment-raw": (
            "raw_employee_onboarding_2024.csv",
            Columns(
                case="candidate_id",
                activity="recruitment_status",
                time="status_changed_at",
                party="responsible_person",
            ),
            "Asia/Tokyo",
        ),
        "incidents": (
            "raw_itsm_2024.csv",
            Columns(case="incident_id", activity="status", time="reported_at", party="assigned_to"),
            "Asia/Tokyo",
        ),
    }

    @pytest.mark.parametrize("process", PUBLIC)
    def test_a_public_log(ground: Ground, process: str) -> None:
        name, columns, zone = PUBLIC[process]
        events = list(read_log(LOGS / name, columns, process, zone).events())
        mined = assert_told(ground, events, CATALOGUE.with_process(process, zone), [process])
        if process == "hiring":
            assert (len(mined.cases), len(mined.handovers)) == (10_000, 38_649)
            assert sum(case.revisits_direct > 0 for case in mined.cases) == 3_922
            assert sum(case.pingpongs > 0 for case in mined.cases) == 135
