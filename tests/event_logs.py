"""Event logs that the tests make themselves, and what is known of them by plain reckoning."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

from procesmijn.files.columns import Columns
from procesmijn.files.log import Log, read_log
from schemas.event import Event

Row = dict[str, str]

DEPARTMENTS: Final = ("HR", "Payroll", "IT", "Facilities", "Finance")
STEPS: Final = ("asked", "checked", "made", "corrected", "delivered")


def make_log(cases: int, seed: int) -> list[Row]:
    """Rows of cases that wander between departments; no two instants of a case are the same."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for case in range(cases):
        at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC) + timedelta(minutes=chance.randrange(60_000))
        for _ in range(chance.randint(2, 12)):
            at += timedelta(seconds=chance.randint(1, 200_000))
            rows.append(
                {
                    "case_id": f"C{case:05}",
                    "activity": chance.choice(STEPS),
                    "timestamp": at.isoformat().replace("+00:00", "Z"),
                    "department": chance.choice(DEPARTMENTS),
                }
            )
    return rows


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """The rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_events(path: Path, **told: str) -> tuple[Log, list[Event]]:
    """A file as events of a process, with columns that are told."""
    log = read_log(path, Columns(**told), "hiring")
    return log, list(log.events())


def handovers_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Who waits for whom, as `procesmijn handovers` has to say it, without the working time."""
    of_case: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_case[row["case_id"]].append(row)
    waits: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    in_cases: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for case, events in of_case.items():
        events.sort(key=lambda row: datetime.fromisoformat(row["timestamp"]))
        for before, after in pairwise(events):
            pair = before["department"], after["department"]
            if pair[0] != pair[1]:
                begin, end = (datetime.fromisoformat(row["timestamp"]) for row in (before, after))
                waits[pair].append((end - begin).total_seconds())
                in_cases[pair].add(case)
    return [
        {
            "supplier": supplier,
            "customer": customer,
            "handovers": len(seconds),
            "cases": len(in_cases[supplier, customer]),
            "wait_seconds_mean": sum(seconds) / len(seconds),
            "wait_seconds_median": median(seconds),
            "wait_seconds_p90": percentile(sorted(seconds), 0.9),
        }
        for (supplier, customer), seconds in sorted(
            waits.items(), key=lambda item: (-len(item[1]), item[0])
        )
    ]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the closest ranks."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
