"""From events that changed to the entries that are appended to the packs of their objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import compress

import numpy as np

from procesmijn.core.frames import Bools, Int32s, Int64s, Rows
from procesmijn.store.events import Change, Inserted
from procesmijn.store.packed import TERMS, Packed, event_keys, mined_objects
from procesmijn.store.terms import Terms
from procesmijn.versions import object_key


@dataclass(frozen=True, slots=True)
class Appended:
    """New entries of some objects, and what they do to the objects' counts.

    ``keys`` ascending, ``types`` and ``ids`` describe the objects; ``added`` is how many entries
    each gets, ``net`` how many more events of it stand. ``rows`` are :data:`EVENT` entries, by
    object, ``owner[i]`` the index of the object of ``rows[i]``.
    """

    keys: Int64s
    types: tuple[str, ...]
    ids: tuple[str, ...]
    added: Int32s
    net: Int32s
    owner: Int32s
    rows: Rows

    def only(self, kept: Bools) -> Appended:
        """Those of some of the objects."""
        of_rows = kept[self.owner]
        place = np.cumsum(kept, dtype=np.int32) - 1
        return Appended(
            self.keys[kept],
            tuple(compress(self.types, kept)),
            tuple(compress(self.ids, kept)),
            self.added[kept],
            self.net[kept],
            place[self.owner[of_rows]],
            self.rows[of_rows],
        )

    def events_of(self, objects: Collection[int]) -> Iterator[tuple[bytes, int]]:
        """Of the entries of some of the objects the key of the event, and that of the object."""
        of_rows = self.keys[self.owner]
        places = np.flatnonzero(np.isin(of_rows, list(objects)))
        keys = event_keys(self.rows[places]).tolist()
        yield from zip(keys, of_rows[places].tolist(), strict=True)


def append(packed: Packed, inserted: Inserted, terms: Terms) -> Appended:
    """The entries of a batch: one for each event and object; a void one where an object lost it.

    The names in them were resolved before.
    """
    is_new = np.zeros(len(packed.entries), dtype=np.bool_)
    is_new[inserted.new] = True
    is_of_new = is_new[packed.version]
    objects = dict(zip(packed.objects, range(len(packed.objects)), strict=True))
    more = [each for change in inserted.changes for each in _changed(change, packed, objects)]
    changed = np.array(more, dtype=np.int64).reshape(-1, 4)

    owner = np.concatenate([packed.object[is_of_new], changed[:, 0]])
    version = np.concatenate([packed.version[is_of_new], changed[:, 1]])
    net = np.concatenate([np.ones(np.count_nonzero(is_of_new), dtype=np.int64), changed[:, 2]])
    is_void = np.concatenate([np.zeros(np.count_nonzero(is_of_new), dtype=np.int64), changed[:, 3]])

    named = list(objects)
    keys = np.array([object_key(*each) for each in named], dtype=np.int64)
    met = np.unique(owner)
    met = met[np.argsort(keys[met])]
    place = np.empty(len(keys), dtype=np.int32)
    place[met] = np.arange(len(met), dtype=np.int32)
    owner = place[owner]
    order = np.argsort(owner, kind="stable")

    rows = packed.entries.take(version[order])
    codes = np.array([terms.code(name) for name in packed.names], dtype=np.int32)
    for name in TERMS:
        rows[name] = codes[rows[name]]
    rows["is_void"] = is_void[order]
    sorted_objects = [named[at] for at in met.tolist()]
    return Appended(
        keys=keys[met],
        types=tuple(object_type for object_type, _ in sorted_objects),
        ids=tuple(object_id for _, object_id in sorted_objects),
        added=np.bincount(owner, minlength=len(met)).astype(np.int32),
        net=np.bincount(owner, net, minlength=len(met)).astype(np.int32),
        owner=owner[order],
        rows=rows,
    )


def _changed(
    change: Change, packed: Packed, objects: dict[tuple[str, str], int]
) -> Iterator[tuple[int, int, int, bool]]:
    """For each object of a change its number, the version, how many more events of it stand, and
    whether the entry is void; an object that nothing else in the batch is about gets a number."""
    now = frozenset(packed.objects_of(change.version))
    had = frozenset(
        objects.setdefault(each, len(objects))
        for each in mined_objects(change.objects_before or (), is_retracted=change.was_retracted)
    )
    for each in now:
        yield each, change.version, 0 if each in had else 1, False
    for each in had - now:
        yield each, change.version, -1, True
