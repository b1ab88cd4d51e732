"""Words and figures for people, in Dutch or English: the one place where a value becomes text.

All words are in ``texts.toml``, each in both languages side by side. In them ``{name}`` is what is
filled in, and ``**so**`` is said with stress; a list of two is singular and plural, by ``n``.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from procesmijn.catalogue.lead_times import read_lead_time
from procesmijn.documents.words import Language, in_words
from procesmijn.store.figures import Clock
from procesmijn.wording import Wording, reworded

NOTHING: Final = "\N{EN DASH}"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"
_LOCALES: Final = {Language.NL: Locale("nl"), Language.EN: Locale("en", "GB")}
_STRESSED: Final = re.compile(r"\*\*(.+?)\*\*")
_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR

Said: TypeAlias = str | tuple[str, str]


@cache
def texts() -> dict[str, dict[Language, Said]]:
    """Every text by its key, in each language."""
    with (files(__package__) / "texts.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {
        f"{room}.{key}": {
            language: tuple(said[language]) if isinstance(said[language], list) else said[language]
            for language in Language
        }
        for room, keys in tables.items()
        for key, said in keys.items()
    }


class Speech:
    """How one language says it, in one time zone."""

    def __init__(
        self,
        language: Language,
        zone: datetime.tzinfo,
        wording: Wording = Wording.CUSTOMERS,
    ) -> None:
        self.language = language
        self.zone = zone
        self.wording = wording
        self._locale = _LOCALES[language]

    def text(self, key: str, **parts: Any) -> Markup:
        """A text; what is filled in is escaped, unless it is markup already."""
        said = texts()[key][self.language]
        if isinstance(said, tuple):
            said = said[0 if self._locale.plural_form(parts["n"]) == "one" else 1]
            parts["n"] = self.number(parts["n"])
        stressed = _STRESSED.sub(r"<b>\1</b>", str(escape(reworded(said, self.wording))))
        return Markup(stressed).format(**parts)  # noqa: S704 - texts of ours; parts are escaped

    def number(self, value: float) -> str:
        """``8,255``; with one decimal up to 10 where it has a fraction."""
        return str(format_decimal(value, format="#,##0", locale=self._locale))

    def tenth(self, value: float) -> str:
        """One decimal up to 10, none above."""
        form = "0.0" if round(abs(value), 1) < 10 else "#,##0"
        return str(format_decimal(value, format=form, locale=self._locale)).replace("-", _MINUS)

    def stepped(self, value: float, step: float) -> str:
        """A value of an axis, as exact as its steps."""
        places = next((n for n in (0, 1, 2) if round(step, n) == round(step, 9)), 2)
        form = f"#,##0.{'0' * places}" if places else "#,##0"
        return str(format_decimal(value, format=form, locale=self._locale)).replace("-", _MINUS)

    def signed(self, value: float) -> str:
        """``+3``, or with a true minus."""
        return f"{_MINUS if value < 0 else '+'}{self.number(round(abs(value)))}"

    def share(self, value: float | None) -> str:
        """``83%``: rounded down, so that none seems to reach what it does not."""
        return NOTHING if value is None else f"{int(value * 100 + 1e-9)}%"

    def points(self, change: float) -> Markup:
        """By how many points a share changed."""
        n = round(abs(change) * 100)
        if not n:
            return self.text("figure.steady")
        return self.text("figure.points_up" if change > 0 else "figure.points_down", n=n)

    def time(self, seconds: float, day_seconds: float, clock: Clock) -> Markup:
        """A stretch of time: ``24 min``, ``3 h 20``, ``2.1 working days``, ``6 d 5 h``."""
        return _together(self._time(seconds, day_seconds, clock, is_short=False))

    def short(self, seconds: float, day_seconds: float, clock: Clock) -> Markup:
        """The same in a table: ``2.1 d``."""
        return _together(self._time(seconds, day_seconds, clock, is_short=True))

    def _time(self, seconds: float, day_seconds: float, clock: Clock, *, is_short: bool) -> Markup:
        minutes = round(abs(seconds) / 60)
        days: float
        if clock is Clock.ELAPSED and abs(seconds) >= _DAY:
            days, rest = divmod(round(abs(seconds) / _HOUR), 24)
            return self.text("figure.days_hours", days=self.number(days), hours=rest)
        if clock is Clock.WORKING and abs(seconds) >= day_seconds:
            days = abs(seconds) / day_seconds
            if is_short:
                return self.text("figure.days_short", days=self.tenth(days))
            kind = "days" if day_seconds >= _DAY else "working_days"
            form = "one" if self.tenth(days) in {"1.0", "1,0"} else "many"
            return self.text(f"figure.{kind}_{form}", days=self.tenth(days))
        if minutes < 60:
            return self.text("figure.minutes", minutes=minutes)
        return self.text("figure.hours", hours=minutes // 60, minutes=f"{minutes % 60:02}")

    def age(self, seconds: float) -> Markup:
        """How long something has been so: ``14 s``, ``6 min``, ``3 h 20``, ``12 days``."""
        whole = max(int(seconds), 0)
        if whole < 60:
            return _together(self.text("figure.seconds", seconds=whole))
        if whole < _DAY:
            return self.short(whole, _DAY, Clock.ELAPSED)
        return _together(self.text("figure.whole_days", n=int(whole // _DAY)))

    def ago(self, seconds: float) -> Markup:
        """``14 s ago``."""
        return self.text("figure.ago", time=self.age(seconds))

    def lead_time(self, promised: str) -> str:
        """A promise: ``2 working days``, ``before the 20th``."""
        return in_words(read_lead_time(promised), self.language)

    def date(self, day: datetime.date) -> str:
        """``12 Nov 2026``."""
        return self._date(day, "d MMM y")

    def day_month(self, day: datetime.date) -> str:
        """``12 Nov``."""
        return self._date(day, "d MMM")

    def short_date(self, day: datetime.date) -> str:
        """``Thu 12 Nov``."""
        return self._date(day, "EEE d MMM")

    def weekday(self, day: datetime.date) -> str:
        """``Thu 12``."""
        return self._date(day, "EEE d")

    def month(self, day: datetime.date) -> str:
        """``May``; of another year ``May 2025`` where the year is not that of today."""
        return self._date(day, "MMMM")

    def short_month(self, day: datetime.date) -> str:
        """``Oct``."""
        return self._date(day, "MMM")

    def month_year(self, day: datetime.date) -> str:
        """``October 2026``."""
        return self._date(day, "MMMM y")

    def local(self, instant: datetime.datetime) -> datetime.datetime:
        """The same instant on the clock of the page."""
        return instant.astimezone(self.zone)

    def clock_time(self, instant: datetime.datetime) -> str:
        """``14:32``."""
        return str(format_time(self.local(instant), "HH:mm", locale=self._locale))

    def moment(self, instant: datetime.datetime) -> str:
        """``Thu 12 Nov 14:32``."""
        return f"{self.short_date(self.local(instant))}{_NO_BREAK}{self.clock_time(instant)}"

    def full_moment(self, instant: datetime.datetime) -> str:
        """``Thu 12 Nov 2026, 14:32``."""
        day = self._date(self.local(instant), "EEE d MMM y")
        return f"{day}, {self.clock_time(instant)}"

    def listed(self, names: Iterable[str]) -> Markup:
        """``Onboarding, payroll and training``."""
        escaped = [str(escape(name)) for name in names]
        said = format_list(escaped, locale=self._locale) if escaped else ""
        return Markup(said)  # noqa: S704 - each name is escaped

    def _date(self, day: datetime.date, form: str) -> str:
        said = str(format_date(day, form, locale=self._locale))
        return said.replace(".", "").replace(" ", _NO_BREAK)


def _together(said: Markup) -> Markup:
    """A figure and its unit stay on one line."""
    return said.replace(" ", _NO_BREAK)


def today(instant: datetime.datetime, zone: datetime.tzinfo) -> datetime.date:
    """The local date of an instant."""
    return instant.astimezone(zone).date()


def week_of(day: datetime.date) -> datetime.date:
    """Its Monday."""
    return day - datetime.timedelta(days=day.weekday())
