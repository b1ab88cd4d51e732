"""Rows of data as people read them: shares in percent, instants on their own clocks, a measure
beside its target or with its interval; and what is the same in every row said once, above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final, NamedTuple

from procesmijn.cli.layout import Column
from procesmijn.wording import Wording, reworded

_BESIDE: Final = {
    "share_met": ("target_share", "met of target"),
    "share_first_time_right": ("first_time_right_target", "first time right of target"),
    "overdue": ("open", "overdue of open"),
}
"""What is read as a part of what, in one cell, and the heading of both."""
_MOST_SAID: Final = 40
"""Longer text is the same in all rows by chance, and stays in them."""
_UNITS: Final = (("d", 86_400, 3_600, "h"), ("h", 3_600, 60, "m"), ("m", 60, 1, "s"))
"""Units of time: how many seconds they have, and the next unit has."""
_MANY: Final = 100
_LEAST: Final = 0.05
"""Percent: half of the last place that is shown."""


class Readable(NamedTuple):
    """A table, and what stands above it."""

    columns: list[Column]
    said: list[str]
    """What holds for every row."""


class _Field(NamedTuple):
    heading: str
    cells: list[str]
    is_number: bool
    is_text: bool

    @property
    def is_same(self) -> bool:
        """Whether nobody misses it: numbers are compared, unless there is none but zeros."""
        if len({*self.cells}) > 1 or len(self.cells[0]) > _MOST_SAID:
            return False
        return not self.is_number or self.cells[0] in {"", "0", "0s"}


def readable(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], zone: tzinfo, wording: Wording
) -> Readable:
    """Rows in the columns of that name. Those that are the same in all of several rows are said."""
    fields = [*_fields(rows, names, zone, wording)]
    same = [each.is_same for each in fields] if len(rows) > 1 else [False] * len(fields)
    if all(same):
        same = [False] * len(fields)
    known = [each for each, is_same in zip(fields, same, strict=True) if is_same]
    said = [f"{each.heading} {each.cells[0]}" for each in known if each.cells[0]]
    if empty := [each.heading for each in known if not each.cells[0]]:
        said.append(f"no {', '.join(empty)}")
    if zone is not UTC and any(isinstance(row[name], datetime) for row in rows for name in names):
        said.append(f"times in {zone}")
    left = [Column(*each) for each, is_same in zip(fields, same, strict=True) if not is_same]
    return Readable(left, said)


def duration(seconds: float, *, is_working: bool = False) -> str:
    """Time for people: the two largest units, or one where there are a hundred of it; working time
    in hours, since a working day has not 24 of them."""
    if seconds < 0:
        return f"-{duration(-seconds, is_working=is_working)}"
    for unit, large, small, next_unit in _UNITS[is_working:]:
        many, rest = divmod(round(seconds) // small, large // small)
        if many >= _MANY:
            return f"{round(seconds / large)}{unit}"
        if many:
            return f"{many}{unit} {rest:02}{next_unit}"
    return f"{round(seconds)}s"


def _roughly(seconds: float) -> str:
    """Time in its largest unit, rounded: what is uncertain needs no more."""
    unit, size = next((each[:2] for each in _UNITS if seconds >= each[1]), ("s", 1))
    return f"{round(seconds / size)}{unit}"


def _fields(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], zone: tzinfo, wording: Wording
) -> Iterator[_Field]:
    there = {*names}
    read = {name: _cells(name, [row[name] for row in rows], zone) for name in names}
    beside = {name: pair for name, pair in _BESIDE.items() if {name, pair[0]} <= there}
    intervals = {
        next((each for each in (stem, f"{stem}_mean") if each in there), ""): stem
        for stem in (name.removesuffix("_low") for name in names if name.endswith("_low"))
        if f"{stem}_high" in there
    }
    told = {other for other, _ in beside.values()}
    told |= {f"{stem}_{end}" for own, stem in intervals.items() if own for end in ("low", "high")}
    for name in names:
        if name in told:
            continue
        heading, cells = _heading(name), read[name]
        if name in beside:
            other, heading = beside[name]
            cells = [_beside(*pair) for pair in zip(cells, read[other], strict=True)]
        elif name in intervals:
            ends = [f"{intervals[name]}_{end}" for end in ("low", "high")]
            cells = [
                _interval(name, cell, *(row[each] for each in (name, *ends)))
                for cell, row in zip(cells, rows, strict=True)
            ]
        values = [row[name] for row in rows]
        yield _Field(
            reworded(heading, wording),
            cells,
            is_number=any(map(_is_number, values)),
            is_text=any(isinstance(value, str | tuple | datetime) for value in values),
        )


def _beside(cell: str, other: str) -> str:
    """'87% of 90%', as far as either is there."""
    return f"{cell} of {other}".strip() if other else cell


def _interval(name: str, cell: str, value: Any, low: Any, high: Any) -> str:
    """A value with its interval, which mostly lies as far below as above it."""
    if value is None or low is None or high is None:
        return cell
    below, above = value - low, high - value
    if abs(above - below) <= (above + below) * 1e-6:
        around = _roughly(above) if "seconds" in name else _cells(name, [above], UTC)[0]
        return f"{cell} \N{PLUS-MINUS SIGN}{around.lstrip('+')}"
    ends = _cells(name, [low, high], UTC)
    return f"{cell} ({ends[0]} to {ends[1]})"


def _cells(name: str, values: Sequence[Any], zone: tzinfo) -> list[str]:
    """A column as words."""
    words = name.split("_")
    if {"share", "target"} & {*words} and not any(isinstance(each, str) for each in values):
        shares = [None if each is None else float(each) * 100 for each in values]
        is_whole = all(each is None or round(each, 6).is_integer() for each in shares)
        return ["" if each is None else _percent(each, 0 if is_whole else 1) for each in shares]
    return [_words(name, value, zone) for value in values]


def _percent(percent: float, places: int) -> str:
    """What is not nothing is not shown as nothing, nor what is not all as all."""
    if 0 < percent < _LEAST:
        return "<0.1%"
    if 100 - _LEAST < percent < 100:
        return ">99.9%"
    return f"{percent:.{places}f}%"


def _words(name: str, value: Any, zone: tzinfo) -> str:
    if _is_number(value) and "seconds" in name:
        return duration(float(value), is_working="working" in name)
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M" + ("Z" if zone is UTC else ""))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return _printable(" > ".join(value))
    if isinstance(value, float):
        return f"{value:.3g}"
    return "" if value is None else _printable(str(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _heading(name: str) -> str:
    return name.replace("_seconds", "").removeprefix("seconds_").replace("_", " ")


def _printable(text: str) -> str:
    """Without what a terminal would obey: events may say anything."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else " " if each.isspace() else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
