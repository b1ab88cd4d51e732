"""A Petri net, the form in which a model can be replayed.

One token goes in at ``source`` and comes out at ``sink``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SOURCE: Final = "source"
SINK: Final = "sink"


@dataclass(frozen=True, slots=True)
class Net:
    """Places and transitions by id; a transition without a name is silent."""

    places: list[str] = field(default_factory=lambda: [SOURCE, SINK])
    transitions: dict[str, str | None] = field(default_factory=dict)
    arcs: list[tuple[str, str]] = field(default_factory=list)
