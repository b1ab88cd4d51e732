"""What the worker needs of the rest of the service; it is handed these and knows no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from procesmijn.batch import Applied, Batch, Decided, Held, Outgoing, Partition
from schemas.event import Event, Record, Rejection, Skip

Contract: TypeAlias = Callable[[Record], Event | Rejection | Skip]
"""Judges one record by itself; never raises over what a record holds."""

Apply: TypeAlias = Callable[[Batch], Applied]
"""Applies a batch whole, in one transaction, or not at all.

Raises:
    PositionLost: a span of the batch does not follow the stored position, or its epoch is old.
    StoreUnavailable: the database is away; the batch may or may not have been committed, which
        trying again finds out.
    TooManyRefused: most of what a partition brings breaks the contract.
"""


class Applying(Protocol):
    """Applies what is gathered, one lot at a time, and perhaps beside what goes on here."""

    def gather(self, batch: Batch) -> None:
        """Put a batch with what is applied next."""
        ...

    def drop(self) -> None:
        """Forget what was gathered, and was not begun yet."""
        ...

    def begin(self) -> None:
        """Begin to apply what was gathered, as one batch; the one before has had its outcome."""
        ...

    def is_done(self, seconds: float = 0.0) -> bool:
        """Whether what was begun has an outcome; waits so long for it."""
        ...

    def outcome(self) -> Applied:
        """What came of it, waiting for that.

        Raises:
            What :data:`Apply` does; after ``StoreUnavailable`` the next call tries again.
            ApplyingEnded: there is nobody any more who could apply.
        """
        ...


class Positions(Protocol):
    """The stored positions: which worker holds a partition, and the offset to go on from."""

    def take(self, partitions: Sequence[Partition], owner: str) -> Mapping[Partition, Held]:
        """Claim partitions for ``owner`` under a new epoch, so that older claims are refused.

        Raises:
            StoreUnavailable: the database is away; nothing is claimed as far as the caller knows.
        """
        ...

    def stall(self, partition: Partition, offset: int, reason: str, resume_offset: int) -> None:
        """Let nobody read on from ``offset`` until an operator has decided, with
        ``resume_offset`` as the proposal.

        Raises:
            StoreUnavailable: to be tried again.
        """
        ...

    def look(self, partitions: Sequence[Partition]) -> Mapping[Partition, Decided]:
        """What others have decided over partitions that are held.

        Raises:
            StoreUnavailable: to be tried again.
        """
        ...

    def pause(self, topic: str, number: int | None, by: str, because: str) -> None:
        """Let nobody read a partition, or with None all of a topic, for the time being.

        Raises:
            StoreUnavailable: to be tried again.
        """
        ...


class Outbox(Protocol):
    """Messages that wait to be sent; each method raises StoreUnavailable, to be tried again."""

    def take(self, limit: int) -> Sequence[Outgoing]:
        """The oldest ones, that no other worker sends meanwhile."""
        ...

    def give_back(self, messages: Sequence[Outgoing]) -> None:
        """Let any worker try those that could not be sent."""
        ...

    def mark_sent(self, messages: Sequence[Outgoing]) -> None:
        """Kafka has acknowledged them."""
        ...

    def waiting(self) -> int:
        """How many are not sent yet."""
        ...
