"""What would become of a message: an event and the cases that it touches, or why it is refused."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.in_force import meant_alike
from procesmijn.operating.judging import Accepted, Judge, Remark, is_hidden, judged
from procesmijn.persons import Keys, Persons
from procesmijn.store import catalogues
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Frame, frame
from procesmijn.web.say import NOTHING
from procesmijn.web.views.refusals import member_of, mend, reason_label, said_of
from schemas.event import DEFAULT_TOPIC, Record, Rejection, Skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Fact(NamedTuple):
    """Something that the event would say."""

    label: Markup
    value: str


class Case(NamedTuple):
    """A case that it would touch."""

    process: str
    key: str
    activity: str
    party: Tag | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Context of ``message.html``."""

    frame: Frame
    lead: Markup
    value: str
    headers: str
    state: str
    """Icon of what would become of it; empty before it is asked."""
    verdict: Markup | None
    said: str
    """What the contract says of it, in English."""
    member: str
    mend: Markup | None
    facts: tuple[Fact, ...]
    cases: tuple[Case, ...]
    remarks: tuple[Markup, ...]
    back_url: str


def message(asking: Asking, desk: Desk, given: Mapping[str, str] | None = None) -> Message:
    """Answer it for a form that was sent; without one ask for it."""
    say = asking.say
    value, headers = (given or {}).get("value", ""), (given or {}).get("headers", "")
    state, verdict, said, member, todo = "", None, "", "", None
    facts: tuple[Fact, ...] = ()
    cases: tuple[Case, ...] = ()
    remarks: tuple[Markup, ...] = ()
    if given is not None:
        judge = _judge(asking, desk)
        match judged(_record(value, headers), judge):
            case Rejection(reason, said):
                state, verdict = (
                    "breached",
                    say.text("message.refused", reason=reason_label(reason, say)),
                )
                member, todo = member_of(reason, said), mend(reason, say)
                said = said_of(member, said)
            case Skip():
                state, verdict = "none", say.text("message.skipped")
            case Accepted() as accepted:
                state, verdict = "met", say.text("message.accepted", n=len(accepted.cases))
                facts, cases = _facts(accepted, asking), _cases(accepted, judge, asking)
                remarks = tuple(_remark(each, asking) for each in accepted.remarks)
    return Message(
        frame=frame(asking, say.text("message.title"), "streams"),
        lead=say.text("message.lead"),
        value=value,
        headers=headers,
        state=state,
        verdict=verdict,
        said=said,
        member=member,
        mend=todo,
        facts=facts,
        cases=cases,
        remarks=remarks,
        back_url=asking.here.kept().at("/streams"),
    )


def _judge(asking: Asking, desk: Desk) -> Judge:
    """The catalogue in use, and the keys; made up where the page has none."""
    catalogue = meant_alike(catalogues.active(asking.connection)).catalogue
    persons = desk.persons or Persons(Keys.generate())
    return Judge(catalogue, persons, is_masking=desk.persons is None)


def _record(value: str, headers: str) -> Record:
    """A record as if it had been sent just now."""
    named = [line.partition("=") for line in headers.splitlines() if "=" in line]
    return Record(
        DEFAULT_TOPIC,
        0,
        0,
        time.time_ns() // 1_000,
        None,
        value.encode() or None,
        tuple((name.strip(), text.strip().encode()) for name, _, text in named if name.strip()),
    )


def _facts(accepted: Accepted, asking: Asking) -> tuple[Fact, ...]:
    """What is in the envelope, and which party; nothing that may be of a person."""
    say, event = asking.say, accepted.event
    known = (
        ("type", event.type),
        ("source", event.source),
        ("occurred", say.full_moment(_EPOCH + timedelta(microseconds=event.occurred_us))),
        ("objects", say.listed(sorted({of for of, _ in event.objects}))),
        ("party", event.party),
        ("receiver", event.receiver),
        ("revision", say.number(event.revision) if event.revision else None),
    )
    return tuple(Fact(say.text(f"message.fact_{name}"), value) for name, value in known if value)


def _cases(accepted: Accepted, judge: Judge, asking: Asking) -> tuple[Case, ...]:
    names = asking.names
    return tuple(
        Case(
            names.process(each.process),
            asking.say.text("message.a_person") if is_hidden(each, judge) else each.case,
            each.activity,
            None if each.party is None else names.party(each.party),
        )
        for each in accepted.cases
    )


def _remark(remark: Remark, asking: Asking) -> Markup:
    return asking.say.text(
        f"message.remark_{remark.kind}", name=remark.name or NOTHING, n=remark.number, of=remark.of
    )
