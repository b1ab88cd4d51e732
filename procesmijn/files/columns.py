"""Says which column of a file means what: by name where told, else by the names that are usual."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Final

from procesmijn.errors import UsageError
from procesmijn.files.ocel import ACTIVITY, TIME
from procesmijn.files.xes import CASE


class ColumnsError(UsageError):
    """A file does not have the column that is asked for; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that make an event; None is not told, or not there."""

    case: str | None = None
    activity: str | None = None
    time: str | None = None
    start: str | None = None
    lifecycle: str | None = None
    party: str | None = None
    performer: str | None = None
    id: str | None = None

    def named(self) -> dict[str, str]:
        """Give what each column means and its name, for those that are there."""
        roles = {role.name: getattr(self, role.name) for role in fields(self)}
        return {role: name for role, name in roles.items() if name is not None}


Usual = Mapping[str, tuple[str, ...]]
"""What a column means to the names that it usually has, the first that is there counting."""

XES: Final[Usual] = {
    "case": ("case:concept:name",),
    "activity": ("concept:name",),
    "time": ("time:timestamp",),
    "start": ("start_timestamp",),
    "lifecycle": ("lifecycle:transition",),
    "party": ("org:group", "org:role", "org:resource"),
    "performer": ("org:resource",),
}
"""The standard extensions of XES, and the name that pm4py gives to a start in the same event."""

TABLE: Final[Usual] = {
    "case": (
        *XES["case"],
        "case_id",
        "caseid",
        "case",
        "trace_id",
        "dossier",
        "zaak",
        "zaaknummer",
    ),
    "activity": (
        *XES["activity"],
        "activity",
        "activity_name",
        "activiteit",
        "event",
        "event_name",
    ),
    "time": (
        *XES["time"],
        *("complete_timestamp", "end_timestamp", "timestamp", "end_time", "complete_time"),
        *("completed_at", "time", "datetime", "tijdstip", "eind", "einde"),
    ),
    "start": ("start_timestamp", "start_time", "started_at", "start"),
    "lifecycle": (*XES["lifecycle"], "lifecycle", "transition"),
    "party": ("org:group", "org:role", "party", "partij", "department", "afdeling", "team", "role"),
    "performer": (*XES["performer"], "resource", "performer", "user", "medewerker"),
}
"""Names in exports of process-mining tools and in hand-made tables, in lower case with underscores.

A column that may name persons is taken for the performer, never for the party: parties are stored
in clear.
"""

OCEL: Final[Usual] = {
    **{role: names for role, names in TABLE.items() if role != "case"},
    "activity": (ACTIVITY,),
    "time": (TIME,),
}
"""Attributes of events have the names of tables; what a case is has to be told."""

REQUIRED: Final = ("case", "activity", "time")


def find_columns(
    told: Columns, names: Collection[str], filled: Collection[str], usual: Usual
) -> Columns:
    """Find the column of each meaning: the one that is told, else the first usual one.

    ``names`` are the columns that the file declares, ``filled`` those that hold anything: only
    these are guessed, and none to mean two things. Raises :class:`ColumnsError` where one that is
    told or required is missing.
    """
    known = tuple(dict.fromkeys((*names, *filled)))
    found = {role: _told(role, name, known) for role, name in told.named().items()}
    by_usual_name = {_plain(name): name for name in reversed(tuple(filled))}
    for role, candidates in usual.items():
        free = (by_usual_name.get(candidate) for candidate in candidates)
        guess = next((name for name in free if name and name not in found.values()), None)
        if guess is not None:
            found.setdefault(role, guess)
    for role in REQUIRED:
        if role not in found:
            raise ColumnsError(
                f"which column is the {role}? Say so with --{role}; the file has {_list(known)}"
            )
    return Columns(**found)


def _told(role: str, name: str, known: Collection[str]) -> str:
    # A case that is told by the name of an attribute that events have as well is the trace's.
    candidates = (CASE + name, name) if role == "case" else (name, CASE + name)
    for candidate in candidates:
        if candidate in known:
            return candidate
    alike = [column for column in known if _plain(column) in map(_plain, candidates)]
    if len(alike) == 1:
        return alike[0]
    raise ColumnsError(f"no column {name!r} (--{role}); the file has {_list(known)}")


def _plain(name: str) -> str:
    return re.sub(r"[\s./_-]+", "_", name.strip().lower())


def _list(names: Collection[str]) -> str:
    return ", ".join(names)
