"""What a worker's metrics say of the last minute: how many records a second, and how fresh."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

WINDOW_SECONDS: Final = 60.0
_TAKEN_IN: Final = frozenset(
    f"procesmijn_{name}_total" for name in ("events", "duplicates", "dead_letters")
)


class Reading(NamedTuple):
    """What the counters of a worker showed at a moment."""

    at_seconds: float
    """On any clock that does not jump."""
    records: int
    """Events stored, known ones and dead letters, since the worker began."""
    duplicates: int
    lag: int
    """Records that are in Kafka and not yet in the store."""
    bounds_seconds: tuple[float, ...] = ()
    """Upper bounds of the classes of age, the last one infinite."""
    of_age: tuple[int, ...] = ()
    """Records in each class or in one below it."""


class Pace(NamedTuple):
    """How fast records come in, and how old they are when they are in."""

    per_second: float
    p50_seconds: float | None
    p99_seconds: float | None


def read(metrics: str, at_seconds: float) -> Reading:
    """Read what a worker serves as ``/metrics``."""
    records = duplicates = lag = 0.0
    ages: list[tuple[float, int]] = []
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name in _TAKEN_IN:
                records += sample.value
            if sample.name == "procesmijn_duplicates_total":
                duplicates += sample.value
            elif sample.name == "procesmijn_lag_offsets":
                lag += sample.value
            elif sample.name == "procesmijn_freshness_seconds_bucket":
                ages.append((float(sample.labels["le"]), int(sample.value)))
    bounds, counts = zip(*sorted(ages), strict=True) if ages else ((), ())
    return Reading(at_seconds, int(records), int(duplicates), int(lag), bounds, counts)


class LastMinute:
    """Readings of the last minute, and what they come to."""

    def __init__(self, first: Reading) -> None:
        self._readings = deque([first])

    def add(self, reading: Reading) -> Pace:
        """Take a reading, forget those that are too old, and give the pace of the others."""
        if reading.records < self._readings[-1].records:
            self._readings.clear()  # a worker that was started anew counts from zero
        self._readings.append(reading)
        while reading.at_seconds - self._readings[0].at_seconds > WINDOW_SECONDS:
            self._readings.popleft()
        first = self._readings[0]
        seconds = reading.at_seconds - first.at_seconds
        earlier = first.of_age or (0,) * len(reading.of_age)
        of_age = [now - then for now, then in zip(reading.of_age, earlier, strict=True)]
        return Pace(
            (reading.records - first.records) / seconds if seconds else 0.0,
            _quantile(0.50, reading.bounds_seconds, of_age),
            _quantile(0.99, reading.bounds_seconds, of_age),
        )


def _quantile(q: float, bounds: Sequence[float], of_age: Sequence[int]) -> float | None:
    """Age below which that share lies, interpolated within its class, as Prometheus does it."""
    if not of_age or not of_age[-1]:
        return None
    rank = q * of_age[-1]
    place = bisect_left(of_age, rank)
    if place == len(bounds) - 1:  # older than the last bound that is a number
        return bounds[-2]
    below, lower = (of_age[place - 1], bounds[place - 1]) if place else (0, 0.0)
    return lower + (bounds[place] - lower) * (rank - below) / (of_age[place] - below)
