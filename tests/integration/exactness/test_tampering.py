"""Whatever is changed by hand in mining is named by ``verify`` and mended by ``rebuild``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, LiteralString

import pytest

from procesmijn.verify import Finding
from schemas.event import Event, Lifecycle
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import batch_of
from tests.integration.exactness.tables import Tables, assert_same

COLUMNS: Final[dict[LiteralString, tuple[LiteralString, ...]]] = {
    'mining."case"': (
        *("object_key", "process", "started_at", "ended_at", "closed_at", "processing_us"),
        *("events", "unassigned", "handovers", "parties", "revisits", "revisits_direct"),
        *("pingpongs", "pingpongs_direct", "repeats", "variant", "trace_hash", "trace"),
    ),
    "mining.handover": (
        *("object_key", "process", "to_event", "from_event", "supplier", "customer"),
        *("from_activity", "to_activity", "delivered_at", "picked_up_at", "delivered_on"),
        *("picked_up_on", "previous_on", "wait_us", "wait_working_us", "case_wait_us"),
        *("case_wait_working_us", "pickup_basis"),
    ),
    "mining.pending": (
        *("object_key", "process", "from_event", "supplier", "customer", "activity"),
        *("delivered_at", "delivered_on", "settled_at"),
    ),
    "mining.delivery": (
        *("object_key", "process", "agreement", "opened_event", "since_at", "digest"),
        *("request", "version", "deliverable", "supplier", "customer", "requested_by"),
        *("standing", "is_paused"),
        *("requested_at", "promised_at", "due_at", "first_delivered_at", "delivered_at"),
        *("accepted_at", "returned_at", "cancelled_at", "returnable_at", "requested_on"),
        *("due_on", "delivered_on", "supplier_us", "returns", "late_returns", "pauses"),
        *("right_first", "outcome", "course"),
    ),
    "mining.repeat": (
        *("object_key", "process", "again_event", "activity", "party", "supplier", "customer"),
        *("handover_event", "since_at", "started_at", "completed_at", "completed_on"),
        "is_pingpong",
    ),
    "mining.deviation": (
        *("object_key", "process", "rule", "at_event", "activity", "party", "since_at"),
        "since_on",
    ),
    "mining.pack": ("object_key", "chunk", "events"),
    "mining.object": (
        *("object_key", "object_type", "object_id", "entries", "events", "rules_id"),
    ),
    "mining.handover_day": (
        *("process", "day", "supplier", "customer", "pickup_basis"),
        *("n", "wait_us", "wait_working_us"),
    ),
    "mining.flow_day": ("process", "day", "from_activity", "to_activity", "n", "wait_us"),
}
KEYS: Final[dict[LiteralString, frozenset[str]]] = {
    'mining."case"': frozenset({"object_key", "process"}),
    "mining.handover": frozenset({"object_key", "process", "to_event"}),
    "mining.pending": frozenset({"object_key", "process", "from_event"}),
    "mining.delivery": frozenset({"object_key", "process", "agreement", "opened_event"}),
    "mining.repeat": frozenset({"object_key", "process", "again_event"}),
    "mining.deviation": frozenset({"object_key", "process", "rule", "at_event"}),
    "mining.pack": frozenset({"object_key", "chunk", "events"}),
    "mining.object": frozenset({"object_key"}),
    "mining.handover_day": frozenset({"process", "day", "supplier", "customer", "pickup_basis"}),
    "mining.flow_day": frozenset({"process", "day", "from_activity", "to_activity"}),
}
"""What makes it another row: then one is missing, and one too many."""

WRITING: Final = frozenset({"change_id", "updated_at", "shard", "retirement"})
"""When and by whom a row was written, or retired; no events say anything about that."""

OTHER_VALUE: Final[dict[str, LiteralString]] = {
    "smallint": "3 - {column}",
    "integer": "{column} + 1",
    "bigint": "{column} + 1",
    "date": "COALESCE(NULLIF({column}, '-infinity'), current_date) + 1",
    "timestamp with time zone": "COALESCE(NULLIF({column}, 'infinity'), now()) + interval '1 s'",
    "uuid": "gen_random_uuid()",
    "text": "{column} || 'x'",
    "bytea": "set_byte({column}, 20, get_byte({column}, 20) # 1)",
}


def happened(hour: float, type_: str, party: str | None, receiver: str | None = None) -> Event:
    moment = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp() + hour * 3600
    return Event(
        source="/desk",
        id=f"{type_}/{hour}",
        type=type_,
        occurred_us=int(moment) * 1_000_000,
        objects=(("ticket", "T1"),),
        party=party,
        receiver=receiver,
    )


HISTORY: Final = [
    happened(0, "ticket.opened", "desk"),
    happened(1, "ticket.assigned", "desk", "lab"),
    happened(20, "step", "lab")._replace(
        process="service", activity="look", lifecycle=Lifecycle.START
    ),
    happened(24, "step", "lab")._replace(process="service", activity="look"),
    happened(26, "ticket.transferred", "lab", "firm"),
    happened(30, "ticket.resolved", "firm"),
    happened(34, "step", "lab")._replace(process="service", activity="look"),
    happened(50, "ticket.closed", None),
]


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(1)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    one_ground.applier.apply(batch_of(HISTORY))
    return one_ground


@pytest.fixture
def right(ground: Ground) -> Tables:
    return ground.tables()


def test_every_column_is_tampered_with(ground: Ground) -> None:
    """A column that is added has to be proven as well."""
    for table, columns in COLUMNS.items():
        rows = ground.observer.execute(f"SELECT FROM {table} LIMIT 1")
        assert rows.fetchone() is not None, f"nothing in {table} to tamper with"
        none = ground.observer.execute(f"SELECT * FROM {table} LIMIT 0")
        there = {column.name for column in none.description or ()}
        assert there == {*columns} | (WRITING & there)


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, names in COLUMNS.items() for name in names]
)
def test_a_changed_value_is_found_and_mended(
    ground: Ground, right: Tables, table: LiteralString, column: LiteralString
) -> None:
    ground.observer.execute(
        f"UPDATE {table} SET {column} = {_other_value(ground, table, column)}"
        f" WHERE ctid = (SELECT min(ctid) FROM {table})"
    )

    found = [each for each in ground.findings() if each.table == _name(table)]
    assert any(_tells(each, table, column) for each in found), found

    ground.rebuild()
    ground.assert_sound()
    assert_same(ground.tables(), right)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_row_that_is_gone_is_found_and_made_again(
    ground: Ground, right: Tables, table: LiteralString
) -> None:
    ground.observer.execute(f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})")

    assert _name(table) in {each.table for each in ground.findings()}

    ground.rebuild()
    ground.assert_sound()
    assert_same(ground.tables(), right)


@pytest.mark.parametrize("cut", ["substr(events, 1, 88)", "''", "substr(events, 88)"])
def test_a_pack_that_was_cut_is_found_and_mended(
    ground: Ground, right: Tables, cut: LiteralString
) -> None:
    ground.observer.execute(f"UPDATE mining.pack SET events = {cut}")

    assert "pack" in {each.table for each in ground.findings()}

    ground.rebuild()
    ground.assert_sound()
    assert_same(ground.tables(), right)


def _tells(finding: Finding, table: LiteralString, column: str) -> bool:
    is_roll_up = table.endswith("_day")
    names_place = "2026-03-" in finding.case if is_roll_up else "T1" in finding.case
    return names_place and (column in KEYS[table] or finding.column == column)


def _name(table: str) -> str:
    return table.removeprefix("mining.").strip('"')


def _other_value(ground: Ground, table: str, column: LiteralString) -> LiteralString:
    row = ground.observer.execute(
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_schema = 'mining' AND table_name = %s AND column_name = %s",
        (_name(table), column),
    ).fetchone()
    assert row is not None
    return OTHER_VALUE[str(row[0])].replace("{column}", column)
