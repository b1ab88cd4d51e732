"""Streams: does it flow, what is refused, and why? For those who look after the topics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.catalogue import Catalogue
from procesmijn.in_force import meant_alike
from procesmijn.store import catalogues, dead_letters
from procesmijn.store.dead_letters import Group
from procesmijn.web.asking import Asking
from procesmijn.web.broker import Answer
from procesmijn.web.charts import Spark, spark
from procesmijn.web.desk import Desk
from procesmijn.web.flowing import Fate, Flowing, Place, State, Topic, flowing
from procesmijn.web.frame import Frame, frame
from procesmijn.web.say import NOTHING
from procesmijn.web.views.refusals import Reason, Refusal, reason_label, reasons, refusal

_ICONS: Final[dict[State, str]] = {
    "stalled": "breached",
    "missing": "breached",
    "still": "breached",
    "refuses": "breached",
    "paused": "none",
    "behind": "today",
    "unread": "none",
    "unknown": "none",
    "quiet": "open",
    "flows": "met",
}
_BAR: Final = 120.0


class Key(NamedTuple):
    """A figure that says how it stands."""

    label: Markup
    value: Markup | str
    unit: Markup | str
    note: Markup | str
    state: str
    """Of which icon; empty for none."""
    anchor: str
    """Of its definition."""


class Part(NamedTuple):
    """A stretch of a bar of fates."""

    kind: str
    x: float
    width: float


class Row(NamedTuple):
    """A topic."""

    name: str
    url: str
    is_selected: bool
    state: Markup
    icon: str
    because: str
    owned: str
    per_second: str
    line: Spark | None
    behind: str
    newest: Markup | str
    bar: tuple[Part, ...]
    fates: Markup
    refused: str
    is_refusing: bool


class Position(NamedTuple):
    """A partition of the topic that is selected."""

    number: int
    state: Markup
    icon: str
    because: str
    next_offset: str
    end_offset: str
    behind: str
    owner: str
    moved: Markup | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Context of ``streams.html``."""

    frame: Frame
    lead: Markup
    done: Markup | None
    """What was just done."""
    keys: tuple[Key, ...]
    heard: Markup
    """How old the figures of the broker are, or why there are none."""
    heard_state: str
    heard_error: str
    rows: tuple[Row, ...]
    count: Markup
    live_url: str
    """What is fetched again while somebody looks."""
    positions: tuple[Position, ...]
    positions_title: Markup | None
    clear_url: str | None
    findings: tuple[str, ...]
    reasons: tuple[Reason, ...]
    refused_count: Markup
    refusal: Refusal | None
    catalogue: Markup
    catalogue_url: str
    message_url: str


def streams(asking: Asking, desk: Desk) -> Streams:
    """Answer it."""
    here, say, connection = asking.here, asking.say, asking.connection
    active = meant_alike(catalogues.active(connection))
    found = flowing(active.catalogue, desk.watch, connection)
    groups = dead_letters.groups(connection)
    selected = next((it for it in found.topics if it.name == here.topic), None)
    is_of_reason = bool(here.reason)
    return Streams(
        frame=frame(asking, say.text("nav.streams"), "streams"),
        lead=Markup(" ").join(_lead(asking, found, groups)),
        done=_done(asking),
        keys=_keys(asking, found, groups),
        heard=_heard(asking, found.answer),
        heard_state="live" if found.answer and found.answer.logs is not None else "still",
        heard_error=found.answer.error if found.answer else "",
        rows=tuple(_row(each, asking, found) for each in found.topics),
        count=say.text(
            "streams.count",
            n=len(found.topics),
            partitions=sum(len(each.places) for each in found.topics),
        ),
        live_url=here.at(asking.path, done=""),
        positions=tuple(_position(each, asking, found) for each in selected.places)
        if selected and not is_of_reason
        else (),
        positions_title=say.text("streams.positions", topic=selected.name)
        if selected and not is_of_reason
        else None,
        clear_url=here.at(asking.path, topic="", reason="", letter=1, done="")
        if here.topic or here.reason
        else None,
        findings=found.findings,
        reasons=reasons(groups, found.now, asking),
        refused_count=say.text("streams.records", n=sum(each.records for each in groups)),
        refusal=refusal(groups, found.now, asking, desk),
        catalogue=say.text(
            "streams.catalogue_in_use",
            moment=say.full_moment(active.activated_at),
            **catalogue_size(active.catalogue),
        ),
        catalogue_url="/streams/catalogue",
        message_url="/streams/message",
    )


def catalogue_size(catalogue: Catalogue) -> dict[str, int]:
    """How much of each kind it has, to be filled in."""
    return {
        "processes": len(catalogue.processes),
        "agreements": len(catalogue.agreements),
        "parties": len(catalogue.parties),
    }


def _lead(asking: Asking, found: Flowing, groups: list[Group]) -> Iterator[Markup]:
    say = asking.say
    if found.answer is not None and found.answer.logs is not None:
        flowing_now = sum(
            each.state in {"flows", "quiet", "behind", "refuses"} for each in found.topics
        )
        yield say.text("streams.lead", n=flowing_now, of=len(found.topics))
    else:
        yield say.text("streams.lead_unknown")
    if groups:
        yield say.text(
            "streams.lead_refused",
            n=sum(each.records for each in groups),
            reason=reason_label(groups[0].reason, say),
        )
    else:
        yield say.text("streams.lead_none_refused")


def _done(asking: Asking) -> Markup | None:
    kind, *counts = asking.here.done.split(":")
    match kind:
        case "redriven":
            accepted, refused = map(int, counts)
            return asking.say.text("streams.done_redriven", n=accepted, refused=refused)
        case "discarded":
            return asking.say.text("streams.done_discarded", n=int(counts[0]))
        case _:
            return None


def _keys(asking: Asking, found: Flowing, groups: list[Group]) -> tuple[Key, ...]:
    say = asking.say
    waiting = sum(each.records for each in groups)
    newest = max((each.moved_at for each in found.topics if each.moved_at), default=None)
    read = sum(each.fate.total for each in found.topics)
    partitions = sum(len(each.places) for each in found.topics)
    is_right = not found.findings
    return (
        Key(
            say.text("streams.behind"),
            NOTHING if found.behind is None else say.number(found.behind),
            "" if found.behind is None else say.text("streams.unit_records"),
            say.text("streams.behind_unknown" if found.behind is None else "streams.behind_note"),
            "",
            "lag",
        ),
        Key(
            say.text("streams.refused"),
            say.number(waiting),
            "",
            say.text("streams.refused_note", n=len({each.reason for each in groups})),
            "breached" if waiting else "met",
            "refused",
        ),
        Key(
            say.text("streams.newest"),
            NOTHING if newest is None else say.age((found.now - newest).total_seconds()),
            "",
            say.text("streams.newest_never" if newest is None else "streams.newest_note"),
            "",
            "freshness",
        ),
        Key(
            say.text("streams.workers"),
            say.number(len(found.owners)),
            "",
            say.text(
                "streams.workers_note",
                owned=say.number(sum(each.owned for each in found.topics)),
                of=say.number(partitions),
            ),
            "",
            "workers",
        ),
        Key(
            say.text("streams.ledger"),
            say.text("streams.ledger_right" if is_right else "streams.ledger_wrong"),
            "",
            say.text("streams.ledger_note", read=say.number(read)),
            "met" if is_right else "breached",
            "ledger",
        ),
    )


def _heard(asking: Asking, answer: Answer | None) -> Markup:
    say = asking.say
    if answer is None:
        return say.text("streams.not_heard_yet")
    if answer.logs is None:
        return say.text("streams.not_heard")
    return say.text("streams.heard", seconds=answer.age_seconds)


def _row(topic: Topic, asking: Asking, found: Flowing) -> Row:
    here, say = asking.here, asking.say
    fate = topic.fate
    rate = topic.per_second
    return Row(
        topic.name,
        here.at(asking.path, topic=topic.name, reason="", letter=1, done=""),
        topic.name == here.topic,
        _state(topic, asking),
        _ICONS[topic.state],
        topic.because,
        f"{topic.owned} / {len(topic.places)}",
        NOTHING if rate is None else say.tenth(rate),
        _line(topic),
        NOTHING if topic.behind is None else say.number(topic.behind),
        NOTHING
        if topic.moved_at is None
        else say.ago((found.now - topic.moved_at).total_seconds()),
        tuple(_bar(fate)),
        say.text(
            "streams.fates",
            stored=say.number(fate.stored),
            duplicate=say.number(fate.duplicate),
            dead=say.number(fate.dead),
            no_record=say.number(fate.no_record),
        ),
        _tenth_share(fate.dead / fate.total, asking) if fate.total else NOTHING,
        topic.state == "refuses",
    )


def _state(topic: Topic, asking: Asking) -> Markup:
    say = asking.say
    if topic.state == "refuses":
        return say.text("streams.state_refuses", n=topic.refused_lately)
    if not topic.is_declared:
        return say.text("streams.state_undeclared")
    return say.text(f"streams.state_{topic.state}")


def _tenth_share(share: float, asking: Asking) -> str:
    """With a decimal: of records that are refused, a tenth of a percent is much."""
    return f"{asking.say.tenth(share * 100)}%"


def _line(topic: Topic) -> Spark | None:
    if not topic.arrived or not any(topic.arrived):
        return None
    return spark(topic.arrived, 0, max(topic.arrived), width=96, height=24)


def _bar(fate: Fate) -> Iterator[Part]:
    x = 0.0
    for kind, n in zip(("stored", "duplicate", "dead", "no_record"), fate, strict=True):
        if n:
            # What there is shows, however little of it.
            width = max(n / fate.total * _BAR, 2.0)
            yield Part(kind, round(min(x, _BAR - width), 1), round(width, 1))
            x += width


def _position(place: Place, asking: Asking, found: Flowing) -> Position:
    say = asking.say

    def count(value: int | None) -> str:
        return NOTHING if value is None else say.number(value)

    return Position(
        place.number,
        say.text(f"streams.state_{place.state}"),
        _ICONS[place.state],
        place.because,
        count(place.next_offset),
        count(place.end_offset),
        count(place.behind),
        place.owner or NOTHING,
        NOTHING
        if place.moved_at is None
        else say.ago((found.now - place.moved_at).total_seconds()),
    )
