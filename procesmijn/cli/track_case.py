"""What ``procesmijn track`` shows of one case to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from procesmijn.cli.show import section
from procesmijn.core.forecasts import FEWEST_CASES, SHARE
from procesmijn.tracking.told import Told

_STEPS: Final = ("completed_at", "activity", "party", "wait_seconds", "wait_working_seconds")
_HOLDERS: Final = ("party", "since", "because", "waiting_seconds", "waiting_working_seconds")
_PROMISES: Final = (
    *("agreement", "supplier", "customer", "promised_at", "due_at", "delivered_at", "stands"),
)
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
    promises = [
        each | {"stands": ", ".join([each["status"], *_more(each)])} for each in told.promises
    ]
    _section("Promised", promises, _PROMISES)
    _section("How to return it, and whom to turn to", _help(told.promises), _HELP)
    coming = [each for each in told.to_come if each["share"] >= _LEAST_SHARE]
    _section("To come", coming, _COMING)
    ways = [{"share": way["share"], "way": tuple(way["activities"])} for way in told.ways_on]
    _section("Most likely ways on", ways, _WAYS)
    if told.forecast is not None:
        _section(f"Expected to end; {float(SHARE):.0%} do between", [told.forecast], _EXPECTED)
    elif told.ended_at is None:
        print(f"\nNo forecast: fewer than {FEWEST_CASES} past cases were where it is for so long.")


def _more(promise: Mapping[str, Any]) -> Iterator[str]:
    """What there is to say of a promise beside its status."""
    if promise["status"] == "open" and promise["late_returns"]:
        yield "returned after all"
    if promise["is_paused"]:
        yield "paused"
    if promise["status"] == "open" and promise["is_breached"]:
        yield "late"


def _section(title: str, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    if rows:
        print()
        section(title, rows, columns)


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
