"""``procesmijn schemas``: what may be sent, for people and for tools."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from procesmijn.catalogue import default, load
from procesmijn.cli.options import AsFormat, known
from procesmijn.cli.show import Format, show
from procesmijn.settings import read_settings
from schemas import asyncapi
from schemas.data_schema import json_schema
from schemas.examples import example_event
from schemas.registry import MODELS, object_types

app = typer.Typer(add_completion=False, help="Show what may be sent: event types and examples.")

Type: TypeAlias = Annotated[
    str, typer.Argument(metavar="TYPE", help="An event type, such as contract.issued.")
]


@app.command(name="list")
def list_types(form: AsFormat = Format.TABLE) -> None:
    """List the event types: who emits each, when, and the objects that it may be about."""
    rows = [
        {
            "type": name,
            "emitted": (model.__doc__ or "").partition("\n")[0],
            "about": ", ".join(sorted(object_types(name))) or "any",
        }
        for name, model in MODELS.items()
    ]
    show(rows, ("type", "emitted", "about"), form)


@app.command(name="show")
def show_schema(name: Type) -> None:
    """Show the JSON Schema of the data of an event type."""
    known(name, MODELS, "event type")
    _write(json_schema(MODELS[name]))


@app.command()
def example(
    name: Type,
    line: Annotated[
        bool, typer.Option("--line", help="On one line, as producers for the console read it.")
    ] = False,
) -> None:
    """Show a valid event of a type: a structured CloudEvent of just now, with an id of its own."""
    known(name, MODELS, "event type")
    event = example_event(name, str(uuid.uuid4()), datetime.now(UTC).replace(microsecond=0))
    _write(event, indent=None if line else 2)


@app.command(name="asyncapi")
def asyncapi_document(
    catalogue: Annotated[
        Path | None, typer.Option(help="File with another catalogue than ours, for its topics.")
    ] = None,
) -> None:
    """Show all that may be sent and all that is told, topic by topic, as an AsyncAPI 3 document."""
    terms = default() if catalogue is None else load(catalogue)
    topics = [stream.topic for stream in terms.streams]
    _write(asyncapi.document(topics, read_settings().refused_topic))


def _write(described: dict[str, Any], indent: int | None = 2) -> None:
    json.dump(described, sys.stdout, indent=indent, ensure_ascii=False)
    sys.stdout.write("\n")
