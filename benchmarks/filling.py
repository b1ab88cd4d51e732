"""Tables of ten million events, without an event: cases that the core computes, and real writes.

What is read of a process are its facts and counts. So events are made up, mined by the core, and
written as a batch writes them; the events themselves, and their packs, are not stored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
import psycopg

from procesmijn.catalogue import Catalogue, default
from procesmijn.core.difference import difference
from procesmijn.core.frames import EVENT, NO_INSTANT, NO_SEQUENCE, Int64s, ObjectEvents, Rows
from procesmijn.core.mine import mine
from procesmijn.in_force import load_rules
from procesmijn.store import Store
from procesmijn.store.connection import Connection
from procesmijn.versions import object_key
from schemas.event import Lifecycle

PROCESS: Final = "orders"
FIRST: Final = datetime(2023, 1, 1, tzinfo=UTC)
UNTIL: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAYS: Final = (UNTIL - FIRST).days
EVENTS_OF_CASE: Final = 11
ACTIVITIES: Final = 100
PARTIES: Final = 25
_STAGES: Final = 10
_OPTIONS: Final = ACTIVITIES // _STAGES
_WAYS: Final = 2_000
_AT_ONCE: Final = 20_000
_FIRST_US: Final = int(FIRST.timestamp()) * 1_000_000
_UNTIL_US: Final = int(UNTIL.timestamp()) * 1_000_000
_HOUR_US: Final = 3_600_000_000
_MEMBERS: Final = 12

_COUNTED: Final = (
    *("events", "cases", "handovers", "pairs", "variants", "activities", "edges", "pending"),
)
_COUNTS: Final = """
SELECT c.events, c.cases, h.handovers, h.pairs, c.variants, f.activities, f.edges,
       (SELECT count(*) FROM mining.pending WHERE settled_at = 'infinity')
FROM (
    SELECT sum(events)::int8 AS events, count(*) AS cases, count(DISTINCT variant) AS variants
    FROM mining."case"
) c, (
    SELECT sum(n)::int8 AS handovers, count(DISTINCT (supplier, customer)) AS pairs
    FROM mining.handover_day
) h, (
    SELECT count(DISTINCT to_activity) - 1 AS activities,
           count(DISTINCT (from_activity, to_activity))
               FILTER (WHERE from_activity <> 0 AND to_activity <> 0) AS edges
    FROM mining.flow_day
) f"""
_SIZES: Final = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relnamespace = 'mining'::regnamespace AND relkind = 'r'
  AND pg_total_relation_size(oid) > 100000
ORDER BY 2 DESC"""

_PARTY: Final = "Party {:02}"
_ACTIVITY: Final = "Activity {:03}"


@dataclass(frozen=True, slots=True)
class Filled:
    """How much there is to read."""

    events: int
    cases: int
    handovers: int
    pairs: int
    """Of supplier and customer."""
    variants: int
    activities: int
    edges: int
    """Of the directly-follows graph."""
    pending: int
    """That wait at the end."""
    bytes: dict[str, int]
    """Of the tables of facts and aggregates, with their indexes."""


def is_filled(store: Store) -> bool:
    """Whether a database that was kept has all of it."""
    with psycopg.connect(store.url) as connection:
        row = connection.execute("SELECT to_regclass('mining.filled')").fetchone()
    return row is not None and row[0] is not None


def describe_tables(connection: Connection) -> Filled:
    """What is there."""
    counts, *_ = connection.execute(_COUNTS).fetchall()
    sizes: dict[str, int] = dict(connection.execute(_SIZES).fetchall())
    return Filled(**dict(zip(_COUNTED, counts, strict=True)), bytes=sizes)


def catalogue() -> Catalogue:
    """The one that ships, and a process of a hundred activities between five and twenty parties."""
    document = default().model_dump(mode="json", exclude_defaults=True)
    document["parties"] |= {name: {"members": _MEMBERS} for name in _parties()}
    document["processes"][PROCESS] = {"case": "order", "activities": {a: {} for a in _activities()}}
    for name, agreed in _agreed().items():
        document["deliverables"][name] = {"supplier": agreed.supplier}
        document["agreements"][name] = {
            "deliverable": name,
            "customer": agreed.customer,
            "process": PROCESS,
            "requested": agreed.requested,
            "delivered": agreed.delivered,
            "cancelled": agreed.cancelled,
            "lead_time": "3 days",
            "target": "80%",
        }
    return Catalogue.model_validate(document)


def fill(store: Store, events: int) -> None:
    """Fill the tables of a store without any, and let PostgreSQL look at them."""
    store.migrate()
    store.activate(catalogue())
    store.resolve([*_activities(), *_parties(), "order"])
    rules = load_rules(store)
    rng = np.random.default_rng(10)
    made = _Made.of(store, rng)
    cases = events // EVENTS_OF_CASE
    started_us = np.sort(_FIRST_US + rng.integers((_UNTIL_US - _FIRST_US), size=cases))
    for first in range(0, cases, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, cases))
        batch = made.events(numbers, started_us[first : numbers.stop], rng)
        _make_objects(store, batch.keys, numbers, rules.rules_of["order"])
        with store.transaction() as tx:
            stored = tx.read_facts(batch.keys)
            tx.roll_up(tx.write(difference(stored, mine(batch, rules.rules))))
        print(f"{numbers.stop:,} of {cases:,} cases", file=sys.stderr, flush=True)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        connection.execute("CREATE TABLE mining.filled ()")


class _Agreed(NamedTuple):
    """What a stage asks of the stage after the next, and what has not come by the last ones is not
    needed any more."""

    supplier: str
    customer: str
    requested: list[str]
    delivered: list[str]
    cancelled: list[str]


def _agreed() -> dict[str, _Agreed]:
    agreed = {}
    for stage in range(0, _STAGES - 2, 2):
        asked, done, rest = (
            _named(range(_OPTIONS * first, _OPTIONS * (first + 1)))
            for first in (stage, stage + 2, _STAGES - 1)
        )
        customer, supplier = (
            _PARTY.format(party + 1)
            for party in _party_of(np.array([_OPTIONS * stage, _OPTIONS * (stage + 2)])).tolist()
        )
        agreed[f"Deliverable {stage // 2 + 1}"] = _Agreed(supplier, customer, asked, done, rest)
    return agreed


def _named(activities: range) -> list[str]:
    return [_ACTIVITY.format(activity + 1) for activity in activities]


def _parties() -> list[str]:
    return [_PARTY.format(number) for number in range(1, PARTIES + 1)]


def _activities() -> list[str]:
    return _named(range(ACTIVITIES))


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """What the cases are like: which ways they go, who does what, how long each step takes."""

    process: int
    order: int
    activities: Int64s
    parties: Int64s
    ways: tuple[Int64s, ...]
    wait_us: Rows
    """Median of the waiting for each activity."""

    @classmethod
    def of(cls, store: Store, rng: np.random.Generator) -> _Made:
        code = store.terms.code
        return cls(
            code(PROCESS),
            code("order"),
            np.array([code(name) for name in _activities()]),
            np.array([code(name) for name in _parties()])[_party_of(np.arange(ACTIVITIES))],
            tuple(_ways(rng)),
            rng.lognormal(np.log(12 * _HOUR_US), 0.7, ACTIVITIES),
        )

    def events(self, numbers: range, started_us: Int64s, rng: np.random.Generator) -> ObjectEvents:
        """The events of some cases up to the end of the three years, by case."""
        often = 1 / np.arange(1, len(self.ways) + 1) ** 0.9
        taken = rng.choice(len(self.ways), len(numbers), p=often / often.sum())
        lengths = np.array([len(way) for way in self.ways])[taken]
        steps = np.concatenate([self.ways[way] for way in taken])
        case = np.repeat(np.arange(len(numbers)), lengths)
        first = np.repeat(np.cumsum(lengths) - lengths, lengths)
        waited = (self.wait_us[steps] * rng.lognormal(0, 0.9, len(steps))).astype(np.int64)
        worked = (_HOUR_US * rng.lognormal(-1, 0.8, len(steps))).astype(np.int64)
        passed = np.cumsum(waited + worked)
        completed = started_us[case] + passed - (passed - waited - worked)[first]

        rows = np.zeros(len(steps), dtype=EVENT)
        rows["key_hi"] = rng.integers(2**63, size=len(steps))
        rows["key_lo"] = rng.integers(2**63, size=len(steps))
        rows["occurred_us"] = completed
        is_timed = steps % 5 != 0
        rows["started_us"] = np.where(is_timed, completed - worked, NO_INSTANT)
        rows["sequence"] = NO_SEQUENCE
        rows["process"] = self.process
        rows["activity"] = self.activities[steps]
        rows["party"] = self.parties[steps]
        follows = np.roll(rows["party"], -1)
        is_last = np.append(case[1:] != case[:-1], True)
        rows["receiver"] = np.where((steps % 4 == 0) & ~is_last, follows, 0)
        rows["lifecycle"] = Lifecycle.COMPLETE
        happened = completed < _UNTIL_US
        keys = np.array([object_key("order", _name(number)) for number in numbers])
        ranks = np.empty(len(keys), dtype=np.int64)
        in_order = np.argsort(keys)
        ranks[in_order] = np.arange(len(keys))
        owner = ranks[case[happened]]
        by_owner = np.argsort(owner, kind="stable")
        return ObjectEvents(
            keys[in_order],
            np.full(len(keys), self.order, dtype=np.int32),
            owner[by_owner].astype(np.int32),
            rows[happened][by_owner],
        )


def _party_of(activity: Int64s) -> Int64s:
    """Two stages have the same five parties, so work also stays where it is."""
    stage, option = np.divmod(activity, _OPTIONS)
    here = PARTIES // (_STAGES // 2)
    party: Int64s = stage // 2 * here + option % here
    return party


def _ways(rng: np.random.Generator) -> Iterator[Int64s]:
    """Sequences of activities: at each stage one, now and then two or none, or something again; at
    the next one often what the same party does."""
    found: set[bytes] = set()
    while len(found) < _WAYS:
        way, option = list[int](), int(rng.integers(_OPTIONS))
        for stage in range(_STAGES):
            for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
                if rng.random() < 0.6:
                    option = int(rng.integers(_OPTIONS))
                way.append(_OPTIONS * stage + option)
            if rng.random() < 0.06 and len(way) > 2:
                way += way[-2:]
        steps = np.array(way or [0])
        if steps.tobytes() not in found:
            found.add(steps.tobytes())
            yield steps


def _name(number: int) -> str:
    return f"ORD-{number:07}"


def _make_objects(store: Store, keys: Int64s, numbers: range, rules_id: int) -> None:
    names = {object_key("order", _name(number)): _name(number) for number in numbers}
    with (
        psycopg.connect(store.url) as connection,
        connection.cursor().copy(
            "COPY mining.object (object_key, object_type, object_id, entries, events, rules_id)"
            " FROM STDIN"
        ) as copy,
    ):
        order = store.terms.code("order")
        for key in keys.tolist():
            copy.write_row((key, order, names[key], 0, 0, rules_id))
