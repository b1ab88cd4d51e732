"""The events of a process as a log, from the packs: case by case, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from procesmijn.core.event_log import event_log
from procesmijn.core.frames import MAX_EVENTS_OF_CASE, NO_INSTANT, Int64s, Rows
from procesmijn.core.rules import ProcessRules, Rules
from procesmijn.files.writing import EVENTS, Part
from procesmijn.store.connection import Connection
from procesmijn.store.filters import CaseFilter, narrowed
from procesmijn.store.objects import EVENTS_AT_ONCE, read_events
from procesmijn.store.scan import find_objects
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.wire import Column, Layout, array
from schemas.event import Lifecycle

CASES_AT_ONCE: Final = 5_000

_CASE: Final = np.dtype([("key", "<i8"), ("events", "<i4")])
_CASES: Final = Layout(
    _CASE, [Column("object_key", "int8", ("key",)), Column("events", "int4", ("events",))]
)
_LIFECYCLES: Final[Mapping[int, str]] = {
    Lifecycle.COMPLETE: "complete",
    Lifecycle.START: "start",
    # What else a source may have said is not kept; XES has this word for it.
    Lifecycle.OTHER: "unknown",
}


def hold_moment(connection: Connection) -> None:
    """Let all that the session reads from here on be of one moment; it may not write any more."""
    connection.execute(statements("scan")["snapshot"])


def case_type_of(process: str, rules: Rules, terms: Terms) -> str:
    """The object type of the cases of a process that the rules know."""
    return terms.names[_rules_of(process, rules, terms)[0]]


def _rules_of(process: str, rules: Rules, terms: Terms) -> tuple[int, ProcessRules]:
    code = terms.code(process)
    return next(
        (case_type, each)
        for case_type, processes in rules.processes.items()
        for each in processes
        if each.process == code
    )


def find_cases(process: str, chosen: CaseFilter, connection: Connection) -> Rows:
    """The cases of a log that had begun by ``bi.as_of()``, the earliest first: 12 bytes each."""
    sql, parameters = narrowed(statements("logs")["cases"], "cases", chosen)
    with connection.cursor().copy(sql, {"process": process, **parameters}) as copy:
        return np.concatenate(list(_CASES.stream(copy)))


def read_log(
    process: str,
    cases: Rows,
    rules: Rules,
    terms: Terms,
    connection: Connection,
    *,
    until_us: int = NO_INSTANT,
    with_others: bool = False,
) -> Iterator[tuple[int, Part]]:
    """Read a log in parts of bounded size, each with how many cases there are up to its end.

    Events later than ``until_us`` are ignored. ``with_others`` reads what events are about beside
    their cases, too: from the events themselves.
    """
    terms.load(connection)
    case_type, own = _rules_of(process, rules, terms)
    only = replace(rules, processes={case_type: (own,)})
    done = 0
    for keys in _in_parts(cases):
        known = find_objects(np.sort(keys), terms, connection)
        events = read_events(known.locked, terms, connection)
        rows = _in_order_of(keys, event_log(events, only, until_us))
        ids = {key: object_id for key, (_, object_id) in known.names.items()}
        others = _others(rows, terms.names[case_type], connection) if with_others else []
        done += len(keys)
        yield done, Part(_table(rows, ids, terms.names), others)


def _in_parts(cases: Rows) -> Iterator[Int64s]:
    """The keys of so many cases at a time that memory stays bounded."""
    events = np.cumsum(np.minimum(cases["events"], MAX_EVENTS_OF_CASE), dtype=np.int64)
    part = events // EVENTS_AT_ONCE + np.arange(len(cases)) // CASES_AT_ONCE
    for keys in np.split(cases["key"], np.flatnonzero(np.diff(part)) + 1):
        if len(keys):
            yield keys


def _in_order_of(keys: Int64s, rows: Rows) -> Rows:
    """The rows by case in the order of ``keys``; within a case as they are."""
    by_key = np.argsort(keys)
    place = by_key[np.searchsorted(keys, rows["object"], sorter=by_key)]
    return rows[np.argsort(place, kind="stable")]


def _others(rows: Rows, case_type: str, connection: Connection) -> list[tuple[str, str, str]]:
    parameters = {"keys": array("uuid", _keys(rows)), "case_type": case_type}
    return connection.execute(statements("logs")["others"], parameters).fetchall()


def _table(rows: Rows, ids: Mapping[int, str], names: Mapping[int, str]) -> pa.RecordBatch:
    keys = _keys(rows).tobytes().hex()
    columns = [
        _texts(rows["object"], ids),
        _texts(rows["activity"], names),
        _instants(rows["occurred_us"]),
        _instants(rows["started_us"]),
        _texts(rows["lifecycle"], _LIFECYCLES),
        _texts(rows["party"], names),
        _texts(rows["performer"], names),
        pa.array([str(UUID(keys[at : at + 32])) for at in range(0, len(keys), 32)], pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS)


def _keys(rows: Rows) -> npt.NDArray[Any]:
    """Keys of events as the 16 bytes that they are."""
    halves = np.stack([rows["key_hi"], rows["key_lo"]], axis=1)
    return halves.astype(">u8").view("V16")[:, 0]


def _texts(codes: npt.NDArray[Any], names: Mapping[int, str]) -> pa.Array:
    """What each code stands for; null for one that stands for nothing."""
    unique, places = np.unique(codes, return_inverse=True)
    texts = pa.array([names.get(code) for code in unique.tolist()], pa.string())
    return texts.take(pa.array(places))


def _instants(instants_us: Int64s) -> pa.Array:
    """Instants; null for none."""
    return pa.array(instants_us, pa.timestamp("us", "UTC"), mask=instants_us == NO_INSTANT)
