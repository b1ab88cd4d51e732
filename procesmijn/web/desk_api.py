"""How the streams flow and what is refused, for programs: ``/api/v1`` for operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request

from procesmijn.in_force import meant_alike
from procesmijn.store import catalogues, dead_letters
from procesmijn.web.desk import Desk
from procesmijn.web.flowing import flowing
from procesmijn.web.rights import Right
from procesmijn.web.site import Site


@dataclass(frozen=True, slots=True)
class StreamPartition:
    """A partition and how far it is read; null where only the broker knows, and does not answer."""

    topic: str
    partition: int
    state: str
    next_offset: int | None
    end_offset: int | None
    behind: int | None
    owner: str | None
    moved_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class StreamTopic:
    """A topic; counts are of all that was ever read of it."""

    topic: str
    state: str
    behind: int | None
    per_second: float | None
    moved_at: datetime | None
    stored: int
    duplicate: int
    dead: int
    no_record: int
    refused_last_hour: int


@dataclass(frozen=True, slots=True)
class Streams:
    """What is read."""

    as_of: datetime
    is_broker_answering: bool
    does_ledger_add_up: bool
    topics: list[StreamTopic]
    partitions: list[StreamPartition]


@dataclass(frozen=True, slots=True)
class RefusedFor:
    """Refused messages that wait, of one topic and for one reason."""

    topic: str
    reason: str
    records: int
    first_refused_at: datetime
    last_refused_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """What was refused and waits, most first; nothing of what is in it."""

    rows: list[RefusedFor]


def desk_router(site: Site, desk: Desk) -> APIRouter:
    """The addresses."""
    routes = APIRouter(
        prefix="/api/v1", tags=["streams"], dependencies=[site.access.to(Right.STREAMS)]
    )

    @routes.get("/streams")
    def streams(request: Request) -> Streams:
        """Every topic and partition: how far it is read, how far behind, what became of it."""
        with site.asking(request) as asking:
            active = meant_alike(catalogues.active(asking.connection))
            found = flowing(active.catalogue, desk.watch, asking.connection)
        return Streams(
            found.now,
            found.answer is not None and found.answer.logs is not None,
            not found.findings,
            [
                StreamTopic(
                    each.name,
                    each.state,
                    each.behind,
                    each.per_second,
                    each.moved_at,
                    *each.fate,
                    each.refused_lately,
                )
                for each in found.topics
            ],
            [
                StreamPartition(
                    each.name,
                    place.number,
                    place.state,
                    place.next_offset,
                    place.end_offset,
                    place.behind,
                    place.owner,
                    place.moved_at,
                    place.because,
                )
                for each in found.topics
                for place in each.places
            ],
        )

    @routes.get("/dead-letters")
    def refused(request: Request) -> DeadLetters:
        """How many messages were refused and wait, by topic and reason."""
        with site.asking(request) as asking:
            return DeadLetters(
                [RefusedFor(*each) for each in dead_letters.groups(asking.connection)]
            )

    return routes
