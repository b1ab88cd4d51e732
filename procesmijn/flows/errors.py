"""What can keep a process from being rebuilt; each says what to do next."""

from __future__ import annotations

from procesmijn.errors import ProcesmijnError


class NothingHappened(ProcesmijnError):
    """No case has a completed activity, so there is no flow; import events, or widen the period."""

    def __init__(self) -> None:
        super().__init__(
            "no case has a completed activity yet: import events, or choose a longer period"
        )


class ModelNotReadable(ProcesmijnError):
    """The model cannot be read, or says what no replay can follow; the message says what to
    change."""
