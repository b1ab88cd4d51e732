"""What is said of a share: whether it meets its target, how it changed, or why there is none."""

from __future__ import annotations

from markupsafe import Markup

from procesmijn.core import certainty
from procesmijn.core.certainty import Estimate
from procesmijn.web.asking import Asking
from procesmijn.web.reliability import Reliability, standing
from procesmijn.web.say import Speech


def against(share: float | None, target: float | None, say: Speech) -> Markup:
    """``meets 90%`` or ``below 90%``; empty where there is nothing to hold it against."""
    if share is None or target is None:
        return Markup("")
    return say.text(f"figure.{standing(share, target)}_target", target=say.share(target))


def changed(change: Estimate, say: Speech) -> Markup:
    """``4 points up`` where that is sure; ``steady`` within one point."""
    if certainty.direction(change):
        return say.points(change.value)
    return say.text("figure.unclear") if round(abs(change.value) * 100) > 1 else say.points(0.0)


def missing(one: Reliability, asking: Asking) -> Markup:
    """Why no share is shown: too few cases, or nothing that was due."""
    return asking.say.text("figure.few" if one.hidden else "figure.nothing_due", k=asking.k)
