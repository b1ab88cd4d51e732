"""What customers say of suppliers: ratings, complaints and conversations, in one table."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from procesmijn.core.ratings import mean_mark, recommendation
from procesmijn.store.connection import Connection
from procesmijn.store.filters import Period
from procesmijn.store.quality import Meant
from procesmijn.store.statements import statements

RECOMMENDATION = "recommendation"


class By(StrEnum):
    """Whom a row is about."""

    SUPPLIER = "supplier"
    PAIR = "pair"
    MONTH = "month"


class VoiceRow(NamedTuple):
    """What was said of a supplier: the answers to one question, complaints, or conversations."""

    supplier: str | None
    customer: str | None
    month: date | None
    said: str
    """The question; or ``complaint``, ``conversation``."""
    times: int
    """Answers, complaints, conversations."""
    asked: int | None = None
    """Questions that are closed: answered, or lapsed."""
    share_answered: float | None = None
    """Of these."""
    open: int | None = None
    """Questions without an answer yet; complaints that are not settled."""
    mark_mean: float | None = None
    mark_low: float | None = None
    mark_high: float | None = None
    score: float | None = None
    """The recommendation score, from -1 to 1: only of the question for a recommendation."""
    score_low: float | None = None
    score_high: float | None = None
    handling_seconds_median: float | None = None
    """Of complaints that were settled."""
    handling_working_seconds_median: float | None = None
    oldest_open_seconds: float | None = None


def voice(by: By, meant: Meant, period: Period, connection: Connection) -> list[VoiceRow]:
    """All that was said, by supplier; dates are those of the question, the filing, the talk."""
    asked = {"by": by.value} | asdict(meant) | asdict(period)
    sql = statements("voice")
    rows = [
        *(_ratings(*row) for row in connection.execute(sql["ratings"], asked)),
        *(_complaints(*row) for row in connection.execute(sql["complaints"], asked)),
        *(
            VoiceRow(supplier, customer, month, "conversation", times)
            for supplier, customer, month, times in connection.execute(sql["conversations"], asked)
        ),
    ]
    return sorted(rows, key=_in_order)


def _complaints(  # noqa: PLR0913, PLR0917 - the columns of a statement
    supplier: str | None,
    customer: str | None,
    month: date | None,
    times: int,
    still_open: int,
    handling_seconds: float | None,
    handling_working_seconds: float | None,
    oldest_open_seconds: float | None,
) -> VoiceRow:
    return VoiceRow(
        supplier,
        customer,
        month,
        "complaint",
        times,
        open=still_open,
        handling_seconds_median=handling_seconds,
        handling_working_seconds_median=handling_working_seconds,
        oldest_open_seconds=oldest_open_seconds,
    )


def _ratings(  # noqa: PLR0913, PLR0917 - the columns of a statement
    supplier: str,
    customer: str | None,
    month: date | None,
    question: str,
    asked: int,
    asked_answered: int,
    still_open: int,
    answered: int,
    mean: float | None,
    variance: float | None,
    promoters: int,
    detractors: int,
) -> VoiceRow:
    mark = None if mean is None else mean_mark(mean, variance or 0.0, answered)
    score = recommendation(promoters, detractors, answered) if question == RECOMMENDATION else None
    nothing = (None, None, None)
    mark_mean, mark_low, mark_high = mark or nothing
    value, low, high = score or nothing
    return VoiceRow(
        supplier,
        customer,
        month,
        question,
        answered,
        asked,
        asked_answered / asked if asked else None,
        still_open,
        mark_mean,
        mark_low,
        mark_high,
        value,
        low,
        high,
    )


def _in_order(row: VoiceRow) -> tuple[str, str, str, str]:
    return row.supplier or "", row.customer or "", row.said, str(row.month or "")
