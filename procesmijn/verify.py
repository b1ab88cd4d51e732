"""Proof that the tables say what the events say: everything is computed again, and compared.

One snapshot of the database is read, so it may run beside live traffic. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np

from procesmijn.core.frames import (
    CASE_KEY,
    DELIVERY_KEY,
    DEVIATION_KEY,
    EVENT,
    HANDOVER_KEY,
    NO_DAY,
    NO_INSTANT,
    PENDING_KEY,
    REPEAT_KEY,
    STEP,
    STRETCH,
    Facts,
    ObjectEvents,
    Rows,
)
from procesmijn.core.mine import mine
from procesmijn.core.standing import standing
from procesmijn.in_force import RulesInForce
from procesmijn.store import facts as stored_facts
from procesmijn.store import kept, objects, retirements, scan
from procesmijn.store.connection import Connection
from procesmijn.store.scan import KnownObjects, OddPack, Scanned, Snapshot
from procesmijn.store.terms import Terms
from procesmijn.versions import object_key

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = (
    ("case", "cases", CASE_KEY),
    ("handover", "handovers", HANDOVER_KEY),
    ("pending", "pendings", PENDING_KEY),
    ("delivery", "deliveries", DELIVERY_KEY),
    ("repeat", "repeats", REPEAT_KEY),
    ("deviation", "deviations", DEVIATION_KEY),
)
_BESIDE: Final = (
    ("case", "cases", CASE_KEY, "trace", "traces", STEP.itemsize),
    ("delivery", "deliveries", DELIVERY_KEY, "course", "courses", STRETCH.itemsize),
)
"""Kinds that have bytes beside their rows: of which column, and how many for each step."""
_ENTRY: Final = np.dtype([("object", "<i8"), *EVENT.descr])
_PACK_KEY: Final = ("object", "key_hi", "key_lo")
_INSTANTS: Final = frozenset(
    f"{name}_us"
    for name in (
        *("started", "ended", "closed", "occurred", "delivered", "picked_up", "settled"),
        *("since", "until", "requested", "promised", "due", "first_delivered", "accepted"),
        *("returned", "cancelled", "returnable", "completed"),
    )
)
_DATES: Final = frozenset(
    f"{name}_on"
    for name in (*("requested", "due", "delivered", "picked_up", "previous", "completed", "since"),)
)
_TERMS: Final = frozenset(
    {
        *("type", "process", "activity", "party", "team", "performer", "receiver"),
        *("agreement", "deliverable", "supplier", "customer", "from_activity", "to_activity"),
        *("rule", "roles", "requested_by"),
    }
)


class Finding(NamedTuple):
    """One place where a table says something else than the events do."""

    table: str
    process: str
    case: str
    """Object type and id; or the day and the pair of a roll-up."""
    column: str
    """The column that differs; empty where a row is missing, or should not be there."""
    stored: str
    computed: str

    def __str__(self) -> str:
        """One line for people."""
        column = f" {self.column}" if self.column else ""
        return (
            f"{self.table}: {self.process} {self.case}{column}: stored {self.stored},"
            f" computed {self.computed}"
        )


class Progress(NamedTuple):
    """How far it is: objects done, and what was found in the chunk."""

    objects: int
    findings: tuple[Finding, ...]


def verify(rules: RulesInForce, terms: Terms, moment: Snapshot) -> Iterator[Progress]:
    """Compare everything with what its events and the rules in force come to.

    Objects that other rules mined (``mining.object.rules_id``) differ until they have been mined
    anew, and are reported like any other.
    """
    terms.load(moment.lookup)
    after = -(2**63)
    for chunk in scan.scan(moment.stream):
        yield Progress(
            len(chunk.events.keys), tuple(_compare(chunk, after, rules, terms, moment.lookup))
        )
        after = chunk.until
    yield Progress(0, tuple(_compare_roll_ups(terms, moment.lookup)))
    odd = retirements.oddities(moment.lookup)
    yield Progress(
        0, tuple(Finding("retirement", "", it.of, it.what, it.stored, it.wanted) for it in odd)
    )


def _compare(
    chunk: Scanned, after: int, rules: RulesInForce, terms: Terms, connection: Connection
) -> Iterator[Finding]:
    """Objects, packs and facts up to the chunk's last key, also of those without events."""
    found = scan.keys_between(after, chunk.until, connection)
    keys = np.union1d(found, chunk.events.keys)
    events = chunk.events.of(keys)
    known = scan.find_objects(keys, terms, connection)
    lost = np.setdiff1d(keys, known.locked.keys).tolist()
    names = scan.name_objects(lost, connection) if lost else {}
    say = _Speaker(known.names | names, terms)
    yield from _compare_objects(known, events, rules, say)
    odd = scan.odd_packs(keys, connection)
    yield from _compare_packs(odd, known, say)
    torn = [pack.object for pack in odd if not pack.is_whole]
    whole = known.locked.only(~np.isin(known.locked.keys, torn))
    packed = _entries(objects.read_events(whole, terms, connection))
    wanted = _entries(events.of(np.setdiff1d(keys, torn)))
    yield from say.differences("pack", _PACK_KEY, packed, wanted)
    stored = stored_facts.read_facts(keys, connection, in_full=True)
    computed = mine(events, rules.rules)
    for table, kind, key in _KINDS:
        yield from say.differences(table, key, getattr(stored, kind), getattr(computed, kind))
    for beside in _BESIDE:
        yield from _compare_beside(beside, stored, computed, say)


def _compare_objects(
    known: KnownObjects, events: ObjectEvents, rules: RulesInForce, say: _Speaker
) -> Iterator[Finding]:
    """The row of each object; an object of which nothing stands needs none."""
    counts = dict(
        zip(
            events.keys.tolist(),
            np.bincount(events.owner, minlength=len(events.keys)).tolist(),
            strict=True,
        )
    )
    types = dict(zip(events.keys.tolist(), events.types.tolist(), strict=True))
    stored = dict(zip(known.locked.keys.tolist(), known.locked.events.tolist(), strict=True))
    for key, count in counts.items():
        where = say.object(key)
        if key in known.retired:
            continue  # its row says only that it has left
        if key not in stored:
            if count:
                yield Finding("object", "", where, "", "nothing", "a row")
            continue
        object_type, object_id = known.names[key]
        if count and object_type != say.term(types[key]):
            yield Finding("object", "", where, "object_type", object_type, say.term(types[key]))
        elif object_key(object_type, object_id) != key:
            yield Finding("object", "", where, "object_id", object_id, "another id")
        if stored[key] != count:
            yield Finding("object", "", where, "events", str(stored[key]), str(count))
        made_by, in_force = known.rules[key], rules.rules_of.get(object_type, 0)
        if made_by != in_force:
            yield Finding("object", "", where, "rules_id", str(made_by), str(in_force))


def _compare_packs(odd: Iterable[OddPack], known: KnownObjects, say: _Speaker) -> Iterator[Finding]:
    entries = dict(zip(known.locked.keys.tolist(), known.locked.entries.tolist(), strict=True))
    for key, length, is_whole in odd:
        where = say.object(key)
        if key not in entries:
            yield Finding("pack", "", where, "", "a row", "nothing")
        elif is_whole:
            held = length // EVENT.itemsize
            yield Finding("object", "", where, "entries", str(entries[key]), str(held))
        else:
            wanted = entries[key] * EVENT.itemsize
            yield Finding("pack", "", where, "events", f"{length} bytes, torn", f"{wanted} bytes")


def _compare_beside(
    beside: tuple[str, str, tuple[str, ...], str, str, int],
    stored: Facts,
    computed: Facts,
    say: _Speaker,
) -> Iterator[Finding]:
    """What is only compared by its hash when a batch is applied; here by itself."""
    table, kind, key, column, columns, width = beside

    def by_key(facts: Facts) -> dict[tuple[int, ...], bytes]:
        keys = getattr(facts, kind)[[*key]].tolist()
        return dict(zip(keys, getattr(facts, columns), strict=True))

    wanted = by_key(computed)
    for place, steps in by_key(stored).items():
        other = wanted.get(place, steps)
        if other != steps:
            yield Finding(
                *(table, say.term(place[1]), say.object(place[0]), column),
                *(f"{len(each) // width} steps" for each in (steps, other)),
            )


def _entries(events: ObjectEvents) -> Rows:
    """What stands in the packs of mined objects, by object and key."""
    stands = standing(events)
    rows = np.empty(len(stands), dtype=_ENTRY)
    rows["object"] = events.keys[events.owner[stands]]
    for name in EVENT.names or ():
        rows[name] = events.events[name][stands]
    return np.sort(rows, order=_PACK_KEY)


class _Speaker:
    """Says in names and local words where two frames differ."""

    def __init__(self, names: Mapping[int, tuple[str, str]], terms: Terms) -> None:
        self._names = names
        self._terms = terms

    def object(self, key: int) -> str:
        """Type and id of an object; its key where it is not known."""
        return " ".join(self._names.get(key, ("object", str(key))))

    def term(self, code: int) -> str:
        """Name of a code; the code itself where it has none."""
        return self._terms.names.get(code, str(code)) if code else "none"

    def differences(
        self, table: str, key: Sequence[str], stored: Rows, computed: Rows
    ) -> Iterator[Finding]:
        """Each row that is missing, should not be there, or has another value in a column."""
        if np.array_equal(stored, computed):
            return
        left: dict[tuple[int, ...], Any] = {tuple(row[name] for name in key): row for row in stored}
        right: dict[tuple[int, ...], Any] = {
            tuple(row[name] for name in key): row for row in computed
        }
        for place in sorted(left.keys() | right.keys()):
            ours, theirs = left.get(place), right.get(place)
            row: Any = theirs if ours is None else ours
            process, where = self.term(int(row["process"])), self.object(int(row["object"]))
            if ours is None or theirs is None:
                texts = ("nothing", "a row") if ours is None else ("a row", "nothing")
                yield Finding(table, process, where, "", *texts)
                continue
            said, wanted = self._texts(ours), self._texts(theirs)
            for column, text in wanted.items():
                if said[column] != text:
                    yield Finding(table, process, where, column, said[column], text)

    def _texts(self, row: Any) -> dict[str, str]:
        """A row in words, by the columns of its table."""
        texts: dict[str, str] = {}
        for name in row.dtype.names:
            value = int(row[name])
            if name.endswith("_hi"):
                key = UUID(int=value << 64 | int(row[f"{name[:-3]}_lo"]))
                texts[f"{name[:-3]}_event"] = str(key)
            elif name in _INSTANTS:
                texts[f"{name[:-3]}_at"] = _instant(value)
            elif name in _DATES:
                texts[name] = _date(value)
            elif not name.endswith("_lo"):
                texts[name] = self.term(value) if name in _TERMS else str(value)
        return texts


def _instant(instant_us: int) -> str:
    if instant_us == NO_INSTANT:
        return "none"
    try:
        return str(_EPOCH + timedelta(microseconds=instant_us))
    except OverflowError:  # not even a year that there is
        return f"{instant_us} us"


def _date(day: int) -> str:
    if day == NO_DAY:
        return "none"
    try:
        return str(_EPOCH.date() + timedelta(days=day))
    except OverflowError:
        return f"day {day}"


def _compare_roll_ups(terms: Terms, connection: Connection) -> Iterator[Finding]:
    """What the counts by day lack, or have too many, against the facts that they count."""
    say = _Speaker({}, terms)
    for row in scan.flow_drift(connection):
        pair = " > ".join(say.term(int(row[side])) for side in ("from_activity", "to_activity"))
        where = f"{_date(int(row['day']))} {pair}"
        lack = {column: int(row[column]) for column in ("n", "wait_us")}
        yield from _lacking("flow_day", say.term(int(row["process"])), where, lack)
    for process, day, supplier, customer, basis, *sums in scan.handover_drift(connection):
        where = f"{day} {say.term(supplier)} > {say.term(customer)}, basis {basis}"
        lack = dict(zip(("n", "wait_us", "wait_working_us"), sums, strict=True))
        yield from _lacking("handover_day", say.term(process), where, lack)
    for span in kept.drift(connection):
        yield Finding("kept", say.term(span.process), _months(span), "", "figures", "others")
    for span in kept.odd_reports(connection):
        yield Finding("reported_cell", say.term(span.process), _months(span), "", "cells", "others")
    for span in kept.unversioned(connection):
        table, process = "month_version", say.term(span.process)
        yield Finding(table, process, _months(span), "", "nothing", "a row")


def _months(span: kept.Span) -> str:
    return f"{span.kind}s from {span.since} to {span.until}"


def _lacking(table: str, process: str, where: str, lack: Mapping[str, int]) -> Iterator[Finding]:
    for column, number in lack.items():
        if number:
            yield Finding(table, process, where, column, "another sum", f"{number:+d} to it")
