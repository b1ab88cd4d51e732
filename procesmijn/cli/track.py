"""``procesmijn track``: where a case is, who has it, what is still to come, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from procesmijn.cli.options import AsOf, Process, known_process, moment
from procesmijn.cli.service import reading
from procesmijn.cli.show import Format, show, write_json
from procesmijn.cli.tell import many, note
from procesmijn.cli.track_case import show_case
from procesmijn.core.forecasts import SHARE
from procesmijn.errors import UsageError
from procesmijn.settings import read_settings
from procesmijn.tracking.subject import Subject

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
        subject = Subject.of(process, store.terms, connection)
        if case is not None:
            told = subject.told(case)
            write_json(told.plain()) if form is As.JSON else show_case(told)
        elif back_tested:
            show(_scores(subject), _SCORES, Format(form))
        else:
            show([each._asdict() for each in subject.running()], _RUNNING, Format(form))


def _scores(subject: Subject) -> list[dict[str, Any]]:
    """By what had been done last; of all of them in the last row."""
    trials = subject.trials()
    total = trials.score()
    if total is None:
        note("too few cases have ended for any forecast of the past to be tried")
        return []
    more = many(trials.still_running, "case")
    note(
        f"{float(total.share_within):.0%} of {many(total.forecasts, 'forecast')} held, where"
        f" {float(SHARE):.0%} should"
        + (f"; of {more} more the end is not known yet" if trials.still_running else "")
    )
    rows = [{"after": after, **score._asdict()} for after, score in subject.scores(trials)]
    return [*rows, {"after": None, **total._asdict()}]
