"""What printed documents say in both languages; figures and lead times as people write them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from math import floor
from typing import Final

from procesmijn.catalogue.lead_times import HOUR_US, LeadTime, Unit


class Language(StrEnum):
    """What a document is written in."""

    NL = "nl"
    EN = "en"


WORDS: Final[dict[Language, dict[str, str]]] = {
    Language.NL: {
        "title": "Dienstencatalogus",
        "subtitle": "Wat afdelingen elkaar leveren, en wat ze daarover hebben afgesproken",
        "as_of": "Stand van {date}",
        "measured": "Gemeten: leveringen waarvan de termijn viel van {since} tot {until}",
        "small_group": "Cijfers over minder dan {k} dossiers worden niet getoond.",
        "contents": "Wie levert wat",
        "supporting": "ondersteunend",
        "regulating": "toetsend",
        "executing": "uitvoerend",
        "advising": "adviserend",
        "how_to_ask": "Aanvragen",
        "how_to_return": "Terugsturen",
        "call": "Contact",
        "customer": "Klant",
        "internal_customer": "intern",
        "end_customer": "eindklant",
        "promise": "Belofte",
        "first_time_right": "In één keer goed",
        "return_window": "Terugsturen kan",
        "performance": "Zo gaat het",
        "target": "doel {share}",
        "from": "vanaf {date}",
        "within": "binnen {time}",
        "during": "{time} lang",
        "nothing_agreed": "Hierover is nog niets afgesproken.",
        "not_measured": "nog niet gemeten",
        "too_few": "te weinig om te tonen",
        "kept": "{share} binnen afspraak",
        "deliveries": "{count} leveringen",
        "delivery": "1 levering",
        "reaches": "haalt doel",
        "below": "onder doel",
        "right": "{share} in één keer goed",
        "empty": "De catalogus in gebruik noemt nog geen producten of diensten.",
        "version": "Versie van de catalogus",
    },
    Language.EN: {
        "title": "Service catalogue",
        "subtitle": "What departments deliver to each other, and what they have agreed on it",
        "as_of": "As of {date}",
        "measured": "Measured: deliveries that were due from {since} until {until}",
        "small_group": "Figures about fewer than {k} cases are not shown.",
        "contents": "Who delivers what",
        "supporting": "supporting",
        "regulating": "regulating",
        "executing": "executing",
        "advising": "advising",
        "how_to_ask": "How to ask",
        "how_to_return": "How to return",
        "call": "Whom to call",
        "customer": "Customer",
        "internal_customer": "internal",
        "end_customer": "end customer",
        "promise": "Promise",
        "first_time_right": "First time right",
        "return_window": "Can be returned",
        "performance": "How it goes",
        "target": "target {share}",
        "from": "from {date}",
        "within": "within {time}",
        "during": "for {time}",
        "nothing_agreed": "Nothing is agreed on this yet.",
        "not_measured": "not measured yet",
        "too_few": "too few to show",
        "kept": "{share} on time",
        "deliveries": "{count} deliveries",
        "delivery": "1 delivery",
        "reaches": "reaches target",
        "below": "below target",
        "right": "{share} first time right",
        "empty": "The catalogue in use names no deliverables yet.",
        "version": "Version of the catalogue",
    },
}

_MONTHS: Final = {
    Language.NL: (
        *("jan", "feb", "mrt", "apr", "mei", "jun"),
        *("jul", "aug", "sep", "okt", "nov", "dec"),
    ),
    Language.EN: (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
}
_UNITS: Final = {
    Language.NL: {Unit.HOURS: ("werkuur", "werkuren"), Unit.DAYS: ("werkdag", "werkdagen")},
    Language.EN: {
        Unit.HOURS: ("working hour", "working hours"),
        Unit.DAYS: ("working day", "working days"),
    },
}
NOTHING: Final = "\N{EN DASH}"
"""Stands where nothing was agreed."""
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def in_words(promised: LeadTime, language: Language) -> str:
    """A lead time or return window: ``2 werkdagen``, ``8 working hours``, ``before the 20th``."""
    if promised.unit is Unit.DAY_OF_MONTH:
        if language is Language.EN:
            return str(promised).replace("the ", f"the{_NO_BREAK}")
        return f"vóór de{_NO_BREAK}{promised.amount}e"
    number = promised.amount / (HOUR_US if promised.unit is Unit.HOURS else 1)
    one, several = _UNITS[language][promised.unit]
    shown = f"{number:g}" if language is Language.EN else f"{number:g}".replace(".", ",")
    return f"{shown}{_NO_BREAK}{one if number == 1 else several}"


def day(on: date, language: Language) -> str:
    """A date: ``12 nov 2026``."""
    return f"{on.day}{_NO_BREAK}{_MONTHS[language][on.month - 1]}{_NO_BREAK}{on.year}"


def count(number: int, language: Language) -> str:
    """A whole number: ``8.255``, ``8,255``."""
    return f"{number:,}".replace(",", "." if language is Language.NL else ",")


def percentage(share: float, language: Language) -> str:
    """A share: ``92%``, ``97.5%``; rounded down, so that none seems to reach what it does not."""
    shown = f"{floor(1000 * share + 1e-6) / 10:g}"
    return (shown.replace(".", ",") if language is Language.NL else shown) + "%"
