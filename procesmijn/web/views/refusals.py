"""Why a message was refused: the reason, the member that is wrong, what to do, what it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson
from markupsafe import Markup

from procesmijn.operating.masking import Masked, masked
from procesmijn.store import dead_letters
from procesmijn.store.dead_letters import DeadLetterFilter, Group, Refused
from procesmijn.web.address import MOST_LETTERS
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.say import Speech, texts

_MEMBER: Final = re.compile(r"data\.([A-Za-z_][A-Za-z0-9_]*)")
_ATTRIBUTES: Final = re.compile(r"(?:data_base64|type|source|id|subject|revision|retracted|time)\b")
_ATTRIBUTE_OF: Final = {
    "unknown-type": "type",
    "wrong-specversion": "specversion",
    "invalid-time": "time",
    "time-without-zone": "time",
    "time-implausible": "time",
    "no-object": "data",
}
"""Which attribute is wrong, where the reason says it."""
_MOST_LINES: Final = 200


class Reason(NamedTuple):
    """Records of one topic that were refused for one reason."""

    label: Markup
    code: str
    topic: str
    records: str
    latest: Markup
    url: str
    is_selected: bool


class Line(NamedTuple):
    """A line of a record."""

    indent: int
    name: str
    text: str
    is_hidden: bool
    is_meant: bool
    """Whether it is the one that is wrong."""


class Refusal(NamedTuple):
    """The one that is looked at, and what to do about all that are like it."""

    label: Markup
    code: str
    where: Markup
    said: str
    """What the contract says, in English: it names members as the contract does."""
    member: str
    """The member that is wrong; empty where it is not one."""
    mend: Markup
    """What to do."""
    lines: tuple[Line, ...]
    headers: tuple[Line, ...]
    is_absent: bool
    """Whether the member that is wrong is not there."""
    no_keys: Markup | None
    """Why nothing of it can be shown."""
    previous_url: str | None
    next_url: str | None
    redrive: Markup
    redrive_url: str
    discard: Markup
    discard_url: str


def reason_label(reason: str, say: Speech) -> Markup:
    """What a record was refused for, in words."""
    return say.text(f"reason.{_key(reason)}")


def mend(reason: str, say: Speech) -> Markup:
    """What to do about it."""
    return say.text(f"mend.{_key(reason)}")


def reasons(groups: list[Group], now: datetime, asking: Asking) -> tuple[Reason, ...]:
    """Each topic and reason, most records first."""
    here, say = asking.here, asking.say
    return tuple(
        Reason(
            reason_label(each.reason, say),
            each.reason,
            each.topic,
            say.number(each.records),
            say.ago((now - each.last_refused_at).total_seconds()),
            here.at(asking.path, topic=each.topic, reason=each.reason, letter=1, done=""),
            (each.topic, each.reason) == (here.topic, here.reason),
        )
        for each in groups
    )


def refusal(groups: list[Group], now: datetime, asking: Asking, desk: Desk) -> Refusal | None:
    """The one that the address means; None where it means none that is there."""
    here, say = asking.here, asking.say
    group = next((it for it in groups if (it.topic, it.reason) == (here.topic, here.reason)), None)
    if group is None:
        return None
    wanted = DeadLetterFilter(group.topic, group.reason, limit=here.letter)
    letters = dead_letters.find(wanted, asking.connection)
    letter, number = letters[-1], len(letters)
    member = member_of(letter.reason, letter.message)
    lines, headers = _record(letter, member, asking, desk)
    of = {"topic": group.topic, "reason": group.reason}
    return Refusal(
        reason_label(group.reason, say),
        group.reason,
        say.text(
            "streams.where",
            number=say.number(number),
            n=group.records,
            partition=letter.partition.number,
            offset=say.number(letter.offset),
            ago=say.ago((now - letter.refused_at).total_seconds()),
        ),
        said_of(member, letter.message),
        member,
        mend(group.reason, say),
        lines,
        headers,
        bool(member and lines) and not any(line.is_meant for line in lines + headers),
        say.text("streams.no_keys") if desk.persons is None else None,
        here.at(asking.path, letter=number - 1, done="") if number > 1 else None,
        here.at(asking.path, letter=number + 1, done="")
        if number < min(group.records, MOST_LETTERS)
        else None,
        say.text("streams.redrive", n=group.records),
        here.at("/streams/redrive", **of, letter=1, done=""),
        say.text("streams.discard", n=group.records),
        here.at("/streams/discard", **of, letter=1, done=""),
    )


def member_of(reason: str, message: str) -> str:
    """Which member is wrong, by what the contract said; empty where it is the record as a whole."""
    if member := _MEMBER.match(message):
        return f"data.{member[1]}"
    if attribute := _ATTRIBUTES.match(message):
        return attribute[0]
    return _ATTRIBUTE_OF.get(reason, "")


def said_of(member: str, message: str) -> str:
    """What the contract says of a member, to follow its name."""
    return message.removeprefix(member).lstrip(": ") if member else message


def lines_of(value: Any, member: str, path: str = "", indent: int = 0) -> Iterator[Line]:
    """A record, a line for each member; that of ``member`` is marked."""
    if not isinstance(value, dict):
        yield Line(indent, "", *_written(value), is_meant=False)
        return
    for name, each in value.items():
        here = f"{path}.{name}" if path else name
        is_meant = here == member
        if isinstance(each, dict):
            yield Line(indent, name, "", False, is_meant)
            yield from lines_of(each, member, here, indent + 1)
        elif isinstance(each, list) and any(isinstance(one, dict | list) for one in each):
            yield Line(indent, name, "", False, is_meant)
            for one in each:
                yield from lines_of(one, member, here, indent + 1)
        else:
            yield Line(indent, name, *_written(each), is_meant=is_meant)


def _record(
    letter: Refused, member: str, asking: Asking, desk: Desk
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The value and the headers of a record, all that may be about a person masked."""
    if desk.persons is None:
        return (), ()
    records = dead_letters.open_letters([letter], desk.persons, asking.connection)
    shown: Mapping[str, Any] = masked(
        records[letter], lambda kind, size: str(asking.say.text(f"masked.{kind}", n=size))
    )
    body = [] if shown["value"] is None else lines_of(shown["value"], member)
    headers = tuple(
        Line(0, each["name"], *_written(each["value"]), is_meant=_is_header(each["name"], member))
        for each in shown["headers"]
    )
    return tuple(islice(body, _MOST_LINES)), headers


def _is_header(name: str, member: str) -> bool:
    return bool(member) and name.lower() == f"ce_{member}"


def _written(value: Any) -> tuple[str, bool]:
    """A value as JSON, or what is said in its place, and whether it is that."""
    if isinstance(value, Masked):
        return value, True
    if isinstance(value, list):
        return ", ".join(_written(each)[0] for each in value) or "[]", True
    return orjson.dumps(value).decode(), False


def _key(reason: str) -> str:
    """Its place among the texts."""
    key = reason.replace("-", "_")
    return key if f"reason.{key}" in texts() else "other"
