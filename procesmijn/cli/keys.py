"""``procesmijn keys``: new keys, for a database of one's own."""

from __future__ import annotations

import typer

from procesmijn.cli.tell import note
from procesmijn.persons import Keys

app = typer.Typer(add_completion=False)


@app.command()
def keys() -> None:
    """Make new keys for the pseudonyms of persons, and print them.

    One line, for PROCESMIJN_KEYS. They are stored nowhere. Keep them as you keep passwords: with
    others every person is a new one.
    """
    made = Keys.generate()
    print(" ".join(made.text().split()))
    note(
        f"fingerprint {made.fingerprint}; they are stored nowhere: keep them as passwords are kept"
    )
