"""What ``procesmijn track`` tells of one case, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from procesmijn.catalogue import Catalogue
from procesmijn.cli.show import Format, show
from procesmijn.core.flow import instant
from procesmijn.core.forecasts import (
    FEWEST_CASES,
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
from schemas.instants import to_us

_STEPS: Final = ("completed_at", "activity", "party", "wait_seconds", "wait_working_seconds")
_HOLDERS: Final = ("party", "since", "because", "waiting_seconds", "waiting_working_seconds")
_PROMISES: Final = ("deliverable", "supplier", "customer", "due_at", "status")
_HELP: Final = ("deliverable", "to_return_it", "turn_to")
_COMING: Final = ("expected_at", "activity", "share", "next_share")
_WAYS: Final = ("share", "way")
_EXPECTED: Final = ("expected_at", "earliest_at", "latest_at", "cases", "alike")
_BECAUSE: Final = {"named": "named by", "started": "at work on", "last": "did"}
_LEAST_SHARE: Final = 0.05
"""Of past cases, for something to come to be told to people."""


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
    has_end, runs = bool(catalogue.processes[process].end), step is not None
    is_open = tracked.closed_us == NO_INSTANT if has_end else None if runs else False
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


def show_case(told: Told) -> None:
    """Write it for people: what was done, who has it, what was promised, what is to come."""
    print(f"{told.process} {told.case_key}: {_state(told)}")
    _section("Done so far", told.steps, _STEPS)
    _section("Who has it", told.holders, _HOLDERS)
    _section("Promised", told.promises, _PROMISES)
    _section("How to return it, and whom to turn to", _help(told.promises), _HELP)
    coming = [each for each in told.to_come if each["share"] >= _LEAST_SHARE]
    _section("To come", [_in_percent(each) for each in coming], _COMING)
    ways = [
        {"share": f"{way['share']:.0%}", "way": tuple(way["activities"])} for way in told.ways_on
    ]
    _section("Most likely ways on", ways, _WAYS)
    if told.forecast is not None:
        _section(f"Expected to end; {float(SHARE):.0%} do between", [told.forecast], _EXPECTED)
    elif told.ended_at is None:
        print(f"\nNo forecast: fewer than {FEWEST_CASES} past cases were where it is for so long.")


def _section(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if rows:
        print(f"\n{title}", flush=True)
        show(rows, columns, Format.TABLE)


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
    """Those who have it, and whoever was asked for something; else who was last."""
    asked = [each for each in promises if each["status"] == "open"]
    told = set[str]()
    for holder in tracked.holders:
        if not (holder.basis == "last" and asked):
            because = f"{_BECAUSE[holder.basis]} {rules.names[holder.activity]}"
            told.add(rules.names[holder.party])
            yield _holder(holder.party, holder.since_us, because, at_us, rules)
    codes = {name: code for code, name in rules.names.items()}
    for each in asked:
        if each["supplier"] not in told:
            told.add(each["supplier"])
            since_us = to_us(each["requested_at"])
            because = f"asked for {each['deliverable']}"
            yield _holder(codes[each["supplier"]], since_us, because, at_us, rules)


def _holder(party: int, since_us: int, because: str, at_us: int, rules: Rules) -> dict[str, Any]:
    hours = rules.calendars.get(party, rules.office)
    worked_us = working_us(hours, np.array([since_us]), np.array([at_us]))
    return {
        "party": rules.names[party],
        "since": instant(since_us),
        "because": because,
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


def _help(promises: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each deliverable once, where anything is declared about it."""
    return [
        {
            "deliverable": name,
            "to_return_it": each["how_to_return"] and each["how_to_return"]["en"],
            "turn_to": each["call"],
        }
        for name, each in {each["deliverable"]: each for each in promises}.items()
        if each["how_to_return"] or each["call"]
    ]


def _state(told: Told) -> str:
    if told.ended_at is not None:
        return f"ended {told.ended_at:%Y-%m-%d %H:%M}Z"
    if told.is_open is None:
        return f"began {told.started_at:%Y-%m-%d %H:%M}Z; nothing is declared to end it"
    return f"open since {told.started_at:%Y-%m-%d %H:%M}Z"


def _in_percent(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: f"{row[name]:.0%}" for name in ("share", "next_share")}


def _instant(at_us: int) -> datetime | None:
    return None if at_us == NO_INSTANT else instant(at_us)
