"""What ``procesmijn flow --as`` shows: each view in a module of its own, imported when asked for.

A view has a function ``show_flow`` that reads what it needs, computes, and gives an
:data:`Answer`; the command writes that where it is wanted, in the format that is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from procesmijn.store.filters import CaseFilter, Period


class As(StrEnum):
    """What the flow is written as."""

    DFG = "dfg"
    VARIANTS = "variants"
    HEURISTICS = "heuristics"
    MODELS = "models"
    REWORK = "rework"
    HANDOVER_NETWORK = "handover-network"
    WORKING_TOGETHER = "working-together"
    DOTTED_CHART = "dotted-chart"
    PERFORMANCE_SPECTRUM = "performance-spectrum"
    DRIFT = "drift"
    BPMN = "bpmn"
    PETRI = "petri"
    TREE = "tree"
    PTML = "ptml"
    SVG = "svg"


class By(StrEnum):
    """What a model is discovered from."""

    VARIANTS = "variants"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see."""

    process: str
    what: As
    period: Period
    cases: CaseFilter
    noise: float
    by: By
    is_judged: bool
    dependency: float
    as_of: datetime | None

    @property
    def whole_cases(self) -> CaseFilter:
        """The cases of a view that takes them whole: a part of the time has those that start in
        it."""
        return replace(self.cases, started=self.period)


class Rows(NamedTuple):
    """A table, and what else it can be."""

    rows: Iterable[Mapping[str, Any]]
    columns: Sequence[str]
    document: bytes | None = None
    """Its JSON, where that is more than the list of the rows."""
    picture: Callable[[], bytes] | None = None
    """Draws it, as SVG."""


Answer: TypeAlias = Rows | bytes
"""A table, or a file in a format of its own."""
