"""A comparison as a plain sentence, in Dutch and in English: what it was, what it is, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol, TypeVar

from procesmijn.core.comparison import Compared, Values, Verdict, compare
from procesmijn.core.improvement import Moved, ranked
from procesmijn.core.late_links import ENOUGH
from procesmijn.documents.words import Language, count, percentage


class Measure(NamedTuple):
    """Something that is compared."""

    nl: str
    en: str
    unit: str
    """``working seconds``, ``seconds``, ``share``, ``points`` or ``money``."""
    less_is_better: bool = True


MEASURES: Final = {
    "delivery time": Measure("De levertijd", "Delivery time", "working seconds"),
    "waiting for delivery": Measure(
        "Wat klanten op een levering wachten", "What customers wait for a delivery", "seconds"
    ),
    "in time": Measure("De leverbetrouwbaarheid", "Delivery reliability", "share", False),
    "first time right": Measure("Het deel in een keer goed", "First time right", "share", False),
    "rating": Measure("De waardering", "The rating", "points", False),
    "cycle time": Measure("De doorlooptijd", "Cycle time", "seconds"),
    "work": Measure("Het werk per dossier", "Work on a case", "seconds"),
    "cost": Measure("De kosten per dossier", "The cost of a case", "money"),
    "waiting for pick-up": Measure(
        "De overdrachtstijd", "Waiting until pick-up", "working seconds"
    ),
}
_OF_CASES: Final = frozenset({"cycle time", "work", "cost"})
_OF_WHAT_IS_THERE: Final = frozenset({"rating", "in time"})
"""Of these nothing is left out since it is not finished."""
_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR

_HELD: Final = (
    "{what} is {how}: {second} tegen {first} ({difference}; 95% zeker: {low} tot {high}), {over}.",
    "{what} is {how}: {second} against {first} ({difference}; 95% sure: {low} to {high}), {over}.",
)
_OVER: Final = (
    "over {cases_second} en {cases_first} dossiers",
    "over {cases_second} and {cases_first} cases",
)
_HOW: Final = {Verdict.BETTER: ("beter", "better"), Verdict.WORSE: ("slechter", "worse")}
_OTHERS: Final = {
    Verdict.NOT_SHOWN: (
        "{what}: {second} tegen {first}, wat toeval kan zijn (tussen {low} en {high}), {over}.",
        "{what}: {second} against {first}, which may be chance (between {low} and {high}), {over}.",
    ),
    Verdict.TOO_FEW: (
        "{what}: te weinig om iets te zeggen, {over}; {enough} aan elke kant is het minste.",
        "{what}: too few to say anything, {over}; {enough} on either side is the least.",
    ),
    Verdict.STILL_OPEN: (
        "{what}: er loopt nog te veel om iets te zeggen; wat klaar is, zijn de snelle gevallen.",
        "{what}: too much is open to say anything; what is finished are the quick ones.",
    ),
}


class Difference(NamedTuple):
    """A measure in two groups of cases, and what is said of that."""

    measure: str
    compared: Compared
    sentence_nl: str
    sentence_en: str

    @property
    def unit(self) -> str:
        """That of the measure."""
        return MEASURES[self.measure].unit


class Somewhere(Protocol):
    """Where something is measured."""

    @property
    def measure(self) -> str:
        """What it is: one of :data:`MEASURES`."""


_Place = TypeVar("_Place", bound=Somewhere)


def differences(
    values: Mapping[str, Values], cases_open: float, deliveries_open: float, rate: float | None
) -> list[Difference]:
    """Compare what is known of two groups, measure by measure.

    ``cases_open`` and ``deliveries_open`` are the greater shares of the two groups that are not
    finished; with a ``rate``, what an hour of work costs, the cost is among them.
    """
    known = {name: values[name] for name in MEASURES if name in values}
    if rate is not None and (work := known.get("work")):
        costs = ([seconds / _HOUR * rate for seconds in own] for own in (work.first, work.second))
        known["cost"] = Values(*costs)
    found = []
    for name, own in known.items():
        if not own.first and not own.second:
            continue
        still_open = cases_open if name in _OF_CASES else deliveries_open
        compared = _compared(name, own, 0.0 if name in _OF_WHAT_IS_THERE else still_open)
        told = (sentence(name, compared, each) for each in (Language.NL, Language.EN))
        found.append(Difference(name, compared, *told))
    return found


def improvements(values: Mapping[_Place, Values]) -> tuple[list[Moved[_Place]], int]:
    """What improved, the most first, and in how many places nothing can be said."""
    return ranked(
        (place, _compared(place.measure, own, 0.0), MEASURES[place.measure].less_is_better)
        for place, own in sorted(values.items(), key=lambda item: str(item[0]))
    )


def _compared(measure: str, own: Values, still_open: float) -> Compared:
    return compare(
        own.first,
        own.second,
        is_share=MEASURES[measure].unit == "share",
        less_is_better=MEASURES[measure].less_is_better,
        still_open=still_open,
    )


def sentence(measure: str, found: Compared, language: Language) -> str:
    """What was found, and no more than that."""
    said, at = MEASURES[measure], int(language is Language.EN)
    how = _HOW.get(found.verdict)
    template = _OTHERS[found.verdict][at] if how is None else _HELD[at]
    told = {
        "what": said.en if language is Language.EN else said.nl,
        "how": how and how[at],
        "over": _OVER[at].format(
            cases_first=count(found.cases_first, language),
            cases_second=count(found.cases_second, language),
        ),
        "enough": ENOUGH,
        "first": _said(found.first, said.unit, language),
        "second": _said(found.second, said.unit, language),
    }
    changes = {"difference": found.difference, "low": found.low, "high": found.high}
    signed = {
        name: "" if value is None else difference_words(value, said.unit, language)
        for name, value in changes.items()
    }
    return template.format(**told, **signed)


def _said(value: float | None, unit: str, language: Language) -> str:
    return "" if value is None else amount(value, unit, language)


def amount(value: float, unit: str, language: Language) -> str:
    """A value of a measure, for people."""
    if unit == "share":
        return percentage(value, language)
    if unit == "points":
        return _decimal(value, language)
    if unit == "money":
        return f"\N{EURO SIGN} {_decimal(value, language, 2)}"
    is_english = language is Language.EN
    if unit == "seconds" and abs(value) >= 2 * _DAY:
        return f"{_decimal(value / _DAY, language)} {'days' if is_english else 'dagen'}"
    if unit == "seconds":
        return f"{_decimal(value / _HOUR, language)} {'hours' if is_english else 'uur'}"
    return f"{_decimal(value / _HOUR, language)} {'working hours' if is_english else 'werkuren'}"


def difference_words(value: float, unit: str, language: Language) -> str:
    """By how much one is above the other, with its sign."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    if unit == "share":
        points = "points" if language is Language.EN else "procentpunt"
        return f"{sign}{_decimal(abs(value) * 100, language)} {points}"
    return sign + amount(abs(value), unit, language)


def _decimal(value: float, language: Language, places: int = 1) -> str:
    text = f"{value:,.{places}f}"
    return text if language is Language.EN else text.translate(str.maketrans(",.", ".,"))
