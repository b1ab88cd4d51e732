"""``procesmijn summary``: how a week went for a party, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from procesmijn.alerts.summary import summarise
from procesmijn.cli.options import AsOf, date_of, known_party, moment
from procesmijn.cli.service import in_force, reading
from procesmijn.documents.words import Language
from procesmijn.settings import read_settings
from procesmijn.store.filters import Period
from procesmijn.store.present import present
from procesmijn.zones import load_zone

app = typer.Typer(add_completion=False)


@app.command()
def summary(
    party: Annotated[str, typer.Option(metavar="PARTY", help="Of which party.")],
    lang: Annotated[Language, typer.Option(help="In which language.")] = Language.EN,
    week: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="A date of the week; without it the last whole week."),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Say how a week went for a party, in words.

    What it delivered, agreement by agreement, what it has in hand and waits for, and its alerts.
    What is open is so now, or at --as-of.
    """
    asked = date_of("--week", week)
    with reading(read_settings(), moment(as_of)) as (store, connection):
        known_party(party, connection)
        catalogue = in_force(store).catalogue
        zone = load_zone(catalogue.calendars[catalogue.calendar_of(party)].zone)
        day = asked or present(connection).astimezone(zone).date() - timedelta(weeks=1)
        since = day - timedelta(days=day.weekday())
        said = summarise(party, Period(since, since + timedelta(weeks=1)), catalogue, connection)
    print(said.told(lang).text)
