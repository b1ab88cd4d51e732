"""Events into ``stream.event``: which are new, which replace, which are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as defaulted
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
import orjson

from procesmijn.batch import Partition
from procesmijn.core.frames import Int64s, Rows
from procesmijn.core.order import is_first, order_by
from procesmijn.store.connection import Connection
from procesmijn.store.event_rows import event_of
from procesmijn.store.packed import Objects, Packed, event_keys
from procesmijn.store.statements import statements
from procesmijn.store.wire import Array, array, copied
from procesmijn.versions import Said, Version
from schemas.event import Event


class Change(NamedTuple):
    """An event of which more was said than this once, and that stands differently from now on."""

    version: int
    """The number of the version that stands now."""
    objects_before: Objects | None
    """What the version was about that stood until now; None where the event is new."""
    was_retracted: bool


@dataclass(slots=True)
class Inserted:
    """What came of the versions of a batch."""

    new: Int64s
    """Numbers of the versions of events of which this is all that was ever said: nearly all."""
    changes: list[Change] = defaulted(default_factory=list)
    stored: dict[Partition | None, int] = defaulted(default_factory=lambda: defaultdict(int))
    duplicates: dict[Partition | None, int] = defaulted(default_factory=lambda: defaultdict(int))
    late: list[tuple[bytes, int]] = defaulted(default_factory=list)
    """Events that stand differently although they have left, and the retirement that they left
    in."""


class _Standing(NamedTuple):
    said: Said
    objects: Objects
    is_retracted: bool


def insert(packed: Packed, connection: Connection) -> Inserted:
    """Step 2 of a batch: store what is new or supersedes, and say what changed.

    Every version that was ever seen ends up in ``stream.event`` or in ``stream.superseded``, so the
    outcome is the same whichever came first.
    """
    numbers = np.arange(len(packed.entries))
    order = order_by(packed.entries["key_hi"], packed.entries["key_lo"], numbers)
    entries = packed.entries.take(order)
    begins = is_first(entries["key_hi"], entries["key_lo"])
    keys = _uuids(entries[begins])
    known = _standing(keys, connection)
    retired = _retired(keys, connection)
    event = np.cumsum(begins) - 1
    is_rival = (np.bincount(event) > 1)[event] if len(event) else begins
    met = [_high_half(key) for key in known.keys() | retired.keys()]
    is_contested = is_rival | np.isin(entries["key_hi"], met)

    inserted = Inserted(new=order[~is_contested])
    for place, count in enumerate(np.bincount(packed.partition[inserted.new]).tolist()):
        inserted.stored[packed.partitions[place]] += count
    contested = np.flatnonzero(is_contested).tolist()
    met_before = _superseded(_uuids(entries[is_contested]), connection) if contested else {}
    for _, rows in groupby(contested, event.__getitem__):
        rivals = {number: packed.read(number) for number in order[list(rows)].tolist()}
        number, winner = max(rivals.items(), key=lambda rival: rival[1].said)
        before, left = known.get(winner.key), retired.get(winner.key, {})
        seen = met_before.get(winner.key, set()) | {said.content for said in left}
        _count(rivals, packed, before, seen, inserted)
        _keep_losers(rivals.values(), winner, before, left, connection)
        if any(winner.said <= said for said in left):
            continue
        if before is None:
            change = Change(number, None, was_retracted=False)
        elif winner.said > before.said:
            _set_aside(winner, before, connection)
            change = Change(number, before.objects, before.is_retracted)
        else:
            continue
        inserted.changes.append(change)
        inserted.late.extend((winner.key, retirement) for retirement in left.values())
    is_written = np.zeros(len(order), dtype=np.bool_)
    is_written[inserted.new] = True
    is_written[[change.version for change in inserted.changes]] = True
    _copy(packed, order[is_written[order]].tolist(), connection)
    return inserted


def _standing(keys: Array, connection: Connection) -> Mapping[bytes, _Standing]:
    rows = connection.execute(statements("events")["standing"], {"keys": keys}).fetchall()
    return {
        key.bytes: _Standing(
            Said(revision, bytes(mac), (-occurred_us, -sequence)),
            tuple((type_, id_) for type_, id_ in objects),
            is_retracted,
        )
        for key, revision, mac, sequence, occurred_us, objects, is_retracted in rows
    }


def _retired(keys: Array, connection: Connection) -> Mapping[bytes, dict[Said, int]]:
    """The versions that have left, and in which retirement; no object that is here has them."""
    rows = connection.execute(statements("events")["retired"], {"keys": keys}).fetchall()
    left: dict[bytes, dict[Said, int]] = defaultdict(dict)
    for key, revision, mac, occurred_us, sequence, retirement in rows:
        left[key.bytes][Said(revision, bytes(mac), (-occurred_us, -sequence))] = retirement
    return left


def _superseded(keys: Array, connection: Connection) -> dict[bytes, set[tuple[int, bytes]]]:
    rows = connection.execute(statements("events")["superseded"], {"keys": keys}).fetchall()
    contents: dict[bytes, set[tuple[int, bytes]]] = defaultdict(set)
    for key, revision, mac in rows:
        contents[key.bytes].add((revision, bytes(mac)))
    return contents


def _count(
    rivals: Mapping[int, Version],
    packed: Packed,
    before: _Standing | None,
    seen: set[tuple[int, bytes]],
    inserted: Inserted,
) -> None:
    """A version counts as stored the first time that its content is met, else as a duplicate."""
    met = seen | ({before.said.content} if before else set())
    for number, version in rivals.items():
        content = version.said.content
        counted = inserted.duplicates if content in met else inserted.stored
        counted[packed.partitions[packed.partition[number]]] += 1
        met.add(content)


def _keep_losers(
    rivals: Iterable[Version],
    winner: Version,
    before: _Standing | None,
    left: Iterable[Said],
    connection: Connection,
) -> None:
    """What does not stand is kept beside what does, unless an archive has it."""
    stands = max([winner.said, *left, *([before.said] if before else [])])
    for version in rivals:
        content, (minus_us, _) = version.said.content, version.said.earliness
        is_kept = any(it.content == content and it.earliness[0] >= minus_us for it in left)
        if content != stands.content and not is_kept:
            _keep_beside(version.key, version.said, version.event, connection)


def _set_aside(winner: Version, before: _Standing, connection: Connection) -> None:
    """Make room for the winner; what stood is kept where it says something else."""
    key = UUID(bytes=winner.key)
    row = connection.execute(statements("events")["take_out"], {"key": key}).fetchone()
    if row is not None and winner.said.content != before.said.content:
        _keep_beside(winner.key, before.said, event_of(row), connection)


def _keep_beside(key: bytes, said: Said, event: Event, connection: Connection) -> None:
    body = event._asdict()
    for member in _NOT_OF_THE_CONTENT:
        del body[member]
    connection.execute(
        statements("events")["keep_beside"],
        {
            "key": UUID(bytes=key),
            "revision": said.revision,
            "content_mac": said.content_mac,
            "event": orjson.dumps(body).decode(),
        },
    )


_NOT_OF_THE_CONTENT: Final = ("sequence", "extras", "persons", "is_time_of_record")
"""What is no part of a content: left out, so that no arrival of it shows."""


def _copy(packed: Packed, versions: Sequence[int], connection: Connection) -> None:
    """Write the rows of versions, which are in the order of their keys."""
    if versions:
        with connection.cursor().copy(statements("events")["insert"]) as copy:
            copy.write(copied(packed.rows_of(versions)))


def _uuids(entries: Rows) -> Array:
    return array("uuid", event_keys(entries))


def _high_half(key: bytes) -> int:
    return int.from_bytes(key[:8], "big")
