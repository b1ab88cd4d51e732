"""``procesmijn agreements``: what is promised, what is not, and what could be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.coverage import covered, delivered, with_parts
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    OfProcess,
    Since,
    Until,
    known_process,
    moment,
    period,
    share,
)
from procesmijn.cli.proposals import fragment
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.simulation import simulate
from procesmijn.cli.tell import many, note
from procesmijn.operating import suggesting
from procesmijn.operating.suggesting import Suggested
from procesmijn.settings import read_settings
from procesmijn.store import agreements
from procesmijn.store.agreements import AgreementRow
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.wording import reworded, wording

_NOT_IN_TABLE: Final = frozenset({"deliverable", "version", "customer_role"})
"""What is typed nowhere, and what the other columns say."""

_NOT_IN_SUGGESTED: Final = frozenset({"shorter", "share_if_shorter", "longer", "share_if_longer"})
"""What a table has no room for."""

app = typer.Typer(
    add_completion=False,
    help="List agreements, hold them against what happens, suggest others, and try other terms.",
)

_FOUND: Final = (
    *("finding", "process", "supplier", "customer", "name", "handovers", "cases"),
    *("wait_seconds_median", "wait_seconds_sum", "wait_working_seconds_sum", "customer_role"),
)
_NO_DIFFERENCE: Final = "several customers"


class As(StrEnum):
    """How suggestions are written."""

    YAML = "yaml"
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command(name="list")
def list_agreements(
    process: OfProcess = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """List what is promised, a row for each version of an agreement.

    With dates those that hold on any of them, with --as-of those in force at that instant: on the
    local date that it had.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (_, connection):
        _known(process, connection)
        rows = agreements.listed(process, dates, connection, in_force=as_of is not None)
    columns = [name for name in AgreementRow._fields if name not in _NOT_IN_TABLE]
    all_of_them = [row._asdict() for row in rows]
    show(all_of_them, columns if form is Format.TABLE else AgreementRow._fields, form)


@app.command()
def check(
    process: OfProcess = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Hold what is declared against what happens.

    Names pairs that no agreement covers, agreements that nothing happened under, parties that the
    catalogue does not know, customers of a deliverable that it does not name, and deliverables with
    several customers. Dates are those of the pick-up, local. Exit code 1 where anything but the
    last is found.
    """
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        _known(process, connection)
        catalogue = in_force(store).catalogue
        found = [
            *_uncovered(process, dates, catalogue, connection),
            *_unused(process, dates, catalogue, connection),
            *_unknown(process, dates, connection),
            *_customers(process, dates, catalogue, connection),
        ]
    show([_written(row, catalogue, form) for row in found], _FOUND, form)
    different = sum(row["finding"] != _NO_DIFFERENCE for row in found)
    if different:
        note(f"{many(different, 'difference')} between what is declared and what happens")
        raise typer.Exit(1)


app.command()(simulate)


@app.command()
def suggest(
    process: OfProcess = None,
    target: Annotated[
        str, typer.Option(metavar="SHARE", help="The share that is to be in time.")
    ] = "90%",
    at_least: Annotated[
        int, typer.Option(min=1, help="How often it has to have happened to say something of it.")
    ] = 20,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.YAML,
) -> None:
    """Suggest what could be promised, by how it went: YAML to edit.

    From when a party was handed something in a case to when it handed on: the shortest lead time
    that enough of these would have met, on the calendar of the supplier. YAML has what no
    agreement covers yet and most requests come to; the other forms have all. Dates are those of
    the delivery, local.
    """
    wanted, dates = share("--target", target), period(since, until)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        _known(process, connection)
        catalogue = in_force(store).catalogue
        suggested = suggesting.suggest(process, dates, wanted, at_least, catalogue, connection)
    if form is not As.YAML:
        rows = [each._asdict() for each in suggested]
        shown = [name for name in Suggested._fields if name not in _NOT_IN_SUGGESTED]
        show(rows, shown if form is As.TABLE else Suggested._fields, Format(form))
        return
    new = [each for each in suggested if each.is_new]
    note(
        f"{many(len(new), 'agreement')} suggested, of {many(len(suggested), 'way')} in which"
        f" somebody was supplied {at_least} times or more; --format table has all"
    )
    if new:
        print(fragment(new, catalogue), end="")


def _uncovered(
    process: str | None, dates: Period, catalogue: Catalogue, connection: Connection
) -> Iterator[dict[str, Any]]:
    for pair in agreements.uncovered(process, dates, covered(catalogue), connection):
        yield {"finding": "no agreement", **pair._asdict()}


def _unused(
    process: str | None, dates: Period, catalogue: Catalogue, connection: Connection
) -> Iterator[dict[str, Any]]:
    used = agreements.used(dates, connection)
    for name, agreement in sorted(catalogue.agreements.items()):
        if process in (None, agreement.process) and name not in used:
            yield {
                "finding": "not used",
                "process": agreement.process,
                "supplier": catalogue.supplier_of(name),
                "customer": agreement.customer,
                "name": name,
            }


def _unknown(
    process: str | None, dates: Period, connection: Connection
) -> Iterator[dict[str, Any]]:
    for name, handovers, cases in agreements.unknown_parties(process, dates, connection):
        yield {
            "finding": "unknown party",
            "process": process,
            "name": name,
            "handovers": handovers,
            "cases": cases,
        }


def _customers(
    process: str | None, dates: Period, catalogue: Catalogue, connection: Connection
) -> Iterator[dict[str, Any]]:
    """Who gets deliverables unsaid; and those that several get, customer by customer."""
    picked_up: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, customer, times in agreements.recipients(
        process, dates, delivered(catalogue), connection
    ):
        picked_up[name][customer] = times
    of_process = {each.deliverable for each in catalogue.agreements_of(process or "").values()}
    for name, deliverable in sorted(catalogue.deliverables.items()):
        if process is not None and name not in of_process:
            continue
        row = {"process": process, "supplier": deliverable.supplier, "name": name}
        declared = catalogue.customers_of(name)
        left = dict(picked_up[name])
        for customer in sorted(declared, key=lambda each: len([*with_parts(each, catalogue)])):
            parts = with_parts(customer, catalogue)  # of two that hold a party the smaller has it
            times = sum(left.pop(part, 0) for part in parts)
            if len(declared) > 1:
                counted = {"customer": customer, "handovers": times}
                yield {"finding": _NO_DIFFERENCE, **row, **counted}
        for customer, times in left.items():
            yield {"finding": "other customer", **row, "customer": customer, "handovers": times}


def _written(row: Mapping[str, Any], catalogue: Catalogue, form: Format) -> dict[str, Any]:
    """A finding with every column; what it is called is a name in data, and words in a table."""
    customer = row.get("customer")
    whole = {**dict.fromkeys(_FOUND), **row}
    if customer is not None:
        whole["customer_role"] = catalogue.role_of(customer)
    if form is Format.TABLE:
        whole["finding"] = reworded(row["finding"], wording())
    return whole


def _known(process: str | None, connection: Connection) -> None:
    if process is not None:
        known_process(process, connection)
