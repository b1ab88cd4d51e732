"""Who may see what: roles, what each of them gives, and of which processes. Pure, so that the page,
the API and the tests ask the same function.

An *owner* sees the facts of the own processes: figures of any period and filter, and single cases.
An *analyst* sees those of all. An *operator* sees streams and what was refused, and no figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Self


class Right(StrEnum):
    """What an address shows, or does."""

    DEFINITIONS = "definitions"
    """What figures mean: for everybody who has any role."""
    FACTS = "facts"
    """What ``bi_analyst`` reads: figures of any dates and filters, and single cases."""
    STREAMS = "streams"
    """What comes in and what was refused; and to act on it."""


class Role(StrEnum):
    """What somebody is."""

    OWNER = "owner"
    ANALYST = "analyst"
    OPERATOR = "operator"


_GIVES: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset({Right.DEFINITIONS, Right.FACTS}),
    Role.ANALYST: frozenset({Right.DEFINITIONS, Right.FACTS}),
    Role.OPERATOR: frozenset({Right.DEFINITIONS, Right.STREAMS}),
}


_HOMES: Final = {Right.FACTS: "/", Right.STREAMS: "/streams"}


class Grant(NamedTuple):
    """A role; that of an owner is of one process."""

    role: Role
    process: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """``analyst``, or ``owner:onboarding``. Raises :class:`ValueError`."""
        name, _, process = text.strip().partition(":")
        if name not in set(Role):
            raise ValueError(f"{text!r} is no role: {', '.join(Role)}")
        if (name == Role.OWNER) != bool(process):
            raise ValueError(f"{text!r}: an owner, and nobody else, is so of a process: owner:NAME")
        return cls(Role(name), process)

    def __str__(self) -> str:
        return f"{self.role}:{self.process}" if self.process else str(self.role)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks."""

    name: str
    """As it is written down beside what was looked at."""
    grants: frozenset[Grant]
    label: str = ""
    """As the page greets; empty for whoever sits at this machine."""


HERE: Final = Viewer("local", frozenset({Grant(Role.ANALYST), Grant(Role.OPERATOR)}))
"""Whoever sits at the machine that the page listens on alone."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of which processes something may be seen."""

    processes: frozenset[str] | None
    """None for all."""

    def __bool__(self) -> bool:
        return self.processes is None or bool(self.processes)

    def within(self, asked: Iterable[str]) -> tuple[str, ...] | None:
        """The processes to narrow a question to, none being all; None where one is out of reach."""
        chosen = tuple(asked)
        if self.processes is None:
            return chosen
        return (chosen or tuple(sorted(self.processes))) if self.processes >= set(chosen) else None


EVERYWHERE: Final = Reach(None)
NOWHERE: Final = Reach(frozenset())


def reach(grants: Iterable[Grant], right: Right) -> Reach:
    """Of which processes these roles give a right."""
    giving = [grant for grant in grants if right in _GIVES[grant.role]]
    if right is Right.FACTS and all(grant.role is Role.OWNER for grant in giving):
        return Reach(frozenset(grant.process for grant in giving))
    return EVERYWHERE if giving else NOWHERE


def home(grants: Collection[Grant]) -> str | None:
    """The view that somebody begins at; None where the roles give none."""
    return next((path for right, path in _HOMES.items() if reach(grants, right)), None)


def granted(claims: Iterable[str], groups: Mapping[str, frozenset[Grant]]) -> frozenset[Grant]:
    """What a provider says of somebody, as roles: its own words for them, else ours."""
    found: set[Grant] = set()
    for claim in claims:
        if claim in groups:
            found |= groups[claim]
            continue
        try:
            found.add(Grant.read(claim))
        except ValueError:
            continue  # most groups of an organisation say nothing of this page
    return frozenset(found)


def read_groups(text: str) -> dict[str, frozenset[Grant]]:
    """``hr-leads=owner:onboarding,owner:recruitment; controllers=analyst``.

    Raises :class:`ValueError`.
    """
    groups: dict[str, frozenset[Grant]] = {}
    for part in filter(str.strip, text.split(";")):
        group, equals, roles = part.rpartition("=")
        if not equals or not group.strip():
            raise ValueError(f"{part.strip()!r} is not written as group=role,role")
        groups[group.strip()] = frozenset(map(Grant.read, roles.split(",")))
    return groups
