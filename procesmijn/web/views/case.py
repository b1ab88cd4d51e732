"""A case: where is it, who has it since when, what was promised, and when is it expected?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from procesmijn.store import tracking
from procesmijn.store.figures import Clock
from procesmijn.store.terms import Terms
from procesmijn.tracking.subject import CaseRetired, NoSuchCase, Subject
from procesmijn.tracking.told import Told
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.frame import Frame, frame
from procesmijn.web.open_work import case_url, near
from procesmijn.web.problem import Problem, problem
from procesmijn.web.say import NOTHING, Speech, today
from procesmijn.web.views.case_timeline import Timeline, state_of, timeline

_DONE: Final = 3
"""Steps that are done and shown between the first and what goes on."""
_COMING: Final = 2
_NEAR: Final = 8
_WAY: Final = 4
"""Steps of a way on that are named."""
_LEAST_SHARE: Final = 0.05
"""Of past cases, for a way on to be told."""


class Stop(NamedTuple):
    """One of the stations on the way of the case."""

    state: str
    """``done``, ``now`` or ``coming``."""
    label: Markup | str
    note: Markup | str


class Kept(NamedTuple):
    """Something that was promised in the case."""

    state: str
    label: str
    url: str
    supplier: Tag
    customer: Tag
    asked: str
    promised: str
    delivered: Markup | str
    supplier_clock: Markup
    agreed: str
    customer_clock: Markup
    is_late: bool


class Step(NamedTuple):
    """Something that was done."""

    at: str
    instant: str
    activity: str
    party: Tag | None
    waited: Markup | str
    waited_elapsed: Markup | str
    is_open: bool


class Help(NamedTuple):
    """How a deliverable is sent back, and whom to call about it."""

    label: str
    how: str
    call: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Context of ``case.html``."""

    frame: Frame
    case_key: str
    process: str
    lead: Markup
    state: str
    standing: Markup
    """What is late, or how long it took."""
    took: Markup
    stops: tuple[Stop, ...]
    timeline: Timeline
    promises: tuple[Kept, ...]
    steps: tuple[Step, ...]
    ways: tuple[Markup, ...]
    """What usually comes next, the likeliest first."""
    help: tuple[Help, ...]
    late_url: str
    csv_url: str


class Found(NamedTuple):
    """A case that may be meant."""

    label: str
    process: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Context of ``cases.html``."""

    frame: Frame
    lead: Markup
    asked: str
    found: tuple[Found, ...]


def case(asking: Asking) -> Case | Cases | Problem:
    """Answer it: one case, or those that may be meant."""
    here = asking.here
    names = _processes(asking)
    if len(names) != 1:
        return _cases(names, asking)
    try:
        subject = Subject.of(names[0], Terms(), asking.connection)
        told = subject.told(here.case)
    except CaseRetired:
        return problem(asking.say, asking.theme, "retired", "none", "/late", name=here.case)
    except NoSuchCase:
        return _cases([], asking)
    return _case(told, subject, asking)


def records(asking: Asking) -> Records:
    """What was done in the case."""
    columns = (
        *("process", "case_key", "activity", "party", "started_at", "completed_at"),
        *("supplier", "wait_seconds", "wait_working_seconds"),
    )
    told = track(asking)
    if told is None:
        return Records(columns, [])
    row = (told.process, told.case_key)
    return Records(columns, [(*row, *(step[name] for name in columns[2:])) for step in told.steps])


def track(asking: Asking) -> Told | None:
    """The one case that is asked for; None where there is none such, or several."""
    names = _processes(asking)
    if len(names) != 1:
        return None
    try:
        return Subject.of(names[0], Terms(), asking.connection).told(asking.here.case)
    except (CaseRetired, NoSuchCase):
        return None


def _processes(asking: Asking) -> list[str]:
    here = asking.here
    if not here.case:
        return []
    named = tracking.named(here.case, asking.connection)
    return [name for name in named if not here.process or name in here.process]


def _cases(names: Sequence[str], asking: Asking) -> Cases:
    """Those of several processes under one key, or those that are written nearly alike."""
    say, key = asking.say, asking.here.case
    if names:
        lead = say.text("case.several", n=len(names), case=key)
        found = [(name, key) for name in names]
    elif key:
        found = _near(key, asking)
        lead = say.text("case.near" if found else "case.none", case=key)
    else:
        lead, found = say.text("case.ask"), []
    return Cases(
        frame=frame(asking, say.text("case.find"), "late"),
        lead=lead,
        asked=key,
        found=tuple(
            Found(each, asking.names.process(name), case_url(name, each, asking))
            for name, each in found
        ),
    )


def _near(key: str, asking: Asking) -> list[tuple[str, str]]:
    """Cases that are written nearly alike, with their processes, the nearest first."""
    process_of = {
        each: name
        for name in asking.here.process or asking.names.processes
        for each in tracking.near(name, key, asking.connection)
    }
    return [(process_of[each], each) for each in get_close_matches(key, process_of, _NEAR)]


def _case(told: Told, subject: Subject, asking: Asking) -> Case:
    say, here = asking.say, asking.here
    state, standing = _standing(told, asking)
    return Case(
        frame=frame(asking, say.text("case.title", case=told.case_key), "late"),
        case_key=told.case_key,
        process=asking.names.process(told.process),
        lead=_lead(told, asking),
        state=state,
        standing=standing,
        took=_took(told, subject, asking),
        stops=tuple(_stops(told, asking)),
        timeline=timeline(told, subject.hours, asking),
        promises=tuple(_kept(each, told, asking) for each in told.promises),
        steps=tuple(_step(each, asking) for each in told.steps),
        ways=tuple(
            say.text(
                "case.way",
                share=say.share(way["share"]),
                way=_way(way["activities"], say),
            )
            for way in told.ways_on
            if way["share"] >= _LEAST_SHARE
        ),
        help=tuple(_help(told, asking)),
        late_url=here.kept().at("/late"),
        csv_url=here.at("/case.csv"),
    )


def _lead(told: Told, asking: Asking) -> Markup:
    """Who has it since when, what was promised for when, and when it is expected to end."""
    say, names = asking.say, asking.names
    if told.ended_at is not None:
        return say.text("case.ended", moment=say.moment(told.ended_at))
    parts = []
    labels = list(dict.fromkeys(names.party(each["party"]).label for each in told.holders))
    if len(labels) == 1:
        since = near(min(each["since"] for each in told.holders), asking)
        parts.append(say.text("case.has", party=labels[0], since=since))
    elif labels:
        parts.append(say.text("case.have", parties=say.listed(labels)))
    else:
        parts.append(say.text("case.nobody", since=near(told.started_at, asking)))
    due = [each for each in told.promises if each["status"] == "open" and each["due_at"]]
    if due:
        first = min(due, key=lambda each: each["due_at"])
        parts.append(
            say.text(
                "case.was_promised" if first["is_breached"] else "case.is_promised",
                deliverable=names.deliverable(first["deliverable"]).label,
                moment=near(first["due_at"], asking),
            )
        )
    if told.forecast is not None:
        parts.append(say.text("case.expected", moment=near(told.forecast["expected_at"], asking)))
    else:
        parts.append(say.text("case.no_forecast"))
    return Markup(" ").join(parts)


def _standing(told: Told, asking: Asking) -> tuple[str, Markup]:
    """What is worst of the promises that are open; of a case that is over, of all."""
    say = asking.say
    late = [each for each in told.promises if each["is_breached"]]
    now = [each for each in late if each["status"] == "open"]
    if now:
        first = min(now, key=lambda each: each["due_at"])
        seconds = (told.as_of - first["due_at"]).total_seconds()
        time = say.time(seconds, 86_400.0, Clock.ELAPSED)
        return "breached", say.text("case.late_open", time=time)
    if told.ended_at is not None:
        if not told.promises:
            return "none", say.text("figure.no_agreement")
        return (
            ("breached", say.text("case.some_late", n=len(late)))
            if late
            else (
                "met",
                say.text("case.all_kept"),
            )
        )
    return "open", say.text("case.runs")


def _took(told: Told, subject: Subject, asking: Asking) -> Markup:
    """The cycle time on both clocks; so far, of a case that runs."""
    say, until = asking.say, told.ended_at or told.as_of
    elapsed = (until - told.started_at).total_seconds()
    working = subject.worked_seconds(told.started_at, until)
    return say.text(
        "case.took" if told.ended_at else "case.so_far",
        working=say.time(working, subject.day_seconds, Clock.WORKING),
        elapsed=say.time(elapsed, 86_400.0, Clock.ELAPSED),
    )


def _stops(told: Told, asking: Asking) -> Iterable[Stop]:
    say = asking.say

    def day(instant: datetime) -> str:
        return say.short_date(today(instant, say.zone))

    done = [step for step in told.steps if step["completed_at"] is not None]
    left_out = len(done) - 1 - _DONE
    for number, step in enumerate(done):
        if left_out > 1 and 1 <= number <= left_out:
            if number == left_out:
                yield Stop("done", say.text("case.more", n=left_out), day(step["completed_at"]))
            continue
        yield Stop("done", step["activity"], day(step["completed_at"]))
    for each in told.holders[:2]:
        what = each["what"]
        label: Markup | str = asking.names.deliverable(what).label
        if each["basis"] in {"named", "last"}:
            label = say.text(f"case.{each['basis']}", activity=what)
        party = asking.names.party(each["party"]).label
        yield Stop("now", label, say.text("case.with", party=party))
    expected = {each["activity"]: each["expected_at"] for each in told.to_come}
    for activity in (told.ways_on[0]["activities"] if told.ways_on else ())[:_COMING]:
        known = expected.get(activity)
        yield Stop("coming", activity, day(known) if known else "")


def _kept(promise: dict[str, Any], told: Told, asking: Asking) -> Kept:
    say, names = asking.say, asking.names
    supplier = names.party(promise["supplier"])
    due, delivered = promise["due_at"], promise["delivered_at"]
    asked = promise["requested_at"]
    if delivered is not None:
        said: Markup | str = say.moment(delivered)
    elif promise["status"] == "open":
        said = say.text("late.stands_still" if promise["is_paused"] else "case.still_open")
    else:
        said = say.text("case.cancelled")
    return Kept(
        state_of(promise),
        names.deliverable(promise["deliverable"]).label,
        asking.here.kept().at(
            "/agreements", agreement=(promise["agreement"],), process=(told.process,)
        ),
        supplier,
        names.party(promise["customer"]),
        say.moment(asked) if asked else str(say.text("case.unasked")),
        say.moment(due) if due else NOTHING,
        said,
        _clock(promise["supplier_clock_seconds"], supplier.day_seconds, Clock.WORKING, asking),
        say.lead_time(promise["lead_time"]) if promise["lead_time"] else NOTHING,
        _clock(promise["customer_clock_seconds"], 86_400.0, Clock.ELAPSED, asking),
        bool(promise["is_breached"]),
    )


def _clock(seconds: float | None, day: float, clock: Clock, asking: Asking) -> Markup:
    return Markup.escape(NOTHING) if seconds is None else asking.say.short(seconds, day, clock)


def _step(step: dict[str, Any], asking: Asking) -> Step:
    say, at = asking.say, step["completed_at"] or step["started_at"]
    party = asking.names.party(step["party"]) if step["party"] else None
    day = party.day_seconds if party else 86_400.0
    is_wait = step["wait_seconds"] is not None
    return Step(
        say.moment(at),
        at.isoformat(),
        step["activity"],
        party,
        say.short(step["wait_working_seconds"], day, Clock.WORKING) if is_wait else NOTHING,
        say.short(step["wait_seconds"], 86_400.0, Clock.ELAPSED) if is_wait else NOTHING,
        step["completed_at"] is None,
    )


def _way(activities: Sequence[str], say: Speech) -> Markup | str:
    if not activities:
        return say.text("case.over")
    rest = ["\N{HORIZONTAL ELLIPSIS}"] if len(activities) > _WAY else []
    return " \N{RIGHTWARDS ARROW} ".join([*activities[:_WAY], *rest])


def _help(told: Told, asking: Asking) -> Iterable[Help]:
    """Each deliverable once, where anything is declared about it."""
    for name, each in {each["deliverable"]: each for each in told.promises}.items():
        how = each["how_to_return"]
        if how or each["call"]:
            said = how[asking.say.language] if how else ""
            yield Help(asking.names.deliverable(name).label, said, each["call"])
