"""Reads an event log: from a file to the events that a producer would have sent.

A file is read twice. First to its end, so that what is broken is found before anything of it is
imported, and so that what its columns mean depends on all rows and not on their order; then for its
events. Between the two it is read once more where only all of its dates together say which number
of them is the day.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from procesmijn.core.frames import Bools, Int64s
from procesmijn.errors import UsageError
from procesmijn.files.columns import OCEL, TABLE, XES, Columns, find_columns
from procesmijn.files.contract import TIMES, ContractEvents
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.ocel import SEVERAL, OcelRows
from procesmijn.files.orders import may_be_ordered
from procesmijn.files.rows import FileError, Rows, Unreadable
from procesmijn.files.step_columns import Share, by_case, in_order
from procesmijn.files.step_columns import read as read_columns
from procesmijn.files.steps import RowError, Steps, source_of
from procesmijn.files.tables import ParquetRows, distinct, texts_of
from procesmijn.files.xes import XesRows
from schemas.base import MAX_NAME_CHARS
from schemas.envelope import MAX_ATTRIBUTE_CHARS
from schemas.event import Event
from schemas.texts import has_controls


class Refusal(NamedTuple):
    """A row that gives no event, and why."""

    row: int
    """Its number in the file, from 1; a header is no row."""
    why: str
    """The same for all rows with the same mistake."""
    found: str = ""
    """What was in this one, where that says more."""


class Counts(NamedTuple):
    """What came of the rows of a log that were read."""

    rows: int
    refused: int
    taken_as_one: int
    """Rows whose id another row has as well: without a column of ids, those with equal content."""
    without_party: int
    local_twice: int
    """Local times that occur twice, where the clock goes back: taken as the first of the two."""
    local_never: int
    """Local times that do not occur, where the clock goes forward: read by the clock before it."""
    of_no_case: int = 0
    """Events of an OCEL that are about no object of the type whose objects are the cases."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of some rows, to be added up with what came of others."""

    refusals: list[Refusal]
    ids: Int64s
    """Of each event that was read, hashed."""
    without_party: int
    local_twice: int
    local_never: int
    of_no_case: int

    @property
    def counts(self) -> Counts:
        """How many."""
        return Counts(
            rows=len(self.ids) + len(self.refusals) + self.of_no_case,
            refused=len(self.refusals),
            taken_as_one=len(self.ids) - len(np.unique(self.ids)),
            without_party=self.without_party,
            local_twice=self.local_twice,
            local_never=self.local_never,
            of_no_case=self.of_no_case,
        )

    @staticmethod
    def together(tallies: Collection[Tally]) -> Tally:
        """Of all shares of a file; refusals in the order of their rows."""
        return Tally(
            sorted(refusal for each in tallies for refusal in each.refusals),
            np.concatenate([each.ids for each in tallies]),
            sum(each.without_party for each in tallies),
            sum(each.local_twice for each in tallies),
            sum(each.local_never for each in tallies),
            sum(each.of_no_case for each in tallies),
        )


class Log:
    """An event log that is whole and whose columns are found.

    :attr:`tally`, and what follows from it, is of :meth:`events` so far.
    """

    def __init__(
        self,
        outcomes: Iterable[Event | Refusal | None],
        survey: Survey,
        clock: Clock,
        columns: Columns | None = None,
        in_shares: Shared | None = None,
    ) -> None:
        self.rows = survey.rows
        self.columns = columns or Columns()
        named = self.columns.named().values()
        self.left_out = tuple(name for name in survey.filled if name not in named)
        """The columns that tell rows apart, and of which nothing else is kept."""
        self.in_shares = in_shares
        """How to read it case by case; None where it can only be read as it comes."""
        self.refusals: list[Refusal] = []
        self._outcomes = outcomes
        self._clock = clock
        self._ids = array("q")
        self._of_no_case = 0
        self._without_party = 0
        self._events = self._read_events()

    def is_empty(self) -> bool:
        """Whether no row gives an event: reads up to the first that does."""
        first = next(self._events, None)
        if first is not None:
            self._events = chain((first,), self._events)
        return first is None

    def events(self) -> Iterator[Event]:
        """Give the events, in constant memory but for eight bytes a row and the refusals.

        To be read once. Rows that are taken as one are all given: they have the same source and id,
        and the lowest row number stands.
        """
        return self._events

    def _read_events(self) -> Iterator[Event]:
        for outcome in self._outcomes:
            if isinstance(outcome, Refusal):
                self.refusals.append(outcome)
            elif outcome is None:
                self._of_no_case += 1
            else:
                self._ids.append(_hashed(outcome.id))
                self._without_party += outcome.party is None
                yield outcome

    @property
    def tally(self) -> Tally:
        """What has come of it so far."""
        return Tally(
            self.refusals,
            np.array(self._ids),
            self._without_party,
            self._clock.twice,
            self._clock.never,
            self._of_no_case,
        )

    @property
    def counts(self) -> Counts:
        """Count what has been read."""
        return self.tally.counts


class Shared(NamedTuple):
    """A file whose rows can be read case by case, and by several processes, each its share."""

    path: Path
    steps: Steps

    def read(self, share: Share) -> Log:
        """The events of a share of the cases, those of a case one after the other."""
        steps = self.steps.afresh()
        case = steps.columns.case
        assert case is not None  # noqa: S101 - Steps are of columns that were found
        batches = by_case(ParquetRows(self.path).batches(), case, share)
        return Log(_by_columns(batches, steps), Survey(0, (), frozenset()), steps.clock)


def _hashed(event_id: str) -> int:
    """The same in every process, which Python's own hash is not."""
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), signed=True)


def _by_rows(
    items: Iterable[Any], read: Callable[[Any, int], Event | None]
) -> Iterator[Event | Refusal | None]:
    """What comes of each row, or of whatever else ``read`` makes an event of."""
    for number, item in enumerate(items, 1):
        yield _outcome(item, number, read)


def _by_columns(
    batches: Iterable[tuple[pa.RecordBatch, Int64s]], steps: Steps
) -> Iterator[Event | Refusal | None]:
    """The same of a table, for much less."""
    for batch, numbers in batches:
        yield from read_columns(
            batch, numbers, steps, lambda row, number: _outcome(row, number, steps.read)
        )


def _outcome(
    item: Any, number: int, read: Callable[[Any, int], Event | None]
) -> Event | Refusal | None:
    if isinstance(item, Unreadable):
        return Refusal(number, item.why)
    try:
        return read(item, number)
    except RowError as error:
        return Refusal(number, error.why, error.found)


class Survey(NamedTuple):
    """What reading a file through has shown."""

    rows: int
    filled: tuple[str, ...]
    """The columns that hold anything."""
    ordered: frozenset[str]
    """Those with what looks like a date that begins with a day or a month."""


def read_log(
    path: Path,
    columns: Columns,
    process: str,
    zone: str | None = None,
    object_type: str | None = None,
    revision: int = 0,
) -> Log:
    """Open an event log as steps of a process (:func:`read_steps`)."""
    return read_steps(rows_of(path), columns, process, Clock(zone), object_type, revision)


def read_steps(
    rows: Rows,
    columns: Columns,
    process: str,
    clock: Clock,
    object_type: str | None = None,
    revision: int = 0,
) -> Log:
    """Read the rows of a file as steps of a process.

    ``columns`` are those that are told; the others are found by their usual names. ``clock`` reads
    their times, once the file has settled how. ``object_type`` is what a case is, where not a thing
    of its own process: cases that are persons have to be of a type of persons. A higher
    ``revision`` replaces what the same rows said before.

    Raises :class:`~procesmijn.files.rows.FileError` where the file breaks anywhere (then nothing of
    it is read), :class:`~procesmijn.files.columns.ColumnsError` where a column is missing.
    """
    if (
        not process
        or has_controls(process)
        or len(process) > MAX_NAME_CHARS
        or len(source_of(process)) > MAX_ATTRIBUTE_CHARS
    ):
        raise UsageError(
            "the name of the process is too long, or empty, or more than a line: give a short one"
        )
    survey = _survey(rows)
    is_ocel = isinstance(rows, OcelRows)
    usual = OCEL if is_ocel else XES if isinstance(rows, XesRows) else TABLE
    found = find_columns(columns, rows.names, survey.filled, usual)
    times = {found.time, found.start}
    if survey.ordered & times:
        clock.settle(_cells(rows, times))
    separator = SEVERAL if is_ocel else None
    steps = Steps(found, process, clock, object_type, revision, separator=separator)
    if isinstance(rows, ParquetRows):
        outcomes = _by_columns(in_order(rows.batches()), steps)
        return Log(outcomes, survey, clock, found, Shared(rows.path, steps))
    return Log(_by_rows(rows, steps.read), survey, clock, found)


def read_contract(rows: OcelRows, clock: Clock, revision: int = 0) -> Log:
    """Read an OCEL whose event types are those of the contract, as these events.

    Raises :class:`~procesmijn.errors.UsageError` for other types, and what :func:`read_steps`
    raises.
    """
    events = ContractEvents(rows.ocel.event_types, clock, revision)
    survey = _survey(rows)
    if survey.ordered & TIMES:
        clock.settle(_cells(rows, TIMES))
    return Log(_by_rows(rows.ocel, events.read), survey, clock)


def _cells(rows: Rows, names: Collection[str | None]) -> Iterator[str]:
    for row in rows:
        if not isinstance(row, Unreadable):
            yield from (cell for name, cell in row.items() if name in names)


def _survey(rows: Rows) -> Survey:
    if isinstance(rows, ParquetRows):
        return _survey_columns(rows)
    count = 0
    filled: dict[str, str] = {}
    ordered: set[str] = set()
    try:
        for row in rows:
            count += 1
            if isinstance(row, Unreadable):
                continue
            if not row.keys() <= filled.keys():
                filled |= row
            ordered.update(name for name, cell in row.items() if may_be_ordered(cell))
    except FileError as error:
        raise FileError(f"{error}; it broke after row {count}, and nothing was imported") from error
    if not count:
        raise FileError("the file holds no events")
    return Survey(count, tuple(filled), frozenset(ordered))


def _survey_columns(rows: ParquetRows) -> Survey:
    """The same of a table: what is in its columns is asked of their different values."""
    count = 0
    first_filled: dict[str, int] = {}
    ordered: set[str] = set()
    try:
        for batch in rows.batches():
            for name in rows.names:
                if name in first_filled and name in ordered:
                    continue
                is_filled, is_ordered = _look(batch.column(name))
                if name not in first_filled and is_filled.any():
                    first_filled[name] = count + int(is_filled.argmax())
                if is_ordered:
                    ordered.add(name)
            count += len(batch)
    except FileError as error:
        raise FileError(f"{error}; it broke after row {count}, and nothing was imported") from error
    if not count:
        raise FileError("the file holds no events")
    filled = sorted(first_filled, key=lambda name: (first_filled[name], rows.names.index(name)))
    return Survey(count, tuple(filled), frozenset(ordered))


def _look(column: Any) -> tuple[Bools, bool]:
    """Which values of a column are filled, and whether any looks like a date that begins with a day
    or a month."""
    if pa.types.is_timestamp(column.type):
        return column.is_valid().to_numpy(zero_copy_only=False), False
    values, places = distinct(column)
    texts = texts_of(values)
    is_filled = np.array([bool(text) for text in texts], dtype=np.bool_)[places]
    return is_filled, any(text and may_be_ordered(text) for text in texts)
