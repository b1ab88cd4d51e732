"""``procesmijn report cadence``: who is late to speak with a customer, or will be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from procesmijn.cli.options import AsFormat, AsOf, Party, known_party, moment
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.settings import read_settings
from procesmijn.store.cadences import cadences


class Status(StrEnum):
    """How a cadence stands."""

    LATE = "late"
    NEVER = "never"
    DUE = "due"
    KEPT = "kept"


def cadence(
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    party: Party = None,
    as_of: AsOf = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say who is late to speak with a customer, who will be and when, and who never did."""
    with reading(read_settings(), moment(as_of)) as (_, connection):
        known_party(party, connection)
        columns, rows = cadences(party, status, connection)
        listed = [*rows]
        if not listed and party is None and status is None:
            note("the catalogue has no cadences: see docs/catalogue.md")
    show(listed, columns, form)
