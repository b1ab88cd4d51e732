"""Checks of what is in the database: keys, catalogue, and what events said that nobody expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from procesmijn.cli.checks.check import Check, Verdict, counted, failure, some, warning, well
from procesmijn.cli.tell import late_words, many
from procesmijn.errors import ProcesmijnError
from procesmijn.in_force import meant_alike
from procesmijn.persons import Keys
from procesmijn.retire import lost
from procesmijn.store import catalogues, condition, keys, reports, retirements, scan, streams
from procesmijn.store.catalogues import Active
from procesmijn.store.connection import Connection
from procesmijn.store.reports import Astray, Flagged
from procesmijn.store.retirements import Retirement


class Content(NamedTuple):
    """What was read of it; the tables are those of this version."""

    ours: str | None
    """Fingerprint of our keys; None where there are none that can be used."""
    theirs: str | None
    """That of the keys that the database was written with; None while it is new."""
    active: Active | None
    stale: int
    flagged: Sequence[Flagged]
    parties: Mapping[str, int]
    """Those that events name and the catalogue does not know, with their events."""
    processes: Mapping[str, int]
    astray: Sequence[Astray]
    refused: Mapping[str, int]
    """Records by reason."""
    conflicts: int
    late: int
    """Events for cases that have left."""
    retirements: Sequence[Retirement]
    is_at_work: bool
    """Whether somebody retires, takes back or rebuilds now."""
    lost: Sequence[str]
    """What is wrong with archives, and what to do."""
    bi_denied: Sequence[str]
    """What has to be executed so that readers can read."""


def read(connection: Connection, ours: Keys | ProcesmijnError | None) -> Content:
    """Look at a database whose tables are up to date."""
    active = catalogues.active(connection)
    parties, processes = reports.undeclared(connection)
    retired = retirements.retirements(connection)
    return Content(
        ours=ours.fingerprint if isinstance(ours, Keys) else None,
        theirs=keys.remembered(connection),
        active=active,
        stale=catalogues.count_stale(connection),
        flagged=reports.flagged(connection),
        parties=parties,
        processes=processes,
        astray=reports.astray(connection),
        refused=streams.refused_by_reason(connection),
        conflicts=streams.conflicts(connection),
        late=retirements.late_events(connection),
        retirements=retired,
        is_at_work=scan.is_rebuilding(connection),
        lost=list(lost(retired, are_read=False)),
        bi_denied=condition.bi_denied(connection),
    )


def of_readers(seen: Content) -> Verdict:
    """Those who read the ``bi`` schema may read it."""
    if seen.bi_denied:
        return warning(f"readers of the bi schema see nothing: {'; '.join(seen.bi_denied)}")
    return well("bi_reader and bi_analyst may read")


def of_fingerprint(seen: Content) -> Verdict:
    """Our keys are those that the data were written with."""
    if seen.ours is None or seen.theirs in {None, seen.ours}:
        return well("nothing was written with other keys")
    return failure(
        f"the database was written with other keys ({seen.theirs}, and these are {seen.ours}): set"
        " PROCESMIJN_KEYS or PROCESMIJN_KEYS_FILE to those"
    )


def of_catalogue(seen: Content) -> Verdict:
    """A catalogue is in use, and means here what it means to the others."""
    try:
        meant_alike(seen.active)
    except ProcesmijnError as error:
        return failure(str(error))
    return well("in use, and means here what it meant when it was activated")


def of_mined(seen: Content) -> Verdict:
    """Every case was computed by the catalogue in use."""
    if seen.stale:
        return failure(
            f"{many(seen.stale, 'object')} of an earlier catalogue: a worker recomputes them when"
            " it starts, or run procesmijn catalogue activate"
        )
    return well("every case by the catalogue in use")


def of_size(seen: Content) -> Verdict:
    """Nothing is too large to be mined."""
    if seen.flagged:
        large = some([f"{it.kind} {it.name} {it.id} ({it.size:,})" for it in seen.flagged])
        return warning(
            f"stored and not mined, since they are too large: {large}; look whether these are real"
            " cases"
        )
    return well("no object and no event is too large to be mined")


def of_parties(seen: Content) -> Verdict:
    """Every party is in the catalogue."""
    if seen.parties:
        return warning(
            f"not in the catalogue, so with office hours: {counted(seen.parties)}; add them"
        )
    return well("all in the catalogue")


def of_processes(seen: Content) -> Verdict:
    """Every process is in the catalogue."""
    if seen.processes:
        return warning(f"not in the catalogue, so not mined: {counted(seen.processes)}; add them")
    return well("all in the catalogue")


def of_steps(seen: Content) -> Verdict:
    """Every step is about what is a case of its process."""
    if not seen.astray:
        return well("all about what is a case of their process")
    astray = some(
        [
            f"{it.process} ({it.events:,} about {it.object_type}, and its cases are {it.case_type})"
            for it in seen.astray
        ]
    )
    return failure(
        "stored and in no case, since they name another type of case than the catalogue:"
        f" {astray}; let the producer set object to that type, and send them again with a higher"
        " revision"
    )


def of_refused(seen: Content) -> Verdict:
    """No record waits for somebody to mend it."""
    if seen.refused:
        return warning(
            f"{counted(seen.refused)}; see procesmijn dead-letters list, and redrive them when it"
            " is mended"
        )
    return well("no record waits")


def of_conflicts(seen: Content) -> Verdict:
    """No event was said in two ways."""
    if seen.conflicts:
        return warning(
            f"{many(seen.conflicts, 'content')} lost against another one of the same event and"
            " revision: producers have to raise the revision (stream.superseded has them)"
        )
    return well("no event was said in two ways")


def of_retired(seen: Content) -> Verdict:
    """Nothing came for cases that have left."""
    if seen.late:
        return warning(late_words(seen.late))
    return well("nothing came for cases that were retired")


def of_retirements(seen: Content) -> Verdict:
    """None was broken off."""
    if seen.is_at_work:
        return well("a retirement or a rebuild is at work")
    for it in seen.retirements:
        if it.is_returning:
            return warning(
                f"what was retired before {it.before} came back in part: run procesmijn rebuild"
                f" --from {it.folder} to its end"
            )
        if it.ended_at is None:
            return warning(
                f"what was over before {it.before} has left in part: run procesmijn retire"
                f" --before {it.before} --archive {it.folder} to its end"
            )
    return well(f"{many(len(seen.retirements), 'retirement')} in force, none broken off")


def of_archives(seen: Content) -> Verdict:
    """What has left is where it went."""
    if seen.lost:
        return failure("; ".join(seen.lost))
    return well(f"{many(len(seen.retirements), 'archive')} of what was retired, all there")


CHECKS: Final = (
    Check("readers", of_readers),
    Check("fingerprint", of_fingerprint),
    Check("catalogue", of_catalogue),
    Check("mined", of_mined),
    Check("size", of_size),
    Check("parties", of_parties),
    Check("processes", of_processes),
    Check("steps", of_steps),
    Check("refused", of_refused),
    Check("conflicts", of_conflicts),
    Check("retired", of_retired),
    Check("retirements", of_retirements),
    Check("archives", of_archives),
)
