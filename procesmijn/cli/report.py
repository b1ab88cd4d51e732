"""``procesmijn report``: how what parties do for each other goes: as agreed, right, and heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from typing import Annotated, Any, Final, TypeAlias

import typer

from procesmijn.catalogue.calendars import OFFICE
from procesmijn.cli import (
    report_alerts,
    report_cadence,
    report_grade,
    report_improved,
    report_quality,
    report_voice,
)
from procesmijn.cli.options import (
    AsFormat,
    AsOf,
    Since,
    Until,
    known_party,
    moment,
    period,
    tell_retired_deliveries,
)
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.settings import read_settings
from procesmijn.store import deliveries
from procesmijn.store.deliveries import Side
from procesmijn.store.filters import Period
from procesmijn.store.present import present
from procesmijn.wording import AMONG_PARTNERS, Wording, reworded, wording
from procesmijn.zones import load_zone

app = typer.Typer(add_completion=False)
app.command("quality")(report_quality.quality)
app.command("voice")(report_voice.voice)
app.command("cadence")(report_cadence.cadence)
app.command("grade")(report_grade.grade)
app.command("improved")(report_improved.improved)
app.command("alerts")(report_alerts.alerts)

_OF_TABLE: Final = (
    *("agreement", "role", "due", "share_met", "target_share", "change"),
    *("share_first_time_right", "first_time_right_target"),
    *("supplier_clock_seconds_median", "customer_clock_seconds_median", "overdue", "open"),
)
"""After whom it is between: more would not fit a terminal."""
_OF_ROLES: Final = {"share_rejected": "rejected", "share_followed": "followed"}
"""What is told of some staff roles alone, and in which word."""
_NO_TREND: Final = "not shown"
_NOR_ASKED: Final = ", and asked for nothing under one"

OneParty: TypeAlias = Annotated[str, typer.Argument(metavar="PARTY", help="Name of the party.")]


@app.callback()
def report() -> None:
    """Say how what parties do for each other goes: as agreed, right, and as customers say."""


@app.command()
@app.command(AMONG_PARTNERS["supplier"])
def supplier(
    party: OneParty,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what the customers of a party get from it, on which terms, and how it does.

    Beside the period before that is as long; without dates it is the last thirteen weeks.
    """
    _report("supplier", party, since, until, as_of, form)


@app.command()
@app.command(AMONG_PARTNERS["customer"])
def customer(
    party: OneParty,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what a party gets from its suppliers, on which terms, and what it is waiting for.

    Also what it asked for itself, whoever that was promised to: a part of an organisation asks for
    what is agreed with all of it. Beside the period before that is as long; without dates it is the
    last thirteen weeks.
    """
    _report("customer", party, since, until, as_of, form)


def _report(
    side: Side, party: str, since: str | None, until: str | None, as_of: str | None, form: Format
) -> None:
    dates = period(since, until)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        known_party(party, connection)
        tell_retired_deliveries(None, connection)
        instant = present(connection)
        zone = load_zone(in_force(store).catalogue.calendars[OFFICE].zone)
        within = _lately(dates, instant.astimezone(zone).date())
        columns, rows = deliveries.report(side, party, within, connection)
        elsewhere = [] if rows else deliveries.agreed(party, connection)
    if form is Format.TABLE:
        whom = "customer" if side == "supplier" else "supplier_and_customer"
        show(map(_in_short, rows), (whom, *_OF_TABLE), form)
    else:
        show(rows, columns, form)
    if not rows:
        _tell_where(side, party, elsewhere)
        return
    assert within.before is not None  # noqa: S101 - it has both its ends
    note(
        f"due and delivered from {within.since} to {within.until}, beside {within.before.since} to"
        f" {within.since}; open, overdue and oldest_open_at are of"
        f" {instant.astimezone(UTC):%Y-%m-%d %H:%M}Z, whenever it was asked for"
    )


def _in_short(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table: what belongs together in one cell."""
    change, role = row["share_met_change"], row["staff_role"]
    told = [f"{row[name]:.1%} {word}" for name, word in _OF_ROLES.items() if row[name] is not None]
    trend = "" if row["trend"] == _NO_TREND else f" {row['trend']}"
    return {
        **row,
        "supplier_and_customer": (row["supplier"], row["customer"]),
        "agreement": f"{row['agreement']}: {row['lead_time']}",
        "role": ", ".join([role, *told]),
        "change": None if change is None else f"{change * 100:+.1f} pt{trend}",
    }


def _lately(asked: Period, today: date) -> Period:
    """What is asked for; else the last weeks, with what there is of today."""
    until = asked.until or today + timedelta(days=1)
    return Period(asked.since or until - timedelta(weeks=report_improved.WEEKS), until)


def _tell_where(side: Side, party: str, elsewhere: Iterable[tuple[str, frozenset[Side]]]) -> None:
    """Of an empty report: what there is instead."""
    words = wording()
    asked = _NOR_ASKED if side == "customer" else ""
    note(f"{party} has no agreement as a {reworded(side, words)}{asked}")
    for name, sides in elsewhere:
        for other in sorted(sides - ({side} if name == party else set())):
            whose = "what it" if name == party else f"what {name}, of which it is a part,"
            does = "supplies" if other == "supplier" else "receives"
            report = AMONG_PARTNERS[other] if words is Wording.PARTNERS else other
            note(f"{whose} {does}: procesmijn report {report} {name}")
