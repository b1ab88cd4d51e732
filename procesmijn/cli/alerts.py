"""``procesmijn alerts``: send what is due, say what was sent, and try a channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import uuid4

import typer

from procesmijn.alerts.courier import Courier
from procesmijn.alerts.doors import doors, unreached
from procesmijn.alerts.errors import ChannelsWrong
from procesmijn.alerts.words import trial
from procesmijn.cli.options import AsFormat, Most, at_most, known
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings, variable
from procesmijn.store import alerts
from procesmijn.store.alerts import Message

app = typer.Typer(
    add_completion=False, help="Send the alerts that are due, say what was sent, or try a channel."
)

_OF_TABLE: Final = ("noted_at", "alert", "channel", "receiver", "status", "sent_at", "trouble")


@app.command()
def send() -> None:
    """Send once what is due, and what could not be sent before.

    A worker does that by itself, every half minute; this is for a timer where none runs. Any number
    may be at it at once: each alert is told once.
    """
    settings = read_settings()
    with reading(settings) as (store, connection):
        catalogue = in_force(store).catalogue
        reached = doors(catalogue, settings)
        for name in unreached(catalogue, reached):
            note(f"the settings say nothing of channel {name}: nothing is sent there")
        told = Courier(catalogue, reached, connection).go()
    sent = many(told.sent, "message")
    note(f"{many(told.noted, 'alert')} noted, {sent} sent, {told.failed} failed")
    if told.failed:
        raise typer.Exit(1)


@app.command(name="list")
def list_alerts(limit: Most = None, form: AsFormat = Format.TABLE) -> None:
    """Say what was noted to be told, and what became of it, the latest first.

    It is sent, waiting (for the hours of its channel), sending, tried (and is tried again), or
    given up, after three days.
    """
    with reading(read_settings()) as (_, connection):
        columns, rows = alerts.log(at_most(limit, form), connection)
    show(rows, _OF_TABLE if form is Format.TABLE else columns, form)


@app.command(name="test")
def try_channel(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Channel of the catalogue.")],
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where mail goes; of mail alone.")
    ] = None,
) -> None:
    """Send a line to a channel, to see whether it arrives."""
    settings = read_settings()
    with reading(settings) as (store, _):
        catalogue = in_force(store).catalogue
    known(channel, catalogue.channels, "channel")
    declared = catalogue.channels[channel]
    if declared.kind == "topic":
        raise UsageError("a topic needs no trial: a worker makes it and sends what comes up")
    send_to = doors(catalogue, settings).get(channel)
    if send_to is None:
        name = variable("mail_server" if declared.kind == "mail" else "channels")
        raise ChannelsWrong(f"the settings say nothing of channel {channel}: set {name}")
    receivers = [to] if to else [each for each in declared.to if "@" in each]
    if declared.kind == "mail" and not receivers:
        raise UsageError("say where the mail is to go: --to ADDRESS")
    told = trial(declared.language)
    for receiver in receivers or [""]:
        message = Message(str(uuid4()), channel, receiver, datetime.now(UTC), ())
        plain = {"type": "procesmijn.test", "message": message.message, "text": told.text}
        send_to(message, told, plain)
        note(f"{channel} took it" + (f", for {receiver}" if receiver else ""))
