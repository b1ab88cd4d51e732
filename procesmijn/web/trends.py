"""Trends of reliability: a half year by week, and one axis for those that are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from procesmijn.store import figures
from procesmijn.store.figures import Dimension, WeekRow
from procesmijn.store.filters import Period
from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark, spark
from procesmijn.web.say import week_of

_WEEKS: Final = 26
_HIGHEST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Trends:
    """Shares by week that are looked at side by side."""

    rows: Sequence[WeekRow]
    today: date
    k: int
    low: float
    """Where their axis begins, in whole fives."""
    high: float = _HIGHEST

    def spark(self, target: float | None, **names: str) -> Spark | None:
        """That of a supplier, a pair, ...; weeks with too few cases are gaps."""
        weekly = {
            row.week: row
            for row in self.rows
            if all(getattr(row, dimension) == name for dimension, name in names.items())
        }
        weeks = trend_weeks(self.today)
        shares = [
            row.met / row.due
            if (row := weekly.get(week)) is not None and row.cases >= self.k
            else None
            for week in weeks
        ]
        is_running = shares[-1] is not None
        return spark(shares, self.low, self.high, target, is_running=is_running)


def trends(asking: Asking, targets: Iterable[float | None], *by: Sequence[Dimension]) -> Trends:
    """Read those of each dimension in ``by``; the targets are to be on the axis, too."""
    rows = [
        row
        for dimensions in by
        for row in figures.weeks(
            dimensions, asking.here.chosen, trend_period(asking.today), asking.connection
        )
    ]
    shares = [row.met / row.due for row in rows if row.cases >= asking.k]
    lowest = min([*shares, *(each for each in targets if each is not None)], default=0.0)
    return Trends(rows, asking.today, asking.k, max(int(lowest * 20) / 20 - 0.05, 0.0))


def trend_weeks(today: date) -> list[date]:
    """The Mondays of a trend, that of the running week last."""
    first = _first_week(today)
    return [first + timedelta(weeks=number) for number in range(_WEEKS)]


def trend_period(today: date) -> Period:
    """The weeks of a trend, the running one among them."""
    return Period(_first_week(today), today + timedelta(days=1))


def _first_week(today: date) -> date:
    return week_of(today) - timedelta(weeks=_WEEKS - 1)
