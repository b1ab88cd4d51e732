"""The same figures for programs: ``/api/v1``, with OpenAPI, the same filters, the same suppression.

Durations are seconds; a row says in its names by which clock. Nothing here is told of fewer cases
than ``small_group``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from procesmijn.store import deliveries, figures
from procesmijn.store.figures import Clock, OpenRow
from procesmijn.store.trends import By, Each, Measure, dimensions
from procesmijn.tracking.holding import Holding
from procesmijn.tracking.told import Told
from procesmijn.web.asking import Asking
from procesmijn.web.compared import Figures
from procesmijn.web.open_work import state, with_whom
from procesmijn.web.pairs import pairs, shown
from procesmijn.web.records import Kept, Wait, kept_of, wait_of
from procesmijn.web.rights import Right
from procesmijn.web.site import Site
from procesmijn.web.trends import trend_period
from procesmijn.web.views.case import track
from procesmijn.web.views.chain import ChainLink, links_of
from procesmijn.web.views.compare import figures_of
from procesmijn.web.views.improved import Improvement, improvements_of
from procesmijn.web.views.trend_table import TrendPoint, points_of


@dataclass(frozen=True, slots=True)
class About:
    """What an answer speaks of."""

    as_of: datetime
    since: date | None
    until: date | None
    clock: Clock
    small_group: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Pairs with their waits."""

    about: About
    rows: list[Wait]


@dataclass(frozen=True, slots=True)
class Agreements:
    """Agreements with what came of each."""

    about: About
    rows: list[Kept]


@dataclass(frozen=True, slots=True)
class Week:
    """Deliveries of a process that were due in a week."""

    process: str
    week: date
    due: int
    met: int


@dataclass(frozen=True, slots=True)
class Weeks:
    """The trend of each process."""

    about: About
    rows: list[Week]


@dataclass(frozen=True, slots=True)
class Open:
    """A delivery that somebody waits for."""

    process: str
    case_key: str
    agreement: str
    deliverable: str
    supplier: str
    customer: str
    state: str
    requested_at: datetime
    due_at: datetime | None
    left_seconds: float | None
    with_party: str
    with_since: datetime


@dataclass(frozen=True, slots=True)
class OpenDeliveries:
    """What is open, what is due first before the others."""

    about: About
    rows: list[Open]


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of a process, by their place in its cases."""

    about: About
    rows: list[ChainLink]


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over weeks or months."""

    about: About
    rows: list[TrendPoint]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups of cases, measure by measure."""

    about: About
    rows: list[Figures]


@dataclass(frozen=True, slots=True)
class Improvements:
    """What got better between two periods, the most first, and what got worse."""

    about: About
    rows: list[Improvement]


class Asked(BaseModel):
    """The filters of the page: here for OpenAPI, and to refuse what cannot be meant."""

    period: Annotated[
        str,
        Field(pattern=r"^([1-9]\d{0,2}w|\d{4}-\d{2})$", description="13w, or a month: 2026-10."),
    ] = "13w"
    since: Annotated[date | None, Field(alias="from", description="First date.")] = None
    until: Annotated[date | None, Field(alias="to", description="Last date.")] = None
    process: Annotated[list[str], Field(description="Only these processes.")] = []
    supplier: Annotated[list[str], Field(description="Only these suppliers.")] = []
    customer: Annotated[list[str], Field(description="Only these customers.")] = []
    agreement: Annotated[list[str], Field(description="Only these agreements.")] = []
    clock: Annotated[Clock, Field(description="By which clock time is told.")] = Clock.WORKING
    as_of: Annotated[AwareDatetime | None, Field(description="As it stood then.")] = None


Question: TypeAlias = Annotated[Asked, Query()]


def router(site: Site) -> APIRouter:
    """Every address of the API."""
    routes = APIRouter(prefix="/api/v1", dependencies=[site.access.to(Right.FACTS)])

    @routes.get("/waits")
    def waits(request: Request, _: Question) -> Waits:
        """Who waits for whom, by day of pick-up."""
        with site.asking(request) as asking:
            rows = shown(pairs(asking.period, asking), asking)
            return Waits(_about(asking), [*map(wait_of, rows)])

    @routes.get("/agreements")
    def agreements(request: Request, _: Question) -> Agreements:
        """What was promised, and what came of it: by day due, or of delivery."""
        with site.asking(request) as asking:
            rows = deliveries.kept(asking.here.chosen, asking.period, asking.connection)
            return Agreements(_about(asking), [kept_of(row, asking.k) for row in rows])

    @routes.get("/weeks")
    def weeks(request: Request, _: Question) -> Weeks:
        """The last half year of each process, by the week in which deliveries were due."""
        with site.asking(request) as asking:
            rows = figures.weeks(
                ["process"], asking.here.chosen, trend_period(asking.today), asking.connection
            )
            return Weeks(
                _about(asking),
                [
                    Week(row.process or "", row.week, row.due, row.met)
                    for row in rows
                    if row.cases >= asking.k
                ],
            )

    @routes.get("/open-deliveries")
    def open_deliveries(request: Request, _: Question) -> OpenDeliveries:
        """What somebody waits for, what is due first before the others. Looking is written down."""
        site.looked(request)
        with site.asking(request) as asking:
            rows = figures.open_deliveries(asking.here.chosen, asking.connection)
            held = with_whom(rows, asking)
            return OpenDeliveries(
                _about(asking),
                [_open(row, held[row.delivery_id], asking) for row in rows],
            )

    @routes.get("/chain")
    def chain(
        request: Request,
        process: Annotated[str, Query(description="Its process.")],  # noqa: ARG001 - a filter
        _: Question,
    ) -> Chain:
        """The links of a process, what each takes of the time of its cases, and what a late one
        costs those behind it. Dates are those of the start of a case."""
        with site.asking(request) as asking:
            return Chain(_about(asking), links_of(asking))

    @routes.get("/case")
    def one_case(
        request: Request,
        process: Annotated[str, Query(description="Its process.")],
        case: Annotated[str, Query(description="Its key.")],
        _: Question,
    ) -> Told:
        """A case: what was done, who has it, what was promised, when it is expected to end.

        Looking is written down.
        """
        site.looked(request)
        with site.asking(request) as asking:
            told = track(asking)
        if told is None:
            raise HTTPException(404, f"there is no case {case!r} of {process}")
        return told

    _add_changes(routes, site)
    return routes


def _add_changes(routes: APIRouter, site: Site) -> None:
    """What changes: between two groups of cases, everywhere, over time."""

    @routes.get("/compare")
    def comparison(
        request: Request,
        _: Question,
        at: Annotated[date | None, Query(description="Before this date beside since.")] = None,  # noqa: ARG001 - a filter
        rate: Annotated[int | None, Query(description="What an hour of work costs.", ge=1)] = None,  # noqa: ARG001 - a filter
    ) -> Comparison:
        """Cases before the terms of an agreement changed, before a date, or in the period before,
        beside those since."""
        with site.asking(request) as asking:
            return Comparison(_about(asking), figures_of(asking))

    @routes.get("/improved")
    def improved(request: Request, _: Question) -> Improvements:
        """Every link and agreement in this period beside the one before, what improved first."""
        with site.asking(request) as asking:
            return Improvements(_about(asking), improvements_of(asking))

    @routes.get("/trends")
    def trends(
        request: Request,
        _: Question,
        measure: Annotated[Measure, Query(description="What is followed.")] = Measure.MEDIAN,
        by: Annotated[By, Query(description="For each of which.")] = By.PROCESS,
        each: Annotated[Each, Query(description="Weeks, or months.")] = Each.WEEK,  # noqa: ARG001 - a filter
    ) -> Trend:
        """A measure over whole weeks or months, and what is usual for it: the limits of an
        individuals chart."""
        if by not in dimensions(measure):
            raise HTTPException(422, f"{measure} cannot be told by {by}")
        with site.asking(request) as asking:
            return Trend(_about(asking), points_of(asking))


def _about(asking: Asking) -> About:
    dates = asking.period
    return About(asking.moment.as_of, dates.since, dates.until, asking.here.clock, asking.k)


def _open(row: OpenRow, holding: Holding, asking: Asking) -> Open:
    return Open(
        row.process,
        row.case_key,
        row.agreement,
        row.deliverable,
        row.supplier,
        row.customer,
        state(row, asking),
        row.requested_at,
        row.due_at,
        row.left_seconds,
        holding.party,
        holding.since,
    )
