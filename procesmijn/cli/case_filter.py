"""The options that choose cases: the same in every command that says something of cases."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias

import typer
from pydantic import Field, TypeAdapter, ValidationError

from procesmijn.cli.options import known, known_process
from procesmijn.cli.tell import many, note, verb
from procesmijn.core.traces import variant_key
from procesmijn.errors import UsageError
from procesmijn.store import filters, retirements
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Attribute, CaseFilter

_Names: TypeAlias = list[str] | None

_WAY: Final = TypeAdapter[int | list[str]](Annotated[int, Field(ge=-(2**63), lt=2**63)] | list[str])

_OPTIONS: Final[dict[str, Any]] = {
    "having": Annotated[
        _Names,
        typer.Option(
            "--with", metavar="ACTIVITY", help="Only cases in which it was completed; repeatable."
        ),
    ],
    "lacking": Annotated[
        _Names,
        typer.Option(
            "--without", metavar="ACTIVITY", help="Only cases in which it was not; repeatable."
        ),
    ],
    "party": Annotated[
        _Names,
        typer.Option(metavar="PARTY", help="Only cases in which it delivers or picks up."),
    ],
    "variant": Annotated[
        _Names,
        typer.Option(
            metavar="VARIANT",
            help="Only cases that went this way: a JSON list of activities, or a variant_key.",
        ),
    ],
    "attribute": Annotated[
        _Names,
        typer.Option(
            metavar="NAME=VALUE", help="Only cases of which an event says so; reads all events."
        ),
    ],
}


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that choose cases; it gets them as its argument ``cases``."""

    @functools.wraps(command)
    def chosen(**arguments: Any) -> None:
        cases = case_filter(**{name: arguments.pop(name) for name in _OPTIONS})
        command(cases=cases, **arguments)

    signature = inspect.signature(command, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name != "cases"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _OPTIONS.items()
    ]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + added
    chosen.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # what inspect looks for
    chosen.__annotations__ = {each.name: each.annotation for each in parameters}
    return chosen


def case_filter(
    having: _Names, lacking: _Names, party: _Names, variant: _Names, attribute: _Names
) -> CaseFilter:
    """What the options say; raises :class:`UsageError`."""
    return CaseFilter(
        parties=tuple(party or ()),
        attributes=tuple(_attribute(text) for text in attribute or ()),
        variants=tuple(_variant(text) for text in variant or ()),
        having=tuple(having or ()),
        lacking=tuple(lacking or ()),
    )


def known_cases(process: str, cases: CaseFilter, connection: Connection) -> None:
    """Raise :class:`UsageError`, with the nearest, for a process, activity or party that is not
    known; and say what will take its time, and what is not there any more."""
    known_process(process, connection)
    if cases.having or cases.lacking:
        activities = filters.activities(process, connection)
        for name in (*cases.having, *cases.lacking):
            known(name, activities, f"activity of {process}")
    if cases.parties:
        parties = filters.parties(process, connection)
        for name in cases.parties:
            known(name, parties, "party")
    if cases.attributes:
        note("what events say is in the events alone: all of them are read")
    for attribute in cases.attributes:
        if not filters.is_said(attribute.name, connection):
            note(f"no event says '{attribute.name}': an export shows what they do say")
    if retired := retirements.retired_cases(process, connection):
        note(
            f"{many(retired, 'case')} of it {verb(retired)} retired: in figures"
            " over all handovers, in counts and means of the whole graph, and in nothing else"
        )


def _attribute(text: str) -> Attribute:
    name, is_there, value = text.partition("=")
    if not (name and is_there):
        raise UsageError(f"--attribute {text!r} has no value; write it as reason=withdrawn")
    return Attribute(name, value)


def _variant(text: str) -> int:
    try:
        way = _WAY.validate_json(text, strict=True)
    except ValidationError:
        raise UsageError(
            f"--variant {text!r} is none; give a JSON list of activities, or a variant_key of cases"
        ) from None
    return way if isinstance(way, int) else variant_key(way)
