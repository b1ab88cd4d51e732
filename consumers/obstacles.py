"""What can be wrong with a log, so that reading on from a position could leave something out.

Each of these is a fact about a log at an offset, whoever found it and however the log looks later:
it is written to the store, and stands until an operator has decided (``procesmijn streams
accept-gap``).
``resume_offset`` is what is proposed then. It leaves out nothing that the log still holds; what is
read a second time is known, and changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

BEGINNING = 0
"""Of a log, or the first offset that it still has."""


class Obstacle(NamedTuple):
    """Why a partition cannot be read on from where it stands."""

    reason: str
    resume_offset: int


def outside_of_log(offset: int, log_start: int, log_end: int) -> Obstacle | None:
    """A position that the log does not have; None where it does.

    Retention takes the beginning of a log. Its end is lost when a broker that had not all of it
    comes to lead, or is restored from an older copy. Where it is shorter than what was read, it may
    have been shorter still and have grown since: all of it is to be read again.
    """
    if offset < log_start:
        return Obstacle(f"offsets {offset} to {log_start - 1} are gone from the log", log_start)
    if offset > log_end:
        return Obstacle(f"the log ends at {log_end}, before the stored position", log_start)
    return None


def refused(offset: int) -> Obstacle:
    """A position that the broker did not have when it was asked, whatever it has now."""
    return Obstacle(
        f"the log had no offset {offset}: its beginning was removed, or its end was lost and may"
        " have been written anew since",
        BEGINNING,
    )


def truncated(since: int | None) -> Obstacle:
    """The end of the log before a position is another one than was read.

    Brokers number their leaders, and mostly tell since which offset the log is that of another.
    """
    place = "" if since is None else f" from offset {since} on"
    return Obstacle(
        f"the end of the log{place} was lost, and may have been written anew since",
        BEGINNING if since is None else since,
    )


def unreadable(next_offset: int, why: str) -> Obstacle:
    """A batch that is damaged, or not as Kafka's format wants it; brokers look only at the sum."""
    return Obstacle(
        f"the records up to offset {next_offset - 1} cannot be read ({why})", next_offset
    )
