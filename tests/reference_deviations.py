"""Deviations once more, slowly: what was completed in a case is told event by event.

Like :mod:`tests.reference`, it shares no code with the core and follows the words of the rules.
When a time is over is asked of whoever calls: working time has an oracle of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tests import reference
from tests.reference import Event, Process, Rules

Over = Callable[[int], int]
"""When the time is over that begins at an instant."""


class Said(NamedTuple):
    """One rule, by its keys in the catalogue."""

    name: str
    kind: str
    activity: str
    other: str = ""
    at_most: int = 0
    role: str = ""
    over: Over = int


class Deviation(NamedTuple):
    """One completion that breaks a rule."""

    object: str
    rule: str
    key: int
    activity: str
    party: str | None
    since_us: int


def deviations(
    entries: Iterable[Event], process: Process, said: Sequence[Said], rules: Rules | None = None
) -> list[Deviation]:
    """Every deviation in the cases of a process, of entries in any order."""
    rules = rules or Rules([process])
    found: list[Deviation] = []
    by_object: dict[str, dict[int, Event]] = {}
    for entry in entries:
        if entry.object_type == process.object_type:
            by_object.setdefault(entry.object, {})[entry.key] = entry
    for name, own in by_object.items():
        standing = [entry for entry in own.values() if not entry.is_void]
        done = reference.completions(standing, process, rules)
        for rule in said:
            for at, since_us in _broken(rule, done, process):
                event, activity, party = done[at]
                found.append(Deviation(name, rule.name, event.key, activity, party, since_us))
    return sorted(found, key=str)


_Done = list[tuple[Event, str, str | None]]
"""Completions in order, each with its activity and party."""


def _broken(rule: Said, done: _Done, process: Process) -> Iterable[tuple[int, int]]:
    for at, (event, activity, _) in enumerate(done):
        if rule.kind == "within" and activity == rule.activity:
            over_us = rule.over(event.occurred_us)
            if not _is_answered(rule, done[at + 1 :], process, over_us):
                yield at, over_us
        elif rule.kind != "within" and _is_broken(rule, done[:at], done[at]):
            yield at, event.occurred_us


def _is_answered(rule: Said, after: _Done, process: Process, over_us: int) -> bool:
    return any(
        event.occurred_us <= over_us
        for event, name, _ in after
        if name == rule.other or name in process.ends
    )


def _is_broken(rule: Said, before: _Done, one: tuple[Event, str, str | None]) -> bool:
    event, activity, _ = one
    names = [name for _, name, _ in before]
    pair = {rule.activity: rule.other, rule.other: rule.activity}
    is_own = activity == rule.activity
    return {
        "only after": is_own and rule.other not in names,
        "at most": is_own and names.count(activity) + 1 > rule.at_most,
        "never both": {*pair} <= {*names, activity} and not {*pair} <= {*names},
        "takes part": is_own
        and not any(
            rule.role in it.roles or party == rule.role
            for it, party in [(it, party) for it, name, party in before if name == rule.other][-1:]
        ),
        "different people": event.performer is not None
        and any(
            name == pair.get(activity) and it.performer == event.performer for it, name, _ in before
        ),
    }[rule.kind]
