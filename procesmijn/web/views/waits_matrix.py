"""Who waits for whom as a matrix: suppliers down, customers across, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.pairs import in_days, ninety
from procesmijn.web.views.waits_pair import Known

_BAR: Final = 46


class Cell(NamedTuple):
    """A cell of the matrix."""

    kind: str
    """``pair``, ``few`` where it is not shown, ``none`` without traffic, ``self``."""
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


def matrix(
    parties: Sequence[Tag], known: Sequence[Known], few: set[tuple[str, str]], asking: Asking
) -> Matrix:
    """Totals are those of the cells that are shown."""
    cells = {each.names: each for each in known}
    caused = {
        tag.name: _total((each for each in known if each.row.supplier == tag.name), asking)
        for tag in parties
    }
    waited = {
        tag.name: _total((each for each in known if each.row.customer == tag.name), asking)
        for tag in parties
    }
    most = max([*caused.values(), *waited.values()], default=1.0) or 1.0

    def cell(names: tuple[str, str]) -> Cell:
        if names[0] == names[1]:
            return Cell("self")
        if names in few:
            return Cell("few")
        return _cell(cells[names], asking) if names in cells else Cell("none")

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
