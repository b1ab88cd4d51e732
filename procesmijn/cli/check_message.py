"""``procesmijn check-message``: what would become of a message, before it is sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from procesmijn.catalogue import Catalogue, default, load
from procesmijn.catalogue.touched import Touched
from procesmijn.cli.catalogue import in_use
from procesmijn.cli.options import AsFormat
from procesmijn.cli.service import kept_keys, read_keys
from procesmijn.cli.show import Format, show
from procesmijn.cli.tell import many, note
from procesmijn.errors import UsageError
from procesmijn.operating.judging import Accepted, Judge, Remark, is_hidden, judged
from procesmijn.persons import Keys, Persons
from procesmijn.settings import read_settings
from schemas.event import DEFAULT_TOPIC, Record, Rejection, Skip

app = typer.Typer(add_completion=False)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS: Final = (
    *("message", "outcome", "reason", "said", "type", "occurred_at"),
    *("process", "case", "activity", "party"),
)
_REFUSED: Final = "dead letter"
_MASKED: Final = "a person"
_IN_NONE: Final = "stored, and in no case"
_REMARKS: Final[Mapping[str, Callable[[Remark], str]]] = {
    "retracts": lambda _: "it takes back what earlier revisions said",
    "too_many_objects": lambda it: (
        f"about more than {it.number:,} objects: it is stored, and not mined"
    ),
    "no_process_has_it": lambda _: (
        f"{_IN_NONE}: no process of the catalogue has this type about such objects"
    ),
    "unknown_process": lambda it: f"{_IN_NONE}: the catalogue has no process '{it.name}'",
    "other_case_type": lambda it: (
        f"{_IN_NONE}: cases of '{it.of}' are of type '{it.name}': say so in data.object"
    ),
    "time_of_record": lambda _: "it has no time, so that of the record counts",
    "left_out": lambda it: f"{many(it.number, 'undeclared member')} left out",
    "unknown_party": lambda it: f"the catalogue does not know the party '{it.name}'",
    "no_party": lambda _: "neither it nor the catalogue says which party did it",
}


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
    match judged(record, judge):
        case Rejection(reason, said):
            yield row | {"outcome": _REFUSED, "reason": reason, "said": said}
        case Skip(reason):
            yield row | {"outcome": "skipped", "reason": reason}
        case Accepted(event, cases, remarks):
            row |= {
                "outcome": "accepted",
                "said": "; ".join(_REMARKS[each.kind](each) for each in remarks) or None,
                "type": event.type,
                "occurred_at": _EPOCH + timedelta(microseconds=event.occurred_us),
            }
            yield from [row | _columns(case, judge) for case in cases] or [row]


def _columns(case: Touched, judge: Judge) -> dict[str, Any]:
    return {
        "process": case.process,
        "case": _MASKED if is_hidden(case, judge) else case.case,
        "activity": case.activity,
        "party": case.party,
    }


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
