"""What another catalogue would change, in lines that its owner can read before activating it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.fields import WEEKDAYS
from procesmijn.catalogue.model import Catalogue

_NOUNS: Final[dict[str, str]] = {
    "parties": "party",
    "teams": "team",
    "calendars": "calendar",
    "processes": "process",
    "activities": "activity",
    "deliverables": "deliverable",
    "agreements": "agreement",
    "cadences": "cadence",
    "channels": "channel",
    "alerts": "alert",
    "summaries": "weekly summary",
    "to": "receiver",
    "events": "event type",
    "streams": "stream",
    "closed": "closing day",
    "left_out": "holiday left out",
    "added": "extra holiday",
    "start": "start activity",
    "end": "end activity",
    "concurrent": "concurrent pair",
    "rules": "rule",
    "never_both": "activity",
    "different_people": "activity",
    "customers": "customer",
    "requested_by": "requesting party",
    "rejected": "sign that it is rejected",
    "versions": "version",
    **{moment.value: f"sign that it is {moment}" for moment in Moment},
}
"""What one of the things under a key is called."""

_BY_NAME: Final = frozenset(
    {
        *("parties", "teams", "calendars", "processes", "activities", "rules"),
        *("deliverables", "agreements", "cadences", "channels", "alerts", "summaries"),
    }
)
"""Keys under which everything has a name that users gave."""

_NOTHING: Final = "nothing"


def differences(old: Catalogue, new: Catalogue) -> list[str]:
    """Say what changes from one catalogue to another, one line each; none when they are equal.

    Performers are persons, so they are counted and not named. Both catalogues have to be in their
    pseudonymous form, or both in clear.
    """
    before, after = (
        each.model_dump(mode="json", exclude={"performers", "holidays"}) for each in (old, new)
    )
    return [*_of_parts("", before, after), *_of_holidays(old, new), *_of_performers(old, new)]


def _of_parts(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Compare two parts, key by key; both have all the keys of their model."""
    for key, was in old.items():
        now = new[key]
        if was == now:
            continue
        if isinstance(was, list) and isinstance(now, list):
            yield from _of_sets(where, _NOUNS[key], was, now)
        elif key in _BY_NAME:
            yield from _of_names(where, _NOUNS[key], was, now)
        elif key == "hours":
            yield from _of_hours(where, was, now)
        elif key == "holidays" and was and now:
            yield from _of_parts(where, was, now)
        else:
            yield f"{where}{key} was {_said(was)}, is now {_said(now)}"


def _of_names(
    where: str, noun: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield f"{where}{noun} {name} added"
        elif name not in new:
            yield f"{where}{noun} {name} removed"
        elif isinstance(old[name], list):
            yield from _of_sets(f"{where}{noun} {name}: ", "party", old[name], new[name])
        else:
            yield from _of_parts(f"{where}{noun} {name}: ", old[name], new[name])


def _of_hours(where: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for day in WEEKDAYS:
        was, now = old.get(day, _NOTHING), new.get(day, _NOTHING)
        if was != now:
            yield f"{where}hours on {day} were {was}, are now {now}"


def _of_sets(where: str, noun: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    was, now = set(map(_said, old)), set(map(_said, new))
    yield from (f"{where}{noun} {each} added" for each in sorted(now - was))
    yield from (f"{where}{noun} {each} removed" for each in sorted(was - now))


def _of_holidays(old: Catalogue, new: Catalogue) -> Iterator[str]:
    """Holidays that are others than they were, by an upgrade of the library that knows them."""
    for country in sorted(old.holidays.keys() & new.holidays.keys()):
        was, now = set(old.holidays[country]), set(new.holidays[country])
        yield from (f"holidays of {country}: {day} added" for day in sorted(now - was))
        yield from (f"holidays of {country}: {day} removed" for day in sorted(was - now))


def _of_performers(old: Catalogue, new: Catalogue) -> Iterator[str]:
    was, now = old.performers, new.performers
    counts = {
        "added": len(now.keys() - was.keys()),
        "removed": len(was.keys() - now.keys()),
        "changed": sum(was[each] != now[each] for each in was.keys() & now.keys()),
    }
    yield from (f"performers: {count} {change}" for change, count in counts.items() if count)


def _said(value: Any) -> str:
    """Write a value of the canonical form in one line."""
    if isinstance(value, Mapping):
        parts = (
            f"{key} {_said(each)}"
            for key, each in value.items()
            if each is not None and each is not False and each != []
        )
        return "(" + ", ".join(parts) + ")"
    if isinstance(value, list):
        return " and ".join(map(_said, value)) or _NOTHING
    return _NOTHING if value is None else str(value)
