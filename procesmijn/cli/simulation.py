"""``procesmijn agreements simulate``: what other terms would have made of the past."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple

import typer

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.lead_times import LeadTime, read_lead_time
from procesmijn.cli.flow_views.rework import told
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    OfProcess,
    Since,
    Until,
    known,
    known_process,
    moment,
    period,
    share,
)
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.core.trial import Compared
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.store.present import present
from procesmijn.trying import compared
from procesmijn.zones import load_zone


class Simulated(NamedTuple):
    """An agreement, and how it would have been kept on the terms that are tried."""

    agreement: str
    process: str
    supplier: str
    customer: str
    lead_time: str
    """As agreed, version by version."""
    tried: str
    target: Decimal | None
    deliveries: int
    """That are due on either terms."""
    share_met: float | None
    share_met_if_tried: float | None
    gained: int
    lost: int
    changes_sides: bool | None
    """Whether the share would have reached the target and did not, or did and would not have."""
    customer_role: str
    """``internal`` or ``end``."""


def simulate(  # noqa: PLR0913, PLR0917 - one for each flag
    lead_time: Annotated[
        str,
        typer.Option(metavar="TIME", help="To be tried: '3 days', '8 hours', 'before the 5th'."),
    ],
    agreement: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of one agreement; without it of all.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="To be tried with it, such as 95%; else as agreed."),
    ] = None,
    process: OfProcess = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say how past deliveries would have stood with another lead time, and where sides change.

    Exact: the cases are computed again, with pauses and closing days, and nothing is written. What
    counts is due on either terms. Dates are those of the request, local.
    """
    try:
        tried = read_lead_time(lead_time)
    except ValueError as error:
        raise UsageError(f"--lead-time {error}") from None
    wanted = None if target is None else share("--target", target)
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        instant = present(connection)
        if process is not None:
            known_process(process, connection)
        catalogue = in_force(store).catalogue
        if agreement is not None:
            known(agreement, catalogue.agreements, "agreement")
        chosen = {
            name: each
            for name, each in sorted(catalogue.agreements.items())
            if agreement in (None, name) and process in (None, each.process)
        }
        found = compared(chosen, tried, dates, instant, store.terms, connection, told)
    rows = [_simulated(name, catalogue, tried, wanted, found[name], instant) for name in chosen]
    show([row._asdict() for row in rows], Simulated._fields, form)
    changed = sum(bool(row.changes_sides) for row in rows)
    note(f"{many(changed, 'agreement')} of {len(rows):,} would change sides")


def _simulated(
    name: str,
    catalogue: Catalogue,
    tried: LeadTime,
    wanted: Decimal | None,
    found: Compared,
    instant: datetime,
) -> Simulated:
    agreement = catalogue.agreements[name]
    today = instant.astimezone(load_zone(catalogue.zone_of(agreement.process))).date()
    now = agreement.version_on(today) or agreement.terms()[-1]
    target = wanted or now.target
    share_met = found.met / found.deliveries if found.deliveries else None
    if_tried = found.met_if_tried / found.deliveries if found.deliveries else None
    changes: bool | None = None
    if target is not None and found.deliveries:
        enough = target * found.deliveries
        changes = (found.met >= enough) != (found.met_if_tried >= enough)
    return Simulated(
        name,
        agreement.process,
        catalogue.supplier_of(name),
        agreement.customer,
        ", then ".join(dict.fromkeys(str(each.lead_time) for each in agreement.terms())),
        str(tried),
        target,
        found.deliveries,
        share_met,
        if_tried,
        found.gained,
        found.lost,
        changes,
        catalogue.role_of(agreement.customer),
    )
