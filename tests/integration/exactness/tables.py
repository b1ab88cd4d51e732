"""Everything that a database says, by natural keys: what two databases have to agree on.

Names stand for codes, digests for the rules, shards are added up. Left out is what tells how a
database came to say it: when rows were written, and from which offset an event was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, LiteralString, TypeAlias

import numpy as np
import psycopg

from procesmijn.core.frames import STEP

Row: TypeAlias = tuple[Any, ...]
Tables: TypeAlias = Mapping[str, Mapping[Row, int]]
"""By table: how often each row is there, which has to be once."""

_QUERIES: Mapping[str, LiteralString] = {
    "event": """
        SELECT event_key, source, id, revision, content_mac, is_retracted, type, lifecycle,
               started_at::text, occurred_at::text, sequence, process, activity, party, team,
               performer, receiver, objects::text, data::text
        FROM stream.event
    """,
    "superseded": """
        SELECT event_key, revision, content_mac, event::text FROM stream.superseded
    """,
    # The row of an object without events is a lock that was once needed, and says nothing.
    "object": """
        SELECT t.name, o.object_id, o.events, COALESCE(r.digest, '')
        FROM mining.object o
        JOIN mining.term t ON t.code = o.object_type
        LEFT JOIN mining.rules r USING (rules_id)
        WHERE o.events <> 0
    """,
    "handover": """
        SELECT t.name, o.object_id, p.name, h.to_event, h.from_event, s.name, c.name, f.name,
               a.name, h.delivered_at::text, h.picked_up_at::text, h.delivered_on, h.picked_up_on,
               h.previous_on::text, h.wait_us, h.wait_working_us, h.case_wait_us,
               h.case_wait_working_us, h.pickup_basis
        FROM mining.handover h
        JOIN mining.object o USING (object_key)
        JOIN mining.term t ON t.code = o.object_type
        JOIN mining.term p ON p.code = h.process
        JOIN mining.term s ON s.code = h.supplier
        JOIN mining.term c ON c.code = h.customer
        JOIN mining.term f ON f.code = h.from_activity
        JOIN mining.term a ON a.code = h.to_activity
    """,
    "pending": """
        SELECT t.name, o.object_id, p.name, w.from_event, s.name, c.name, a.name,
               w.delivered_at::text, w.delivered_on, w.settled_at::text
        FROM mining.pending w
        JOIN mining.object o USING (object_key)
        JOIN mining.term t ON t.code = o.object_type
        JOIN mining.term p ON p.code = w.process
        LEFT JOIN mining.term s ON s.code = w.supplier
        JOIN mining.term c ON c.code = w.customer
        JOIN mining.term a ON a.code = w.activity
    """,
    "delivery": """
        SELECT t.name, o.object_id, p.name, a.name, d.opened_event, d.since_at::text,
               r.object_id, d.version, v.name, s.name, c.name, q.name, d.standing,
               d.is_paused, d.requested_at::text, d.promised_at::text, d.due_at::text,
               d.first_delivered_at::text, d.delivered_at::text, d.accepted_at::text,
               d.returned_at::text, d.cancelled_at::text, d.returnable_at::text, d.requested_on,
               d.due_on, d.delivered_on, d.supplier_us, d.returns, d.late_returns, d.pauses,
               d.right_first, d.outcome, d.course
        FROM mining.delivery d
        JOIN mining.object o USING (object_key)
        JOIN mining.term t ON t.code = o.object_type
        JOIN mining.term p ON p.code = d.process
        JOIN mining.term a ON a.code = d.agreement
        JOIN mining.term v ON v.code = d.deliverable
        JOIN mining.term s ON s.code = d.supplier
        JOIN mining.term c ON c.code = d.customer
        LEFT JOIN mining.term q ON q.code = d.requested_by
        LEFT JOIN mining.object r ON r.object_key = d.request AND d.request <> 0
    """,
    "repeat": """
        SELECT t.name, o.object_id, p.name, r.again_event, a.name, w.name, s.name, c.name,
               r.handover_event, r.since_at::text, r.started_at::text, r.completed_at::text,
               r.completed_on, r.is_pingpong
        FROM mining.repeat r
        JOIN mining.object o USING (object_key)
        JOIN mining.term t ON t.code = o.object_type
        JOIN mining.term p ON p.code = r.process
        JOIN mining.term a ON a.code = r.activity
        LEFT JOIN mining.term w ON w.code = r.party
        LEFT JOIN mining.term s ON s.code = r.supplier
        LEFT JOIN mining.term c ON c.code = r.customer
    """,
    "deviation": """
        SELECT t.name, o.object_id, p.name, r.name, d.at_event, a.name, q.name, d.since_at::text,
               d.since_on
        FROM mining.deviation d
        JOIN mining.object o USING (object_key)
        JOIN mining.term t ON t.code = o.object_type
        JOIN mining.term p ON p.code = d.process
        JOIN mining.term r ON r.code = d.rule
        JOIN mining.term a ON a.code = d.activity
        LEFT JOIN mining.term q ON q.code = d.party
    """,
    "handover_day": """
        SELECT p.name, d.day, s.name, c.name, d.pickup_basis, sum(d.n), sum(d.wait_us),
               sum(d.wait_working_us)
        FROM mining.handover_day d
        JOIN mining.term p ON p.code = d.process
        JOIN mining.term s ON s.code = d.supplier
        JOIN mining.term c ON c.code = d.customer
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(d.n) <> 0 OR sum(d.wait_us) <> 0 OR sum(d.wait_working_us) <> 0
    """,
    "flow_day": """
        SELECT p.name, d.day, f.name, a.name, sum(d.n), sum(d.wait_us)
        FROM mining.flow_day d
        JOIN mining.term p ON p.code = d.process
        LEFT JOIN mining.term f ON f.code = d.from_activity
        LEFT JOIN mining.term a ON a.code = d.to_activity
        GROUP BY 1, 2, 3, 4
        HAVING sum(d.n) <> 0 OR sum(d.wait_us) <> 0
    """,
}
_CASES: LiteralString = """
    SELECT t.name, o.object_id, p.name, c.started_at::text, c.ended_at::text, c.closed_at::text,
           c.processing_us, c.events, c.unassigned, c.handovers, c.parties, c.revisits,
           c.revisits_direct, c.pingpongs, c.pingpongs_direct, c.repeats, c.variant, c.trace_hash,
           c.trace
    FROM mining."case" c
    JOIN mining.object o USING (object_key)
    JOIN mining.term t ON t.code = o.object_type
    JOIN mining.term p ON p.code = c.process
"""


def read_tables(connection: psycopg.Connection[Any]) -> Tables:
    """All tables, as they stand at one moment."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = {name: Counter(connection.execute(query)) for name, query in _QUERIES.items()}
        names = dict(connection.execute("SELECT code, name FROM mining.term").fetchall())
        tables["case"] = Counter(
            (*facts, _steps(trace, names)) for *facts, trace in connection.execute(_CASES)
        )
    return tables


def _steps(trace: bytes, names: Mapping[int, str]) -> tuple[Row, ...]:
    steps = np.frombuffer(trace, dtype=STEP).tolist()
    return tuple((names[activity], *moments) for activity, *moments in steps)


def assert_same(tables: Tables, wanted: Tables) -> None:
    """Two databases agree; where they do not, the rows that only one of them has are shown."""
    for name in wanted:
        ours, theirs = Counter(tables[name]), Counter(wanted[name])
        assert ours == theirs, f"{name}: has {[*(ours - theirs)]}, should have {[*(theirs - ours)]}"
        assert all(count == 1 for count in ours.values()), f"{name}: a row is there twice"
