"""What the terminal shows of the demonstration: figures in, tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

MOST_PER_PROCESS: Final = 4
"""Pairs of parties of one process."""
MOST_PENDING: Final = 8

_LINES_BESIDE_ROWS: Final = 13
"""Borders, titles and headers."""
_PARTIES_WIDTH: Final = 35
_NUMBER_WIDTH: Final = 7

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


class Handover(Protocol):
    """Handovers between two parties."""

    @property
    def supplier(self) -> str: ...
    @property
    def customer(self) -> str: ...
    @property
    def handovers(self) -> int: ...
    @property
    def wait_seconds_mean(self) -> float: ...
    @property
    def wait_seconds_p90(self) -> float: ...
    @property
    def wait_working_seconds_mean(self) -> float: ...
    @property
    def wait_working_seconds_p90(self) -> float: ...


class Pending(Protocol):
    """What one party has to pick up from another."""

    @property
    def supplier(self) -> str | None: ...
    @property
    def customer(self) -> str: ...
    @property
    def cases(self) -> int: ...
    @property
    def waiting_seconds_max(self) -> float: ...
    @property
    def waiting_working_seconds_max(self) -> float: ...


Waits: TypeAlias = Mapping[str, Sequence[Handover]]
"""Handovers between pairs of parties by process."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is shown, as of one moment."""

    present: datetime
    """The simulated moment, local."""
    speed: float
    events: int
    cases: int
    handovers: int
    duplicates: int
    lag: int
    per_second: float
    p50_seconds: float | None
    p99_seconds: float | None
    waits: Waits
    """Handovers between pairs of parties by process, most frequent first."""
    pending: Sequence[Pending]
    dead_letters: Mapping[str, int]
    """Records that were refused, by reason."""
    labels: Mapping[str, str]
    """Of parties, as people call them."""
    titles: Mapping[str, str]
    """Of processes: one may have the name of a party."""


def live(figures: Figures, hints: Sequence[str], height: int) -> RenderableType:
    """The screen while the demonstration runs, on a terminal of so many lines."""
    rows = max(height - len(hints) - _LINES_BESIDE_ROWS, 0)
    waits, per_process = _fitting(figures.waits, rows * 2 // 3)
    lines = sum(1 + len(pairs[:per_process]) for pairs in waits.values())
    clock = f"{figures.present:%A %-d %B %Y, %H:%M}"
    return Group(
        Panel(
            _pulse(figures, is_live=True),
            title=f"[bold]procesmijn demo[/]  {clock}  ({figures.speed:g} times the clock)",
            border_style="cyan",
        ),
        _handovers(figures, waits, per_process),
        "",
        _pending(figures, min(max(rows - lines, 1), MOST_PENDING)),
        "",
        Text("\n".join(hints), style="dim"),
    )


def final(figures: Figures) -> RenderableType:
    """What is left when it has stopped."""
    return Group(
        _handovers(figures, _happened(figures.waits), MOST_PER_PROCESS),
        "",
        _pending(figures, MOST_PENDING),
        "",
        _pulse(figures, is_live=False),
    )


def span(seconds: float | None) -> str:
    """A length of time as people say it, in the unit that fits: ``850 ms``, ``12 min``, ``3.4 h``.

    A day has 24 hours, also where working hours are counted, so these stay in hours.
    """
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _DAY:.1f} d"


def _working(seconds: float) -> str:
    return span(seconds) if seconds < 2 * _HOUR else f"{seconds / _HOUR:.1f} h"


def _pulse(figures: Figures, *, is_live: bool) -> RenderableType:
    refused = ", ".join(f"{reason} {n}" for reason, n in figures.dead_letters.items())
    grid = Table.grid(padding=(0, 3))
    grid.add_row(
        f"[bold]{figures.per_second:,.1f}[/] events/s",
        f"freshness p50 [bold]{span(figures.p50_seconds)}[/], "
        f"p99 [bold]{span(figures.p99_seconds)}[/]",
        f"{figures.lag:,} waiting in Kafka",
    )
    grid.add_row(
        f"[bold]{figures.events:,}[/] events",
        f"[bold]{figures.cases:,}[/] cases, [bold]{figures.handovers:,}[/] handovers",
        f"{figures.duplicates:,} duplicates",
    )
    letters = Text(no_wrap=is_live, overflow="ellipsis")  # a live screen has no other line for it
    letters.append(f"{sum(figures.dead_letters.values()):,}", style="bold")
    letters.append(f" dead letters: {refused}" if refused else " dead letters")
    return Group(grid, letters)


def _fitting(waits: Waits, lines: int) -> tuple[Waits, int]:
    """The processes that fit into so many lines, the busiest first, and how many pairs of each."""
    busiest = sorted(
        _happened(waits).items(), key=lambda each: -sum(pair.handovers for pair in each[1])
    )
    per_process = min(max(lines // max(len(busiest), 1) - 1, 1), MOST_PER_PROCESS)
    return dict(busiest[: max(lines // (1 + per_process), 1)]), per_process


def _happened(waits: Waits) -> Waits:
    return {process: pairs for process, pairs in waits.items() if pairs}


def _handovers(figures: Figures, waits: Waits, per_process: int) -> Table:
    table = _table(
        "Who waits for whom",
        *("number", "mean", "90%", "mean,\nworking", "90%,\nworking"),
    )
    for process, pairs in waits.items():
        table.add_row(f"[cyan]{figures.titles.get(process, process)}[/]")
        for pair in pairs[:per_process]:
            table.add_row(
                f"  {_label(figures, pair.supplier)} → {_label(figures, pair.customer)}",
                f"{pair.handovers:,}",
                span(pair.wait_seconds_mean),
                span(pair.wait_seconds_p90),
                _working(pair.wait_working_seconds_mean),
                _working(pair.wait_working_seconds_p90),
            )
    return table


def _pending(figures: Figures, rows: int) -> Table:
    table = _table("Pending: not picked up yet", "cases", "oldest", "oldest,\nworking")
    for each in figures.pending[:rows]:
        supplier = _label(figures, each.supplier) if each.supplier else "nobody that is known"
        table.add_row(
            f"  {supplier} → {_label(figures, each.customer)}",
            f"{each.cases:,}",
            span(each.waiting_seconds_max),
            _working(each.waiting_working_seconds_max),
        )
    return table


def _table(title: str, *numbers: str) -> Table:
    """Parties and then numbers, at the same places in both tables; 80 columns wide."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column(title, min_width=_PARTIES_WIDTH, max_width=_PARTIES_WIDTH)
    for header in numbers:
        table.add_column(header, justify="right", min_width=_NUMBER_WIDTH, no_wrap=True)
    return table


def _label(figures: Figures, name: str) -> str:
    return figures.labels.get(name, name)
