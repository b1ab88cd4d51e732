"""How the streams flow: what the database knows of every partition, and the broker of its log.

Where the broker does not answer, what the database knows is told all the same, the rest is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from procesmijn.batch import Partition
from procesmijn.catalogue import Catalogue
from procesmijn.store import dead_letters, ledger, streams
from procesmijn.store.connection import Connection
from procesmijn.store.ledger import Account
from procesmijn.store.streams import Pause, Standing
from procesmijn.web.broker import STRETCH_SECONDS, STRETCHES, Answer, Log, Watch

_LATELY: Final = timedelta(hours=1)
_STILL: Final = timedelta(minutes=2)
"""A partition that has something to read and did not move for so long stands still."""
_MUCH: Final = 0.01
"""A topic of which more was refused in the last hour is one to look at."""

State: TypeAlias = Literal[
    "stalled", "missing", "still", "refuses", "paused", "behind", "unread", "unknown", "quiet",
    "flows",
]  # fmt: skip
"""How a topic stands, what needs somebody first."""


class Place(NamedTuple):
    """A partition."""

    number: int
    state: State
    next_offset: int | None
    end_offset: int | None
    behind: int | None
    owner: str | None
    moved_at: datetime | None
    because: str
    topic_id: UUID


class Fate(NamedTuple):
    """What became of offsets."""

    stored: int = 0
    duplicate: int = 0
    dead: int = 0
    no_record: int = 0
    """Skipped by design, or without a record."""

    @property
    def total(self) -> int:
        """All that were read."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that is read, or was."""

    name: str
    is_declared: bool
    """Whether the catalogue in use has it."""
    state: State
    places: tuple[Place, ...]
    behind: int | None
    arrived: tuple[int, ...] | None
    """Records in each five minutes of the last hour."""
    moved_at: datetime | None
    fate: Fate
    refused_lately: int
    because: str

    @property
    def owned(self) -> int:
        """Partitions that a worker has claimed."""
        return sum(place.owner is not None for place in self.places)

    @property
    def per_second(self) -> float | None:
        """How fast records came in the last hour."""
        if self.arrived is None:
            return None
        return sum(self.arrived) / (STRETCHES * STRETCH_SECONDS)


@dataclass(frozen=True, slots=True)
class Flowing:
    """All of it, as of one moment of the database."""

    now: datetime
    topics: tuple[Topic, ...]
    answer: Answer | None
    findings: tuple[str, ...]
    """Where the ledger does not add up."""

    @property
    def behind(self) -> int | None:
        """Records that wait to be read, where the broker says so."""
        known = [topic.behind for topic in self.topics if topic.behind is not None]
        return sum(known) if known else None

    @property
    def owners(self) -> set[str]:
        """Who has claimed something."""
        return {
            place.owner
            for topic in self.topics
            for place in topic.places
            if place.owner is not None
        }


def flowing(catalogue: Catalogue, watch: Watch, connection: Connection) -> Flowing:
    """Ask the database, and take what the broker said last."""
    now = streams.clock(connection)
    declared = {each.topic for each in catalogue.streams}
    standings = streams.standings(connection)
    answer = watch.look(declared | {place.topic for place in standings})
    logs = None if answer is None else answer.logs
    pauses = streams.pauses(connection)
    accounts = ledger.accounts(None, connection)
    lately = dead_letters.refused_since(now - _LATELY, connection)
    places: dict[str, list[tuple[Place, Log | None]]] = {name: [] for name in declared}
    for partition in sorted(
        _partitions(standings, logs or {}), key=lambda it: (it.topic, it.number)
    ):
        log = None if logs is None else logs.get(partition)
        paused = streams.pause_of(partition, pauses)
        place = _place(partition, standings.get(partition), log, paused, now)
        places.setdefault(partition.topic, []).append((place, log))
    return Flowing(
        now,
        tuple(
            _topic(name, found, name in declared, logs is not None, accounts, lately.get(name, 0))
            for name, found in sorted(places.items())
        ),
        answer,
        tuple(
            f"{account.partition.topic}/{account.partition.number}: {finding}"
            for account in accounts
            for finding in account.findings
        ),
    )


def _partitions(standings: Collection[Partition], logs: Mapping[Partition, Log]) -> set[Partition]:
    """Of a topic that the broker knows its partitions, of others those that were claimed."""
    topics = {place.topic for place in logs}
    return {*logs, *(place for place in standings if place.topic not in topics)}


def _place(
    partition: Partition,
    standing: Standing | None,
    log: Log | None,
    paused: Pause | None,
    now: datetime,
) -> Place:
    at = None if standing is None else standing.next_offset
    behind = None if log is None else log.next_offset - (log.first_offset if at is None else at)
    state: State
    because = ""
    if standing is not None and standing.stalled is not None:
        state, because = "stalled", standing.stalled
    elif paused is not None:
        state, because = "paused", f"{paused.paused_by}: {paused.because}".removesuffix(": ")
    elif standing is None:
        state = "unread"
    elif behind is None:
        state = "unknown"
    elif behind > 0:
        state = "still" if now - standing.updated_at > _STILL else "behind"
    else:
        state = "flows"
    return Place(
        partition.number,
        state,
        at,
        None if log is None else log.next_offset,
        behind,
        None if standing is None else standing.owner,
        None if standing is None else standing.updated_at,
        because,
        partition.topic_id,
    )


def _topic(
    name: str,
    found: Sequence[tuple[Place, Log | None]],
    is_declared: bool,
    is_answered: bool,
    accounts: Sequence[Account],
    refused_lately: int,
) -> Topic:
    places = tuple(place for place, _ in found)
    logs = [log for _, log in found if log is not None]
    arrived = tuple(map(sum, zip(*(log.arrived for log in logs), strict=True))) if logs else None
    worst: State = min((place.state for place in places), key=_ORDER.index, default="unknown")
    if is_answered and not logs:
        worst = "missing"
    elif worst in {"flows", "behind"} and refused_lately > _MUCH * sum(arrived or ()):
        worst = "refuses"
    elif worst == "flows" and not sum(arrived or ()):
        worst = "quiet"
    return Topic(
        name,
        is_declared,
        worst,
        places,
        sum(place.behind or 0 for place in places) if logs else None,
        arrived,
        max((place.moved_at for place in places if place.moved_at is not None), default=None),
        _fate(name, accounts),
        refused_lately,
        next((place.because for place in places if place.because), ""),
    )


def _fate(name: str, accounts: Sequence[Account]) -> Fate:
    counts: Counter[str] = Counter()
    for account in accounts:
        if account.partition.topic == name:
            for entry in account.entries:
                counts["stored"] += entry.stored
                counts["duplicate"] += entry.duplicate
                counts["dead"] += entry.dead
                counts["no_record"] += entry.skipped + entry.no_record
    return Fate(**counts)


_ORDER: Final[tuple[State, ...]] = (
    "stalled", "missing", "still", "refuses", "paused", "behind", "unread", "unknown", "quiet",
    "flows",
)  # fmt: skip
"""From what needs somebody to what does not."""
