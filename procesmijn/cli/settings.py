"""``procesmijn settings``: what is set, and where that comes from."""

from __future__ import annotations

import os

import typer

from procesmijn.cli.options import AsFormat
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from procesmijn.settings.told import Setting, explain

app = typer.Typer(add_completion=False)


@app.command()
def settings(form: AsFormat = Format.TABLE) -> None:
    """Show every setting, its value and where that comes from.

    Values come from the environment, from the file that PROCESMIJN_SETTINGS_FILE names, or are
    defaults. Secrets are shown as stars.
    """
    rows = [each._asdict() for each in explain(read_settings(), os.environ)]
    if form is not Format.JSON:
        for row in rows:
            row["value"] = _text(row["value"])
    show(rows, Setting._fields, form)


def _text(value: object) -> str | None:
    """A value as its variable would have it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)
