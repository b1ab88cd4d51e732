"""The ways that cases went, the most frequent first: what a map adds up, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.traces import variant_key
from procesmijn.store import flows
from procesmijn.store.figures import Clock
from procesmijn.store.flows import VariantRow
from procesmijn.store.terms import Terms
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.views.map_paths import cases_meant

_ROWS: Final = 5
_MOST: Final = 0.8
_DAY: Final = 86_400.0


class Step(NamedTuple):
    """A chevron."""

    tag: Tag
    label: str


class Way(NamedTuple):
    """A row."""

    steps: tuple[Step, ...]
    cases: str
    share: str
    time: Markup
    """Cycle time, in calendar time: nobody's calendar is that of a whole case."""
    url: str
    is_selected: bool
    said: Markup


class Ways(NamedTuple):
    """What the panel shows."""

    rows: tuple[Way, ...]
    covered: Markup
    """How many of the ways cover which share."""
    most: Markup
    """How many ways most cases take."""
    most_url: str | None
    """Shows all of those, where that is more."""
    rest: Markup
    """What the others have; empty where there are none, or too few."""


def variants(process: str, asking: Asking) -> list[VariantRow]:
    """The ways of the cases that started in the period, those of too few cases among them."""
    every_way = replace(asking, here=asking.here.to(variant=()))
    meant = cases_meant(every_way, started=asking.period)
    return flows.timed_variants(process, Terms(), asking.connection, meant)


def ways(
    process: str, labels: Mapping[str, str], party_of: Mapping[str, str], asking: Asking
) -> Ways:
    """As many as are asked for, of those with enough cases."""
    say, here = asking.say, asking.here
    found = variants(process, asking)
    enough = [row for row in found if row.cases >= asking.k]
    total = sum(row.cases for row in found)
    sums = list(accumulate(row.cases for row in found))
    most = next((n for n, cases in enumerate(sums, 1) if cases >= _MOST * total), 0)
    shown = enough[: max(here.rows, _ROWS)]

    def way(row: VariantRow) -> Way:
        key = str(variant_key(row.variant))
        is_selected = key in here.variant
        steps = tuple(
            Step(asking.names.party(party_of.get(name, "")), labels.get(name, name))
            for name in row.variant
        )
        return Way(
            steps,
            say.number(row.cases),
            say.share(row.share),
            say.short(row.cycle_seconds_median, _DAY, Clock.ELAPSED),
            here.at(asking.path, variant=() if is_selected else (key,), select=""),
            is_selected,
            say.text(
                "map.way",
                cases=say.number(row.cases),
                share=say.share(row.share),
                steps=" → ".join(step.label for step in steps),
            ),
        )

    covered = sum(row.cases for row in shown)
    others = total - covered
    return Ways(
        tuple(map(way, shown)),
        say.text(
            "map.covered",
            n=len(shown),
            of=say.number(len(found)),
            share=_share(covered, total, asking),
        ),
        say.text("map.most", n=most),
        here.at(asking.path, rows=most) if len(shown) < min(most, len(enough)) else None,
        say.text("map.rest", n=len(found) - len(shown), share=_share(others, total, asking))
        if others >= asking.k
        else Markup(""),
    )


def _share(cases: int, total: int, asking: Asking) -> str:
    return asking.say.share(cases / total if total else None)
