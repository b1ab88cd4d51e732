"""Whole events, made from the examples of their types: to be read, sent and tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from schemas.envelope import SPECVERSION
from schemas.instants import read_instant, write_instant
from schemas.registry import MODELS

WHEN: Final = datetime(2026, 11, 20, 9, 56, 24, tzinfo=timezone(timedelta(hours=1)))
"""When the examples of the types happen; work in them began before it."""


def example_event(
    event_type: str, id_: str = "5b0ff0b3-5bb0-4c9a-a5dc-1f37ee6d8f11", time: datetime = WHEN
) -> dict[str, Any]:
    """Make an event of a type, as its structured form has it. ``time`` is an aware instant."""
    data: Mapping[str, object] = MODELS[event_type].example
    began = data.get("started_at")
    if isinstance(began, str):
        data = {**data, "started_at": write_instant(time - (WHEN - read_instant(began)))}
    return {
        "specversion": SPECVERSION,
        "type": event_type,
        "source": "/example",
        "id": id_,
        "time": write_instant(time),
        "data": dict(data),
    }
