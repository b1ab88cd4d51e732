"""What is said of two groups of cases held beside each other: figures, intervals, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.comparison import Compared, Verdict
from procesmijn.documents.comparing import MEASURES, amount, difference_words
from procesmijn.documents.words import Language
from procesmijn.web.asking import Asking
from procesmijn.web.forest import Effect, Forest, forest
from procesmijn.web.say import NOTHING

_STATES: Final = {
    Verdict.BETTER: "met",
    Verdict.WORSE: "breached",
    Verdict.NOT_SHOWN: "none",
    Verdict.TOO_FEW: "suppressed",
    Verdict.STILL_OPEN: "open",
}
_TICKS: Final = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """A measure in two groups; null where that is of too few cases."""

    measure: str
    unit: str
    cases_first: int | None
    cases_second: int | None
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    p_value: float | None
    verdict: str
    sentence_nl: str
    sentence_en: str


class Cells(NamedTuple):
    """The same for people."""

    first: str
    second: str
    difference: str
    interval: Markup | str
    cases_first: Markup | str
    cases_second: Markup | str
    verdict: Markup
    state: str


def label(measure: str, asking: Asking) -> str:
    """What is compared."""
    said = MEASURES[measure]
    return said.en if asking.say.language is Language.EN else said.nl


def cells(measure: str, found: Compared, asking: Asking) -> Cells:
    """Its figures; groups of too few cases are not counted out."""
    say, unit = asking.say, MEASURES[measure].unit

    def count(cases: int) -> Markup | str:
        return say.number(cases) if cases >= asking.k else say.text("figure.few", k=asking.k)

    def said(value: float | None) -> str:
        return NOTHING if value is None else amount(value, unit, say.language)

    def change(value: float | None) -> str:
        return NOTHING if value is None else difference_words(value, unit, say.language)

    interval: Markup | str = NOTHING
    if found.low is not None:
        interval = say.text("chain.between", low=change(found.low), high=change(found.high))
    return Cells(
        said(found.first),
        said(found.second),
        change(found.difference),
        interval,
        count(found.cases_first),
        count(found.cases_second),
        say.text(f"compare.{found.verdict.name.lower()}"),
        _STATES[found.verdict],
    )


def figures(
    measure: str, found: Compared, sentence_nl: str, sentence_en: str, asking: Asking
) -> Figures:
    """The same for programs."""
    few = {
        name: None for name in ("cases_first", "cases_second") if getattr(found, name) < asking.k
    }
    told = {**found._asdict(), **few, "verdict": found.verdict.value}
    return Figures(
        measure,
        MEASURES[measure].unit,
        sentence_nl=sentence_nl,
        sentence_en=sentence_en,
        **told,
    )


def effect(name: str, measure: str, found: Compared, asking: Asking) -> Effect | None:
    """As it is drawn: above zero where it is better. None where nothing is claimed."""
    if found.effect is None or found.effect_low is None or found.effect_high is None:
        return None
    bounds = (found.effect, found.effect_low, found.effect_high)
    if MEASURES[measure].less_is_better:
        value, high, low = (-each for each in bounds)
    else:
        value, low, high = bounds
    say = asking.say
    title = say.text(
        "compare.effect",
        name=name,
        value=say.tenth(value),
        low=say.tenth(low),
        high=say.tenth(high),
    )
    return Effect(name, _STATES[found.verdict], value, low, high, title)


def drawn(effects: list[Effect | None], asking: Asking) -> Forest | None:
    """On one scale."""
    labels = [(value, asking.say.tenth(value) if value else "0") for value in _TICKS]
    return forest([each for each in effects if each is not None], labels)
