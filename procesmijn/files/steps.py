"""Turns the rows of a log into generic steps: the same whether they go by a message or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, TypeAlias
from urllib.parse import quote

import orjson

from procesmijn.files.columns import Columns
from procesmijn.files.instants import Clock
from procesmijn.files.rows import Misfit, Row
from schemas.base import MAX_CODE_CHARS, MAX_ID_CHARS, MAX_NAME_CHARS
from schemas.event import Event, Lifecycle
from schemas.instants import write_instant
from schemas.registry import MODELS, Headers, encode
from schemas.step import Step
from schemas.texts import has_controls

_LIFECYCLES: Final = {"start": Lifecycle.START, "complete": Lifecycle.COMPLETE}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Take: TypeAlias = Callable[[str], str]
"""Takes the text out of a cell; ``Misfit`` says what is wrong with it."""


class RowError(Misfit):
    """A row does not give an event that keeps the contract; the message is the reason."""


class Steps:
    """Makes one event of each row of a log of one process.

    A row is identified by the content of all its columns, or by its id where a column has one: so
    its place in the file, and what the columns are taken to mean, change nothing about which event
    it is. All files of a process are one source.
    """

    def __init__(
        self,
        columns: Columns,
        process: str,
        clock: Clock,
        object_type: str | None = None,
        revision: int = 0,
        *,
        separator: str | None = None,
    ) -> None:
        """Take the columns as they were found; without an object type a case is its process's.

        Events of a higher revision replace those that the same rows gave before. Where rows may be
        of several cases, or of none, ``separator`` stands between them.
        """
        self.columns = columns
        self.process = process
        self.object_type = object_type or process
        self.source = source_of(process)
        self.clock = clock
        self.revision = revision
        self.separator = separator

    def afresh(self) -> Steps:
        """The same, with a clock that has counted nothing yet."""
        steps = copy(self)
        steps.clock = self.clock.fresh()
        return steps

    def read(self, row: Row, number: int) -> Event | None:
        """Make the event of a row; its number is no more than its place among equal times.

        None where it is of no case. Raises :class:`RowError`.
        """
        columns = self.columns
        cases = self._cases(row)
        if not cases:
            return None
        activity = self._required(row, "activity", columns.activity, name_in)
        occurred_us = self._instant(row, columns.time)
        if occurred_us is None:
            raise RowError(f"its {columns.time!r} (time) is empty")
        started_us = self._instant(row, columns.start)
        if started_us is not None and started_us > occurred_us:
            raise RowError(f"its {columns.start!r} lies after its {columns.time!r}")
        lifecycle = self._optional(row, columns.lifecycle, code_in)
        return Event(
            source=self.source,
            id=self._id(row),
            type=Step.event_type,
            revision=self.revision,
            occurred_us=occurred_us,
            objects=tuple((self.object_type, case) for case in cases),
            started_us=started_us,
            sequence=number,
            lifecycle=lifecycle_in(lifecycle),
            process=self.process,
            activity=activity,
            party=self._optional(row, columns.party, name_in),
            performer=self._optional(row, columns.performer, name_in),
        )

    def _cases(self, row: Row) -> list[str]:
        column = self.columns.case
        if self.separator is None:
            return [self._required(row, "case", column, id_in)]
        cell = row.get(column) if column is not None else None
        cases = set(cell.split(self.separator)) if cell else ()
        return sorted(self._required({"id": case}, "case", "id", id_in) for case in cases)

    def _id(self, row: Row) -> str:
        if self.columns.id is not None:
            return self._required(row, "id", self.columns.id, id_in)
        return content_id(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))

    def _instant(self, row: Row, column: str | None) -> int | None:
        text = row.get(column) if column is not None else None
        if text is None:
            return None
        try:
            return self.clock.read(text)
        except Misfit as error:
            raise RowError(f"its {column!r} {error.why}", error.found) from None

    def _required(self, row: Row, role: str, column: str | None, taken_from: _Take) -> str:
        text = self._optional(row, column, taken_from)
        if text is None:
            raise RowError(f"its {column!r} ({role}) is empty")
        return text

    def _optional(self, row: Row, column: str | None, taken_from: _Take) -> str | None:
        cell = row.get(column) if column is not None else None
        if cell is None:
            return None
        try:
            return taken_from(cell) or None
        except Misfit as error:
            raise RowError(f"its {column!r} has {error.why}", error.found) from None


def content_id(content: bytes) -> str:
    """The id of a row that has none: of its JSON, columns in order of their names."""
    return "content:" + sha256(content).hexdigest()[:32]


def lifecycle_in(code: str | None) -> Lifecycle:
    """What a word for a transition comes to; without one something was completed."""
    if code is None:
        return Lifecycle.COMPLETE
    return _LIFECYCLES.get(code.lower(), Lifecycle.OTHER)


def id_in(cell: str) -> str:
    """An id, as it is; ``Misfit`` for what may not be one, here and below."""
    return _within(cell, MAX_ID_CHARS)


def name_in(cell: str) -> str:
    """Labels are wrapped and padded in what tools export, and mean the same on one line."""
    return _within(" ".join(cell.split()), MAX_NAME_CHARS)


def code_in(cell: str) -> str:
    """A word of a list."""
    return _within(cell.strip(), MAX_CODE_CHARS)


def _within(text: str, max_chars: int) -> str:
    if len(text) > max_chars:
        raise Misfit(f"more than {max_chars} characters", f"{len(text)}")
    if has_controls(text):
        raise Misfit("a control character (such as a tab or a line break), which none may hold")
    return text


def source_of(process: str) -> str:
    """Name the source that all files of a process are, as a URI."""
    return "file:" + quote(process, safe="")


def message_of(event: Event) -> tuple[Headers, bytes]:
    """Write an event of a file as a message of the contract, which decodes to the same event."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for object_type, object_id in event.objects:
        ids[object_type].append(object_id)
    data = {
        **event.data,
        "party": event.party,
        "team": event.team,
        "performer": event.performer,
        "to_party": event.receiver,
        "started_at": None if event.started_us is None else write_instant(utc(event.started_us)),
        "sequence": event.sequence,
    }
    if event.type == Step.event_type:
        [(object_type, cases)] = ids.items()
        data |= {
            "process": event.process,
            "case": cases[0] if len(cases) == 1 else cases,
            "object": None if object_type == event.process else object_type,
            "activity": event.activity,
            "lifecycle": event.lifecycle.name.lower(),
        }
    else:
        data |= {
            member: ids.pop(object_type)
            for member, object_type in MODELS[event.type].object_members
            if object_type in ids
        }
    said = {name: value for name, value in data.items() if value is not None}
    return encode(
        event.type,
        event.source,
        event.id,
        utc(event.occurred_us),
        said,
        revision=event.revision,
    )


def utc(us: int) -> datetime:
    """The instant that is so many microseconds after 1970 began, in UTC."""
    return _EPOCH + timedelta(microseconds=us)
