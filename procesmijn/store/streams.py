"""What those who look after the streams ask: how far each partition is, and what was refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from procesmijn.batch import Partition
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Standing(NamedTuple):
    """How far a partition has been applied."""

    next_offset: int | None
    """None where nothing was applied yet."""
    owner: str
    updated_at: datetime
    stalled: str | None
    """Why nothing is read until an operator has decided; None where all is well."""
    resume_offset: int | None
    """Where to go on then, so that nothing which the log still holds is left out."""


class Pause(NamedTuple):
    """What nobody reads for the time being."""

    topic: str
    number: int | None
    """None for all of the topic."""
    paused_by: str
    paused_at: datetime
    because: str


class RefusedFor(NamedTuple):
    """Records that were refused for one reason."""

    reason: str
    message: str
    records: int


class Conflicts(NamedTuple):
    """Events of one source whose standing revision was said in more than one way."""

    events: int
    free_revision: int
    """One that would settle all of them."""


def positions(topic_ids: Collection[UUID], connection: Connection) -> dict[Partition, Standing]:
    """How far the partitions of some topics have been applied; those never claimed are absent."""
    rows = connection.execute(statements("streams")["positions"], {"topic_ids": list(topic_ids)})
    return {
        Partition(topic_id, number, topic): Standing(*rest)
        for topic_id, number, topic, *rest in rows
    }


def standings(connection: Connection) -> dict[Partition, Standing]:
    """How far every partition has been applied that was ever claimed."""
    rows = connection.execute(statements("streams")["standings"])
    return {
        Partition(topic_id, number, topic): Standing(*rest)
        for topic_id, number, topic, *rest in rows
    }


def topics(connection: Connection) -> list[str]:
    """Every topic that was ever read."""
    return [name for (name,) in connection.execute(statements("streams")["topics"])]


def pauses(connection: Connection) -> list[Pause]:
    """What is paused; of one topic the pause of all of it comes last."""
    return [Pause(*row) for row in connection.execute(statements("streams")["pauses"])]


def pause_of(place: Partition, pauses: Sequence[Pause]) -> Pause | None:
    """What keeps a partition from being read: its own pause, or that of its topic."""
    return next(
        (it for it in pauses if it.topic == place.topic and it.number in (None, place.number)), None
    )


def refused(
    partition: Partition, first_offset: int, next_offset: int, connection: Connection
) -> list[RefusedFor]:
    """What was refused from one offset up to another, most frequent first."""
    rows = connection.execute(
        statements("streams")["refused"],
        {
            "topic_id": partition.topic_id,
            "partition": partition.number,
            "first_offset": first_offset,
            "next_offset": next_offset,
        },
    )
    return [RefusedFor(*row) for row in rows]


def processes(connection: Connection) -> list[str]:
    """Names of the processes that the catalogue in force declares."""
    return [name for (name,) in connection.execute(statements("streams")["processes"])]


def conflicts(connection: Connection) -> int:
    """How many contents lost against another one of the same event and revision."""
    row = connection.execute(statements("streams")["conflicts"]).fetchone()
    return int(row[0]) if row else 0


def conflicts_of(source: str, connection: Connection) -> Conflicts:
    """What one source said in more than one way."""
    row = connection.execute(statements("streams")["conflicts_of"], {"source": source}).fetchone()
    return Conflicts(int(row[0]), row[1] or 0) if row else Conflicts(0, 0)


def speak_of(moment: datetime, connection: Connection) -> None:
    """Let the views of this session speak of a moment instead of now."""
    connection.execute(statements("streams")["as_of"], {"moment": moment.isoformat()})


def clock(connection: Connection) -> datetime:
    """What time it is at the database."""
    row = connection.execute(statements("streams")["clock"]).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns its row
    moment: datetime = row[0]
    return moment


def objects(connection: Connection) -> int:
    """How many objects events speak of."""
    row = connection.execute(statements("streams")["objects"]).fetchone()
    return int(row[0]) if row else 0


def refused_by_reason(connection: Connection) -> dict[str, int]:
    """How many refused records wait, most frequent reason first."""
    return dict(connection.execute(statements("streams")["refused_by_reason"]).fetchall())
