"""``procesmijn track``: where a case is, who has it, what is still to come, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

import typer

from procesmijn.apply import read_rules
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.errors import nearest
from procesmijn.cli.options import AsOf, Process, known_process, moment
from procesmijn.cli.service import in_force, reading
from procesmijn.cli.show import Format, show, write_json
from procesmijn.cli.tell import many, note
from procesmijn.cli.track_case import Told, case_told, show_case
from procesmijn.core.backtest import back_test
from procesmijn.core.compile import open_hours
from procesmijn.core.flow import instant
from procesmijn.core.forecasts import SHARE, forecast
from procesmijn.core.frames import Int32s
from procesmijn.core.past import Known, Log
from procesmijn.core.rules import Rules
from procesmijn.core.tracking import track
from procesmijn.core.worktime import Calendar
from procesmijn.errors import ProcesmijnError, UsageError
from procesmijn.settings import read_settings
from procesmijn.store import Store, tracking
from procesmijn.store.connection import Connection
from schemas.instants import to_us

app = typer.Typer(add_completion=False)

_RUNNING: Final = ("case_key", "after", "expected_at")
_SCORES: Final = (
    *("after", "forecasts", "share_within", "error_seconds_median", "naive_error_seconds_median"),
)
"""What a table has of the columns: the others would not fit a terminal."""


class As(StrEnum):
    """How it is written."""

    TABLE = "table"
    JSON = "json"


class CaseRetired(ProcesmijnError):
    """The case has left the tables; ``procesmijn rebuild --from`` takes a retirement back."""


class _Asked(NamedTuple):
    """A process, with what its cases are looked at by."""

    process: str
    catalogue: Catalogue
    rules: Rules
    """Those of the process alone."""
    ends: Int32s
    hours: Calendar
    store: Store
    connection: Connection


@app.command("track")
def track_case(
    process: Process,
    case: Annotated[
        str | None,
        typer.Argument(metavar="[CASE]", help="Key of the case; without it all that run."),
    ] = None,
    back_tested: Annotated[
        bool, typer.Option("--backtest", help="How good such forecasts were on past cases.")
    ] = False,
    as_of: AsOf = None,
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.TABLE,
) -> None:
    """Say where a case is, who has it, what is still to come, and when it is expected.

    Without a case, when each case that runs is expected to end. With --backtest, how good such
    forecasts were: each made again from what was known at a moment of the past.
    """
    if case is not None and back_tested:
        raise UsageError("--backtest tries forecasts on all cases of a process: leave the case out")
    with reading(read_settings(), moment(as_of)) as (store, connection):
        known_process(process, connection)
        asked = _asked(process, store, connection)
        at_us = to_us(tracking.as_of(connection))
        if case is not None:
            told = _one(case, at_us, asked)
            write_json(told.plain()) if form is As.JSON else show_case(told)
        elif back_tested:
            show(_scores(at_us, asked), _SCORES, Format(form))
        else:
            show(_running(at_us, asked), _RUNNING, Format(form))


def _asked(process: str, store: Store, connection: Connection) -> _Asked:
    catalogue = in_force(store).catalogue
    rules = read_rules(store.terms, connection).only(store.terms.code(process))
    (own,) = (each for processes in rules.processes.values() for each in processes)
    hours = open_hours(catalogue, catalogue.processes[process].calendar)
    return _Asked(process, catalogue, rules, own.end_activities, hours, store, connection)


def _one(case: str, at_us: int, asked: _Asked) -> Told:
    found = tracking.find(asked.process, case, asked.connection)
    if found is not None and found.retirement is not None:
        raise CaseRetired(
            f"case '{case}' of {asked.process} is retired, and no longer in the tables: procesmijn"
            f" retire --list shows retirement {found.retirement}, rebuild --from takes it back"
        )
    events = None
    if found is not None and found.has_begun:
        events = tracking.events_of(found.object_key, asked.store.terms, asked.connection)
    tracked = None if events is None else track(events, asked.rules, at_us)
    if found is None or tracked is None:
        near = tracking.near(asked.process, case, asked.connection)
        hint = nearest(case, near) if near else f"procesmijn cases {asked.process} lists them"
        raise UsageError(f"there is no case '{case}' of {asked.process}; {hint}")
    there = tracking.cases(asked.process, asked.connection, found.object_key)
    log = Log.of(there.traces, asked.hours)
    known = Known.of(log, at_us, asked.ends)
    number = there.ids.index(case) if case in there.ids else -1
    steps = [step for step in known.running.tolist() if log.case[step] == number]
    return case_told(
        asked.process,
        case,
        tracked,
        known,
        steps[0] if steps else None,
        tracking.promises(asked.process, case, asked.connection),
        asked.catalogue,
        asked.rules,
    )


def _running(at_us: int, asked: _Asked) -> list[dict[str, Any]]:
    """Every case that runs: what is expected first comes first, what is not forecast last."""
    there = tracking.cases(asked.process, asked.connection)
    log = Log.of(there.traces, asked.hours)
    known = Known.of(log, at_us, asked.ends)
    names = asked.store.terms.names
    rows = []
    for step in known.running.tolist():
        told = forecast(known, step)
        rows.append(
            {
                "case_key": there.ids[log.case[step]],
                "after": names[int(log.activity[step])],
                "since": instant(int(log.completed_us[step])),
                "expected_at": told and instant(told.expected_us),
                "earliest_at": told and instant(told.earliest_us),
                "latest_at": told and instant(told.latest_us),
                "cases": told.cases if told else 0,
                "alike": told and told.view,
            }
        )
    return sorted(rows, key=_by_expected)


def _by_expected(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["expected_at"] is None, row["expected_at"] or row["since"], row["case_key"]


def _scores(at_us: int, asked: _Asked) -> list[dict[str, Any]]:
    """How good forecasts were, by what had been done last; of all of them in the last row."""
    traces = tracking.begun(asked.process, asked.connection)
    trials = back_test(Log.of(traces, asked.hours), at_us, asked.ends)
    names = asked.store.terms.names
    rows = [
        {"after": names[activity], **score._asdict()}
        for activity in trials.activities
        if (score := trials.score(activity)) is not None
    ]
    rows.sort(key=lambda row: (-row["forecasts"], row["after"]))
    total = trials.score()
    if total is None:
        note("too few cases have ended for any forecast of the past to be tried")
        return rows
    still = trials.still_running
    note(
        f"{float(total.share_within):.0%} of {many(total.forecasts, 'forecast')} held, where"
        f" {float(SHARE):.0%} should"
        + (f"; of {many(still, 'case')} more the end is not known yet" if still else "")
    )
    return [*rows, {"after": None, **total._asdict()}]
