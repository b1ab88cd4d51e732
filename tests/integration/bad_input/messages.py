"""Messages as producers send them: good ones, and the same with something wrong about them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.bad_input.line import Sent

STARTED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
"""When whatever these messages tell of began."""
ABSENT = object()


def message(id_: str, **attributes: object) -> Sent:
    """An event as a structured CloudEvent, about a vacancy unless it says otherwise."""
    return Sent(json.dumps(event(id_, **attributes)).encode())


def event(id_: str, **attributes: object) -> dict[str, Any]:
    """The same before it is JSON; what is :data:`ABSENT` is left out."""
    whole = {
        "specversion": "1.0",
        "type": "vacancy.opened",
        "source": "/hr",
        "id": id_,
        "time": instant(),
        "data": {"vacancy": id_, "party": "hr"},
    } | attributes
    return {name: value for name, value in whole.items() if value is not ABSENT}


def instant(hours: float = 0.0) -> str:
    """Some hours after the beginning, as messages write it."""
    return (STARTED + timedelta(hours=hours)).isoformat()


def requested(vacancy: str) -> Sent:
    """The manager asks HR for a vacancy."""
    data = {"vacancy": vacancy, "party": "manager"}
    return message(f"{vacancy}/1", type="vacancy.requested", data=data)


def opened(vacancy: str) -> Sent:
    """HR picks that up an hour later."""
    data = {"vacancy": vacancy, "party": "hr"}
    return message(f"{vacancy}/2", type="vacancy.opened", data=data, time=instant(1))


def published(vacancy: str) -> Sent:
    """And tells everybody after another hour."""
    data = {"vacancy": vacancy, "party": "hr"}
    return message(f"{vacancy}/3", type="vacancy.published", data=data, time=instant(2))
