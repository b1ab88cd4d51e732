"""Models of one process at several noise thresholds, and the one to take.

The more is left out as noise, the simpler and the more precise a model becomes, and the less of
what happened it allows: there is no best threshold for all processes, so several are tried, and
judged by what the model is worth for all cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from procesmijn.core.flow import Variant
from procesmijn.flows.discovery import Model, discover
from procesmijn.flows.quality import Quality, quality
from procesmijn.flows.tree import Tree

NOISES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""What is rarer than half of the usual is hardly noise any more."""
AS_GOOD: Final = 0.01
"""Balances that differ by less are taken for equal."""


class Tried(NamedTuple):
    """A model, and what it is worth."""

    noise: float
    model: Model
    quality: Quality

    @property
    def balance(self) -> float:
        """Harmonic mean of fitness and precision: low as soon as one of them is."""
        fitness, precision = self.quality.fitness, self.quality.precision
        return 2 * fitness * precision / (fitness + precision) if fitness + precision else 0.0


class ModelRow(NamedTuple):
    """One of the models that were tried."""

    noise: float
    fitness: float
    precision: float
    generalisation: float
    simplicity: float
    balance: float
    """Harmonic mean of fitness and precision."""
    left_out: tuple[str, ...]
    """Activities that happened, and are not in the model."""
    is_recommended: bool
    reason: str | None
    """Why it is recommended; of the others None."""


def models(variants: Sequence[Variant], noises: Sequence[float] = NOISES) -> Iterator[Tried]:
    """Discover and judge a model for each threshold; one at a time, since each takes its time.

    Raises :class:`procesmijn.flows.errors.NothingHappened`.
    """
    judged: dict[Tree, Quality] = {}
    for noise in noises:
        model = discover(variants, noise)
        if model.tree not in judged:
            judged[model.tree] = quality(model.tree, variants)
        yield Tried(noise, model, judged[model.tree])


def recommend(tried: Sequence[Tried]) -> list[ModelRow]:
    """The models in the order in which they were tried, and which of them to take.

    The best balance of fitness and precision; of those as good as that the simplest; of the
    equally simple the one that leaves out least.
    """
    best = max(each.balance for each in tried)
    as_good = [each for each in tried if each.balance > best - AS_GOOD]
    taken = min(as_good, key=lambda each: (-each.quality.simplicity, each.noise))
    return [
        ModelRow(
            each.noise,
            each.quality.fitness,
            each.quality.precision,
            each.quality.generalisation,
            each.quality.simplicity,
            each.balance,
            each.model.left_out,
            each is taken,
            _reason(as_good, best) if each is taken else None,
        )
        for each in tried
    ]


def _reason(as_good: Sequence[Tried], best: float) -> str:
    balance = f"balance of fitness and precision ({best:.3f})"
    if len({each.model.tree for each in as_good}) == 1:
        return f"the best {balance}"
    return f"the simplest of those within {AS_GOOD} of the best {balance}"
