"""Deliveries made by hand: what was said, when, in a process of one day's language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.calendars import us
from tests.delivery_frames import stood
from tests.frames import step
from tests.reference import Event, Process
from tests.reference_agreements import Agreement, Lead, Stood, Version

HOUR_US = 3_600_000_000
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PROCESS = Process("p", zone="Europe/Amsterdam")
TWO_DAYS = Agreement("two days", [Version(Lead("days", 2), window=Lead("days", 5))])
EIGHT_HOURS = Agreement("eight hours", [Version(Lead("hours", 8 * HOUR_US))])
END_OF_TIME = "2026-05-15 12:00"


def at(local: str) -> int:
    """An instant by the clock of Amsterdam. March 2026: the 2nd is a Monday."""
    return us(datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM))


def said(*moments: str, **more: Any) -> list[Event]:
    """Events in order, each a date in March, a time, and an activity: ``6 15:00 ask``. What comes
    after is the request that it carries."""
    events = []
    for key, moment in enumerate(moments, start=1):
        day, hour, activity, *request = moment.split()
        instant = at(f"2026-03-{int(day):02} {hour}")
        named = {"request": request[0]} if request else {}
        events.append(step(key, activity, instant, "HR", **named, **more))
    return events


def look(
    *moments: str, by: Agreement = TWO_DAYS, as_of: str = END_OF_TIME, **more: Any
) -> list[Stood]:
    return stood(said(*moments, **more), PROCESS, [by], at(as_of))


def clock(instant_us: int | None) -> str | None:
    """An instant as a date in March and a time."""
    if instant_us is None:
        return None
    instant = datetime.fromtimestamp(instant_us / 1e6, UTC).astimezone(AMSTERDAM)
    return f"{instant.day} {instant:%H:%M}" if instant.month == 3 else f"{instant:%-d %b %H:%M}"
