"""The days on which a country is closed: the one place that knows the ``holidays`` library."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

import holidays as library
from holidays.constants import PUBLIC

YEARS: Final = range(1970, 2100)
"""Wide enough for every log that came to light, and for every promise that is made."""


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes of the countries whose holidays are known."""
    return frozenset(library.list_supported_countries(include_aliases=False))


@cache
def public_holidays(country: str) -> tuple[date, ...]:
    """Public holidays of a country, by its alpha-2 code, in order.

    The library's category *public* in :data:`YEARS`; in the Netherlands that is 5 May in every
    fifth year only. Years for which the library knows nothing of a country have none.
    """
    found = library.country_holidays(country, years=YEARS, categories=(PUBLIC,))
    return tuple(sorted(day for day in found if day.year in YEARS))
