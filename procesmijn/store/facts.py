"""Facts as they are stored: read whole, written only where they changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import numpy as np

from procesmijn.core.difference import Changes
from procesmijn.core.flow_counts import flow_counts, net
from procesmijn.core.frames import Facts, Int64s, Rows
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
    in_full: bool = False,
) -> Facts:
    """All stored facts of some objects, sorted by their keys. Of deliveries only the digests are
    read, and traces stay where they are, unless all is asked for. ``promised`` are the objects that
    may have deliveries, if that is known."""
    objects = array("int8", keys)
    promising = keys if promised is None else promised
    return Facts(
        cases=_read(layouts.CASES, 'mining."case"', "process", objects, connection),
        traces=_read_bytes("traces", keys, connection) if in_full else (),
        handovers=_read(
            layouts.HANDOVERS, "mining.handover", "process, to_event", objects, connection
        ),
        pendings=_read(
            layouts.PENDINGS, "mining.pending", "process, from_event", objects, connection
        ),
        deliveries=_read_deliveries(
            layouts.DELIVERIES if in_full else layouts.DIGESTS, promising, connection
        ),
        courses=_read_bytes("courses", promising, connection) if in_full else (),
    )


def _read_deliveries(layout: Layout, keys: Int64s, connection: Connection) -> Rows:
    if not len(keys):
        return np.empty(0, dtype=layout.frame)
    order: LiteralString = "process, agreement, opened_event"
    return _read(layout, "mining.delivery", order, array("int8", keys), connection)


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
    """Step 4 of a batch, in one order for everybody: cases, pendings, deliveries, handovers.

    The counts by day of handovers are written by the statement that writes the handovers, from the
    rows that it wrote. The traces written are returned, for the flow counts.
    """
    sql = statements("cases")
    retraced: list[Retraced] = []
    if len(changes.cases_removed):
        rows = connection.cursor(binary=True).execute(
            sql["remove_cases"], _keys(changes.cases_removed) | {"shard": shard}
        )
        retraced.extend(Retraced(*row) for row in rows)
    if len(changes.cases_written):
        _send(
            layouts.CASES_WITH_TRACES,
            "incoming_case",
            changes.cases_written,
            connection,
            changes.traces,
        )
        rows = connection.cursor(binary=True).execute(sql["write_cases"], {"shard": shard})
        retraced.extend(Retraced(*row) for row in rows)
    if len(changes.pendings_removed):
        connection.execute(sql["remove_pendings"], _keys(changes.pendings_removed, "from"))
    if len(changes.pendings_written):
        _send(layouts.PENDINGS, "incoming_pending", changes.pendings_written, connection)
        connection.execute(sql["write_pendings"])
    if len(changes.deliveries_removed):
        gone = changes.deliveries_removed
        agreements = {"agreements": gone["agreement"].tolist()}
        connection.execute(sql["remove_deliveries"], _keys(gone, "opened") | agreements)
    if len(changes.deliveries_written):
        _send(
            layouts.DELIVERIES_WITH_COURSES,
            "incoming_delivery",
            changes.deliveries_written,
            connection,
            changes.courses,
        )
        connection.execute(sql["write_deliveries"])
    if len(changes.handovers_removed):
        connection.execute(
            sql["remove_handovers"],
            _keys(changes.handovers_removed, "to") | {"shard": shard},
        )
    if len(changes.handovers_written):
        _send(layouts.HANDOVERS, "incoming_handover", changes.handovers_written, connection)
        connection.execute(sql["write_handovers"], {"shard": shard})
    return retraced


def forget_incoming(connection: Connection) -> None:
    """Make room for another part of the same batch; the end of a transaction does so by itself."""
    connection.execute(statements("session")["forget_incoming"])


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
        send_flows(flows, connection)
        connection.execute(statements("cases")["add_flows"], {"shard": shard})


def send_flows(flows: Rows, connection: Connection) -> None:
    """Bring flow counts to where a statement finds them."""
    _send(layouts.FLOWS, "incoming_flow", flows, connection)


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
