"""Do we keep our word? Promise beside performance, what changed, and what nobody agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store import agreements, deliveries, figures
from procesmijn.store.agreements import AgreementRow, Uncovered
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import Clock, VersionRow
from procesmijn.store.filters import Chosen, Period
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark
from procesmijn.web.coverage import Coverage, coverage
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.frame import Frame, frame
from procesmijn.web.pairs import pair_url
from procesmijn.web.problem import Problem, problem
from procesmijn.web.records import Kept, kept_of, tabled
from procesmijn.web.reliability import Reliability, above_target, reliability
from procesmijn.web.say import NOTHING
from procesmijn.web.trends import trend_period, trends
from procesmijn.web.verdicts import missing
from procesmijn.web.views.agreement_trend import Trend, changed_terms, trend
from procesmijn.web.views.agreement_trial import Trial, trial

_UNCOVERED: Final = 25


class Line(NamedTuple):
    """One agreement."""

    name: str
    label: str
    url: str
    supplier: Tag
    customer: Tag
    promise: str
    target: str
    n: str
    share: Markup | str
    state: str
    spark: Spark | None
    is_selected: bool


class Version(NamedTuple):
    """What held from when on, and how that went."""

    number: int
    since: str
    promise: str
    target: str
    change: Markup | str
    due: str
    share: str


class OneOf(NamedTuple):
    """The agreement that is looked at."""

    label: str
    process: str
    supplier: Tag
    customer: Tag
    terms: Markup
    """Which version holds since when, and what it promises."""
    trend: Trend
    trial: Trial | None
    verdict: Markup
    """What the last change of terms made of it; empty where nothing changed."""
    versions: tuple[Version, ...]
    open: Markup
    open_url: str
    clear_url: str | None
    """All agreements alike; None where none is chosen."""


class Bare(NamedTuple):
    """A pair that no agreement speaks of."""

    supplier: Tag
    customer: Tag
    process: str
    handovers: str
    wait: Markup
    url: str


class Unused(NamedTuple):
    """An agreement that nobody uses."""

    label: str
    supplier: Tag
    customer: Tag
    promise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """Context of ``agreements.html``."""

    frame: Frame
    lead: Markup
    chosen: OneOf | None
    """None where there is no agreement at all."""
    lines: tuple[Line, ...]
    counted: Markup
    bare: tuple[Bare, ...]
    bare_count: Markup
    bare_more: str | None
    unused: tuple[Unused, ...]
    csv_url: str
    bare_csv_url: str
    tried_url: str


def view(asking: Asking) -> Agreements | Problem:
    """Answer it: of the agreement that is asked for, else that furthest below its target."""
    here, say = asking.here, asking.say
    everyone = Chosen(here.process, here.supplier, here.customer)
    kept = deliveries.kept(everyone, asking.period, asking.connection)
    by_name = {row.agreement: row for row in kept}
    asked_for = here.agreement[0] if len(here.agreement) == 1 else None
    if asked_for is not None and asked_for not in by_name:
        return problem(say, asking.theme, "no_agreement", "none", "/agreements", name=asked_for)
    known = {name: reliability([row], asking.k) for name, row in by_name.items()}
    order = sorted(known, key=lambda name: (above_target(known[name]), name))
    meant = [name for name in order if name in (here.agreement or order)]
    found = coverage(asking)
    first = meant[0] if meant else None
    return Agreements(
        frame=frame(
            asking,
            say.text("nav.agreements"),
            "agreements",
            "period",
            "process",
            "supplier",
            "customer",
            "agreement",
        ),
        lead=_lead(known, by_name, first if asked_for else None, asking),
        chosen=None if first is None else _chosen(by_name[first], known[first], asking),
        lines=_lines(order, by_name, known, first, found, asking),
        counted=say.text("agreement.counted", n=len(order)),
        bare=tuple(_bare(each, asking) for each in found.uncovered[: here.rows or _UNCOVERED]),
        bare_count=say.text("agreement.bare_count", n=len(found.uncovered)),
        bare_more=here.at(asking.path, rows=len(found.uncovered))
        if len(found.uncovered) > (here.rows or _UNCOVERED)
        else None,
        unused=tuple(_unused(by_name[name], asking) for name in order if name in found.unused),
        csv_url=here.at("/agreements.csv"),
        bare_csv_url=here.at("/uncovered.csv"),
        tried_url=asking.path,
    )


def records(asking: Asking) -> Records:
    """Agreements with what came of them; figures over too few cases are left empty."""
    rows = deliveries.kept(asking.here.chosen, asking.period, asking.connection)
    return tabled(Kept, [kept_of(row, asking.k) for row in rows])


def uncovered(asking: Asking) -> Records:
    """Pairs that no agreement speaks of."""
    return Records(Uncovered._fields, list(coverage(asking).uncovered))


def _lead(
    known: Mapping[str, Reliability],
    by_name: Mapping[str, KeptRow],
    asked_for: str | None,
    asking: Asking,
) -> Markup:
    say = asking.say
    judged = {name: one for name, one in known.items() if one.state != "none"}
    if not judged:
        return say.text(
            "figure.too_few" if any(one.hidden for one in known.values()) else "agreement.nothing",
            k=asking.k,
        )
    kept = sum(one.state == "met" for one in judged.values())
    head = say.text("agreement.lead", kept=say.number(kept), n=len(judged))
    name = asked_for or min(judged, key=lambda each: above_target(judged[each]))
    one, row = known[name], by_name[name]
    if one.share is None:
        return Markup(" ").join([head, missing(one, asking)])
    if asked_for is None and one.state != "breached":
        return head
    said = say.text(
        "agreement.does" if one.state != "breached" else "agreement.does_not",
        deliverable=asking.names.deliverable(row.deliverable).label,
        share=say.share(one.share),
        time=say.lead_time(row.lead_time),
        target=say.share(one.target),
    )
    return Markup(" ").join([head, said])


def _chosen(row: KeptRow, one: Reliability, asking: Asking) -> OneOf:
    say, names, here = asking.say, asking.names, asking.here
    period = trend_period(asking.today)
    listed = agreements.listed(None, Period(), asking.connection)
    versions = [each for each in listed if each.agreement == row.agreement]
    only = Chosen(agreements=(row.agreement,))
    weeks = figures.weeks(["agreement"], only, period, asking.connection)
    by_version = figures.by_version(row.agreement, asking.connection)
    now = [each for each in versions if each.valid_from is None or each.valid_from <= asking.today]
    current = now[-1] if now else None
    since = current.valid_from if current is not None else None
    terms = say.text(
        "agreement.terms_since" if since else "agreement.terms",
        version=current.version if current is not None else 1,
        since=say.date(since) if since else "",
        time=say.lead_time(row.lead_time),
        target=say.share(one.target or row.target_share),
    )
    return OneOf(
        names.deliverable(row.deliverable).label,
        names.process(row.process),
        names.party(row.supplier),
        names.party(row.customer),
        terms,
        trend(weeks, versions, asking),
        trial(row, row.target_share, asking),
        _verdict(versions, by_version, asking),
        tuple(_versions(versions, by_version, asking)),
        say.text("late.open", n=row.open),
        here.kept().at("/late", agreement=(row.agreement,)),
        here.at(asking.path, agreement=(), tried=0) if here.agreement else None,
    )


def _verdict(
    versions: Sequence[AgreementRow], by_version: Sequence[VersionRow], asking: Asking
) -> Markup:
    """Whether the version that holds is kept better or worse than the one before it."""
    say, k = asking.say, asking.k
    shown = [each for each in by_version if each.cases >= k and each.due]
    if len(shown) < 2:
        return Markup("")
    before, after = shown[-2:]
    change = certainty.difference(
        certainty.share(after.met, after.due), certainty.share(before.met, before.due)
    )
    terms = {each.version: each for each in versions}
    since = terms[after.version].valid_from if after.version in terms else None
    word = {1: "better", -1: "worse", 0: "alike"}[certainty.direction(change)]
    return say.text(
        f"agreement.verdict_{word}",
        version=after.version,
        since=say.date(since) if since else NOTHING,
        share=say.share(after.met / after.due),
        before=say.share(before.met / before.due),
        n_after=say.number(after.due),
        n_before=say.number(before.due),
        low=say.signed(change.low * 100),
        high=say.signed(change.high * 100),
    )


def _versions(
    versions: Sequence[AgreementRow], by_version: Sequence[VersionRow], asking: Asking
) -> Iterable[Version]:
    say = asking.say
    counts = {each.version: each for each in by_version if each.cases >= asking.k}
    before: AgreementRow | None = None
    for each in versions:
        count = counts.get(each.version)
        yield Version(
            each.version,
            say.date(each.valid_from) if each.valid_from else str(say.text("agreement.always")),
            say.lead_time(each.lead_time),
            say.share(None if each.target_share is None else float(each.target_share)),
            changed_terms(before, each, say) if before else NOTHING,
            say.number(count.due) if count else NOTHING,
            say.share(count.met / count.due) if count and count.due else NOTHING,
        )
        before = each


def _lines(
    order: Sequence[str],
    by_name: Mapping[str, KeptRow],
    known: Mapping[str, Reliability],
    first: str | None,
    found: Coverage,
    asking: Asking,
) -> tuple[Line, ...]:
    say, names, here = asking.say, asking.names, asking.here
    everyone = replace(asking, here=here.to(agreement=()))
    by_week = trends(everyone, [row.target_share for row in by_name.values()], ["agreement"])

    def line(name: str) -> Line:
        row, one = by_name[name], known[name]
        if one.share is not None:
            share: Markup | str = say.share(one.share)
        elif name in found.unused:
            share = say.text("agreement.never")
        else:
            share = missing(one, asking)
        return Line(
            name,
            names.deliverable(row.deliverable).label,
            here.at(asking.path, agreement=(name,), tried=0),
            names.party(row.supplier),
            names.party(row.customer),
            say.lead_time(row.lead_time),
            say.share(row.target_share),
            NOTHING if one.share is None else say.number(one.due),
            share,
            "suppressed" if one.hidden else one.state,
            by_week.spark(row.target_share, agreement=name),
            name == first,
        )

    return tuple(map(line, order))


def _bare(each: Uncovered, asking: Asking) -> Bare:
    say, names = asking.say, asking.names
    seconds = each.wait_working_seconds_sum / each.handovers
    return Bare(
        names.party(each.supplier),
        names.party(each.customer),
        names.process(each.process),
        say.number(each.handovers),
        say.short(seconds, names.party(each.customer).day_seconds, Clock.WORKING),
        pair_url(each.supplier, each.customer, asking),
    )


def _unused(row: KeptRow, asking: Asking) -> Unused:
    names = asking.names
    return Unused(
        names.deliverable(row.deliverable).label,
        names.party(row.supplier),
        names.party(row.customer),
        asking.say.lead_time(row.lead_time),
    )
