"""``--as drift``: when did the flow change, and what changed most?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.tell import many, note
from procesmijn.flows.change_points import LEAST_CASES, LEVEL
from procesmijn.flows.drift import changes
from procesmijn.store import traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms

_LEAST_WEEKS: Final = 2
_COLUMNS: Final = (
    "changed_on",
    "p_value",
    "cases_before",
    "cases_after",
    "from",
    "to",
    "per_case_before",
    "per_case_after",
)


def show_flow(asked: Asked, terms: Terms, connection: Connection) -> Rows:
    """Look for changes; a row for each of the steps that changed most with one."""
    starting = traces.starting(asked.process, terms, connection, asked.whole_cases)
    found = changes(starting)
    cases = sum(each.variant.cases for each in starting)
    weeks = len({monday(each.day) for each in starting})
    if weeks < _LEAST_WEEKS or cases < 2 * LEAST_CASES:
        span = traces.span(asked.process, connection, asked.whole_cases)
        note(_too_little(span, cases, weeks))
    else:
        note(
            f"{many(len(found), 'change')} in {many(weeks, 'week')} ({many(cases, 'case')}) in"
            f" which cases had time to end; the chance of a false alarm is below {LEVEL:.0%}"
        )
    rows = [
        (*change[:4], *changed.edge, changed.per_case_before, changed.per_case_after)
        for change in found
        for changed in change.changed
    ]
    return Rows([dict(zip(_COLUMNS, row, strict=True)) for row in rows], _COLUMNS)


def monday(day: date) -> date:
    """That of its week."""
    return day - timedelta(days=day.weekday())


def _too_little(span: traces.Span, cases: int, weeks: int) -> str:
    """Why nothing can be found, and what to do about it."""
    if span.first is None or span.last is None:
        why = "there are none"
    elif monday(span.first) == monday(span.last):
        why = f"all {span.cases:,} started in the week of {monday(span.first)}"
    else:
        why = (
            f"of {span.cases:,} that started from {span.first} to {span.last}, {cases:,} are in"
            f" {many(weeks, 'week')} whose cases had time to end"
        )
    return (
        f"these cases are too few to tell a change: {why}. It takes {_LEAST_WEEKS} weeks and"
        f" {LEAST_CASES} cases on either side: import more, or choose a longer period"
    )
