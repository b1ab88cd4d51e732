"""What the terminal shows of the demonstration: figures in, tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

HANDOVERS_SHOWN: Final = 12
PENDING_SHOWN: Final = 8

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
    waits: Sequence[tuple[str, Handover]]
    """(process, handovers of a pair of parties in it)."""
    pending: Sequence[Pending]
    dead_letters: Mapping[str, int]
    """Records that were refused, by reason."""
    labels: Mapping[str, str]
    """Of parties and processes, as people call them."""


def live(figures: Figures, hints: Sequence[str]) -> RenderableType:
    """The screen while the demonstration runs."""
    clock = f"{figures.present:%A %-d %B %Y, %H:%M}"
    return Group(
        Panel(
            _pulse(figures),
            title=f"[bold]procesmijn demo[/]  {clock}  ({figures.speed:g} times the clock)",
            border_style="cyan",
        ),
        *_tables(figures),
        Text("\n".join(hints), style="dim"),
    )


def final(figures: Figures) -> RenderableType:
    """What is left when it has stopped."""
    return Group(*_tables(figures), _pulse(figures))


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


def _pulse(figures: Figures) -> RenderableType:
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
    letters = Text.from_markup(f"[bold]{sum(figures.dead_letters.values())}[/] dead letters: ")
    letters.append(refused or "none")
    return Group(grid, letters)


def _tables(figures: Figures) -> tuple[Table, Table]:
    return _handover_table(figures), _pending_table(figures)


def _handover_table(figures: Figures) -> Table:
    table = _table(
        "Who waits for whom: most waiting first",
        ("process", "left"),
        ("supplier", "left"),
        ("customer, who waited", "left"),
        ("handovers", "right"),
        ("mean", "right"),
        ("p90", "right"),
        ("mean, working", "right"),
        ("p90, working", "right"),
    )
    waits = sorted(
        figures.waits,
        key=lambda wait: -wait[1].handovers * wait[1].wait_working_seconds_mean,
    )
    for process, pair in waits[:HANDOVERS_SHOWN]:
        table.add_row(
            _label(figures, process),
            _label(figures, pair.supplier),
            _label(figures, pair.customer),
            f"{pair.handovers:,}",
            span(pair.wait_seconds_mean),
            span(pair.wait_seconds_p90),
            _working(pair.wait_working_seconds_mean),
            _working(pair.wait_working_seconds_p90),
        )
    return table


def _pending_table(figures: Figures) -> Table:
    table = _table(
        "Pending: handed over, and not picked up yet",
        ("from", "left"),
        ("waits at", "left"),
        ("cases", "right"),
        ("oldest", "right"),
        ("oldest, working", "right"),
    )
    for each in figures.pending[:PENDING_SHOWN]:
        table.add_row(
            _label(figures, each.supplier) if each.supplier else "-",
            _label(figures, each.customer),
            f"{each.cases:,}",
            span(each.waiting_seconds_max),
            _working(each.waiting_working_seconds_max),
        )
    return table


def _table(title: str, *columns: tuple[str, str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for header, justify in columns:
        table.add_column(header, justify="right" if justify == "right" else "left", no_wrap=True)
    return table


def _label(figures: Figures, name: str) -> str:
    return figures.labels.get(name, name)
