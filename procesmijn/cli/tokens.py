"""``procesmijn tokens``: let programs read the API, and end that."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from procesmijn.cli.options import AsFormat, By, operator
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import note
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings

app = typer.Typer(
    help="Let programs read the API: make tokens, list and revoke them.", no_args_is_help=True
)

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_OF_TABLE: Final = ("name", "scopes", "created_by", "used_at", "expires_at", "revoked_at")
_MOST_DAYS: Final = 3_650


class NoSuchToken(UsageError):
    """No token of that name holds: ``procesmijn tokens list`` has all of them."""


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    scope: Annotated[
        list[str],
        typer.Option(help="What it may see: owner:PROCESS, analyst or operator. Repeatable."),
    ],
    days: Annotated[
        int, typer.Option(help="Days for which it holds.", min=1, max=_MOST_DAYS)
    ] = 365,
    by: By = None,
) -> None:
    """Make a token, and print it: once, since only a hash of it is kept."""
    from procesmijn.store import tokens  # noqa: PLC0415 - only this command pays for it
    from procesmijn.web.rights import Grant  # noqa: PLC0415

    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name has letters, digits, '.', '_' and '-'")
    try:
        scopes = sorted({str(Grant.read(each)) for each in scope})
    except ValueError as error:
        raise UsageError(f"--scope: {error}") from None
    with reading(read_settings()) as (_, connection):
        print(tokens.make(name, scopes, days, operator(by), connection))
    note(f"it holds for {days} days; send it as Authorization: Bearer TOKEN")


@app.command("list")
def show_all(form: AsFormat = Format.TABLE) -> None:
    """List tokens, the latest first: who made each, until when it holds, when it was last used."""
    from procesmijn.store import tokens  # noqa: PLC0415

    with reading(read_settings()) as (_, connection):
        found = tokens.tokens(connection)
    columns = _OF_TABLE if form is Format.TABLE else tokens.Token._fields
    rows = [each._asdict() | {"scopes": " ".join(each.scopes)} for each in found]
    show([{name: row[name] for name in columns} for row in rows], columns, form)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="Its name.")],
    by: By = None,
) -> None:
    """End the tokens of a name: from then on they are refused."""
    from procesmijn.store import tokens  # noqa: PLC0415

    with reading(read_settings()) as (_, connection):
        ended = tokens.revoke(name, operator(by), connection)
    if not ended:
        raise NoSuchToken(f"no token {name!r} holds: procesmijn tokens list has all of them")
    note(f"{ended} ended")
