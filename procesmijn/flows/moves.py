"""The steps of an alignment, and what it means that there is none."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from procesmijn.errors import ProcesmijnError


class Where(StrEnum):
    """Whether a step is in the case, in the model, or in both."""

    BOTH = "both"
    CASE = "case only"
    MODEL = "model only"


class Move(NamedTuple):
    """One step of an alignment."""

    where: Where
    activity: str

    @property
    def cost(self) -> int:
        """A step on one side only costs 1."""
        return int(self.where is not Where.BOTH)


class NoWayFound(ProcesmijnError):
    """No way through the model was found in time: it cannot come to its end, or it is too large, or
    the case is too long or too far from it. Look at the model first."""
