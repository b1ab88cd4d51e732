"""Shares of deliveries within agreement, put together from agreements, small ones left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from procesmijn.store.deliveries import KeptRow
from procesmijn.store.figures import WeekRow
from procesmijn.store.filters import Period
from procesmijn.web import certainty
from procesmijn.web.certainty import Estimate
from procesmijn.web.charts import Spark, spark
from procesmijn.web.say import week_of

TREND_WEEKS = 26
"""So many weeks a trend shows."""

Weekly: TypeAlias = Mapping[date, WeekRow]


class Reliability(NamedTuple):
    """How some agreements were kept, those with enough cases."""

    due: int
    met: int
    target: float | None
    """That of each agreement, by what was due under it; None where none has one."""
    right: int
    wrong: int
    right_target: float | None
    hidden: int
    """Agreements that were left out: too few cases."""

    @property
    def estimate(self) -> Estimate | None:
        """The share that was met; None where nothing was due."""
        return certainty.share(self.met, self.due) if self.due else None

    @property
    def share(self) -> float | None:
        """Its value."""
        return self.met / self.due if self.due else None

    @property
    def share_right(self) -> float | None:
        """First time right."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None

    @property
    def state(self) -> str:
        """``met`` or ``breached`` against the target; ``none`` without either."""
        return standing(self.share, self.target)


def standing(share: float | None, target: float | None) -> str:
    """Where a share stands against a target."""
    if share is None or target is None:
        return "none"
    return "met" if share >= target else "breached"


def reliability(rows: Iterable[KeptRow], k: int) -> Reliability:
    """Add agreements up; a total is the sum of what is shown."""
    rows = list(rows)
    shown = [row for row in rows if row.due and row.due_cases >= k]
    judged = [row for row in rows if row.delivered_cases >= k]
    return Reliability(
        sum(row.due for row in shown),
        sum(row.met for row in shown),
        _target([(row.target_share, row.due) for row in shown]),
        sum(row.first_time_right for row in judged),
        sum(row.first_time_wrong for row in judged),
        _target([(row.first_time_right_target, row.judged) for row in judged]),
        sum(0 < row.due_cases < k for row in rows),
    )


def trend_period(today: date) -> Period:
    """The weeks of a trend, the running one among them."""
    return Period(week_of(today) - timedelta(weeks=TREND_WEEKS - 1), today + timedelta(days=1))


def trend(
    weekly: Weekly, today: date, k: int, bounds: tuple[float, float], target: float | None
) -> Spark | None:
    """The share by week; weeks with too few cases are gaps."""
    first = week_of(today) - timedelta(weeks=TREND_WEEKS - 1)
    weeks = [first + timedelta(weeks=number) for number in range(TREND_WEEKS)]
    shares = [
        row.met / row.due if (row := weekly.get(week)) is not None and row.cases >= k else None
        for week in weeks
    ]
    return spark(shares, *bounds, target, is_running=shares[-1] is not None)


def bounds(rows: Iterable[WeekRow], targets: Sequence[float], k: int) -> tuple[float, float]:
    """Where the axis of trends that are compared begins and ends, in whole fives."""
    shares = [row.met / row.due for row in rows if row.cases >= k]
    lowest = min([*shares, *targets], default=0.0)
    return max(int(lowest * 20) / 20 - 0.05, 0.0), 1.0


def _target(parts: Sequence[tuple[float | None, int]]) -> float | None:
    agreed = [(target, n) for target, n in parts if target is not None and n]
    n = sum(n for _, n in agreed)
    return sum(target * n for target, n in agreed) / n if n else None
