"""What can go wrong on the way to a receiver."""

from __future__ import annotations

from procesmijn.errors import ProcesmijnError, UsageError


class NotDelivered(ProcesmijnError):
    """A receiver did not take a message; it is tried again."""

    def __init__(self, message: str, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
        """It is not to be tried before so long, says the receiver."""


class ChannelsWrong(UsageError):
    """What the settings say of channels cannot be read; the message says what it has to be."""
