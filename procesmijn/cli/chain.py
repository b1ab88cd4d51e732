"""``procesmijn chain``: the conveyor belt of a process, link by link, up to the end customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from procesmijn.catalogue.lead_times import Unit, read_lead_time
from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.options import AsFormat, AsOf, Since, Until, can_be_written, moment, period
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.table import duration
from procesmijn.cli.tell import many, note
from procesmijn.core.chain import Ends, Part, Share, Whole, chain_ends, ways_to_end
from procesmijn.core.late_links import ENOUGH
from procesmijn.errors import FileNotWritten, UsageError
from procesmijn.settings import read_settings, wording
from procesmijn.store import chains, reports
from procesmijn.store.chains import Link
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter
from procesmijn.wording import reworded

app = typer.Typer(add_completion=False)

_OF_TABLE: Final = (
    *("process", "link", "customer_role", "cases", "share", "case_wait_seconds_mean"),
    "chain_ends",
    *("late_after_seconds", "late_cases", "timely_cases"),
    *("added_behind_seconds", "added_behind_seconds_low", "added_behind_seconds_high"),
    *("added_seconds", "added_seconds_low", "added_seconds_high"),
)


class ChainRow(NamedTuple):
    """A part of the time of the cases of a process: a link, work, or waiting at no link."""

    process: str
    part: Part
    supplier: str | None = None
    customer: str | None = None
    customer_role: str | None = None
    """``internal`` or ``end``."""
    handovers: int | None = None
    cases: int = 0
    seconds: float = 0.0
    share: float = 0.0
    working_seconds: float | None = None
    share_working: float | None = None
    case_wait_seconds_mean: float | None = None
    """Of the cases that pass the link."""
    case_wait_working_seconds_mean: float | None = None
    chain_ends: Ends | None = None
    way: tuple[str, ...] = ()
    """By which pairs of other processes they end there, where they do so through others."""
    share_reaching: float | None = None
    """Of its handovers, those whose chain ends at an end customer in their case."""
    late_after_seconds: float | None = None
    late_cases: int | None = None
    timely_cases: int | None = None
    added_seconds: float | None = None
    added_seconds_low: float | None = None
    added_seconds_high: float | None = None
    added_behind_seconds: float | None = None
    added_behind_seconds_low: float | None = None
    added_behind_seconds_high: float | None = None


@app.command()
@choosing
def chain(  # noqa: PLR0913, PLR0917 - one for each flag
    cases: CaseFilter,
    process: Annotated[
        str | None,
        typer.Argument(
            help="Name of the process; without it all of them.",
            metavar="[PROCESS]",
            show_default=False,
        ),
    ] = None,
    form: AsFormat = Format.TABLE,
    since: Since = None,
    until: Until = None,
    late_after: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Waiting above which a link is late: '8 hours', on the calendar of its customer."
            " Without it, for each link what three of four cases stay within.",
        ),
    ] = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="NAME.svg for a picture; stdout its data, with --format csv or json.",
        ),
    ] = None,
) -> None:
    """Follow work up to the end customer: which link takes which share of the time.

    Work, waiting at each link and waiting at none add up to the cycle time of closed cases. What a
    late link costs is how much later those behind it are served, beside cases in which it was not
    late. Dates are those of the start of a case, local.
    """
    if process is None and (cases != EVERY_CASE or out is not None):
        raise UsageError("name the process whose cases are chosen, or drawn")
    if out is not None and out.suffix.lower() != ".svg":
        raise UsageError(f"--out {out}: end it on .svg")
    can_be_written(out)
    meant = replace(cases, started=period(since, until))
    norm = None if late_after is None else _seconds(late_after)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        if process is not None:
            known_cases(process, cases, connection)
        names = [process] if process is not None else sorted(reports.processes(connection))
        ways = ways_to_end(chains.pairs(connection), reports.end_customers(connection))
        rows = [row for name in names for row in _rows(name, meant, norm, ways, connection)]
    if out is not None:
        _draw(rows, str(process), out)
        note(f"written to {out}")
    if out is None or form is not Format.TABLE:
        if form is Format.TABLE:
            linked = [
                row._asdict() | {"link": (row.supplier, row.customer) if row.supplier else row.part}
                for row in rows
            ]
            show(linked, _OF_TABLE, form)
        else:
            show([row._asdict() for row in rows], ChainRow._fields, form)
    _tell(rows)
    if late_after is None and any(row.late_after_seconds is not None for row in rows):
        note(
            "late is each link's own slowest quarter of cases, at the wait that stands there:"
            " --late-after sets one"
        )


def _rows(
    process: str,
    cases: CaseFilter,
    late_after: float | None,
    ways: Mapping[str, tuple[str, ...]],
    connection: Connection,
) -> Iterator[ChainRow]:
    whole, links, parts = chains.belt(process, late_after, connection, cases)
    if whole.open_cases:
        note(f"{process}: {many(whole.open_cases, 'case')} not closed yet, in no figure")
    for link, part in zip(links, parts, strict=False):
        yield _link_row(process, link, part, ways.get(link.customer, ()))
    for part in parts[len(links) :]:
        yield _part_row(process, whole, part)


def _link_row(process: str, link: Link, share: Share, way: tuple[str, ...]) -> ChainRow:
    ends = chain_ends(link.reaching, way)
    return ChainRow(
        process,
        share.part,
        link.supplier,
        link.customer,
        "end" if link.to_end else "internal",
        link.handovers,
        link.cases,
        share.seconds,
        share.share,
        share.working_seconds,
        share.share_working,
        share.seconds / link.cases,
        link.case_wait_working_us / 1e6 / link.cases,
        ends,
        way if ends is Ends.THROUGH_OTHERS else (),
        link.reaching / link.handovers,
        link.late_after_seconds,
        link.late.until_end.cases,
        link.timely.until_end.cases,
        *(link.added or (None, None, None)),
        *(link.added_behind or (None, None, None)),
    )


def _part_row(process: str, whole: Whole, share: Share) -> ChainRow:
    return ChainRow(
        process,
        share.part,
        cases=whole.cases,
        seconds=share.seconds,
        share=share.share,
        working_seconds=share.working_seconds,
        share_working=share.share_working,
    )


def _tell(rows: Sequence[ChainRow]) -> None:
    links = [row for row in rows if row.part is Part.LINK]
    if not links:
        return
    for ends, words in (
        (Ends.END_CUSTOMER, "end at an end customer in some case"),
        (Ends.THROUGH_OTHERS, "end at one through what their customer delivers elsewhere"),
        (Ends.NOWHERE, "end nowhere: no chain leads to an end customer"),
    ):
        if number := sum(row.chain_ends is ends for row in links):
            note(reworded(f"{many(number, 'link')} {words}", wording()))
    if too_few := sum(row.added_seconds is None and row.customer_role != "end" for row in links):
        note(
            f"{many(too_few, 'link')} with fewer than {ENOUGH} cases that were late, or that were"
            " not: too few to say what a late one costs"
        )
    if any(row.added_seconds is not None for row in links):
        note(
            "what a late link adds is a difference between cases, with its 95% interval: waiting"
            " behind it, and all from the delivery at it to the end, its own lateness included;"
            " what made it late may have slowed the rest as well"
        )


def _draw(rows: Sequence[ChainRow], name: str, out: Path) -> None:
    from procesmijn.flows.chain_picture import Stretch, write  # noqa: PLC0415 - for a picture alone

    stretches = [
        Stretch(
            title=f"{row.supplier} \N{RIGHTWARDS ARROW} {row.customer}"
            if row.part is Part.LINK
            else "work"
            if row.part is Part.WORK
            else "waiting at no link",
            share=row.share,
            working=row.working_seconds / row.seconds if row.working_seconds and row.seconds else 0,
            figures=_figures(row),
            is_link=row.part is Part.LINK,
            is_end=row.customer_role == "end",
        )
        for row in rows
    ]
    try:
        out.write_bytes(write(stretches, name))
    except OSError as error:
        raise FileNotWritten(f"{out} cannot be written: {error.strerror}") from error


def _figures(row: ChainRow) -> str:
    mean = row.seconds / row.cases
    words = f"{row.share:.1%}, {duration(mean)} in {many(row.cases, 'case')}"
    if row.added_behind_seconds is None:
        return words
    low, high = row.added_behind_seconds_low or 0.0, row.added_behind_seconds_high or 0.0
    if low <= 0 <= high:
        return f"{words}; late: no difference to tell for those behind"
    later = f"{duration(row.added_behind_seconds)} more waiting behind it"
    return f"{words}; late: {later} ({duration(low)} to {duration(high)})"


def _seconds(words: str) -> float:
    """Working time in words; raises :class:`UsageError`."""
    try:
        unit, amount = read_lead_time(words)
    except ValueError:
        unit, amount = Unit.DAYS, 0
    if unit is not Unit.HOURS:
        raise UsageError(f"--late-after {words!r} is no working time; write it as '8 hours'")
    return amount / 1e6
