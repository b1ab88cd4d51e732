"""The same means by others: polars and DuckDB by hand, pm4py as it comes, and plain loops as judge.

The frame is that of :mod:`benchmarks.peers`; work in it never overlaps, so that each handover
follows from the row before it in its case. The clock never changes while the office is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks import batch
from benchmarks.batch import ACTIVITY, CASE, COMPLETION, PARTY, START
from procesmijn.catalogue import default
from tests import reference

Means: TypeAlias = Mapping[tuple[str, str], float]
"""Mean working time of the handovers from one party to another, seconds."""

_INSTANTS: Final = (START, COMPLETION)
_ZONE: Final = "Europe/Amsterdam"
_FIRST: Final = date(2025, 1, 1)
_DAYS: Final = 730
_HOUR_US: Final = 3_600_000_000
_OPENS_US, _HOURS_US = 9 * _HOUR_US, 8 * _HOUR_US


def office_dates() -> pd.DataFrame:
    """Every date of two years: whether the office is open, and the working time before it."""
    closed = default().closed_days("office")
    dates = [_FIRST + timedelta(days=number) for number in range(_DAYS)]
    is_open = np.array([day.weekday() < 5 and day not in closed for day in dates])
    before_us = (np.cumsum(is_open) - is_open) * _HOURS_US
    return pd.DataFrame({"day": dates, "open": is_open.astype(np.int64), "before_us": before_us})


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with numbers for cases and categories for parties, which is what is fastest."""
    coded = frame[[START, COMPLETION]].copy()
    coded[CASE], _ = pd.factorize(frame[CASE])
    coded[PARTY] = frame[PARTY].astype("category")
    return coded


# -- polars -----------------------------------------------------------------------------------


def polars_load(frame: pd.DataFrame) -> pl.DataFrame:
    """The frame in columns of polars."""
    loaded: pl.DataFrame = pl.from_pandas(coded(frame))
    return loaded


def polars_means(events: pl.DataFrame) -> Means:
    """Sort, look one row back, and look dates up by their number."""
    dates = office_dates()
    before_us, is_open = pl.Series(dates["before_us"]), pl.Series(dates["open"])

    def worked_us(instant: pl.Expr) -> pl.Expr:
        local = instant.dt.convert_time_zone(_ZONE).dt.replace_time_zone(None)
        number = (local.dt.date() - _FIRST).dt.total_days()
        today_us = (local - local.dt.truncate("1d")).dt.total_microseconds() - _OPENS_US
        return pl.lit(before_us).gather(number) + pl.lit(is_open).gather(number) * today_us.clip(
            0, _HOURS_US
        )

    is_same_case = pl.col(CASE) == pl.col(CASE).shift()
    means = (
        events.lazy()
        .sort(CASE, START)
        .with_columns(supplier=pl.col(PARTY).shift(), delivered=pl.col(COMPLETION).shift())
        .filter(is_same_case & (pl.col("supplier") != pl.col(PARTY)))
        .with_columns(waited_us=worked_us(pl.col(START)) - worked_us(pl.col("delivered")))
        .group_by("supplier", PARTY)
        .agg(pl.col("waited_us").mean())
        .collect()
    )
    return {(a, b): mean_us / 1e6 for a, b, mean_us in means.iter_rows()}


# -- DuckDB -----------------------------------------------------------------------------------

_MEANS: Final = f"""
    WITH ordered AS (
        SELECT "{PARTY}" AS customer, "{START}" AS picked_up,
               lag("{PARTY}") OVER w AS supplier, lag("{COMPLETION}") OVER w AS delivered
        FROM event WINDOW w AS (PARTITION BY "{CASE}" ORDER BY "{START}")
    ), handover AS (
        SELECT supplier, customer, timezone('{_ZONE}', delivered) AS since,
               timezone('{_ZONE}', picked_up) AS until
        FROM ordered WHERE supplier <> customer
    )
    SELECT supplier, customer, avg(
        u.before_us + u.open * greatest(0, least({_HOURS_US},
            date_diff('microsecond', date_trunc('day', until), until) - {_OPENS_US}))
        - s.before_us - s.open * greatest(0, least({_HOURS_US},
            date_diff('microsecond', date_trunc('day', since), since) - {_OPENS_US}))
    ) / 1e6
    FROM handover JOIN office s ON s.day = since::date JOIN office u ON u.day = until::date
    GROUP BY supplier, customer
"""


def duckdb_load(frame: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """The frame, and the dates, as tables in memory."""
    connection: duckdb.DuckDBPyConnection = duckdb.connect()
    connection.register("frame", coded(frame)).execute("CREATE TABLE event AS FROM frame")
    connection.register("dates", office_dates())
    connection.execute("CREATE TABLE office AS SELECT day::date AS day, open, before_us FROM dates")
    return connection


def duckdb_means(connection: duckdb.DuckDBPyConnection) -> Means:
    """A window, and two joins."""
    return {(a, b): mean for a, b, mean in connection.execute(_MEANS).fetchall()}


# -- pm4py ------------------------------------------------------------------------------------


def local_times(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what the clock on the wall shows, and no zone that could be dropped."""
    shown = {name: frame[name].dt.tz_convert(_ZONE).dt.tz_localize(None) for name in _INSTANTS}
    return frame.assign(**shown)


def pm4py_means(frame: pd.DataFrame) -> Means:
    """As :func:`benchmarks.batch.pm4py_waits`, without what stays with one party."""
    return {(a, b): mean for (a, b), mean in batch.pm4py_waits(frame).items() if a != b}


# -- the judge --------------------------------------------------------------------------------


def plain_means(frame: pd.DataFrame) -> Means:
    """By the reference of the tests, in plain loops; working time date by date, by zoneinfo."""
    columns = (
        frame[CASE],
        frame[ACTIVITY],
        frame[PARTY],
        _us(frame[START]),
        _us(frame[COMPLETION]),
    )
    events = [
        reference.Event(
            key=key,
            object=case,
            occurred_us=completed_us,
            process=batch.PROCESS,
            activity=activity,
            party=party,
            started_us=started_us,
        )
        for key, (case, activity, party, started_us, completed_us) in enumerate(
            zip(*columns, strict=True)
        )
    ]
    process = reference.Process(batch.PROCESS, zone=_ZONE)
    closed = default().closed_days("office")
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for each in reference.mine(events, reference.Rules([process])).handovers:
        waits[each.supplier, each.customer].append(
            _worked(_local(each.delivered_us), _local(each.picked_up_us), closed)
        )
    return {pair: sum(each) / len(each) for pair, each in waits.items()}


def _us(instants: pd.Series[pd.Timestamp]) -> list[int]:
    us: list[int] = instants.to_numpy(dtype="datetime64[us]").view(np.int64).tolist()
    return us


def _local(instant_us: int) -> datetime:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
    return instant.astimezone(ZoneInfo(_ZONE))


def _worked(since: datetime, until: datetime, closed: frozenset[date]) -> float:
    """Seconds between 9 and 17 on the dates that are open."""
    seconds, day = 0.0, since.date()
    while day <= until.date():
        if day.weekday() < 5 and day not in closed:
            opens = datetime(day.year, day.month, day.day, 9, tzinfo=since.tzinfo)
            begin, end = max(since, opens), min(until, opens.replace(hour=17))
            seconds += max(timedelta(0), end - begin).total_seconds()
        day += timedelta(days=1)
    return seconds
