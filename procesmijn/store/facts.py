"""Facts as they are stored: read whole, written only where they changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import numpy as np
from psycopg.sql import SQL

from procesmijn.core.difference import Changes
from procesmijn.core.flow_counts import flow_counts, net
from procesmijn.core.frames import Bools, Facts, Int64s, Rows
from procesmijn.core.marks import DAY_US
from procesmijn.core.order import is_first, order_by
from procesmijn.core.roll_up import handover_counts
from procesmijn.store import layouts
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements
from procesmijn.store.wire import Array, Layout, array


class Retraced(NamedTuple):
    """A case whose trace was written: what stood, and what stands now (none where it is gone)."""

    process: int
    before: bytes | None
    after: bytes | None


def read_facts(
    keys: Int64s,
    connection: Connection,
    *,
    promised: Int64s | None = None,
    ruled: Int64s | None = None,
    in_full: bool = False,
) -> Facts:
    """All stored facts of some objects, sorted by their keys. Of deliveries only the digests are
    read, repeats where cases count any, and traces stay where they are, unless all is asked for.
    ``promised`` are the objects that may have deliveries, and ``ruled`` those that may have
    deviations, if that is known."""
    objects = array("int8", keys)
    promising = keys if promised is None else promised
    cases = _read(layouts.CASES, 'mining."case"', "process", objects, connection)
    repeating = keys if in_full else np.unique(cases["object"][cases["repeats"] > 0])
    return Facts(
        cases=cases,
        traces=_read_bytes("traces", keys, connection) if in_full else (),
        handovers=_read(
            layouts.HANDOVERS, "mining.handover", "process, to_event", objects, connection
        ),
        pendings=_read(
            layouts.PENDINGS, "mining.pending", "process, from_event", objects, connection
        ),
        deliveries=_read_few(
            layouts.DELIVERIES if in_full else layouts.DIGESTS,
            "mining.delivery",
            "process, agreement, opened_event",
            promising,
            connection,
        ),
        courses=_read_bytes("courses", promising, connection) if in_full else (),
        repeats=_read_few(
            layouts.REPEATS, "mining.repeat", "process, again_event", repeating, connection
        ),
        deviations=_read_few(
            layouts.DEVIATIONS,
            "mining.deviation",
            "process, rule, at_event",
            keys if ruled is None else ruled,
            connection,
        ),
    )


def _read_few(
    layout: Layout,
    table: LiteralString,
    order: LiteralString,
    keys: Int64s,
    connection: Connection,
) -> Rows:
    """Rows that few objects have: where it is of none, nothing is asked."""
    if not len(keys):
        return np.empty(0, dtype=layout.frame)
    return _read(layout, table, order, array("int8", keys), connection)


def _read_bytes(
    statement: LiteralString, keys: Int64s, connection: Connection
) -> tuple[bytes, ...]:
    rows = connection.execute(statements("cases")[statement], {"keys": keys.tolist()})
    return tuple(each for (each,) in rows)


def _read(
    layout: Layout,
    table: LiteralString,
    order: LiteralString,
    objects: Array,
    connection: Connection,
) -> Rows:
    """The rows of a table, a few hundred values in all: a value has to stay below 1 GB."""
    columns: LiteralString = ", ".join(layout.names)
    query: LiteralString = f"""
        SELECT string_agg(record_send(stored), '') FROM (
            SELECT {columns} FROM {table} WHERE object_key = ANY (%s::int8[])
            ORDER BY object_key, {order}
        ) AS stored GROUP BY object_key >> 56 ORDER BY object_key >> 56
    """  # noqa: S608 - of names in this package
    rows = connection.cursor(binary=True).execute(query, [objects])
    return layout.decode_records(b"".join([body for (body,) in rows]))


def write_facts(changes: Changes, shard: int, connection: Connection) -> list[Retraced]:
    """Step 4 of a batch, in one order for everybody: cases, pendings, deliveries, repeats,
    deviations, handovers.

    The counts by day of handovers follow from the very rows that were written. The traces written
    are returned, for the flow counts.
    """
    sql = statements("cases")
    retraced: list[Retraced] = []
    if len(changes.cases_removed):
        rows = connection.cursor(binary=True).execute(
            sql["remove_cases"], _keys(changes.cases_removed) | {"shard": shard}
        )
        retraced.extend(Retraced(*row) for row in rows)
    retraced.extend(_write_cases(changes, shard, connection))
    if len(changes.pendings_removed):
        connection.execute(sql["remove_pendings"], _keys(changes.pendings_removed, "from"))
    new, changed = _parted(changes.pendings_are_new)
    _insert("pending", layouts.PENDINGS, changes.pendings_written, new, connection)
    _change("pending", layouts.PENDINGS, changes.pendings_written, changed, connection)
    if len(changes.deliveries_removed):
        gone = changes.deliveries_removed
        agreements = {"agreements": gone["agreement"].tolist()}
        connection.execute(sql["remove_deliveries"], _keys(gone, "opened") | agreements)
    new, changed = _parted(changes.deliveries_are_new)
    deliveries = layouts.DELIVERIES_WITH_COURSES, changes.deliveries_written
    _insert("delivery", *deliveries, new, connection, changes.courses)
    _change("delivery", *deliveries, changed, connection, changes.courses)
    if len(changes.repeats_removed):
        connection.execute(sql["remove_repeats"], _keys(changes.repeats_removed, "again"))
    new, changed = _parted(changes.repeats_are_new)
    _insert("repeat", layouts.REPEATS, changes.repeats_written, new, connection)
    _change("repeat", layouts.REPEATS, changes.repeats_written, changed, connection)
    if len(changes.deviations_removed):
        gone = changes.deviations_removed
        rules = {"rules": gone["rule"].tolist()}
        connection.execute(sql["remove_deviations"], _keys(gone, "at") | rules)
    new, changed = _parted(changes.deviations_are_new)
    _insert("deviation", layouts.DEVIATIONS, changes.deviations_written, new, connection)
    _change("deviation", layouts.DEVIATIONS, changes.deviations_written, changed, connection)
    if len(changes.handovers_removed):
        connection.execute(
            sql["remove_handovers"], _keys(changes.handovers_removed, "to") | {"shard": shard}
        )
    new, changed = _parted(changes.handovers_are_new)
    _insert("handover", layouts.HANDOVERS, changes.handovers_written, new, connection)
    _count_handovers(changes.handovers_written.take(new), shard, connection)
    _change(
        "handover", layouts.HANDOVERS, changes.handovers_written, changed, connection, shard=shard
    )
    return retraced


def _write_cases(changes: Changes, shard: int, connection: Connection) -> Iterator[Retraced]:
    """Of a new case no trace stood until now."""
    cases, traces = (layouts.CASES_WITH_TRACES, changes.cases_written), changes.traces
    new, changed = _parted(changes.cases_are_new)
    _insert("case", *cases, new, connection, traces)
    process = changes.cases_written["process"][new]
    day = changes.cases_written["started_us"][new] // DAY_US
    if len(new):
        order = order_by(process, day)
        each = order[is_first(process[order], day[order])]
        begun = {"processes": array("int4", process[each]), "days": array("date", day[each])}
        connection.execute(statements("cases")["touch_months_of_cases"], {**begun, "shard": shard})
    for number, at in zip(process.tolist(), new.tolist(), strict=True):
        yield Retraced(number, None, traces[at])
    for row in _change("case", *cases, changed, connection, traces, shard=shard):
        yield Retraced(*row)


def _count_handovers(handovers: Rows, shard: int, connection: Connection) -> None:
    """What new handovers add to the counts by day."""
    if len(handovers):
        counts = layouts.HANDOVER_DAYS.arrays(handover_counts(handovers))
        connection.execute(statements("cases")["count_handovers"], {**counts, "shard": shard})


def _parted(are_new: Bools) -> tuple[Int64s, Int64s]:
    """Which are new, and which are not."""
    return np.flatnonzero(are_new), np.flatnonzero(~are_new)


def _insert(
    kind: LiteralString,
    layout: Layout,
    rows: Rows,
    new: Int64s,
    connection: Connection,
    tails: Sequence[bytes] = (),
) -> None:
    """Bring those that are new straight into their table."""
    if len(new):
        _send(layout, f'mining."{kind}"', rows.take(new), connection, _chosen(tails, new))


def _change(
    kind: LiteralString,
    layout: Layout,
    rows: Rows,
    changed: Int64s,
    connection: Connection,
    tails: Sequence[bytes] = (),
    shard: int = 0,
) -> Iterable[tuple[Any, ...]]:
    """Change those that were stored otherwise, and give what the statement says of them."""
    if not len(changed):
        return ()
    statement = SQL(statements("cases")[f"change_{kind}"]).format(changed=SQL(layout.unnested))
    arrays = layout.arrays(rows.take(changed), _chosen(tails, changed))
    cursor = connection.cursor(binary=True).execute(statement, {**arrays, "shard": shard})
    return cursor if cursor.description else ()


def _chosen(tails: Sequence[bytes], places: Int64s) -> list[bytes]:
    return [tails[place] for place in places.tolist()] if tails else []


def roll_up(retraced: Sequence[Retraced], shard: int, connection: Connection) -> None:
    """Step 5 of a batch: the directly-follows counts by day, from the traces that were written."""
    flows = net(
        minus=_flows([(row.process, row.before) for row in retraced]),
        plus=_flows([(row.process, row.after) for row in retraced]),
    )
    add_flows(flows, shard, connection)


def add_flows(flows: Rows, shard: int, connection: Connection) -> None:
    """Add to the directly-follows counts by day."""
    if len(flows):
        arrays = layouts.FLOWS.arrays(flows)
        connection.execute(statements("cases")["add_flows"], {**arrays, "shard": shard})


def _flows(traces: Sequence[tuple[int, bytes | None]]) -> Rows:
    there = [(process, trace) for process, trace in traces if trace is not None]
    processes = np.array([process for process, _ in there], dtype=np.int32)
    return flow_counts(processes, [trace for _, trace in there])


def _send(
    layout: Layout,
    table: LiteralString,
    rows: Rows,
    connection: Connection,
    tails: Sequence[bytes] = (),
) -> None:
    columns: LiteralString = ", ".join(layout.names)
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(layout.encode(rows, tails))


def _keys(rows: Rows, event: str | None = None) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "objects": rows["object"].tolist(),
        "processes": rows["process"].tolist(),
    }
    if event is not None:
        halves = zip(rows[f"{event}_hi"].tolist(), rows[f"{event}_lo"].tolist(), strict=True)
        keys["events"] = [UUID(int=(high << 64) | low) for high, low in halves]
    return keys
