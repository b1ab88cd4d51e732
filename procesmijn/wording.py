"""What the two sides of a handover are called, in the one place through which all labels go.

Some organisations have internal customers and suppliers. Others hold that there is one customer,
the end customer, and that all within are partners: for them the same texts speak of partners. Names
in data (columns of CSV and JSON, views, options) are a contract and stay.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from typing import Final

from dotenv import dotenv_values


class Wording(StrEnum):
    """What parties are to each other."""

    CUSTOMERS = "customers"
    PARTNERS = "partners"


AMONG_PARTNERS: Final = {"supplier": "delivering", "customer": "receiving"}
"""What a side is as a word to type: both are understood, whatever the wording, and one is shown."""

_PARTNERS: Final = {
    "supplier": "delivering partner",
    "suppliers": "delivering partners",
    "customer": "receiving partner",
    "customers": "receiving partners",
    "leverancier": "leverende partner",
    "leveranciers": "leverende partners",
    "klant": "ontvangende partner",
    "klanten": "ontvangende partners",
}
_SIDES: Final = re.compile(
    r"(?<!end )(?<!\{)\b(?:(?:internal|interne) )?("
    + "|".join(sorted(_PARTNERS, key=len, reverse=True))
    + r")\b",
    re.IGNORECASE,
)
"""Not the end customer, who stays one, nor what a text leaves room for: ``{supplier}``."""


def wording() -> Wording:
    """What the settings say, for labels that no command hands its settings to.

    Read as :class:`procesmijn.settings.Settings` reads it, which takes longer to import than help
    takes to show; where it does not fit it is as ever, and a command that reads settings says so.
    """
    said = os.environ.get("PROCESMIJN_WORDING")
    file = os.environ.get("PROCESMIJN_SETTINGS_FILE")
    if not said and file:
        said = dotenv_values(file).get("PROCESMIJN_WORDING")
    return Wording(said) if said in set(Wording) else Wording.CUSTOMERS


def reworded(text: str, wording: Wording) -> str:
    """A label or sentence of ours, English or Dutch, as this wording has it."""
    return text if wording is Wording.CUSTOMERS else _SIDES.sub(_partner, text)


def _partner(found: re.Match[str]) -> str:
    words = _PARTNERS[found[1].lower()]
    return words.capitalize() if found[0][0].isupper() else words
