"""``--as drift``: when did the flow change, and what changed most?"""

from __future__ import annotations

from typing import Final

from procesmijn.cli.flow_views import Asked, Rows
from procesmijn.cli.tell import many, note
from procesmijn.flows.change_points import LEVEL
from procesmijn.flows.drift import changes
from procesmijn.store import traces
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms

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
    weeks = len({each.monday for each in starting})
    note(
        f"{many(len(found), 'change')} in {many(weeks, 'week')} ({many(cases, 'case')}) in which"
        f" cases had time to end; the chance of a false alarm is below {LEVEL:.0%}"
    )
    rows = [
        (*change[:4], *changed.edge, changed.per_case_before, changed.per_case_after)
        for change in found
        for changed in change.changed
    ]
    return Rows([dict(zip(_COLUMNS, row, strict=True)) for row in rows], _COLUMNS)
