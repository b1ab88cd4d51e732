"""Where the time of a batch went, as spans: what the worker needs to know of that.

:mod:`consumers.telemetry` sends them with OpenTelemetry, where that is installed and wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from consumers.chunk import Chunk
from consumers.lot import Lot
from procesmijn.batch import Applied


class Traces(Protocol):
    """Is told what a worker has done. Batches overlap, so each is told whole, once it is in."""

    def parents(self, chunks: Sequence[Chunk], /) -> Mapping[str, object]:
        """The traces that records came out of, each by its text."""
        ...

    def tell(self, lot: Lot, applied: Applied, /) -> None:
        """A batch was committed."""
        ...


class _Untold:
    """Nobody is told."""

    def parents(self, _chunks: Sequence[Chunk]) -> Mapping[str, object]:
        """Look for none."""
        return {}

    def tell(self, _lot: Lot, _applied: Applied) -> None:
        """Say nothing."""


UNTOLD: Final[Traces] = _Untold()
