"""What ``procesmijn track`` shows of one case to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from procesmijn.cli.show import Format, show
from procesmijn.core.forecasts import FEWEST_CASES, SHARE
from procesmijn.tracking.told import Told

_STEPS: Final = ("completed_at", "activity", "party", "wait_seconds", "wait_working_seconds")
_HOLDERS: Final = ("party", "since", "because", "waiting_seconds", "waiting_working_seconds")
_PROMISES: Final = ("deliverable", "supplier", "customer", "due_at", "status")
_HELP: Final = ("deliverable", "to_return_it", "turn_to")
_COMING: Final = ("expected_at", "activity", "share", "next_share")
_WAYS: Final = ("share", "way")
_EXPECTED: Final = ("expected_at", "earliest_at", "latest_at", "cases", "alike")
_BECAUSE: Final = {
    "named": "named by",
    "started": "at work on",
    "asked": "asked for",
    "last": "did",
}
_LEAST_SHARE: Final = 0.05
"""Of past cases, for something to come to be told to people."""


def show_case(told: Told) -> None:
    """Write it for people: what was done, who has it, what was promised, what is to come."""
    print(f"{told.process} {told.case_key}: {_state(told)}")
    _section("Done so far", told.steps, _STEPS)
    holders = [
        each | {"because": f"{_BECAUSE[each['basis']]} {each['what']}"} for each in told.holders
    ]
    _section("Who has it", holders, _HOLDERS)
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
