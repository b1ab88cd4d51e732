"""Turns the events of an OCEL into events of the contract, where their types are known to it."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256
from typing import Any, Final

import orjson

from procesmijn.errors import UsageError
from procesmijn.files.instants import Clock
from procesmijn.files.ocel import TIME, OcelEvent
from procesmijn.files.rows import Misfit
from procesmijn.files.steps import RowError, utc
from schemas.envelope import NO_TIMESTAMP
from schemas.event import Event, Record
from schemas.instants import write_instant
from schemas.registry import MODELS, decode, encode
from schemas.step import Step

TIMES: Final = frozenset({TIME, "started_at"})
"""The columns that hold instants of an event."""
SOURCE: Final = "file:/events"
"""The source of all of them: no process can have it, since the names of these are quoted."""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


_TYPES: Final = {_plain(name): name for name in MODELS if name != Step.event_type}


class ContractEvents:
    """Makes an event of the contract of each event of an OCEL.

    Its type is known by its letters and digits (``Contract issued`` is ``contract.issued``), its
    objects go to the members that are about objects of their types, and its attributes to those of
    their names. It is identified by its content, as a row of a table is: the ids in an OCEL are
    unique in their file only.
    """

    def __init__(self, types: Collection[str], clock: Clock, revision: int = 0) -> None:
        """Take the event types of the file. Raises :class:`UsageError` where one is unknown."""
        unknown = [name for name in types if _plain(name) not in _TYPES]
        if unknown:
            raise UsageError(
                f"{', '.join(map(repr, unknown[:3]))} is no event type of the contract: say with"
                " --process and --object-type of which process the events are steps"
            )
        self._clock = clock
        self._revision = revision

    def read(self, event: OcelEvent, number: int) -> Event:
        """Make the event; its number is its place among equal times, unless it says one itself.

        Raises :class:`~procesmijn.files.steps.RowError`.
        """
        model = MODELS[_TYPES[_plain(event.type)]]
        data: dict[str, Any] = {"sequence": number}
        said = {name: event.attributes.get(name) for name in model.model_fields}
        data |= {name: value for name, value in said.items() if value not in {None, ""}}
        for member, object_type in model.object_members:
            ids = {each.id for each in event.objects if _plain(each.object_type) == object_type}
            if ids:
                data[member] = sorted(ids)
        try:
            occurred_us = self._clock.read(event.time or "")
            if "started_at" in data:
                data["started_at"] = write_instant(utc(self._clock.read(str(data["started_at"]))))
        except Misfit as error:
            raise RowError(f"its time {error.why}", error.found) from None
        id_ = "content:" + sha256(_content(event)).hexdigest()[:32]
        try:
            headers, value = encode(
                model.event_type, SOURCE, id_, utc(occurred_us), data, revision=self._revision
            )
        except ValueError as error:
            raise RowError(str(error)) from None
        made = decode(Record("", 0, 0, NO_TIMESTAMP, None, value, headers))
        assert isinstance(made, Event)  # noqa: S101 - what can be encoded can be decoded
        return made


def _content(event: OcelEvent) -> bytes:
    about = sorted({(each.object_type, each.id) for each in event.objects})
    content = (event.id, event.type, event.time, event.attributes, about)
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=repr)
