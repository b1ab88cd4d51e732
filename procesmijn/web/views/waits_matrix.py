"""Who waits for whom as a matrix: suppliers down, customers across, and what that adds up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.pairs import in_days, ninety
from procesmijn.web.views.waits_pair import Known

MOST: Final = 15
"""So many parties fit; of more the rest is shown as one."""
OTHERS: Final = Tag("", "", "p0", 0.0)
"""Stands for that; no party has this name."""

_BAR: Final = 46
_ALL_ROWS: Final = 5_000


class Cell(NamedTuple):
    """A cell of the matrix."""

    kind: str
    """``pair``, ``few`` where it is not shown, ``none`` without traffic, ``self``, ``others``."""
    step: int = 0
    value: str = ""
    cases: str = ""
    state: str = ""
    url: str = ""
    title: Markup | str = ""
    is_selected: bool = False


class Row(NamedTuple):
    """What one supplier makes others wait."""

    tag: Tag
    cells: tuple[Cell, ...]
    total: str
    width: float


class Foot(NamedTuple):
    """What one customer waited."""

    total: str
    width: float


class Matrix(NamedTuple):
    """The whole picture."""

    rows: tuple[Row, ...]
    feet: tuple[Foot, ...]


def gathered(parties: Sequence[Tag], known: Sequence[Known], asking: Asking) -> list[Tag]:
    """Those that fit: all, or the ones that wait and make wait most, and one for the rest.

    The parties of a chosen pair, and of the longest wait, are always there.
    """
    if len(parties) <= MOST:
        return list(parties)
    days: defaultdict[str, float] = defaultdict(float)
    for each in known:
        total = each.total_days(asking)
        for name in each.names:
            days[name] += total
    first = [*(asking.here.selected or ()), *(known[0].names if known else ())]
    by_days = sorted((tag.name for tag in parties), key=lambda name: -days[name])
    ours = {tag.name for tag in parties}
    kept = [name for name in dict.fromkeys([*first, *by_days]) if name in ours][: MOST - 1]
    return [*(tag for tag in parties if tag.name in kept), OTHERS]


def matrix(
    parties: Sequence[Tag], known: Sequence[Known], few: set[tuple[str, str]], asking: Asking
) -> Matrix:
    """Totals are those of the cells that are shown.

    Of pairs that are shown as one no median is told, since medians do not add up: how many they
    are, and what they waited together.
    """
    names_shown = {tag.name for tag in parties}

    def place(names: tuple[str, str]) -> tuple[str, str]:
        supplier, customer = (name if name in names_shown else OTHERS.name for name in names)
        return supplier, customer

    cells: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
    for each in known:
        cells[place(each.names)].append(each)
    hidden = {place(names) for names in few}
    caused = {
        tag.name: _total(
            (it for names in cells if names[0] == tag.name for it in cells[names]), asking
        )
        for tag in parties
    }
    waited = {
        tag.name: _total(
            (it for names in cells if names[1] == tag.name for it in cells[names]), asking
        )
        for tag in parties
    }
    most = max([*caused.values(), *waited.values()], default=1.0) or 1.0

    def cell(names: tuple[str, str]) -> Cell:
        found = cells.get(names)
        if OTHERS.name in names and found:
            return _joined(found, asking)
        if names[0] == names[1]:
            return Cell("self")
        if names in hidden:
            return Cell("few")
        return _cell(found[0], asking) if found else Cell("none")

    def total(days: float) -> tuple[str, float]:
        text = asking.say.text("figure.days_short", days=asking.say.number(days))
        return str(text), round(days / most * _BAR, 1)

    return Matrix(
        tuple(
            Row(
                tag,
                tuple(cell((tag.name, other.name)) for other in parties),
                *total(caused[tag.name]),
            )
            for tag in parties
        ),
        tuple(Foot(*total(waited[tag.name])) for tag in parties),
    )


def _total(known: Iterable[Known], asking: Asking) -> float:
    return sum(each.total_days(asking) for each in known)


def _cell(each: Known, asking: Asking) -> Cell:
    return Cell(
        "pair",
        each.step,
        _value(each, asking),
        asking.say.number(each.row.cases),
        each.kept.state,
        each.url,
        each.title,
        each.is_selected,
    )


def _joined(known: Sequence[Known], asking: Asking) -> Cell:
    say = asking.say
    pairs = say.text("waits.pairs", n=len(known))
    total = say.number(_total(known, asking))
    return Cell(
        "others",
        value=total if asking.here.measure == "total" else "",
        cases=pairs,
        url=asking.here.at(asking.path, rows=_ALL_ROWS, select=""),
        title=say.text("waits.cell_others", n=len(known), days=total),
    )


def _value(each: Known, asking: Asking) -> str:
    """In the measure that is asked for."""
    say = asking.say
    match asking.here.measure:
        case "p90":
            return say.tenth(in_days(ninety(each.row), each.row, asking))
        case "total":
            return say.number(each.total_days(asking))
        case "met":
            return say.share(each.kept.share)
        case _:
            return say.tenth(each.days)
