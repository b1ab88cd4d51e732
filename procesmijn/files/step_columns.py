"""Reads the steps of a Parquet file column by column: the same events that it gives row by row.

What a value comes to is asked once for each different one, of the functions that rows are read by;
and a row in which anything is not plain is read as a row, so that there is one place that says what
is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, Final, NamedTuple, TypeVar
from zlib import crc32

import numpy as np
import orjson
import pyarrow as pa

from procesmijn.core.frames import Bools, Int64s
from procesmijn.files.rows import Misfit, Row
from procesmijn.files.steps import Steps, code_in, content_id, id_in, lifecycle_in, name_in
from procesmijn.files.tables import distinct, texts_of
from schemas.event import Event
from schemas.instants import is_plausible
from schemas.step import Step

LOT_ROWS: Final = 500_000
"""Rows that are put in the order of their cases together; they are in memory at the same time."""
_PART_ROWS: Final = 10_000

_Outcome = TypeVar("_Outcome")


class Share(NamedTuple):
    """Every ``of``-th case or so: all rows of a case are in the same share of a file."""

    number: int = 0
    of: int = 1


class _Values(NamedTuple):
    """What the values of a column come to."""

    of_each: list[Any]
    """For each different one; None where it is empty."""
    is_odd: list[bool]
    """Of each, whether rows that have it are to be read as rows."""
    places: Int64s
    """Of each row, which of them it has."""

    def listed(self) -> Iterator[Any]:
        """Row by row."""
        return map(self.of_each.__getitem__, self.places.tolist())

    def odd(self) -> Bools:
        """Which rows are to be read as rows for its sake."""
        return np.array(self.is_odd, dtype=np.bool_)[self.places]


def in_order(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, Int64s]]:
    """All rows as they come, with their numbers from 1."""
    first = 1
    for batch in batches:
        yield batch, np.arange(first, first + len(batch))
        first += len(batch)


def by_case(
    batches: Iterable[pa.RecordBatch], case: str, share: Share
) -> Iterator[tuple[pa.RecordBatch, Int64s]]:
    """The rows of a share of the cases, with their numbers in the file, some lots at a time in each
    of which the rows of a case follow each other.

    So a case is mined once for each lot rather than each time that a batch has events of it.
    """
    held: list[pa.RecordBatch] = []
    numbers: list[Int64s] = []
    rows = 0
    for batch, every in in_order(batches):
        values, places = distinct(batch.column(case))
        is_ours = np.array(
            [crc32((text or "").encode()) % share.of == share.number for text in texts_of(values)],
            dtype=np.bool_,
        )[places]
        held.append(batch.filter(pa.array(is_ours)))
        numbers.append(every[is_ours])
        rows += len(numbers[-1])
        if rows >= LOT_ROWS:
            yield from _sorted(held, np.concatenate(numbers), case)
            held, numbers, rows = [], [], 0
    if rows:
        yield from _sorted(held, np.concatenate(numbers), case)


def _sorted(
    batches: list[pa.RecordBatch], numbers: Int64s, case: str
) -> Iterator[tuple[pa.RecordBatch, Int64s]]:
    lot = pa.Table.from_batches(batches).combine_chunks()
    batches.clear()
    _, places = distinct(lot.column(case).combine_chunks())
    order = np.argsort(places, kind="stable")
    for first in range(0, len(order), _PART_ROWS):
        part = order[first : first + _PART_ROWS]
        for batch in lot.take(pa.array(part)).combine_chunks().to_batches():
            yield batch, numbers[part[: len(batch)]]
            part = part[len(batch) :]


def read(
    batch: pa.RecordBatch,
    numbers: Int64s,
    steps: Steps,
    read_row: Callable[[Row, int], _Outcome],
) -> Iterator[Event | _Outcome]:
    """The event of each row of a batch, or what ``read_row`` says of it and its number."""
    texts = _Texts(batch)
    roles = _Roles(batch, texts, steps)
    rows = zip(roles.events(numbers), numbers.tolist(), roles.odd().tolist(), strict=True)
    for place, (event, number, is_odd) in enumerate(rows):
        yield read_row(texts.row(place), number) if is_odd else event


class _Texts(dict[str, _Values]):
    """The columns of a batch as texts, each when it is first asked for."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        super().__init__()
        self._batch = batch

    def __missing__(self, name: str) -> _Values:
        values, places = distinct(self._batch.column(name))
        texts = [text or None for text in texts_of(values)]
        self[name] = _Values(texts, [False] * len(texts), places)
        return self[name]

    def row(self, place: int) -> Row:
        """A row as it is read where rows are read."""
        cells = {}
        for name in self._batch.schema.names:
            of_each, _, places = self[name]
            if text := of_each[places[place]]:
                cells[name] = text
        return cells


class _Roles:
    """The columns of a batch by what they mean."""

    def __init__(self, batch: pa.RecordBatch, texts: _Texts, steps: Steps) -> None:
        columns = steps.columns
        self._batch = batch
        self._texts = texts
        self._steps = steps
        self._case = self._taken(columns.case, id_in, is_required=True)
        self._activity = self._taken(columns.activity, name_in, is_required=True)
        self._time = self._instants(columns.time, is_required=True)
        self._start = self._instants(columns.start)
        self._lifecycle = self._taken(columns.lifecycle, code_in)
        self._party = self._taken(columns.party, name_in)
        self._performer = self._taken(columns.performer, name_in)
        self._id = self._taken(columns.id, id_in, is_required=columns.id is not None)

    def odd(self) -> Bools:
        """Which rows are to be read as rows."""
        odd = np.zeros(len(self._batch), dtype=np.bool_)
        for values in (
            *(self._case, self._activity, self._time, self._start, self._lifecycle),
            *(self._party, self._performer, self._id),
        ):
            odd |= values.odd()
        if self._steps.columns.start is not None:
            spans = zip(self._start.listed(), self._time.listed(), strict=True)
            odd |= [None not in (start, end) and start > end for start, end in spans]
        return odd

    def events(self, numbers: Int64s) -> Iterator[Event]:
        """The events; those of odd rows are none."""
        steps, defaults = self._steps, Event._field_defaults
        objects = [((steps.object_type, case),) for case in self._case.of_each]
        lifecycles = [lifecycle_in(code) for code in self._lifecycle.of_each]
        members: dict[str, Iterable[Any]] = {
            "source": repeat(steps.source),
            "id": self._ids(),
            "type": repeat(Step.event_type),
            "occurred_us": self._time.listed(),
            "objects": map(objects.__getitem__, self._case.places.tolist()),
            "started_us": self._start.listed(),
            "sequence": numbers.tolist(),
            "revision": repeat(steps.revision),
            "lifecycle": map(lifecycles.__getitem__, self._lifecycle.places.tolist()),
            "process": repeat(steps.process),
            "activity": self._activity.listed(),
            "party": self._party.listed(),
            "performer": self._performer.listed(),
        }
        in_place = [
            members[name] if name in members else repeat(defaults[name]) for name in Event._fields
        ]
        return map(Event._make, zip(*in_place, strict=False))

    def _ids(self) -> Iterator[str]:
        if self._steps.columns.id is not None:
            return self._id.listed()
        pieces = []
        for name in sorted(self._batch.schema.names):
            texts = self._texts[name]
            head = orjson.dumps(name) + b":"
            written = [b"" if text is None else head + orjson.dumps(text) for text in texts.of_each]
            pieces.append(texts._replace(of_each=written).listed())
        return (
            content_id(b"{" + b",".join(filter(None, row)) + b"}")
            for row in zip(*pieces, strict=True)
        )

    def _taken(
        self, column: str | None, take: Callable[[str], str], *, is_required: bool = False
    ) -> _Values:
        if column is None:
            return self._nothing(is_odd=is_required)
        texts = self._texts[column]
        taken = [_outcome(text, take) for text in texts.of_each]
        odd = [is_odd or (is_required and not value) for value, is_odd in taken]
        return _Values([value or None for value, _ in taken], odd, texts.places)

    def _instants(self, column: str | None, *, is_required: bool = False) -> _Values:
        if column is None:
            return self._nothing(is_odd=is_required)
        clock = self._steps.clock
        kind = self._batch.schema.field(column).type
        if pa.types.is_timestamp(kind) and kind.tz and clock.reads_instants:
            instants = self._batch.column(column).cast(pa.timestamp("us", "UTC"), safe=False)
            found = instants.cast(pa.int64()).to_pylist()
            odd = [is_required if us is None else not is_plausible(us) for us in found]
            return _Values(found, odd, np.arange(len(found)))
        texts = self._texts[column]
        taken = [_outcome(text, clock.read_plain) for text in texts.of_each]
        odd = [is_odd or (is_required and us is None) for us, is_odd in taken]
        return _Values([us for us, _ in taken], odd, texts.places)

    def _nothing(self, *, is_odd: bool) -> _Values:
        return _Values([None], [is_odd], np.zeros(len(self._batch), dtype=np.int64))


_Taken = TypeVar("_Taken")


def _outcome(text: str | None, take: Callable[[str], _Taken]) -> tuple[_Taken | None, bool]:
    """What a text comes to, and whether that is not plain."""
    if text is None:
        return None, False
    try:
        return take(text), False
    except Misfit:
        return None, True
