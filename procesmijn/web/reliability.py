"""Shares of deliveries within agreement, put together from agreements, small ones left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from procesmijn.core import certainty
from procesmijn.core.certainty import Estimate
from procesmijn.store.deliveries import KeptRow
from procesmijn.web.records import delivered_is_shown, due_is_shown


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
    def share(self) -> float | None:
        """That of what was met; None where nothing was due."""
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

    def change_since(self, before: Self | None) -> Estimate | None:
        """By how much the share is above that of before; None where one of them is not known."""
        if before is None or not before.due or not self.due:
            return None
        return certainty.difference(
            certainty.share(self.met, self.due), certainty.share(before.met, before.due)
        )


def standing(share: float | None, target: float | None) -> str:
    """Where a share stands against a target."""
    if share is None or target is None:
        return "none"
    return "met" if share >= target else "breached"


def above_target(one: Reliability) -> tuple[int, float]:
    """How far above its target, for an order; that of which nothing is shown comes last."""
    if one.share is None:
        return 2, 0.0
    return (0 if one.state == "breached" else 1), one.share - (one.target or 0.0)


def reliability(rows: Iterable[KeptRow], k: int) -> Reliability:
    """Add agreements up; a total is the sum of what is shown."""
    rows = list(rows)
    shown = [row for row in rows if row.due and due_is_shown(row, k)]
    judged = [row for row in rows if delivered_is_shown(row, k)]
    return Reliability(
        sum(row.due for row in shown),
        sum(row.met for row in shown),
        _target([(row.target_share, row.due) for row in shown]),
        sum(row.first_time_right for row in judged),
        sum(row.first_time_wrong for row in judged),
        _target([(row.first_time_right_target, row.judged) for row in judged]),
        sum(row.due_cases > 0 and not due_is_shown(row, k) for row in rows),
    )


def _target(parts: Sequence[tuple[float | None, int]]) -> float | None:
    agreed = [(target, n) for target, n in parts if target is not None and n]
    n = sum(n for _, n in agreed)
    return sum(target * n for target, n in agreed) / n if n else None
