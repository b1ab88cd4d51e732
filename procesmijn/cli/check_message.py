"""``procesmijn check-message``: what would become of a message, before it is sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from procesmijn.catalogue import Catalogue, default, load
from procesmijn.catalogue.touched import Touched, touched
from procesmijn.cli.catalogue import in_use
from procesmijn.cli.options import AsFormat
from procesmijn.cli.service import kept_keys, read_keys
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.core.frames import MAX_CASES_OF_EVENT
from procesmijn.errors import UsageError
from procesmijn.persons import Keys, Persons
from procesmijn.settings import read_settings
from schemas.event import DEFAULT_TOPIC, Event, Record, Rejection, Skip
from schemas.objects import PERSON_TYPES
from schemas.registry import decode

app = typer.Typer(add_completion=False)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS: Final = (
    *("message", "outcome", "reason", "said", "type", "occurred_at"),
    *("process", "case", "activity", "party"),
)
_REFUSED: Final = "dead letter"
_MASKED: Final = "a person"


class Judge(NamedTuple):
    """By what a message is judged, beside the contract."""

    catalogue: Catalogue
    """Its pseudonymous form."""
    persons: Persons
    is_masking: bool
    """Whether the keys are made up, so that pseudonyms mean nothing."""


@app.command(name="check-message")
def check_message(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The value of a record; - is stdin.")],
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A header of the record, as often as needed."),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Each line is a message.")] = False,
    catalogue: Annotated[
        Path | None, typer.Option(help="File with another catalogue than ours.")
    ] = None,
    from_database: Annotated[
        bool, typer.Option("--in-use", help="Ask the database for the catalogue in use.")
    ] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what would become of a message: accepted, or refused and why, and which cases it touches.

    A line for each case. Nothing is sent or stored. Exit code 1 where a message would be refused.
    """
    if catalogue is not None and from_database:
        raise UsageError("give either --catalogue or --in-use: a message is judged by one of them")
    headers = tuple(map(_header, header or ()))
    settings = read_settings()
    keys = read_keys(settings) if from_database else kept_keys(settings)
    if keys is None:
        note("there are no keys here, so persons are masked")
    persons = Persons(keys or Keys.generate())
    terms = (
        in_use(settings).catalogue
        if from_database
        else _of_file(catalogue).pseudonymous(persons.pseudonym)
    )
    judge = Judge(terms, persons, is_masking=keys is None)
    rows = [
        row
        for number, value in _values(file, lines=lines)
        for row in _rows(number, _record(number, value, headers), judge)
    ]
    show(rows, _COLUMNS, form)
    if any(row["outcome"] == _REFUSED for row in rows):
        raise typer.Exit(1)


def _of_file(file: Path | None) -> Catalogue:
    if file is not None:
        return load(file)
    note("by the catalogue that ships with procesmijn; --catalogue or --in-use takes yours")
    return default()


def _rows(number: int, record: Record, judge: Judge) -> Iterator[dict[str, Any]]:
    """A row for each case that the message touches; one where it touches none."""
    row = dict.fromkeys(_COLUMNS) | {"message": number}
    match decode(record):
        case Rejection(reason, said):
            yield row | {"outcome": _REFUSED, "reason": reason, "said": said}
        case Skip(reason):
            yield row | {"outcome": "skipped", "reason": reason}
        case Event() as event:
            is_mined = len(event.objects) <= MAX_CASES_OF_EVENT
            cases = touched(judge.persons.conceal(event), judge.catalogue) if is_mined else []
            row |= {
                "outcome": "accepted",
                "said": "; ".join(_notes(event, cases, judge.catalogue)) or None,
                "type": event.type,
                "occurred_at": _EPOCH + timedelta(microseconds=event.occurred_us),
            }
            yield from [row | _columns(case, judge) for case in cases] or [row]


def _columns(case: Touched, judge: Judge) -> dict[str, Any]:
    is_hidden = judge.is_masking and case.object_type in PERSON_TYPES
    return {
        "process": case.process,
        "case": _MASKED if is_hidden else case.case,
        "activity": case.activity,
        "party": case.party,
    }


def _notes(event: Event, cases: Sequence[Touched], catalogue: Catalogue) -> Iterator[str]:
    """What its producer may not have meant."""
    if event.is_retracted:
        yield "it takes back what earlier revisions said"
    elif len(event.objects) > MAX_CASES_OF_EVENT:
        yield f"about more than {MAX_CASES_OF_EVENT:,} objects: it is stored, and not mined"
    elif not cases:
        yield f"stored, and in no case: {_why_in_none(event, catalogue)}"
    if event.is_time_of_record:
        yield "it has no time, so that of the record counts"
    if event.extras:
        yield f"{many(event.extras, 'undeclared member')} left out"
    for party in dict.fromkeys((event.party, event.receiver, *(each.party for each in cases))):
        if party is not None and party not in catalogue.parties:
            yield f"the catalogue does not know the party '{party}'"
    if any(each.party is None for each in cases):
        yield "neither it nor the catalogue says which party did it"


def _why_in_none(event: Event, catalogue: Catalogue) -> str:
    if event.process is None:
        return "no process of the catalogue has this type about such objects"
    if event.process not in catalogue.processes:
        return f"the catalogue has no process '{event.process}'"
    case = catalogue.processes[event.process].case
    return f"cases of '{event.process}' are of type '{case}': say so in data.object"


def _values(file: str, *, lines: bool) -> Iterator[tuple[int, bytes | None]]:
    """The values of the records in a file, numbered; no byte at all is a record without a value."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); check its name") from None
    if lines:
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield number, line
    else:
        yield 1, content or None


def _record(number: int, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> Record:
    """A record as if it had been sent just now."""
    return Record(DEFAULT_TOPIC, 0, number, time.time_ns() // 1_000, None, value, tuple(headers))


def _header(text: str) -> tuple[str, bytes]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--header {text!r} is no header; write it as ce_type=contract.issued")
    return name, value.encode()
