"""What stands above a picture: which process, of how many cases, since when and until when."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from procesmijn.cli.flow_views import Asked
from procesmijn.cli.tell import many
from procesmijn.flows.canvas import Caption
from procesmijn.store.filters import EVERY_CASE, Period
from procesmijn.store.traces import Span


def caption(title: str, asked: Asked, span: Span, *told: str) -> Caption:
    """The caption of a picture of the cases in ``span``; ``told`` is what else is true of it."""
    is_every = replace(asked.cases, is_as_of=False) == EVERY_CASE
    words = many(span.cases, "case" if is_every else "chosen case")
    if span.first is not None and span.last is not None:
        words += (
            f" that started on {span.first}"
            if span.first == span.last
            else f" that started from {span.first} to {span.last}"
        )
    stood = []
    if asked.as_of is not None:
        there = asked.as_of.astimezone(ZoneInfo(span.zone))
        stood = [f"as of {there:%Y-%m-%d %H:%M}"]
    return Caption(f"{title}: {asked.process}", "; ".join((words, *stood, *told)))


def dates(what: str, period: Period) -> list[str]:
    """That a picture is of what happened in a part of the time; nothing where it is of all."""
    since = [] if period.since is None else [f"from {period.since} on"]
    until = [] if period.until is None else [f"before {period.until}"]
    return [f"{what} {' and '.join((*since, *until))}"] if since or until else []
