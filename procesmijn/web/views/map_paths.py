"""The activities and paths of a map: those of enough cases, as many as are asked for, with what was
agreed on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.documents.words import Language
from procesmijn.store import deliveries, paths
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.filters import CaseFilter
from procesmijn.store.paths import ActivityRow, Kind, PathRow, Paths
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.reliability import Reliability, reliability
from procesmijn.web.simplify import simplify

_THINNEST: Final = 1.25
_THICKEST: Final = 8.0


@dataclass(frozen=True, slots=True)
class Path:
    """A path that may be shown."""

    row: PathRow
    before: str
    """Labels of the activities."""
    after: str
    kept: Reliability
    """What was delivered within agreement between the two parties, in this process."""
    deliverables: tuple[str, ...]
    is_agreed: bool
    is_selected: bool

    @property
    def is_handover(self) -> bool:
        """Whether somebody waits."""
        return self.row.kind is Kind.HANDOVER

    @property
    def is_rework(self) -> bool:
        """Whether it mostly leads to what had been done before."""
        return self.row.again * 2 >= self.row.cases

    @property
    def median(self) -> float | None:
        """Seconds."""
        return certainty.at(self.row.quantiles, 0.5) if self.is_handover else None

    @property
    def p90(self) -> float | None:
        """Seconds that nine in ten did not exceed."""
        return certainty.at(self.row.quantiles, 0.9) if self.is_handover else None

    @property
    def key(self) -> str:
        """How it stands in an address."""
        return f"{_quoted(self.row.before)}>{_quoted(self.row.after)}"

    def width(self, most: int) -> float:
        """Of its line, where the strongest has ``most`` cases."""
        return round(_THINNEST + (_THICKEST - _THINNEST) * sqrt(self.row.cases / most), 2)

    def days(self, asking: Asking) -> float:
        """All that was waited, in days of whoever waits."""
        return self.row.seconds_sum / asking.day(self.row.customer)

    def said(self, seconds: float | None, asking: Asking) -> Markup:
        """A wait, as in a table."""
        if seconds is None:
            return Markup("\N{EN DASH}")
        return asking.say.short(seconds, asking.day(self.row.customer), asking.here.clock)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a map shows of a process."""

    process: str
    cases: int
    activities: tuple[ActivityRow, ...]
    labels: dict[str, str]
    lanes: tuple[Tag, ...]
    paths: tuple[Path, ...]
    """Those most is waited on first."""
    hidden_activities: int
    hidden_paths: int
    """By what is asked for: what is of too few cases is told by nobody."""
    has_few: bool

    def label(self, activity: str) -> str:
        """How it is called."""
        return self.labels.get(activity, activity)


def cases_meant(asking: Asking, **more: Any) -> CaseFilter:
    """Those in which the chosen parties took part, and that went one of the chosen ways."""
    here = asking.here
    return CaseFilter(
        parties=tuple(dict.fromkeys((*here.supplier, *here.customer))),
        variants=tuple(int(key) for key in here.variant),
        **more,
    )


def drawn(process: str, asking: Asking) -> Drawn:
    """Read the map of a process, and take what may be shown and is asked for."""
    here, k = asking.here, asking.k
    read = paths.paths(process, asking.period, here.clock, asking.connection, cases_meant(asking))
    enough, many = _of_enough(read, k)
    kept = simplify(
        {row.activity: row.cases or read.cases for row in enough},
        {(row.before, row.after): row.cases for row in many},
        {name: n for name, n in read.starts.items() if n >= k},
        {name: n for name, n in read.ends.items() if n >= k},
        (1 - here.activities / 100) * read.cases,
        (1 - here.paths / 100) * read.cases,
        [(row.before, row.after) for row in many if row.kind is Kind.BESIDE],
    )
    activities = [row for row in enough if row.activity in kept.activities]
    labels = labels_of(read, asking)
    chosen = deliveries.kept(here.to(process=(process,)).chosen, asking.period, asking.connection)
    shown = [row for row in many if (row.before, row.after) in kept.ways]
    found = sorted(
        (_path(row, labels, chosen, asking) for row in shown),
        key=lambda path: (-path.days(asking), -path.row.cases, path.row.before, path.row.after),
    )
    return Drawn(
        process,
        read.cases,
        tuple(activities),
        labels,
        tuple(asking.names.in_order(row.party for row in activities)),
        tuple(found),
        len(enough) - len(activities),
        sum(row.kind is not Kind.BESIDE for row in many)
        - sum(row.kind is not Kind.BESIDE for row in shown),
        len(enough) < len(read.activities) or len(many) < len(read.paths),
    )


def labels_of(read: Paths, asking: Asking) -> dict[str, str]:
    """How activities are called; two that are called the same keep their names."""
    is_dutch = asking.say.language is Language.NL
    labels = {row.activity: row.label_nl if is_dutch else row.label_en for row in read.activities}
    often = Counter(labels.values())
    return {name: label if often[label] == 1 else name for name, label in labels.items()}


def _of_enough(read: Paths, k: int) -> tuple[list[ActivityRow], list[PathRow]]:
    """Activities and paths of enough cases; an activity that only ends a path is as good as it."""
    many = [row for row in read.paths if row.cases >= k]
    ends = {name for row in many for name in (row.before, row.after)}
    enough = [
        row for row in read.activities if row.cases >= k or (not row.n and row.activity in ends)
    ]
    names = {row.activity for row in enough}
    return enough, [row for row in many if names.issuperset((row.before, row.after))]


def _path(row: PathRow, labels: dict[str, str], kept: list[KeptRow], asking: Asking) -> Path:
    pair = row.supplier, row.customer
    own = [each for each in kept if (each.supplier, each.customer) == pair]
    if row.kind is not Kind.HANDOVER:
        own = []
    key = f"{_quoted(row.before)}>{_quoted(row.after)}"
    return Path(
        row,
        labels.get(row.before, row.before),
        labels.get(row.after, row.after),
        reliability(own, asking.k),
        tuple(dict.fromkeys(asking.names.deliverable(each.deliverable).label for each in own)),
        bool(own),
        asking.here.select == key,
    )


def _quoted(name: str) -> str:
    return name.replace("%", "%25").replace(">", "%3E")
