"""The chain: which link holds up the end customer, and what does a late one cost?"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.chain import Part, Share
from procesmijn.store import chains, deliveries, figures, reports
from procesmijn.store.chains import Belt, Link
from procesmijn.store.figures import Clock
from procesmijn.store.filters import CaseFilter, Chosen
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark, spark
from procesmijn.web.directory import Tag
from procesmijn.web.exports import Records
from procesmijn.web.filter_bar import Choice
from procesmijn.web.frame import Frame, frame
from procesmijn.web.pairs import pair_url
from procesmijn.web.records import tabled
from procesmijn.web.say import NOTHING
from procesmijn.web.trends import trend_period, trend_weeks

_WIDTH: Final = 960.0
_LEAST: Final = 26.0
_END: Final = 30.0
_DAYS: Final = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Days at which the colours of waiting change."""
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link, what it takes, and what a late one costs; null where too few cases say so."""

    process: str
    supplier: str
    customer: str
    customer_role: str
    cases: int
    share: float
    case_wait_seconds_mean: float
    case_wait_working_seconds_mean: float
    share_reaching: float
    late_by: str
    """``agreement``, or ``slowest quarter`` where none tells."""
    late_after_seconds: float | None
    late_cases: int
    timely_cases: int
    added_seconds: float | None
    added_seconds_low: float | None
    added_seconds_high: float | None


class Block(NamedTuple):
    """A stretch of the belt."""

    x: float
    width: float
    kind: str
    """A class of the style sheet: of how long is waited, or ``grey``."""
    label: str
    title: Markup
    url: str | None


class Row(NamedTuple):
    """A link in the table."""

    number: int
    supplier: Tag
    customer: Tag
    url: str
    wait: Markup
    working: Markup
    share: str
    cases: str
    reaching: str
    late: Markup
    added: Markup
    interval: Markup | str
    is_worst: bool


class Panel(NamedTuple):
    """How deliveries went, by week."""

    label: Markup
    share: str
    n: str
    spark: Spark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Context of ``chain.html``."""

    frame: Frame
    lead: Markup
    counted: Markup
    processes: tuple[Choice, ...]
    width: float
    blocks: tuple[Block, ...]
    end: Markup
    end_x: float
    rows: tuple[Row, ...]
    panels: tuple[Panel, ...]
    experience: Markup
    csv_url: str


def chain(asking: Asking) -> Chain:
    """Answer it for the process that is asked for, else the one that serves end customers most."""
    here, say, names = asking.here, asking.say, asking.names
    process = _process(asking)
    belt = _belt(process, asking)
    shown = _shown(belt, asking)
    worst = max(
        (link for link, _ in shown if link.added is not None and link.added.low > 0),
        key=lambda link: link.added.seconds if link.added else 0.0,
        default=None,
    )
    blocks, end_x = _blocks(shown, belt, asking)
    low, panels = _panels(process, asking)
    return Chain(
        frame=frame(asking, say.text("nav.chain"), "chain", "period"),
        lead=_lead(process, shown, worst, asking),
        counted=say.text("chain.cases", n=belt.whole.cases, open=say.number(belt.whole.open_cases)),
        processes=tuple(
            Choice(label, here.at(asking.path, process=(name,)), name == process)
            for name, label in names.processes.items()
        ),
        width=_WIDTH,
        blocks=blocks,
        end=say.text("chain.end" if any(link.to_end for link, _ in shown) else "chain.end_of"),
        end_x=end_x,
        rows=tuple(
            _row(number, link, share, link is worst, asking)
            for number, (link, share) in enumerate(shown, 1)
        ),
        panels=panels,
        experience=say.text("chain.experience_note", low=say.share(low), high="100%"),
        csv_url=here.at("/chain.csv", process=(process,) if process else ()),
    )


def records(asking: Asking) -> Records:
    """The same links."""
    return tabled(ChainLink, links_of(asking))


def links_of(asking: Asking) -> list[ChainLink]:
    """Those of enough cases, in their order."""
    process = _process(asking)
    return [
        ChainLink(
            process,
            link.supplier,
            link.customer,
            "end" if link.to_end else "internal",
            link.cases,
            share.share,
            share.seconds / link.cases,
            link.case_wait_working_us / 1e6 / link.cases,
            link.reaching / link.handovers,
            link.late_by,
            link.late_after_seconds,
            link.late.until_end.cases,
            link.timely.until_end.cases,
            *(link.added or (None, None, None)),
        )
        for link, share in _shown(_belt(process, asking), asking)
    ]


def _process(asking: Asking) -> str:
    """Empty where there is none with cases."""
    if asking.here.process:
        return asking.here.process[0]
    kept = deliveries.kept(Chosen(), asking.period, asking.connection)
    served = Counter[str]()
    for row in kept:
        if row.customer_role == "end":
            served[row.process] += row.due
    most = [name for name, _ in served.most_common() if name in asking.names.processes]
    return next(iter([*most, *asking.names.processes]), "")


def _belt(process: str, asking: Asking) -> Belt:
    cases = CaseFilter(started=asking.period)
    return chains.belt(process, None, asking.connection, cases)


def _shown(belt: Belt, asking: Asking) -> list[tuple[Link, Share]]:
    pairs = zip(belt.links, belt.shares, strict=False)
    return [(link, share) for link, share in pairs if link.cases >= asking.k]


def _lead(
    process: str, shown: Sequence[tuple[Link, Share]], worst: Link | None, asking: Asking
) -> Markup:
    say, names = asking.say, asking.names
    if not process:
        return say.text("chain.nothing")
    if not shown:
        return say.text("chain.empty", process=names.process(process))
    longest, share = max(shown, key=lambda each: each[1].share)
    head = say.text(
        "chain.holds",
        process=names.process(process),
        supplier=names.party(longest.supplier).label,
        customer=names.party(longest.customer).label,
        share=say.share(share.share),
    )
    if worst is None or worst.added is None:
        return Markup(" ").join([head, say.text("chain.no_cost")])
    cost = say.text(
        "chain.costs_end" if worst.reaching else "chain.costs",
        supplier=names.party(worst.supplier).label,
        customer=names.party(worst.customer).label,
        time=_elapsed(worst.added.seconds, asking),
        low=_elapsed(worst.added.low, asking),
        high=_elapsed(worst.added.high, asking),
    )
    return Markup(" ").join([head, cost])


def _blocks(
    shown: Sequence[tuple[Link, Share]], belt: Belt, asking: Asking
) -> tuple[tuple[Block, ...], float]:
    """Left to right in the order of the links, what is no link behind them, the end last."""
    say, names = asking.say, asking.names
    rest = [share for share in belt.shares[len(belt.links) :] if share.share > 0]
    total = sum(share.share for _, share in shown) + sum(share.share for share in rest) or 1.0
    room = _WIDTH - _END - _LEAST * (len(shown) + len(rest))
    blocks, x = list[Block](), 0.0

    def add(share: Share, kind: str, label: str, title: Markup, url: str | None) -> None:
        nonlocal x
        width = round(_LEAST + share.share / total * max(room, 0.0), 1)
        blocks.append(Block(round(x, 1), width, kind, label, title, url))
        x += width

    for number, (link, share) in enumerate(shown, 1):
        seconds = link.case_wait_working_us / 1e6 / link.cases
        days = seconds / names.party(link.customer).day_seconds
        title = say.text(
            "waits.cell",
            supplier=names.party(link.supplier).label,
            customer=names.party(link.customer).label,
            time=_elapsed(share.seconds / link.cases, asking),
            cases=say.number(link.cases),
        )
        step = 1 + bisect_right(_DAYS, days)
        url = pair_url(link.supplier, link.customer, asking)
        add(share, f"w{step}", str(number), title, url)
    for share in rest:
        title = say.text("chain.work" if share.part is Part.WORK else "chain.no_link")
        add(share, "grey", str(title), title, None)
    return tuple(blocks), round(x, 1)


def _row(number: int, link: Link, share: Share, is_worst: bool, asking: Asking) -> Row:
    say, names = asking.say, asking.names
    customer = names.party(link.customer)
    day = customer.day_seconds
    added, interval = _added(link, asking)
    return Row(
        number,
        names.party(link.supplier),
        customer,
        pair_url(link.supplier, link.customer, asking),
        _elapsed(share.seconds / link.cases, asking),
        say.short(link.case_wait_working_us / 1e6 / link.cases, day, Clock.WORKING),
        say.share(share.share),
        say.number(link.cases),
        say.share(link.reaching / link.handovers),
        _late(link, day, asking),
        added,
        interval,
        is_worst,
    )


def _late(link: Link, day: float, asking: Asking) -> Markup:
    if link.late_after_seconds is None:
        return asking.say.text("chain.by_agreement")
    return asking.say.short(link.late_after_seconds, day, Clock.WORKING)


def _added(link: Link, asking: Asking) -> tuple[Markup, Markup | str]:
    say, added = asking.say, link.added
    if link.to_end:
        return say.text("chain.last"), ""
    if added is None:
        return say.text("chain.few"), ""
    between = say.text(
        "chain.between", low=_signed(added.low, asking), high=_signed(added.high, asking)
    )
    if added.low <= 0 <= added.high:
        return say.text("chain.unsure"), between
    return _signed(added.seconds, asking), between


def _elapsed(seconds: float, asking: Asking) -> Markup:
    return asking.say.short(seconds, _DAY, Clock.ELAPSED)


def _signed(seconds: float, asking: Asking) -> Markup:
    said = _elapsed(seconds, asking)
    return Markup("\N{MINUS SIGN}") + said if seconds < 0 else said


def _panels(process: str, asking: Asking) -> tuple[float, tuple[Panel, ...]]:
    """Deliveries among ourselves and to the end customer, on one scale; small weeks are gaps."""
    say, ends = asking.say, reports.end_customers(asking.connection)
    chosen = Chosen(processes=(process,) if process else ())
    rows = figures.weeks(["customer"], chosen, trend_period(asking.today), asking.connection)
    weeks = trend_weeks(asking.today)
    counted = {}
    for is_end in (False, True):
        due, met = Counter[object](), Counter[object]()
        for row in rows:
            if (row.customer in ends) is is_end and row.cases >= asking.k:
                due[row.week] += row.due
                met[row.week] += row.met
        counted[is_end] = (due, met)
    shares = {
        is_end: [met[week] / due[week] if due[week] else None for week in weeks]
        for is_end, (due, met) in counted.items()
    }
    lowest = min((each for some in shares.values() for each in some if each is not None), default=0)
    low = max(int(lowest * 20) / 20 - 0.05, 0.0)

    def panel(is_end: bool) -> Panel:
        due, met = (sum(each.values()) for each in counted[is_end])
        return Panel(
            say.text("chain.to_end" if is_end else "chain.internal"),
            say.share(met / due) if due else NOTHING,
            say.text("figure.count", n=say.number(due)),
            spark(
                shares[is_end],
                low,
                1.0,
                width=460,
                height=120,
                is_running=shares[is_end][-1] is not None,
            ),
        )

    return low, (panel(False), panel(True))
