"""Where the time of a batch goes, as spans: what the worker needs to know of that.

:mod:`consumers.telemetry` sends them with OpenTelemetry, where that is installed and wanted.
Without it a batch pays for a dozen empty blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from consumers.chunk import Chunk


class Traces(Protocol):
    """Is told what a worker does while it does it."""

    def batch(self, chunks: Sequence[Chunk], began_ns: int, /) -> AbstractContextManager[object]:
        """What follows is about these records, to whose polling the worker went at ``began_ns``
        (nanoseconds of the clock on the wall)."""
        ...

    def step(self, name: str, /) -> AbstractContextManager[object]:
        """A part of what is done just now."""
        ...


class _Untold:
    """Nobody is told."""

    def batch(self, _chunks: Sequence[Chunk], _began_ns: int) -> AbstractContextManager[object]:
        """Say nothing."""
        return nullcontext()

    def step(self, _name: str) -> AbstractContextManager[object]:
        """Say nothing."""
        return nullcontext()


UNTOLD: Final[Traces] = _Untold()
