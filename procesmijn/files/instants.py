"""Reads the times of a file: ISO 8601, dates of which the file settles whether the day comes first,
any form that is told, and local times in a zone that is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime
from typing import Final

import numpy as np

from procesmijn.core.days import Days
from procesmijn.errors import UsageError
from procesmijn.files.orders import Order, in_iso, settle
from procesmijn.files.rows import Misfit
from schemas.instants import is_plausible, to_us

_SLASHED: Final = re.compile(r"\d{4}/\d\d/\d\d")
_TICKS_PER_SECOND: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}
"""By the number of digits of a bare number: from 2001 to 2286 these are seconds since 1970, and
their thousandths, millionths and billionths."""
_UTC_SUFFIX: Final = re.compile(r" ?(?:UTC|GMT)$")

_MOST_CHARS: Final = 40
"""Of a text that is no time."""


class Clock:
    """Reads times, and counts the local ones that the clock does not make plain.

    The rule is that of :mod:`procesmijn.core.days`. Where a clock goes back, a local time occurs
    twice: the first is taken. Where it goes forward, a local time does not occur at all: it stands
    for the moment of the change.
    """

    def __init__(self, zone: str | None, form: str | None = None) -> None:
        """Take the IANA zone of times without an offset; None: there may be none.

        ``form`` is how all times are written, as ``datetime.strptime`` has it. Raises
        :class:`~procesmijn.zones.UnknownZoneError`, and :class:`~procesmijn.errors.UsageError` for
        what is no form of a time.
        """
        if form is not None:
            _require_form(form)
        self._days = None if zone is None else Days.of(zone)
        self._form = form
        self.order: Order | None = None
        """Which of day and month comes first, once that is settled."""
        self.twice = 0
        self.never = 0

    def settle(self, texts: Iterable[str]) -> None:
        """Let the times of a file say which of day and month comes first in them."""
        if self._form is None:
            self.order = settle(texts)

    def read(self, text: str) -> int:
        """Give microseconds since 1970 UTC; digits below the microsecond are cut off.

        Raises :class:`Misfit` with the reason, to follow the name of the column.
        """
        if self._form is not None:
            us = self._us(_formed(text, self._form))
        elif text.isdecimal() and len(text) in _TICKS_PER_SECOND:
            us = int(text) * 10**6 // _TICKS_PER_SECOND[len(text)]
        else:
            us = self._us(_local_or_aware(text, self.order))
        if not is_plausible(us):
            raise Misfit("lies before 1970, or in 2100 or later", _short(text))
        return us

    @property
    def reads_instants(self) -> bool:
        """Whether what has an offset is read by it: no form of times is told."""
        return self._form is None

    def read_plain(self, text: str) -> int:
        """The same as :meth:`read` of a time that the clock makes plain; ``Misfit`` for any other,
        and nothing is counted."""
        counted = self.twice, self.never
        us = self.read(text)
        if (self.twice, self.never) != counted:
            self.twice, self.never = counted
            raise Misfit("is a local time that needs a second look")
        return us

    def fresh(self) -> Clock:
        """One that reads as this does, and has counted nothing."""
        clock = copy(self)
        clock.twice = clock.never = 0
        return clock

    def _us(self, instant: datetime) -> int:
        return to_us(instant) if instant.tzinfo else self._located_us(instant)

    def _located_us(self, local: datetime) -> int:
        days = self._days
        if days is None:
            raise Misfit("has no zone: say in which it is, with --timezone")
        reading_us = to_us(local.replace(tzinfo=UTC))
        us = int(days.instant_us(np.array([reading_us], dtype=np.int64))[0])
        shown = int(np.searchsorted(days.since_us, us, side="right")) - 1
        if us + days.offset_us[shown] != reading_us:
            self.never += 1
        elif shown + 1 < len(days.since_us):
            again_us = reading_us - days.offset_us[shown + 1]
            self.twice += int(again_us >= days.since_us[shown + 1])
        return us


def _local_or_aware(text: str, order: Order | None) -> datetime:
    """Read ISO 8601, and beside it what leaves no doubt: 2011/10/01, and UTC as a word."""
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    plain = _UTC_SUFFIX.sub("+00:00", text.strip())
    if _SLASHED.match(plain):
        plain = plain.replace("/", "-")
    try:
        plain = in_iso(plain, order) or plain
    except ValueError:
        raise Misfit(
            "has the day or the month first: say which, with --time-format '%d-%m-%Y %H:%M'",
            _short(text),
        ) from None
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        raise Misfit("should be as 2026-11-20 09:56:24+01:00", _short(text)) from None


def _formed(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone is found later
    except ValueError:
        raise Misfit("is not written as --time-format says", _short(text)) from None


def _require_form(form: str) -> None:
    """Raise :class:`UsageError` for a form that does not say of a time which day it is."""
    day = datetime(2026, 11, 20, tzinfo=UTC)
    with suppress(ValueError):
        if datetime.strptime(day.strftime(form), form).date() == day.date():  # noqa: DTZ007 - a date
            return
    raise UsageError(
        f"--time-format {form!r} is no form of a date and a time, such as '%d-%m-%Y %H:%M:%S'"
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}...")
