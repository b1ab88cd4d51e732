"""What the doctor looks at. Every finding is one line that says how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from consumers.connection import KafkaSettings
from consumers.errors import KafkaUnavailable
from consumers.logs import LogEnds, broker_clock, log_ends
from consumers.obstacles import outside_of_log
from procesmijn.apply import load_rules
from procesmijn.batch import Partition
from procesmijn.cli.service import read_keys
from procesmijn.cli.tell import many
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, misspelt
from procesmijn.store import Store, keys, reports, streams
from procesmijn.store.connection import Connection
from procesmijn.store.migrate import check_schema
from procesmijn.store.streams import Standing

CLOCKS_APART: Final = timedelta(seconds=5)
"""More than the way of an answer takes; less than people would notice in a freshness."""
STILL: Final = timedelta(minutes=1)
_NAMES_SHOWN: Final = 8


class Check(NamedTuple):
    """One look at one part."""

    check: str
    is_well: bool
    said: str
    """What was seen; of a finding also how to mend it."""

    def __str__(self) -> str:
        """One line for people."""
        return f"{'ok  ' if self.is_well else 'MEND'}  {self.check:<10} {self.said}"


def of_settings(environment: Mapping[str, str]) -> Check:
    """Whether each variable with our prefix means something."""
    strange = misspelt(environment)
    if not strange:
        return Check("settings", True, "every variable is known")
    said = (
        f"{name} ({'unknown' if near is None else f'did you mean {near}?'})"
        for name, near in strange.items()
    )
    return Check("settings", False, f"no settings: {', '.join(said)}; see docs/settings.md")


def of_database(store: Store, settings: Settings) -> Iterator[Check]:
    """PostgreSQL, and what is in it."""
    try:
        with store.reader() as connection:
            version = connection.info.parameter_status("server_version")
            yield Check("database", True, f"PostgreSQL {version}")
            yield _of_clock("database", streams.clock(connection))
            try:
                check_schema(connection)
            except ProcesmijnError as error:
                yield Check("schema", False, str(error))
                return
            yield Check("schema", True, "up to date")
            yield _of_keys(connection, settings)
            yield from _of_catalogue(store)
            yield from _of_content(connection)
    except ProcesmijnError as error:
        yield Check("database", False, str(error))


def of_kafka(kafka: KafkaSettings, topics: list[str], store: Store) -> Iterator[Check]:
    """The brokers, the topics, and how far they are read."""
    try:
        ends = log_ends(kafka, topics)
        clock = broker_clock(kafka)
    except KafkaUnavailable as error:
        yield Check("broker", False, str(error))
        return
    yield Check("broker", True, kafka.servers)
    if clock is not None:
        yield _of_clock("broker", clock)
    for topic in topics:
        count = sum(partition.topic == topic for partition in ends)
        if count:
            yield Check("topic", True, f"{topic}: {many(count, 'partition')}")
        else:
            yield Check(
                "topic",
                False,
                f"there is no topic {topic}: create it, or start a worker that may"
                " (PROCESMIJN_CREATE_TOPICS)",
            )
    yield from _of_positions(ends, store)


def _of_clock(whose: str, there: datetime) -> Check:
    apart = abs(datetime.now(UTC) - there)
    if apart <= CLOCKS_APART:
        return Check("clock", True, f"that of the {whose} agrees with ours")
    return Check(
        "clock",
        False,
        f"that of the {whose} is {apart.total_seconds():.0f} s apart from ours: let both follow"
        " NTP, else fresh events may be refused as future ones",
    )


def _of_keys(connection: Connection, settings: Settings) -> Check:
    try:
        ours = read_keys(settings).fingerprint
    except ProcesmijnError as error:
        return Check("keys", False, str(error))
    theirs = keys.remembered(connection)
    if theirs in {None, ours}:
        return Check("keys", True, f"fingerprint {ours}")
    return Check(
        "keys",
        False,
        f"the database was written with others ({theirs}, and these are {ours}): set"
        " PROCESMIJN_KEYS or PROCESMIJN_KEYS_FILE to those",
    )


def _of_catalogue(store: Store) -> Iterator[Check]:
    try:
        load_rules(store)
    except ProcesmijnError as error:
        yield Check("catalogue", False, str(error))
        return
    yield Check("catalogue", True, "in use, and means here what it meant when it was activated")
    stale = store.count_stale()
    yield Check(
        "mined",
        not stale,
        f"{many(stale, 'object')} of an earlier catalogue: a worker recomputes them when it starts,"
        " or run procesmijn catalogue activate"
        if stale
        else "every case by the catalogue in use",
    )


def _of_content(connection: Connection) -> Iterator[Check]:
    large = reports.flagged(connection)
    yield Check(
        "size",
        not large,
        "stored and not mined, since they are too large: "
        + _some([f"{each.kind} {each.name} {each.id} ({each.size:,})" for each in large])
        + "; look whether these are real cases"
        if large
        else "no object and no event is too large to be mined",
    )
    parties, processes = reports.undeclared(connection)
    yield Check(
        "parties",
        not parties,
        f"not in the catalogue, so with office hours: {_counted(parties)}; add them"
        if parties
        else "all in the catalogue",
    )
    yield Check(
        "processes",
        not processes,
        f"not in the catalogue, so not mined: {_counted(processes)}; add them"
        if processes
        else "all in the catalogue",
    )
    astray = reports.astray(connection)
    yield Check(
        "steps",
        not astray,
        "stored and in no case, since they name another type of case than the catalogue: "
        + _some(
            [
                f"{each.process} ({each.events:,} about {each.object_type}, and its cases are"
                f" {each.case_type})"
                for each in astray
            ]
        )
        + "; let the producer set object to that type, and send them again with a higher revision"
        if astray
        else "all about what is a case of their process",
    )
    refused = streams.refused_by_reason(connection)
    yield Check(
        "refused",
        not refused,
        f"{_counted(refused)}; see procesmijn dead-letters list, and redrive them when it is mended"
        if refused
        else "no record waits",
    )
    lost = streams.conflicts(connection)
    yield Check(
        "conflicts",
        not lost,
        f"{many(lost, 'content')} lost against another one of the same event and revision:"
        " producers have to raise the revision (stream.superseded has them)"
        if lost
        else "no event was said in two ways",
    )


def _of_positions(ends: Mapping[Partition, LogEnds], store: Store) -> Iterator[Check]:
    """Every partition is read on, or was read to its end."""
    try:
        with store.reader() as connection:
            check_schema(connection)
            standing = streams.positions({place.topic_id for place in ends}, connection)
            now = streams.clock(connection)
    except ProcesmijnError:
        return  # said before
    is_well = True
    for place, log in ends.items():
        found = _of_position(place, log, standing.get(place), now)
        if found is not None:
            is_well = False
            yield Check("position", False, found)
    if is_well and ends:
        yield Check("position", True, "every partition is read to its end, or read on")


def _of_position(
    place: Partition, log: LogEnds, standing: Standing | None, now: datetime
) -> str | None:
    name = f"{place.topic}/{place.number}"
    at = None if standing is None else standing.next_offset
    found = None if at is None else outside_of_log(at, log.first_offset, log.next_offset)
    reason = standing.stalled if standing else None
    if reason is None and at is not None and standing is not None and found is not None:
        # A position that moves may be ahead of the end, which was looked up before it.
        is_certain = at < log.first_offset or now - standing.updated_at > STILL
        reason = found.reason if is_certain else None
    if reason is not None:
        return (
            f"{name} stands still at {at}: {reason}; decide with"
            f" procesmijn accept-gap {place.topic} {place.number}"
        )
    behind = log.next_offset - (log.first_offset if at is None else at)
    if behind and (standing is None or now - standing.updated_at > STILL):
        return (
            f"{name} is {many(behind, 'offset')} behind, and nobody has read on for a minute: start"
            " procesmijn worker, or look at its log"
        )
    return None


def _counted(counts: Mapping[str, int]) -> str:
    return _some([f"{name} ({count:,})" for name, count in counts.items()])


def _some(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
