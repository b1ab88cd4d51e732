"""Reads an event log: from a file to the events that a producer would have sent.

A file is read twice. First to its end, so that what is broken is found before anything of it is
imported, and so that what its columns mean depends on all rows and not on their order; then for its
events.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from procesmijn.errors import UsageError
from procesmijn.files.columns import TABLE, XES, Columns, find_columns
from procesmijn.files.formats import rows_of
from procesmijn.files.instants import Clock
from procesmijn.files.rows import FileError, Row, Rows, Unreadable
from procesmijn.files.steps import RowError, Steps, source_of
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


class Log:
    """An event log that is whole and whose columns are found.

    :attr:`counts` and :attr:`refusals` are those of :meth:`events` so far.
    """

    def __init__(self, rows: Rows, survey: Survey, columns: Columns, steps: Steps, clock: Clock):
        self.rows = survey.rows
        self.columns = columns
        self.left_out = tuple(n for n in survey.filled if n not in columns.named().values())
        """The columns that tell rows apart, and of which nothing else is kept."""
        self.refusals: list[Refusal] = []
        self._source = rows
        self._steps = steps
        self._clock = clock
        self._ids = array("q")
        self._without_party = 0

    def events(self) -> Iterator[Event]:
        """Read the events, in constant memory but for eight bytes a row and the refusals.

        To be read once. Rows that are taken as one are all given: they have the same source and id,
        and the lowest row number stands.
        """
        for number, row in enumerate(self._source, 1):
            event = self._event(row, number)
            if isinstance(event, Refusal):
                self.refusals.append(event)
                continue
            self._ids.append(hash(event.id))
            if event.party is None:
                self._without_party += 1
            yield event

    def _event(self, row: Row | Unreadable, number: int) -> Event | Refusal:
        if isinstance(row, Unreadable):
            return Refusal(number, row.why)
        try:
            return self._steps.read(row, number)
        except RowError as error:
            return Refusal(number, str(error))

    @property
    def counts(self) -> Counts:
        """Count what has been read."""
        return Counts(
            rows=len(self._ids) + len(self.refusals),
            refused=len(self.refusals),
            taken_as_one=len(self._ids) - len(np.unique(np.asarray(self._ids))),
            without_party=self._without_party,
            local_twice=self._clock.twice,
            local_never=self._clock.never,
        )


class Survey(NamedTuple):
    """What reading a file through has shown."""

    rows: int
    filled: tuple[str, ...]
    """The columns that hold anything."""


def read_log(
    path: Path,
    columns: Columns,
    process: str,
    zone: str | None = None,
    object_type: str | None = None,
    revision: int = 0,
) -> Log:
    """Open an event log (XES, CSV, Parquet, the first two also packed with gzip).

    ``columns`` are those that are told; the others are found by their usual names. ``zone`` is the
    IANA zone of times that name none. ``object_type`` is what a case is, where not a thing of its
    own process: cases that are persons have to be of a type of persons. A higher ``revision``
    replaces what the same rows said before.

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
    clock = Clock(zone)
    rows = rows_of(path)
    survey = _survey(rows, path)
    usual = XES if isinstance(rows, XesRows) else TABLE
    found = find_columns(columns, rows.names, survey.filled, usual)
    return Log(rows, survey, found, Steps(found, process, clock, object_type, revision), clock)


def _survey(rows: Rows, path: Path) -> Survey:
    count = 0
    filled: dict[str, str] = {}
    try:
        for row in rows:
            count += 1
            if not isinstance(row, Unreadable) and not row.keys() <= filled.keys():
                filled |= row
    except FileError as error:
        raise FileError(f"{error}; it broke after row {count}, and nothing was imported") from error
    if not count:
        raise FileError(f"{path.name} holds no events")
    return Survey(count, tuple(filled))
