"""Every error a user may meet, as a small tree: a docstring says what happened and what to do.

The message is one line. The command line prints it and exits with ``exit_code``; the trace is shown
only with ``--debug``.
"""

from __future__ import annotations

from typing import Self


class ProcesmijnError(Exception):
    """Something went wrong that the message explains; it says what to do next."""

    exit_code = 1


class UsageError(ProcesmijnError):
    """The command was called with words that do not fit; the message says which would."""

    exit_code = 2


class FileNotWritten(ProcesmijnError):
    """A file cannot be written; the message says why."""


class PositionLost(ProcesmijnError):
    """Another worker took this partition over, or its position moved on: nothing was written.

    The batch is dropped; what is still assigned has to be claimed again, and read from the offset
    that the claim gives.
    """


class StoreUnavailable(ProcesmijnError):
    """PostgreSQL does not answer, or cannot take anything just now: nothing was written.

    The batch is to be kept and tried again; the message says what was wrong.
    """


class TooManyRefused(ProcesmijnError):
    """Most of what a partition brings breaks the contract: nothing of the batch was written.

    Its producer, or this version, is wrong, rather than its records. The partition is paused; mend
    the cause and resume it, or accept the refusals.
    """

    def __init__(self, message: str, topic: str, partition: int) -> None:
        super().__init__(message)
        self.topic = topic
        self.partition = partition

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, int]]:
        return type(self), (str(self), self.topic, self.partition)
