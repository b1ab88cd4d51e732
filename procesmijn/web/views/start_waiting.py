"""What the start says of waiting: which pairs surely changed, and where most of it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.store.figures import WaitRow
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.filter_bar import said_period
from procesmijn.web.pairs import in_days, pair_url, short, shown

_MOVES: Final = 3
_WIDTH: Final = 268.0
_SCALE: Final = 250.0
_NEAR: Final = 60.0
_ROOM: Final = 44.0
_PILES: Final = 5


class Label(NamedTuple):
    """Where a figure is written over its mark."""

    x: float
    anchor: str


class Move(NamedTuple):
    """A pair of which the wait surely changed."""

    supplier: Tag
    customer: Tag
    url: str
    cases: str
    before: Markup
    now: Markup
    before_x: float
    now_x: float
    before_label: Label
    now_label: Label
    is_better: bool


class Moves(NamedTuple):
    """Those that changed by most, each way."""

    better: tuple[Move, ...]
    worse: tuple[Move, ...]
    said: Markup
    """How many there are."""


class Pile(NamedTuple):
    """A pair, and how much waiting it holds."""

    supplier: Tag
    customer: Tag
    url: str
    width: float
    days: str
    share: str


class Piles(NamedTuple):
    """Those that hold most."""

    largest: tuple[Pile, ...]
    said: Markup
    """How much there is in all."""


class _Change(NamedTuple):
    row: WaitRow
    before: float
    """The median then, in seconds; likewise now."""
    now: float
    days: float
    """By how much it rose."""


def moves(rows: Sequence[WaitRow], before: Sequence[WaitRow], asking: Asking) -> Moves:
    """Pairs whose median changed by more than chance, on one scale."""
    changes = sorted(_changes(rows, before, asking), key=lambda each: each.days)
    better = [each for each in changes if each.days < 0]
    worse = [each for each in reversed(changes) if each.days > 0]
    most = max(
        (
            in_days(max(each.now, each.before), each.row, asking)
            for each in (*better[:_MOVES], *worse[:_MOVES])
        ),
        default=1.0,
    )
    return Moves(
        tuple(_move(each, most, asking) for each in better[:_MOVES]),
        tuple(_move(each, most, asking) for each in worse[:_MOVES]),
        asking.say.text("start.moved", better=len(better), worse=len(worse)),
    )


def piles(rows: Sequence[WaitRow], asking: Asking) -> Piles:
    """Where most waiting is, in days of whoever waits."""
    say = asking.say
    waited = [(in_days(row.seconds_sum, row, asking), row) for row in shown(rows, asking)]
    waited.sort(key=lambda each: -each[0])
    total = sum(days for days, _ in waited)
    largest = tuple(
        Pile(
            asking.names.party(row.supplier),
            asking.names.party(row.customer),
            pair_url(row.supplier, row.customer, asking),
            round(max(days / waited[0][0] * 60, 1.0), 1),
            say.number(days),
            say.share(days / total),
        )
        for days, row in waited[:_PILES]
        if total
    )
    return Piles(
        largest, say.text("start.piled", period=said_period(asking), total=say.number(total))
    )


def _changes(rows: Sequence[WaitRow], before: Sequence[WaitRow], asking: Asking) -> list[_Change]:
    then = {(row.supplier, row.customer): row for row in shown(before, asking)}
    found = []
    for row in shown(rows, asking):
        earlier = then.get((row.supplier, row.customer))
        if earlier is None:
            continue
        was = certainty.median(earlier.quantiles, earlier.handovers)
        now = certainty.median(row.quantiles, row.handovers)
        change = certainty.difference(now, was)
        if certainty.direction(change):
            found.append(_Change(row, was.value, now.value, in_days(change.value, row, asking)))
    return found


def _move(each: _Change, most: float, asking: Asking) -> Move:
    row = each.row
    before_x, now_x = (
        round(in_days(seconds, row, asking) / most * _SCALE + 8, 1)
        for seconds in (each.before, each.now)
    )
    return Move(
        asking.names.party(row.supplier),
        asking.names.party(row.customer),
        pair_url(row.supplier, row.customer, asking),
        asking.say.number(row.cases),
        short(each.before, row, asking),
        short(each.now, row, asking),
        before_x,
        now_x,
        *_labels(before_x, now_x),
        each.days < 0,
    )


def _labels(before_x: float, now_x: float) -> tuple[Label, Label]:
    """Over their marks, or side by side where these are too near for that."""
    if abs(before_x - now_x) >= _NEAR:
        before, now = (
            Label(min(max(x, _ROOM / 2), _SCALE - 12), "middle") for x in (before_x, now_x)
        )
        return before, now
    start = min(max(before_x, now_x, _ROOM) + 6, _WIDTH - _ROOM)
    left = Label(min(max(min(before_x, now_x), _ROOM), start - 6), "end")
    right = Label(start, "start")
    return (left, right) if before_x < now_x else (right, left)
