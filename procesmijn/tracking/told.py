"""All that is told of one case: what was done, who has it, what was promised, what is to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from procesmijn.catalogue import Catalogue
from procesmijn.core.flow import instant
from procesmijn.core.forecasts import (
    SHARE,
    Coming,
    Forecast,
    WayOn,
    forecast,
    what_comes,
)
from procesmijn.core.frames import NO_INSTANT, NO_TERM
from procesmijn.core.past import Known
from procesmijn.core.rules import Rules
from procesmijn.core.tracking import Step, Tracked
from procesmijn.core.worktime import working_us
from procesmijn.tracking.holding import Asked, holdings
from schemas.instants import to_us


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told of a case."""

    process: str
    case_key: str
    as_of: datetime
    is_open: bool | None
    """None where nothing is declared to end a case, and this one has not been still for long."""
    started_at: datetime
    ended_at: datetime | None
    steps: list[dict[str, Any]]
    holders: list[dict[str, Any]]
    """In columns of :class:`~procesmijn.tracking.holding.Holding`, with how long it has been
    there."""
    promises: list[dict[str, Any]]
    forecast: dict[str, Any] | None
    to_come: list[dict[str, Any]]
    ways_on: list[dict[str, Any]]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def case_told(  # noqa: PLR0913, PLR0917 - what it is put together from
    process: str,
    case_key: str,
    tracked: Tracked,
    known: Known,
    step: int | None,
    promises: Sequence[dict[str, Any]],
    catalogue: Catalogue,
    rules: Rules,
) -> Told:
    """Put together what is known of a case; ``step`` is its last one in the log, while it runs."""
    has_end, is_begun = bool(catalogue.processes[process].end), tracked.ended_us == NO_INSTANT
    may_run = None if step is not None or is_begun else False
    is_open = tracked.closed_us == NO_INSTANT if has_end else may_run
    told, coming, ways = None, list[Coming](), list[WayOn]()
    if step is not None:
        told, (coming, ways) = forecast(known, step), what_comes(known, step)
    is_over = is_open is False
    return Told(
        process=process,
        case_key=case_key,
        as_of=instant(known.at_us),
        is_open=is_open,
        started_at=instant(tracked.started_us),
        ended_at=_instant(tracked.ended_us) if is_over else None,
        steps=[_step(each, rules) for each in tracked.steps],
        holders=[] if is_over else list(_holders(tracked, promises, known.at_us, rules)),
        promises=[_promise(each, catalogue) for each in promises],
        forecast=_expected(told, known) if told else None,
        to_come=[
            {
                "activity": rules.names[each.activity],
                "share": each.share,
                "next_share": each.next_share,
                "expected_at": instant(each.expected_us),
            }
            for each in coming
        ],
        ways_on=[
            {"activities": [rules.names[code] for code in way.activities], "share": way.share}
            for way in ways
        ],
    )


def _expected(told: Forecast, known: Known) -> dict[str, Any]:
    return {
        "expected_at": instant(told.expected_us),
        "earliest_at": instant(told.earliest_us),
        "latest_at": instant(told.latest_us),
        "share": float(SHARE),
        "cases": told.cases,
        "alike": told.view,
        "clock": "elapsed" if known.clock is None else "working",
    }


def _step(step: Step, rules: Rules) -> dict[str, Any]:
    is_handover = step.supplier != NO_TERM
    return {
        "activity": rules.names[step.activity],
        "party": rules.names.get(step.party),
        "started_at": _instant(step.started_us),
        "completed_at": _instant(step.completed_us),
        "supplier": rules.names.get(step.supplier),
        "wait_seconds": step.wait_us / 1e6 if is_handover else None,
        "wait_working_seconds": step.wait_working_us / 1e6 if is_handover else None,
    }


def _holders(
    tracked: Tracked, promises: Sequence[dict[str, Any]], at_us: int, rules: Rules
) -> Iterator[dict[str, Any]]:
    asked = [
        Asked(each["supplier"], each["requested_at"], each["deliverable"])
        for each in promises
        if each["status"] == "open"
    ]
    codes = {name: code for code, name in rules.names.items()}
    for holding in holdings(tracked.holders, asked, rules.names):
        hours = rules.calendars.get(codes[holding.party], rules.office)
        since_us = to_us(holding.since)
        worked_us = working_us(hours, np.array([since_us]), np.array([at_us]))
        yield {
            **holding._asdict(),
            "waiting_seconds": (at_us - since_us) / 1e6,
            "waiting_working_seconds": int(worked_us[0]) / 1e6,
        }


def _promise(promise: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The promise with what the catalogue says of the deliverable, in both languages."""
    name = promise["deliverable"]
    declared = catalogue.deliverables.get(name)
    how = declared.how_to_return if declared else None
    return {
        **promise,
        "how_to_return": how and {"nl": how.nl, "en": how.en},
        "call": catalogue.contact_for(name) if declared else None,
    }


def _instant(at_us: int) -> datetime | None:
    return None if at_us == NO_INSTANT else instant(at_us)
