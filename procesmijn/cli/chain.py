"""``procesmijn chain``: the conveyor belt of a process, link by link, up to the end customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from procesmijn.catalogue.lead_times import Unit, read_lead_time
from procesmijn.cli.case_filter import choosing, known_cases
from procesmijn.cli.chain_words import COLUMNS, ChainRow, figures, in_words
from procesmijn.cli.options import AsFormat, AsOf, Since, Until, can_be_written, moment, period
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.core.chain import Ends, Part, Share, Whole, chain_ends, ways_to_end
from procesmijn.core.late_links import ENOUGH, LateBy
from procesmijn.errors import FileNotWritten, UsageError
from procesmijn.settings import read_settings
from procesmijn.store import chains, reports
from procesmijn.store.chains import Link
from procesmijn.store.connection import Connection
from procesmijn.store.filters import EVERY_CASE, CaseFilter
from procesmijn.wording import reworded, wording

app = typer.Typer(add_completion=False)


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
            " Without it what came later than agreed; where nothing is, the slowest quarter.",
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
            show([in_words(row) for row in rows], COLUMNS, form)
        else:
            show([row._asdict() for row in rows], ChainRow._fields, form)
    _tell(rows)


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
        late_by = link.late_by if late_after is None else LateBy.GIVEN
        yield _link_row(process, link, part, ways.get(link.customer, ()), late_by)
    for part in parts[len(links) :]:
        yield _part_row(process, whole, part)


def _link_row(
    process: str, link: Link, share: Share, way: tuple[str, ...], late_by: LateBy
) -> ChainRow:
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
        late_by,
        link.agreements,
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
    if any(row.late_by is LateBy.QUARTER for row in links):
        note(
            "a link is late where what was agreed came too late; where no agreement tells, in its"
            " own slowest quarter of cases: --late-after sets one time for all"
        )
    if too_few := sum(row.added_seconds is None and row.customer_role != "end" for row in links):
        note(
            f"{many(too_few, 'link')} with fewer than {ENOUGH} cases that were late, or that were"
            " not: too few to say what a late one costs"
        )
    if any(row.added_seconds is not None for row in links):
        note(
            "what a late link costs is a difference between late and timely cases, with its 95%"
            " interval: waiting behind it, and how much later the end comes, its own lateness"
            " included; what made it late may have slowed the rest as well"
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
            figures=figures(row),
            is_link=row.part is Part.LINK,
            is_end=row.customer_role == "end",
        )
        for row in rows
    ]
    try:
        out.write_bytes(write(stretches, name))
    except OSError as error:
        raise FileNotWritten(f"{out} cannot be written: {error.strerror}") from error


def _seconds(words: str) -> float:
    """Working time in words; raises :class:`UsageError`."""
    try:
        unit, amount = read_lead_time(words)
    except ValueError:
        unit, amount = Unit.DAYS, 0
    if unit is not Unit.HOURS:
        raise UsageError(f"--late-after {words!r} is no working time; write it as '8 hours'")
    return amount / 1e6
